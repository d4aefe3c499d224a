#include "chat/person_vault.h"

#include "chat/sign_in.h"
#include "chat/vault_keeper.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

PersonVault some_vault(bool administrator)
{
    base::SeededRandom random(1);
    auto root = crypto::SignaturePrivateKey::generate(random);
    const auto root_public_key = root.public_key();
    return {{crypto::SignaturePrivateKey::generate(random), directory::DirectoryKey(base::ByteView(base::Bytes(32, 7))), root_public_key,
             {random.array<32>(), random.array<32>()}, administrator ? std::optional(std::move(root)) : std::nullopt, "Virasto", "Aino", "Päällikkö"},
            true};
}

store::Records records_of(const VaultKeeper& keeper)
{
    store::Records records;
    records.emplace(kVaultRecord, keeper.serialize());
    return records;
}

VaultKeeper some_keeper()
{
    base::SeededRandom random(2);
    base::SecretBytes secret(64);
    random.fill(secret.mutable_view());
    return VaultKeeper({"Aino 2", 3, vault::VaultSecret(std::move(secret)), vault::RecoveryCode::generate(random), true});
}

}  // namespace

TEST_SUITE("chat.person_vault")
{
    TEST_CASE("what a vault holds comes back as it was, with the root key and without")
    {
        for (const bool administrator : {true, false}) {
            const auto vault = some_vault(administrator);
            const auto bytes = vault.serialize();
            const auto read = PersonVault::parse(bytes.view());
            REQUIRE(read.has_value());
            CHECK(read->person.identity.public_key() == vault.person.identity.public_key());
            CHECK(read->person.root.has_value() == administrator);
            CHECK(read->person.name == "Aino");
            CHECK(read->code_shown);
            CHECK(read->serialize() == bytes);
        }
    }

    TEST_CASE("contents that are cut off at any byte, longer, of a later version, or with a root key that is not the organisation's are refused")
    {
        const auto bytes = base::to_bytes(some_vault(true).serialize().view());
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(PersonVault::parse(base::ByteView(bytes).first(size)).has_value());
        auto changed = bytes;
        changed.push_back(0);
        CHECK_FALSE(PersonVault::parse(changed).has_value());
        changed = bytes;
        changed[1] = 2;
        CHECK_FALSE(PersonVault::parse(changed).has_value());
        auto foreign = some_vault(true);
        base::SeededRandom random(5);
        foreign.person.root = crypto::SignaturePrivateKey::generate(random);
        CHECK_FALSE(PersonVault::parse(foreign.serialize().view()).has_value());
    }

    TEST_CASE("the record of a vault comes back as it was, and a damaged one is refused")
    {
        const auto bytes = some_keeper().serialize();
        auto records = records_of(some_keeper());
        const auto keeper = VaultKeeper::load(records);
        REQUIRE(keeper.has_value());
        CHECK(keeper->serialize() == bytes);
        CHECK(keeper->state() == api::VaultState::saved);
        CHECK(keeper->sign_in_name() == "Aino 2");
        CHECK(keeper->code_shown());
        CHECK_FALSE(keeper->wants_relay());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            records.insert_or_assign(std::string(kVaultRecord), base::SecretBytes(bytes.view().first(size)));
            CHECK_FALSE(VaultKeeper::load(records).has_value());
        }
        auto longer = bytes.clone();
        longer.push_back(0);
        records.insert_or_assign(std::string(kVaultRecord), std::move(longer));
        CHECK_FALSE(VaultKeeper::load(records).has_value());
        CHECK(VaultKeeper::load({})->state() == api::VaultState::none);
    }

    TEST_CASE("an answer that nobody asked for, or to another question, is none")
    {
        base::SeededRandom random(3);
        const auto founder = found_organisation({base::Secret<32>(), {}}, "Virasto", "Aino", "", {1'800'000'000'000}, random);
        REQUIRE(founder.has_value());
        const auto& account = founder->account;
        auto keeper = VaultKeeper();
        keeper.give_passphrase(base::SecretBytes(base::view_of("kolme sanaa ja lukko")));
        CHECK_FALSE(keeper.next_request(account, {}, random).has_value());   // not without a name
        keeper.set_name("Aino", 1);
        CHECK(keeper.on_answer(account, wire::VaultStored{}, crypto::password_key, random).outcome == VaultKeeper::Outcome::garbled);
        const auto request = keeper.next_request(account, {}, random);
        REQUIRE(request.has_value());
        CHECK(std::holds_alternative<wire::VaultEvaluate>(*request));
        CHECK_FALSE(keeper.next_request(account, {}, random).has_value());   // one at a time
        CHECK(keeper.on_answer(account, wire::VaultFetched{}, crypto::password_key, random).outcome == VaultKeeper::Outcome::garbled);
        keeper.forget_request();
        REQUIRE(keeper.next_request(account, {}, random).has_value());
        CHECK(keeper.on_answer(account, wire::VaultEvaluated{.evaluated_element = {0xff}}, crypto::password_key, random).outcome == VaultKeeper::Outcome::garbled);
    }
}
