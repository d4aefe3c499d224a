#include "base/secret.h"

#include "tests/support/heap_watch.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <new>
#include <string>
#include <type_traits>

using namespace sinetti;
using base::Secret;
using base::SecretBytes;

namespace {

constexpr std::size_t kMarkerSize = 24;
constexpr std::uint8_t kMarkerByte = 0xa7;

base::ByteArray<kMarkerSize> marker()
{
    base::ByteArray<kMarkerSize> bytes;
    bytes.fill(kMarkerByte);
    return bytes;
}

bool all_zero(base::ByteView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

TEST_SUITE_BEGIN("base.secret");

TEST_CASE("the watch sees what an ordinary vector leaves behind")
{
    const auto secret = marker();
    const tests::HeapWatch watch(secret);
    {
        base::Bytes plain(secret.begin(), secret.end());
        plain.resize(4096);   // grows: the first block goes back as it was
    }
    CHECK(watch.sightings() >= 1);
}

TEST_CASE("SecretBytes leaves nothing behind on growth, assignment, move, clear and destruction")
{
    const auto secret = marker();
    const tests::HeapWatch watch(secret);
    {
        SecretBytes bytes(base::ByteView{secret});
        bytes.resize(4096);
        for (int i = 0; i < 5000; ++i) bytes.push_back(kMarkerByte);
        bytes.append(secret);
        SecretBytes other = bytes.clone();
        other = bytes.clone();
        SecretBytes moved = std::move(other);
        other = std::move(moved);
        other.clear();
        bytes = SecretBytes(base::ByteView{secret});
    }
    CHECK(watch.blocks() >= 6);
    CHECK(watch.sightings() == 0);
}

TEST_CASE("a NamedSecret leaves nothing behind either")
{
    using Name = base::NamedSecret<struct NameTag>;
    const auto secret = marker();
    const tests::HeapWatch watch(secret);
    {
        Name name{base::ByteView(secret)};
        Name second = name.clone();
        second = std::move(name);
        const Name third(std::move(second));
        CHECK(third.size() == kMarkerSize);
    }
    CHECK(watch.blocks() >= 2);
    CHECK(watch.sightings() == 0);
}

TEST_CASE("shrinking wipes the tail in place")
{
    SecretBytes bytes(base::ByteView{marker()});
    const auto* const data = bytes.data();
    bytes.resize(4);
    CHECK(bytes.size() == 4);
    CHECK(all_zero({data + 4, kMarkerSize - 4}));
    CHECK(data[3] == kMarkerByte);
}

TEST_CASE("the source of a move is empty, or zeros")
{
    SecretBytes bytes(base::ByteView{marker()});
    const SecretBytes taken = std::move(bytes);
    CHECK(taken.size() == kMarkerSize);
    CHECK(bytes.empty());

    Secret<kMarkerSize> fixed{std::span<const std::uint8_t, kMarkerSize>(marker())};
    Secret<kMarkerSize> second = std::move(fixed);
    CHECK(all_zero(fixed.view()));
    CHECK(base::equal(second.view(), marker()));
    Secret<kMarkerSize> third;
    third = std::move(second);
    CHECK(all_zero(second.view()));
    CHECK(base::equal(third.view(), marker()));
}

TEST_CASE("a fixed secret is zeros after its destruction")
{
    using Fixed = Secret<kMarkerSize>;
    alignas(Fixed) std::uint8_t storage[sizeof(Fixed)];
    auto* const secret = new (storage) Fixed{std::span<const std::uint8_t, kMarkerSize>(marker())};
    CHECK(storage[0] == kMarkerByte);
    secret->~Fixed();
    CHECK(all_zero(storage));
}

TEST_CASE("moving a fixed secret onto itself keeps it")
{
    Secret<kMarkerSize> secret{std::span<const std::uint8_t, kMarkerSize>(marker())};
    auto& same = secret;
    secret = std::move(same);
    CHECK(base::equal(secret.view(), marker()));
}

TEST_CASE("comparison is by content and length")
{
    const SecretBytes one(base::ByteView{marker()});
    SecretBytes two = one.clone();
    CHECK(one == two);
    two.mutable_view()[kMarkerSize - 1] ^= 1;
    CHECK_FALSE(one == two);
    two.resize(3);
    CHECK_FALSE(one == two);
    CHECK(SecretBytes() == SecretBytes());
    CHECK(Secret<4>() == Secret<4>());
}

TEST_CASE("secrets cannot be copied, printed or mistaken for one another")
{
    using One = base::NamedSecret<struct OneTag>;
    using Two = base::NamedSecret<struct TwoTag>;
    CHECK_FALSE(std::is_copy_constructible_v<SecretBytes>);
    CHECK_FALSE(std::is_copy_assignable_v<SecretBytes>);
    CHECK_FALSE(std::is_copy_constructible_v<Secret<32>>);
    CHECK_FALSE(std::is_copy_assignable_v<Secret<32>>);
    CHECK_FALSE(std::is_copy_constructible_v<One>);
    CHECK_FALSE(std::is_convertible_v<One, Two>);
    CHECK_FALSE(std::is_convertible_v<SecretBytes, One>);
    CHECK_FALSE(std::is_convertible_v<base::Bytes, SecretBytes>);
    CHECK(std::is_nothrow_move_constructible_v<One>);
    CHECK(std::is_nothrow_move_assignable_v<SecretBytes>);
}

TEST_CASE("wiping nothing is allowed")
{
    base::wipe({});
    base::ByteArray<3> bytes{1, 2, 3};
    base::wipe(bytes);
    CHECK(all_zero(bytes));
}

TEST_SUITE_END();
