#include "store/vault_header.h"

#include "crypto/hash.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::store;

namespace {

// Argon2id has its own tests; here a cheap function of all its inputs shows what is bound to what.
crypto::Result<crypto::PasswordKey> cheap_password_key(base::ByteView passphrase, base::ByteView salt, crypto::PasswordParameters parameters)
{
    base::Bytes bytes = base::to_bytes(passphrase);
    bytes.insert(bytes.end(), salt.begin(), salt.end());
    bytes.push_back(static_cast<std::uint8_t>(parameters.passes));
    return crypto::PasswordKey(base::ByteView(crypto::hash(crypto::HashAlgorithm::sha256, bytes)));
}

NewVault new_vault()
{
    base::SeededRandom random(1);
    auto vault = create_vault(base::view_of("oikea hevonen"), {}, random, cheap_password_key);
    REQUIRE(vault.has_value());
    return std::move(*vault);
}

}  // namespace

TEST_SUITE("store.vault_header")
{
    TEST_CASE("the right passphrase opens the vault, also after the header was written and read")
    {
        const auto vault = new_vault();
        const auto read = VaultHeader::parse(vault.header.serialize());
        REQUIRE(read.has_value());
        const auto key = open_vault(*read, base::view_of("oikea hevonen"), cheap_password_key);
        REQUIRE(key.has_value());
        CHECK(key->master_key == vault.master_key);
        CHECK(key->master_key.size() == 32);
        CHECK_FALSE(key->with_next);
    }

    TEST_CASE("the real Argon2id opens what it closed and nothing else")
    {
        base::SeededRandom random(2);
        const auto vault = create_vault(base::view_of("yksi kaksi kolme"), {}, random);
        REQUIRE(vault.has_value());
        CHECK(open_vault(vault->header, base::view_of("yksi kaksi kolme")).has_value());
        const auto wrong = open_vault(vault->header, base::view_of("yksi kaksi neljä"));
        REQUIRE_FALSE(wrong.has_value());
        CHECK(wrong.error() == Error::wrong_passphrase);
    }

    TEST_CASE("a wrong passphrase, or salt or parameters changed in place, do not open it")
    {
        const auto vault = new_vault();
        CHECK(open_vault(vault.header, base::view_of("väärä hevonen"), cheap_password_key).error() == Error::wrong_passphrase);
        for (std::size_t i = 0; i < 3; ++i) {
            auto changed = vault.header;
            if (i == 0) changed.salt[0] ^= 1;
            if (i == 1) ++changed.parameters.memory;   // cheap_password_key does not look at it: the binding does
            if (i == 2) changed.wrapped_master_key.back() ^= 1;
            CHECK(open_vault(changed, base::view_of("oikea hevonen"), cheap_password_key).error() == Error::wrong_passphrase);
        }
    }

    TEST_CASE("the store of another device opens with the same passphrase once it was given what became of it, and has a master key of its own")
    {
        const auto vault = new_vault();
        const auto opened = open_vault(vault.header, base::view_of("oikea hevonen"), cheap_password_key);
        REQUIRE(opened.has_value());
        base::SeededRandom random(3);
        auto given = vault.header.with(opened->passphrase_key);
        const auto other = create_vault(given, random);
        REQUIRE(other.has_value());
        CHECK_FALSE(other->master_key == vault.master_key);
        const auto there = open_vault(VaultHeader::parse(other->header.serialize()).value(), base::view_of("oikea hevonen"), cheap_password_key);
        REQUIRE(there.has_value());
        CHECK(there->master_key == other->master_key);
        CHECK(open_vault(other->header, base::view_of("väärä hevonen"), cheap_password_key).error() == Error::wrong_passphrase);

        given.parameters.memory = crypto::kPasswordMemoryMin - 1;
        CHECK(create_vault(given, random).error() == Error::bad_parameters);
        given.parameters = {crypto::kPasswordMemoryMin, crypto::kPasswordPassesMax + 1};
        CHECK(create_vault(given, random).error() == Error::bad_parameters);
        CHECK(create_vault({vault.header.salt, {}, crypto::PasswordKey(base::ByteView(base::Bytes(31, 1)))}, random).error() == Error::bad_parameters);
    }

    TEST_CASE("while the passphrase is being changed either opens the vault, and then only the one that was kept")
    {
        base::SeededRandom random(3);
        auto vault = new_vault();
        const auto before = vault.header.serialize();
        REQUIRE(vault.header.wrap_next(vault.master_key, base::view_of("uusi hevonen"), random, cheap_password_key).has_value());
        const auto opens = [&](std::string_view passphrase) {
            const auto read = VaultHeader::parse(vault.header.serialize());
            REQUIRE(read.has_value());
            auto opened = open_vault(*read, base::view_of(passphrase), cheap_password_key);
            if (opened) CHECK(opened->master_key == vault.master_key);
            return opened;
        };
        REQUIRE(opens("oikea hevonen").has_value());
        CHECK_FALSE(opens("oikea hevonen")->with_next);
        REQUIRE(opens("uusi hevonen").has_value());
        CHECK(opens("uusi hevonen")->with_next);
        CHECK(opens("väärä hevonen").error() == Error::wrong_passphrase);

        auto dropped = vault.header;
        dropped.drop_next();
        CHECK(dropped.serialize() == before);
        vault.header.keep_next();
        CHECK(opens("oikea hevonen").error() == Error::wrong_passphrase);
        REQUIRE(opens("uusi hevonen").has_value());
        CHECK_FALSE(opens("uusi hevonen")->with_next);
    }

    TEST_CASE("a header cut at any byte, or longer, is damaged; one that asks for too much is refused before Argon2id runs")
    {
        auto vault = new_vault();
        base::SeededRandom random(4);
        REQUIRE(vault.header.wrap_next(vault.master_key, base::view_of("uusi hevonen"), random, cheap_password_key).has_value());
        const auto of_two = vault.header.serialize();
        for (std::size_t size = 0; size < of_two.size(); ++size)
            CHECK(VaultHeader::parse(base::ByteView(of_two).first(size)).error() == Error::damaged);
        vault.header.drop_next();
        const auto bytes = vault.header.serialize();
        for (std::size_t size = 0; size < bytes.size(); ++size)
            CHECK(VaultHeader::parse(base::ByteView(bytes).first(size)).error() == Error::damaged);
        auto longer = bytes;
        longer.push_back(0);
        CHECK(VaultHeader::parse(longer).error() == Error::damaged);
        for (const auto& [memory, passes] : {std::pair<std::uint64_t, std::uint32_t>{UINT64_MAX, 3}, {0, 3}, {crypto::kPasswordMemoryMin, 0}, {crypto::kPasswordMemoryMin, UINT32_MAX}}) {
            auto greedy = vault.header;
            greedy.parameters = {memory, passes};
            CHECK(VaultHeader::parse(greedy.serialize()).error() == Error::bad_parameters);
        }
    }
}
