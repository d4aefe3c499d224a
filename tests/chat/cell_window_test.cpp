#include "chat/cell_window.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <set>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

std::set<std::uint64_t> watched(const CellWindow& window)
{
    const auto counters = window.watched();
    return {counters.begin(), counters.end()};
}

codec::Result<CellWindow> round_trip(const CellWindow& window)
{
    codec::SecretWriter writer;
    window.write(writer);
    codec::Reader reader(writer.view());
    return CellWindow::read(reader);
}

}  // namespace

TEST_SUITE("chat.cell_window")
{
    TEST_CASE("the next 32 counters are watched, and those passed over for a while")
    {
        CellWindow window;
        CHECK(window.watched().size() == 32);
        window.mark_seen(0);
        window.mark_seen(3);
        CHECK(window.is_watched(1));
        CHECK(window.is_watched(2));
        CHECK_FALSE(window.is_watched(3));
        CHECK_FALSE(window.is_watched(0));
        CHECK(window.is_watched(35));
        CHECK_FALSE(window.is_watched(36));
        window.mark_seen(1);
        CHECK_FALSE(window.is_watched(1));
        CHECK(window.next() == 4);
    }

    TEST_CASE("what mark_seen says to watch and unwatch is exactly the change, and the window stays small")
    {
        base::SeededRandom random(1);
        CellWindow window;
        auto model = watched(window);
        for (int i = 0; i < 5000; ++i) {
            const auto counters = window.watched();
            const auto change = window.mark_seen(counters[random.below(counters.size())]);
            for (const auto counter : change.unwatch) CHECK(model.erase(counter) == 1);
            for (const auto counter : change.watch) CHECK(model.insert(counter).second);
            CHECK(model == watched(window));
            CHECK(model.size() <= 2 * kTagWindow);
        }
        const auto read = round_trip(window);
        REQUIRE(read.has_value());
        CHECK(watched(*read) == model);
    }

    TEST_CASE("a damaged record is refused")
    {
        CellWindow window;
        window.mark_seen(5);
        codec::SecretWriter writer;
        window.write(writer);
        for (std::size_t size = 0; size < writer.view().size(); ++size) {
            codec::Reader reader(writer.view().first(size));
            CHECK_FALSE(CellWindow::read(reader).has_value());
        }
        codec::SecretWriter unsorted;
        unsorted.u64(9).vector([](codec::SecretWriter& holes) { holes.u64(4).u64(4); });
        codec::Reader reader(unsorted.view());
        CHECK_FALSE(CellWindow::read(reader).has_value());
    }
}
