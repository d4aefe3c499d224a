#include "base/strong.h"

#include <cstdint>
#include <doctest/doctest.h>
#include <type_traits>
#include <unordered_set>

using namespace sinetti;

namespace {
using Epoch = base::StrongNumber<std::uint64_t, struct EpochTag>;
using Generation = base::StrongNumber<std::uint64_t, struct GenerationTag>;
}  // namespace

TEST_SUITE_BEGIN("base.strong");

TEST_CASE("numbers with different names do not convert into each other")
{
    CHECK_FALSE(std::is_convertible_v<Epoch, Generation>);
    CHECK_FALSE(std::is_constructible_v<Epoch, Generation>);
    CHECK_FALSE(std::is_convertible_v<std::uint64_t, Epoch>);
    CHECK_FALSE(std::is_convertible_v<Epoch, std::uint64_t>);
}

TEST_CASE("they order, step and hash like their numbers")
{
    CHECK(Epoch(1) < Epoch(2));
    CHECK(Epoch(1).next() == Epoch(2));
    CHECK(Epoch().value() == 0);
    const std::unordered_set<Epoch> set{Epoch(1), Epoch(1), Epoch(2)};
    CHECK(set.size() == 2);
    CHECK(set.contains(Epoch(2)));
}

TEST_SUITE_END();
