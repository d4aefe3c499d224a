#include "chat/kept.h"

#include "chat/person_vault.h"
#include "vault/sealed_vault.h"

#include <doctest/doctest.h>

#include <limits>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

std::string person(unsigned which)
{
    directory::PublicKey key{};
    key[0] = static_cast<std::uint8_t>(which >> 8);
    key[31] = static_cast<std::uint8_t>(which);
    return kept_key(key);
}

base::SecretBytes written(const Kept& kept)
{
    codec::SecretWriter writer;
    write_kept(writer, kept);
    return std::move(writer).take();
}

std::optional<Kept> read(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    auto kept = read_kept(reader);
    return kept && reader.empty() ? std::optional(std::move(*kept)) : std::nullopt;
}

Kept merged(Kept a, const Kept& b)
{
    merge(a, b);
    return a;
}

// Of few moments and keys, so that much is of one moment, and of so many people that some are dropped.
Kept some_kept(base::Random& random)
{
    Kept kept;
    for (int i = 0; i < 140; ++i)
        keep(kept, person(static_cast<unsigned>(random.below(250))), random.below(2) == 0 ? kVerified : kNotVerified, {static_cast<std::int64_t>(random.below(40))});
    for (const auto* name : {"language", "theme", "density"})
        if (random.below(2) == 0) keep(kept, name, std::string(1, static_cast<char>('a' + random.below(3))), {static_cast<std::int64_t>(random.below(3))});
    return kept;
}

// As much as there can be.
Kept full()
{
    Kept kept;
    for (unsigned i = 0; i < kKeptPeopleMax; ++i) keep(kept, person(i), kVerified, {1'800'000'000'000 + i});
    for (unsigned i = 0; i < kKeptSettingsMax; ++i) keep(kept, std::string(kKeptNameMax - 1, 'n') + static_cast<char>('a' + i), std::string(kKeptTextMax, 'v'), {1'800'000'000'000});
    return kept;
}

}  // namespace

TEST_SUITE_BEGIN("chat.kept");

TEST_CASE("what is kept comes back as it was, and cut at any byte it is refused")
{
    Kept kept;
    keep(kept, "theme", "dark", {1'800'000'000'000});
    keep(kept, "language", "sv", {0});
    keep(kept, person(7), kVerified, {1'800'000'000'001});
    keep(kept, person(8), kNotVerified, {1'800'000'000'002});
    const auto bytes = written(kept);
    CHECK(read(bytes.view()) == kept);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(read(bytes.view().first(size)).has_value());
    CHECK(verified_people(kept).size() == 1);
}

TEST_CASE("as much as there can be is read, and more is not")
{
    const auto kept = full();
    CHECK(written(kept).size() == 2 + kKeptSizeMax);
    CHECK(read(written(kept).view()) == kept);
    auto more = kept;
    more["another"] = {1, "a"};
    CHECK_FALSE(read(written(more).view()).has_value());
    more = kept;
    more[person(1000)] = {1, std::string(kVerified)};
    CHECK_FALSE(read(written(more).view()).has_value());
}

TEST_CASE("names, values and times that are none are refused, and so is another order")
{
    const auto is_read = [](const std::vector<std::tuple<std::string, std::string, std::uint64_t>>& entries) {
        codec::SecretWriter writer;
        writer.vector([&](auto& inner) {
            for (const auto& [key, value, set] : entries) inner.text(key).text(value).u64(set);
        });
        return read(std::move(writer).take().view()).has_value();
    };
    CHECK(is_read({{"a", "", 0}, {"b", "x", kKeptTimeMax}}));
    CHECK_FALSE(is_read({{"b", "", 0}, {"a", "", 0}}));
    CHECK_FALSE(is_read({{"a", "", 0}, {"a", "", 0}}));
    CHECK_FALSE(is_read({{"", "", 0}}));
    CHECK_FALSE(is_read({{"a", "", kKeptTimeMax + 1}}));
    CHECK_FALSE(is_read({{std::string(kKeptNameMax + 1, 'a'), "", 0}}));
    CHECK_FALSE(is_read({{std::string(33, 'a'), "", 0}}));
    CHECK_FALSE(is_read({{"a", std::string(kKeptTextMax + 1, 'a'), 0}}));
    CHECK_FALSE(is_read({{"\xff", "", 0}}));
    CHECK_FALSE(is_read({{"a", "\xff", 0}}));
    CHECK(is_read({{person(1), "+", 0}, {person(2), "-", 0}}));
    for (const auto* value : {"", "*", "++"}) CHECK_FALSE(is_read({{person(1), value, 0}}));
}

TEST_CASE("whoever hears of what in whatever order, and how often, keeps the same")
{
    base::SeededRandom random(11);
    for (int round = 0; round < 60; ++round) {
        const auto a = some_kept(random), b = some_kept(random), c = some_kept(random);
        CHECK(merged(a, b) == merged(b, a));
        CHECK(merged(merged(a, b), c) == merged(a, merged(b, c)));
        CHECK(merged(merged(a, b), b) == merged(a, b));
        CHECK(merged(merged(c, a), merged(b, c)) == merged(merged(a, b), c));
        CHECK(read(written(merged(merged(a, b), c)).view()).has_value());
    }
}

TEST_CASE("the newer value holds on both sides; of one moment the greater, and who was verified no more is not")
{
    Kept a, b;
    keep(a, "theme", "dark", {10});
    keep(b, "theme", "light", {11});
    keep(a, person(1), kVerified, {20});
    keep(b, person(1), kNotVerified, {20});
    keep(a, person(2), kNotVerified, {31});
    keep(b, person(2), kVerified, {30});
    CHECK(merge(a, b));
    CHECK_FALSE(merge(a, b));
    CHECK(a.at("theme").value == "light");
    CHECK(verified_people(a).empty());
    CHECK(merge(b, a));
    CHECK(a == b);
}

TEST_CASE("a change is newer than what it changes, whatever the clocks say, and no clock can end that")
{
    Kept kept;
    CHECK(keep(kept, "theme", "dark", {std::numeric_limits<std::int64_t>::max()}));
    CHECK_FALSE(keep(kept, "theme", "dark", {5}));
    auto before = kept;
    for (int i = 0; i < 1000; ++i) {
        CHECK(keep(kept, "theme", i % 2 == 0 ? "light" : "dark", {i % 3 == 0 ? std::numeric_limits<std::int64_t>::max() : i - 500}));
        CHECK(kept.at("theme") > before.at("theme"));
        CHECK(merged(before, kept) == kept);
        before = kept;
    }
    CHECK(kept.at("theme").set < kKeptTimeMax);
    CHECK(keep(kept, "language", "fi", {-1}));
    CHECK(kept.at("language").set == 0);
    CHECK_FALSE(keep(kept, "language", std::string(kKeptTextMax + 1, 'a'), {1}));
    CHECK_FALSE(keep(kept, person(1), "maybe", {1}));
}

TEST_CASE("where there is no room the oldest are dropped, and come back only when they are newer")
{
    auto kept = full();
    const auto before = kept;
    CHECK(keep(kept, person(500), kVerified, {1'900'000'000'000}));
    CHECK(kept.size() == before.size());
    CHECK_FALSE(kept.contains(person(0)));
    CHECK_FALSE(merge(kept, before));
    CHECK(keep(kept, person(0), kVerified, {1'900'000'000'001}));
    CHECK_FALSE(kept.contains(person(1)));
    while (drop_oldest(kept)) {}
    CHECK(kept.empty());
}

TEST_CASE("the largest vault there can be is sealed")
{
    base::SeededRandom random(3);
    auto root = crypto::SignaturePrivateKey::generate(random);
    const auto root_public_key = root.public_key();
    const std::string text(1024, 'x');   // bytes, the most that is read
    PersonVault vault{{crypto::SignaturePrivateKey::generate(random), directory::DirectoryKey(base::ByteView(base::Bytes(32, 7))), root_public_key,
                       {random.array<32>(), random.array<32>()}, std::move(root), text, text, text}, true, {}, full()};
    while (vault.seen.size() < kSeenDevicesMax) vault.seen[random.array<32>()] = 20'000;
    const auto bytes = vault.serialize();
    CHECK(bytes.size() <= vault::kContentsMax);
    const auto parsed = PersonVault::parse(bytes.view());
    REQUIRE(parsed.has_value());
    CHECK(parsed->serialize() == bytes);
    const vault::VaultSecret secret(base::ByteView(base::Bytes(64, 1)));
    CHECK(vault::seal_vault({}, 1, secret, vault::RecoveryCode::generate(random), bytes.view(), random).size() <= vault::kSealedVaultMax);
}

TEST_SUITE_END();
