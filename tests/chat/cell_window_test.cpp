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

    TEST_CASE("a widened window looks far ahead, also after storing it, until the sender is found again")
    {
        CellWindow window;
        window.mark_seen(4);
        const auto change = window.widen(500);
        CHECK(change.unwatch.empty());
        CHECK(change.watch.size() == 500 - kTagWindow);
        CHECK(change.watch.front() == 5 + kTagWindow);
        CHECK(change.watch.back() == 504);
        CHECK(window.widen(100).watch.empty());   // never narrower
        const auto read = round_trip(window);
        REQUIRE(read.has_value());
        CHECK(watched(*read) == watched(window));
        CHECK(window.is_watched(504));
        CHECK_FALSE(window.is_watched(505));

        std::set<std::uint64_t> model = watched(window);
        const auto found = window.mark_seen(300);
        for (const auto counter : found.unwatch) CHECK(model.erase(counter) == 1);
        model.insert(found.watch.begin(), found.watch.end());
        for (std::uint64_t passed = 300 - kTagWindow; passed < 300; ++passed) CHECK(model.contains(passed));
        CHECK(watched(window) == model);
        CHECK(model.size() == 2 * kTagWindow);
        CHECK(window.next() == 301);

        codec::SecretWriter wide;
        wide.u64(9).u16(kTagWindowMax + 1).vector([](codec::SecretWriter&) {});
        codec::Reader reader(wide.view());
        CHECK_FALSE(CellWindow::read(reader).has_value());
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
        unsorted.u64(9).u16(kTagWindow).vector([](codec::SecretWriter& holes) { holes.u64(4).u64(4); });
        codec::Reader reader(unsorted.view());
        CHECK_FALSE(CellWindow::read(reader).has_value());
    }
}
