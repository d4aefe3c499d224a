#include "base/result.h"

#include <doctest/doctest.h>
#include <memory>
#include <string>

using namespace sinetti;

namespace {

enum class Low { first = 1, second };
enum class High { failed = 1 };

struct Detailed {
    Detailed(Low low) : reason(low) {}
    Low reason;
};

template<typename T>
using LowResult = base::Result<T, Low>;

// Counts what is alive, so that a value forgotten on the way out shows.
struct Counted {
    Counted() { ++alive; }
    Counted(Counted&&) noexcept { ++alive; }
    Counted& operator=(Counted&&) = default;
    ~Counted() { --alive; }
    static inline int alive = 0;
};

LowResult<int> number(bool good)
{
    if (!good) return base::Unexpected(Low::second);
    return 7;
}
LowResult<std::unique_ptr<int>> owned(bool good)
{
    if (!good) return base::Unexpected(Low::first);
    return std::make_unique<int>(5);
}
LowResult<void> step(bool good)
{
    if (!good) return base::Unexpected(Low::first);
    return {};
}
LowResult<Counted> counted(bool good)
{
    if (!good) return base::Unexpected(Low::first);
    return Counted();
}

LowResult<int> sum(bool first, bool second, bool third)
{
    TRY(step(first));
    const auto pointer = TRY(owned(second));
    return *pointer + TRY(number(third));
}
base::Result<int, Detailed> widened(bool good) { return TRY(number(good)) + 1; }
base::Result<int, High> translated(bool good) { return TRY_OR(number(good), High::failed) + 1; }
LowResult<int> two_counted(bool second)
{
    const auto kept = TRY(counted(true));
    const auto other = TRY(counted(second));
    (void)kept;
    (void)other;
    return 1;
}

}  // namespace

TEST_SUITE_BEGIN("base.result");

TEST_CASE("a result holds a value or an error, never both")
{
    const auto good = number(true);
    REQUIRE(good.has_value());
    CHECK(static_cast<bool>(good));
    CHECK(good.value() == 7);
    CHECK(*good == 7);
    const auto bad = number(false);
    REQUIRE_FALSE(bad.has_value());
    CHECK_FALSE(static_cast<bool>(bad));
    CHECK(bad.error() == Low::second);
}

TEST_CASE("TRY gives the value on, or returns the first error")
{
    CHECK(sum(true, true, true).value() == 12);
    CHECK(sum(false, false, false).error() == Low::first);
    CHECK(sum(true, false, true).error() == Low::first);
    CHECK(sum(true, true, false).error() == Low::second);
}

TEST_CASE("TRY converts into a wider error, TRY_OR replaces it")
{
    CHECK(widened(true).value() == 8);
    CHECK(widened(false).error().reason == Low::second);
    CHECK(translated(true).value() == 8);
    CHECK(translated(false).error() == High::failed);
}

TEST_CASE("values that can only be moved pass through")
{
    auto result = owned(true);
    REQUIRE(result.has_value());
    CHECK(**result == 5);
    const std::unique_ptr<int> taken = std::move(result).value();
    CHECK(*taken == 5);
    CHECK(result.value() == nullptr);
}

TEST_CASE("an early return destroys what was already there")
{
    CHECK(two_counted(true).has_value());
    CHECK(Counted::alive == 0);
    CHECK_FALSE(two_counted(false).has_value());
    CHECK(Counted::alive == 0);
}

TEST_CASE("a value is built from what constructs it, and an error is not mistaken for a value")
{
    const base::Result<std::string, Low> text = "text";
    CHECK(text->size() == 4);
    const base::Result<int, int> same_type = base::Unexpected(3);
    CHECK_FALSE(same_type.has_value());
    CHECK(same_type.error() == 3);
}

TEST_SUITE_END();
