#include "base/random.h"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>

using namespace sinetti;

TEST_SUITE_BEGIN("base.random");

TEST_CASE("a seed gives the same bytes again, and another seed gives others")
{
    base::SeededRandom one(7);
    base::SeededRandom same(7);
    base::SeededRandom other(8);
    const auto first = one.array<32>();
    CHECK(first == same.array<32>());
    CHECK(first != other.array<32>());
    CHECK(one.array<32>() == same.array<32>());
    CHECK(one.array<32>() != first);
}

TEST_CASE("the system's randomness does not repeat")
{
    base::SystemRandom random;
    const auto one = random.array<32>();
    CHECK(one != random.array<32>());
    random.fill({});
}

TEST_CASE("the system's randomness fills a whole buffer, however many calls that takes")
{
    base::SystemRandom random;
    for (const std::size_t size : {1, 255, 256, 257, 1000}) {
        // A byte that nothing writes stays zero in every one of these.
        base::Bytes written(size, 0);
        for (int i = 0; i < 16; ++i) {
            base::Bytes bytes(size, 0);
            random.fill(bytes);
            for (std::size_t k = 0; k < size; ++k) written[k] |= bytes[k];
        }
        CHECK(std::ranges::count(written, 0) == 0);
    }
}

TEST_CASE("a number below a limit is below it, and every one comes up")
{
    base::SeededRandom random(1);
    std::array<int, 7> seen{};
    for (int i = 0; i < 7000; ++i) {
        const auto value = random.below(seen.size());
        REQUIRE(value < seen.size());
        ++seen[static_cast<std::size_t>(value)];
    }
    for (const auto count : seen) {
        CHECK(count > 850);
        CHECK(count < 1150);
    }
    for (int i = 0; i < 10; ++i) {
        CHECK(random.below(1) == 0);
        CHECK(random.below(UINT64_MAX) < UINT64_MAX);
        CHECK(random.below(std::uint64_t{1} << 63) < std::uint64_t{1} << 63);
    }
}

TEST_CASE("a limit beyond half the range is reached without bias towards the low end")
{
    // A plain remainder would make values below a third of 2^64 twice as likely as the rest.
    base::SeededRandom random(2);
    const std::uint64_t limit = UINT64_MAX / 3 * 2;
    int low = 0;
    for (int i = 0; i < 4000; ++i) low += random.below(limit) < limit / 2;
    CHECK(low > 1850);
    CHECK(low < 2150);
}

TEST_SUITE_END();
