#include "base/clock.h"

#include <doctest/doctest.h>

using namespace sinetti;
using base::UnixMilliseconds;

TEST_SUITE_BEGIN("base.clock");

TEST_CASE("a manual clock stands still until it is moved")
{
    base::ManualClock clock(UnixMilliseconds{1000});
    CHECK(clock.now() == UnixMilliseconds{1000});
    CHECK(clock.now() == UnixMilliseconds{1000});
    clock.advance(25);
    CHECK(clock.now() == UnixMilliseconds{1025});
    CHECK(clock.now() > UnixMilliseconds{1024});
}

TEST_CASE("the system clock counts milliseconds since 1970")
{
    const base::SystemClock clock;
    const auto now = clock.now();
    CHECK(now > UnixMilliseconds{1'700'000'000'000});    // November 2023
    CHECK(now < UnixMilliseconds{10'000'000'000'000});   // the year 2286; seconds or microseconds would fall outside
}

TEST_SUITE_END();
