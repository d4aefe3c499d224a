#include "chat/mixing.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

base::UnixMilliseconds at(std::int64_t milliseconds) { return {1'000'000 + milliseconds}; }

CellPlace place(const char* owner, std::uint64_t counter) { return {{LaneKind::conversation, owner}, 1, 0, counter}; }

}  // namespace

TEST_SUITE("chat.mixing")
{
    TEST_CASE("the clock ticks once a second from a random moment of the first one, and does not make up for what it missed")
    {
        base::SeededRandom random(1);
        MixClock clock;
        CHECK_FALSE(clock.take(at(0)));
        clock.start(at(0), random);
        const auto first = clock.next()->value;
        CHECK(first >= at(0).value);
        CHECK(first < at(wire::kMixedPeriod).value);
        CHECK_FALSE(clock.take({first - 1}));
        CHECK(clock.take({first}));
        CHECK_FALSE(clock.take({first + wire::kMixedPeriod - 1}));
        CHECK(clock.take({first + wire::kMixedPeriod + 300}));              // late once,
        CHECK(clock.next()->value == first + 2 * wire::kMixedPeriod);       // and on time again
        CHECK(clock.take({first + 20 * wire::kMixedPeriod + 5}));           // the machine slept: one message, not eighteen
        CHECK_FALSE(clock.take({first + 20 * wire::kMixedPeriod + 6}));
        CHECK(clock.next()->value == first + 21 * wire::kMixedPeriod);
        clock.stop();
        CHECK_FALSE(clock.next().has_value());
    }

    TEST_CASE("a clock that is set back does not silence us")
    {
        base::SeededRandom random(1);
        MixClock clock;
        clock.start(at(0), random);
        CHECK_FALSE(clock.take(at(-3'600'000)));
        CHECK(clock.take(at(-3'600'000 + wire::kMixedPeriod)));
    }

    TEST_CASE("a cell that does not come back in time is the one that waits longest, until it does")
    {
        MixedCells cells;
        cells.note_sent(place("a", 5), at(0));
        cells.note_sent(place("b", 5), at(1000));
        CHECK(cells.overdue(at(kEchoTimeout - 1)) == nullptr);
        REQUIRE(cells.overdue(at(kEchoTimeout + 5000)) != nullptr);
        CHECK(cells.overdue(at(kEchoTimeout))->place.lane.owner == "a");
        CHECK(cells.overdue(at(kEchoTimeout))->tries == 1);
        cells.note_sent(place("a", 5), at(kEchoTimeout));   // again
        CHECK(cells.overdue(at(kEchoTimeout + 1000))->place.lane.owner == "b");
        CHECK(cells.seen({LaneKind::conversation, "b"}, 5));
        CHECK_FALSE(cells.seen({LaneKind::conversation, "b"}, 5));
        CHECK(cells.overdue(at(2 * kEchoTimeout))->tries == 2);
        CHECK_FALSE(cells.contains({LaneKind::contact, "a"}, 5));
        cells.forget_unless([](const CellPlace& known) { return known.counter != 5; });
        CHECK(cells.overdue(at(9 * kEchoTimeout)) == nullptr);
    }

    TEST_CASE("no more cells are under way than receivers look for")
    {
        static_assert(kMixedCellsMax < 32);
        MixedCells cells;
        for (std::uint64_t counter = 0; counter < kMixedCellsMax; ++counter) {
            CHECK_FALSE(cells.is_full());
            cells.note_sent(place("a", counter), at(0));
        }
        CHECK(cells.is_full());
    }
}
