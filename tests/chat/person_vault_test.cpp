#include "chat/person_vault.h"

#include "chat/sign_in.h"
#include "chat/vault_keeper.h"
#include "codec/writer.h"
#include "crypto/hash.h"
#include "crypto/oprf.h"
#include "vault/access.h"
#include "vault/sign_in_name.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <numeric>

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

Kept some_kept()
{
    Kept kept;
    keep(kept, "theme", "dark", {1'800'000'000'000});
    keep(kept, kept_key({7}), kVerified, {1'800'000'000'001});
    return kept;
}

VaultKeeper some_keeper()
{
    base::SeededRandom random(2);
    base::SecretBytes secret(64);
    random.fill(secret.mutable_view());
    return VaultKeeper({"Aino 2", 3, vault::VaultSecret(std::move(secret)), vault::RecoveryCode::generate(random), true});
}

crypto::Result<crypto::PasswordKey> quick_password_key(base::ByteView passphrase, base::ByteView, crypto::PasswordParameters)
{
    return crypto::PasswordKey(base::ByteView(crypto::sha256(passphrase)));
}

// A device that looks at a vault which stands at the relay, and its person's two others, of which one was signed out.
struct Looking {
    base::SeededRandom random{7};
    Account account = std::move(found_organisation({base::Secret<32>(), {}}, "Virasto", "Aino", "", {1'800'000'000'000}, random)->account);
    PublicKey here = account.device.public_key(), other = random.array<32>(), lost = random.array<32>();
    VaultKeeper::Today today{20'006, {here, other}};
    vault::VaultId id = vault::vault_id(account.root_public_key, *vault::normalised_name("Aino 2"));
    VaultKeeper::Known known = *some_keeper().known();
    VaultKeeper keeper = some_keeper();

    Looking() { REQUIRE(keeper.begin_look()); }
    PersonVault vault() const { return {person_keys_of(account), true}; }
    template<typename T>
    T request()
    {
        auto next = keeper.next_request(account, {}, random);
        REQUIRE(next.has_value());
        REQUIRE(std::holds_alternative<T>(*next));
        return std::get<T>(std::move(*next));
    }
    VaultKeeper::Step answer(net::VaultAnswer&& with) { return keeper.on_answer(account, today, std::move(with), crypto::password_key, random); }
    VaultKeeper::Step fetched(const PersonVault& vault, std::uint64_t version)   // this stands there
    {
        request<wire::VaultFetch>();
        return answer(wire::VaultFetched{0, version, vault::seal_vault(id, version, *known.secret, known.code, vault.serialize().view(), random)});
    }
    PersonVault opened(const wire::VaultStore& store)
    {
        const auto opened = vault::open_vault(id, store.sealed, *known.secret, store.previous + 1);
        REQUIRE(opened.has_value());
        auto vault = PersonVault::parse(opened->contents.view());
        REQUIRE(vault.has_value());
        return std::move(*vault);
    }
};

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

    TEST_CASE("the days of devices come back as they were; a vault without any is the one of before, to the byte")
    {
        auto vault = some_vault(true);
        const auto before = vault.serialize();
        CHECK(before.view()[1] == 1);
        CHECK(PersonVault::parse(before.view())->seen.empty());
        base::SeededRandom random(6);
        while (vault.seen.size() < kSeenDevicesMax) vault.seen[random.array<32>()] = static_cast<std::uint32_t>(20'000 + vault.seen.size());
        const auto bytes = vault.serialize();
        CHECK(bytes.view()[1] == 2);
        const auto read = PersonVault::parse(bytes.view());
        REQUIRE(read.has_value());
        CHECK(read->seen == vault.seen);
        CHECK(read->serialize() == bytes);
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(PersonVault::parse(bytes.view().first(size)).has_value());
    }

    TEST_CASE("what is kept comes back as it was, with days and without, and without it a vault is the one of before, to the byte")
    {
        for (const bool seen : {false, true}) {
            auto vault = some_vault(true);
            if (seen) vault.seen[vault.person.root_public_key] = 20'000;
            const auto before = vault.serialize();
            CHECK(before.view()[1] == (seen ? 2 : 1));
            vault.kept = some_kept();
            const auto bytes = vault.serialize();
            CHECK(bytes.view()[1] == 3);
            const auto read = PersonVault::parse(bytes.view());
            REQUIRE(read.has_value());
            CHECK(read->kept == vault.kept);
            CHECK(read->seen == vault.seen);
            CHECK(read->serialize() == bytes);
            for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(PersonVault::parse(bytes.view().first(size)).has_value());
        }
        codec::SecretWriter empty;   // nothing is kept: that is an earlier version
        empty.u16(3).raw(some_vault(true).serialize().view().subspan(2)).u8(0).u8(0);
        CHECK_FALSE(PersonVault::parse(std::move(empty).take().view()).has_value());
    }

    TEST_CASE("days that are none, too many, twice or out of order are refused")
    {
        const auto with_days = [](const std::vector<std::uint8_t>& devices) {
            codec::SecretWriter writer;
            writer.u16(2).raw(some_vault(true).serialize().view().subspan(2));
            writer.vector([&](auto& days) {
                for (const auto device : devices) days.raw(base::Bytes(32, device)).u32(20'000);
            });
            return PersonVault::parse(std::move(writer).take().view()).has_value();
        };
        CHECK(with_days({1, 2}));
        CHECK_FALSE(with_days({}));
        CHECK_FALSE(with_days({2, 1}));
        CHECK_FALSE(with_days({1, 1}));
        std::vector<std::uint8_t> many(kSeenDevicesMax);
        std::iota(many.begin(), many.end(), std::uint8_t{1});
        CHECK(with_days(many));
        many.push_back(200);
        CHECK_FALSE(with_days(many));
    }

    TEST_CASE("contents that are cut off at any byte, longer, of a later version, or with a root key that is not the organisation's are refused")
    {
        const auto bytes = base::to_bytes(some_vault(true).serialize().view());
        for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(PersonVault::parse(base::ByteView(bytes).first(size)).has_value());
        auto changed = bytes;
        changed.push_back(0);
        CHECK_FALSE(PersonVault::parse(changed).has_value());
        changed = bytes;
        changed[1] = 4;
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

    TEST_CASE("the record keeps what the person wants everywhere, and that it may be a part")
    {
        auto known = *some_keeper().known();
        known.kept = some_kept();
        known.partial = true;
        const VaultKeeper keeper(std::move(known));
        const auto bytes = keeper.serialize();
        auto records = records_of(keeper);
        const auto again = VaultKeeper::load(records);
        REQUIRE(again.has_value());
        CHECK(again->kept() == some_kept());
        CHECK(again->known()->partial);
        CHECK(again->serialize() == bytes);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            records.insert_or_assign(std::string(kVaultRecord), base::SecretBytes(bytes.view().first(size)));
            CHECK_FALSE(VaultKeeper::load(records).has_value());
        }
    }

    TEST_CASE("a record of before anything was kept is read, one of before there were days, and one of before there was a root key")
    {
        auto bytes = base::to_bytes(some_keeper().serialize().view());
        REQUIRE(bytes[1] == 4);
        bytes.pop_back();   // the marker of a part
        for (const auto version : {std::uint8_t{3}, std::uint8_t{2}, std::uint8_t{1}}) {   // each ended where the next one goes on: with a vector's length, twice, and a marker
            bytes[1] = version;
            bytes.pop_back();
            store::Records records;
            records.emplace(kVaultRecord, base::SecretBytes(base::ByteView(bytes)));
            const auto keeper = VaultKeeper::load(records);
            REQUIRE(keeper.has_value());
            CHECK(keeper->seen().empty());
            CHECK(keeper->serialize() == some_keeper().serialize());
        }
    }

    TEST_CASE("a look leaves this device's day and keeps the others', but for those signed out, and does so again over what it finds after a conflict")
    {
        Looking looking;
        auto vault = looking.vault();
        vault.seen = {{looking.other, 20'005}, {looking.lost, 19'999}};
        auto step = looking.fetched(vault, 3);
        CHECK(step.outcome == VaultKeeper::Outcome::again);
        CHECK(looking.keeper.state() == api::VaultState::saved);
        auto stored = looking.request<wire::VaultStore>();
        CHECK(stored.previous == 3);
        CHECK(stored.version == 4);
        CHECK(looking.opened(stored).seen == SeenDays{{looking.here, 20'006}, {looking.other, 20'005}});
        CHECK(looking.opened(stored).person.name == "Aino");
        CHECK(looking.opened(stored).code_shown);

        // Another device was faster; its day is no reason to write, ours is.
        CHECK(looking.keeper.on_refused(looking.account, wire::Refusal::vault_conflict, looking.random).outcome == VaultKeeper::Outcome::again);
        vault.seen[looking.other] = 20'006;
        CHECK(looking.fetched(vault, 7).outcome == VaultKeeper::Outcome::again);
        stored = looking.request<wire::VaultStore>();
        CHECK(stored.previous == 7);
        CHECK(looking.opened(stored).seen == SeenDays{{looking.here, 20'006}, {looking.other, 20'006}});
        CHECK(looking.answer(wire::VaultStored{.request_id = 0, .version = 8}).outcome == VaultKeeper::Outcome::done);
        CHECK(looking.keeper.seen().at(looking.other) == 20'006);

        REQUIRE(looking.keeper.begin_look());
        vault.seen = {{looking.here, 20'006}, {looking.other, 20'007}};
        step = looking.fetched(vault, 9);
        CHECK(step.outcome == VaultKeeper::Outcome::done);
        CHECK_FALSE(looking.keeper.wants_relay());
        CHECK(looking.keeper.seen().at(looking.other) == 20'007);
    }

    TEST_CASE("a day on its way is stored, and gives way to what the person wants and to a relay that will not have it")
    {
        Looking looking;
        CHECK(looking.fetched(looking.vault(), 3).outcome == VaultKeeper::Outcome::again);
        const auto sent = looking.request<wire::VaultStore>();
        CHECK(looking.keeper.is_busy());
        auto stored = VaultKeeper::load(records_of(looking.keeper));
        REQUIRE(stored.has_value());
        CHECK(stored->change() == VaultChange::seen);
        CHECK_FALSE(stored->is_busy());
        const auto again = stored->next_request(looking.account, {}, looking.random);
        REQUIRE(again.has_value());
        CHECK(std::get<wire::VaultStore>(*again).sealed == sent.sealed);
        SUBCASE("the relay is full")
        {
            const auto step = stored->on_refused(looking.account, wire::Refusal::storage_full, looking.random);
            CHECK(step.outcome == VaultKeeper::Outcome::failed);
            CHECK(stored->trouble() == api::Code::none);
            CHECK_FALSE(stored->wants_relay());
        }
        SUBCASE("the connection is lost, and a new recovery code wanted")
        {
            stored->forget_request();
            CHECK(stored->change() == VaultChange::seen);
            CHECK_FALSE(stored->is_busy());
            stored->begin_code();
            const auto renewed = stored->next_request(looking.account, {}, looking.random);
            REQUIRE(renewed.has_value());
            const auto& store = std::get<wire::VaultStore>(*renewed);
            CHECK(store.recovery_access_key != sent.recovery_access_key);
            CHECK(looking.opened(store).seen.contains(looking.here));
        }
    }

    TEST_CASE("a look takes over what is kept there, and leaves what is kept here: once, and never for what others have left")
    {
        Looking looking;
        looking.keeper.forget_request();
        auto vault = looking.vault();
        vault.seen = {{looking.here, 20'006}};
        vault.kept = some_kept();
        REQUIRE(looking.keeper.begin_look());
        CHECK(looking.fetched(vault, 4).outcome == VaultKeeper::Outcome::done);
        CHECK(looking.keeper.kept() == some_kept());
        CHECK_FALSE(looking.keeper.is_unsaved());

        CHECK(looking.keeper.keep("theme", "light", {1'800'000'000'500}));
        CHECK_FALSE(looking.keeper.keep("theme", "light", {1'800'000'000'600}));
        CHECK(looking.keeper.is_unsaved());
        REQUIRE(looking.keeper.begin_look());
        keep(vault.kept, "language", "sv", {1'800'000'000'400});
        CHECK(looking.fetched(vault, 5).outcome == VaultKeeper::Outcome::again);
        auto stored = looking.opened(looking.request<wire::VaultStore>());
        CHECK(stored.kept.size() == 3);
        CHECK(stored.kept.at("theme").value == "light");
        CHECK(stored.kept.at("language").value == "sv");
        CHECK(stored.seen == vault.seen);

        // What is set while a version is on its way waits for another.
        CHECK(looking.keeper.keep("density", "compact", {1'800'000'000'700}));
        CHECK(looking.answer(wire::VaultStored{.request_id = 0, .version = 6}).outcome == VaultKeeper::Outcome::done);
        CHECK(looking.keeper.is_unsaved());
        REQUIRE(looking.keeper.begin_look());
        vault.kept = stored.kept;
        CHECK(looking.fetched(vault, 6).outcome == VaultKeeper::Outcome::again);
        stored = looking.opened(looking.request<wire::VaultStore>());
        CHECK(stored.kept.at("density").value == "compact");
        CHECK_FALSE(looking.keeper.is_unsaved());
        CHECK(looking.keeper.on_refused(looking.account, wire::Refusal::storage_full, looking.random).outcome == VaultKeeper::Outcome::failed);
        CHECK(looking.keeper.is_unsaved());   // the relay was full
    }

    TEST_CASE("of what another device set at the same moment neither is lost")
    {
        Looking looking;
        looking.keeper.keep("theme", "light", {1'800'000'000'500});
        auto vault = looking.vault();
        CHECK(looking.fetched(vault, 3).outcome == VaultKeeper::Outcome::again);
        looking.request<wire::VaultStore>();
        CHECK(looking.keeper.on_refused(looking.account, wire::Refusal::vault_conflict, looking.random).outcome == VaultKeeper::Outcome::again);
        keep(vault.kept, kept_key({9}), kVerified, {1'800'000'000'500});
        keep(vault.kept, "theme", "dark", {1'800'000'000'499});
        CHECK(looking.fetched(vault, 4).outcome == VaultKeeper::Outcome::again);
        const auto stored = looking.opened(looking.request<wire::VaultStore>());
        CHECK(verified_people(stored.kept).size() == 1);
        CHECK(stored.kept.at("theme").value == "light");
        CHECK(stored.kept == looking.keeper.kept());
    }

    TEST_CASE("a vault is changed with all that it keeps: by who knows it, and by who was handed a part and fetches it first")
    {
        for (const bool partial : {false, true}) {
            for (const auto change : {VaultChange::code, VaultChange::showing, VaultChange::root, VaultChange::passphrase}) {
                CAPTURE(partial);
                CAPTURE(static_cast<int>(change));
                Looking looking;
                auto known = *some_keeper().known();
                known.code_shown = false;
                known.kept = some_kept();
                auto all = some_kept();
                if (partial) {
                    known.partial = true;
                    keep(all, kept_key({8}), kVerified, {1'700'000'000'000});
                }
                auto& keeper = looking.keeper;
                keeper = VaultKeeper(std::move(known));
                if (change == VaultChange::code) keeper.begin_code();
                if (change == VaultChange::showing) keeper.begin_showing();
                auto vault = looking.vault();
                vault.code_shown = false;
                vault.kept = all;
                auto root = std::move(*std::exchange(looking.account.root, std::nullopt));
                vault.person.root.reset();
                if (change == VaultChange::root) keeper.begin_root(std::move(root));
                if (change == VaultChange::passphrase) {
                    keeper.begin_passphrase(base::SecretBytes(base::view_of("kolme sanaa ja lukko")));
                    const auto evaluate = looking.request<wire::VaultEvaluate>();
                    const auto key = crypto::OprfPrivateKey::derive(crypto::OprfMode::oprf, base::ByteArray<crypto::kOprfSeedSize>{1}, evaluate.vault);
                    const auto element = crypto::oprf_blind_evaluate(*key, *crypto::GroupElement::decode(evaluate.blinded_element));
                    CHECK(keeper.on_answer(looking.account, looking.today, wire::VaultEvaluated{0, element->bytes()}, quick_password_key, looking.random).outcome ==
                          VaultKeeper::Outcome::again);
                }
                if (partial || change == VaultChange::showing) CHECK(looking.fetched(vault, 3).outcome == VaultKeeper::Outcome::again);
                const auto store = looking.request<wire::VaultStore>();
                CHECK(looking.answer(wire::VaultStored{.request_id = 0, .version = 4}).outcome == VaultKeeper::Outcome::done);
                const auto known_now = keeper.known();
                REQUIRE(known_now.has_value());
                const auto opened = vault::open_vault(looking.id, store.sealed, *known_now->secret, 4);
                REQUIRE(opened.has_value());
                CHECK(PersonVault::parse(opened->contents.view())->kept == all);
                CHECK(known_now->kept == all);
                CHECK_FALSE(known_now->partial);
            }
        }
    }

    TEST_CASE("a device that board 0 does not have writes nothing, and a clock that was wrong is put right")
    {
        Looking looking;
        auto vault = looking.vault();
        SUBCASE("not enrolled")
        {
            looking.today.devices = {looking.other};
            CHECK(looking.fetched(vault, 3).outcome == VaultKeeper::Outcome::done);
        }
        SUBCASE("a day to come")
        {
            vault.seen = {{looking.here, 30'000}};
            CHECK(looking.fetched(vault, 3).outcome == VaultKeeper::Outcome::again);
            CHECK(looking.opened(looking.request<wire::VaultStore>()).seen.at(looking.here) == 20'006);
        }
    }

    // fixtures/vaults.txt has a line for each format that stands in a vault or in a device's own record: which, its version, the bytes.
    // A new one is added with SINETTI_WRITE_FIXTURE=FILE, which writes today's two; lines that are there are never changed.
    TEST_CASE("every stored format there ever was is read, and what is written today is the last of them")
    {
        auto vault = some_vault(true);
        vault.seen[vault.person.root_public_key] = 20'000;
        vault.kept = some_kept();
        auto known = *some_keeper().known();
        known.kept = some_kept();
        const auto today = vault.serialize(), record_today = VaultKeeper(std::move(known)).serialize();
        if (const char* const path = std::getenv("SINETTI_WRITE_FIXTURE"))
            std::ofstream(path, std::ios::binary) << "contents 3 " << base::to_hex(today.view()) << "\nrecord 4 " << base::to_hex(record_today.view()) << '\n';
        std::ifstream stream("tests/chat/fixtures/vaults.txt", std::ios::binary);
        std::map<std::pair<std::string, unsigned>, base::Bytes> fixtures;
        std::string which, bytes;
        for (unsigned version = 0; stream >> which >> version >> bytes;) fixtures[{which, version}] = *base::from_hex(bytes);
        for (const unsigned version : {1u, 2u, 3u}) {
            const auto& contents = fixtures.at({"contents", version});
            CHECK(contents[1] == version);
            const auto read = PersonVault::parse(contents);
            REQUIRE(read.has_value());
            CHECK(read->person.name == "Aino");
            CHECK(read->seen.size() == (version > 1 ? 1 : 0));
            CHECK(read->kept == (version > 2 ? some_kept() : Kept()));
            CHECK(base::equal(read->serialize().view(), contents));
        }
        for (const unsigned version : {3u, 4u}) {
            const auto& record = fixtures.at({"record", version});
            CHECK(record[1] == version);
            store::Records records;
            records.emplace(kVaultRecord, base::SecretBytes(base::ByteView(record)));
            const auto keeper = VaultKeeper::load(records);
            REQUIRE(keeper.has_value());
            CHECK(keeper->sign_in_name() == "Aino 2");
            CHECK(keeper->known()->kept == (version > 3 ? some_kept() : Kept()));
        }
        CHECK(base::equal(today.view(), fixtures.at({"contents", 3})));
        CHECK(base::equal(record_today.view(), fixtures.at({"record", 4})));
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
        CHECK(keeper.on_answer(account, {}, wire::VaultStored{}, crypto::password_key, random).outcome == VaultKeeper::Outcome::garbled);
        const auto request = keeper.next_request(account, {}, random);
        REQUIRE(request.has_value());
        CHECK(std::holds_alternative<wire::VaultEvaluate>(*request));
        CHECK_FALSE(keeper.next_request(account, {}, random).has_value());   // one at a time
        CHECK(keeper.on_answer(account, {}, wire::VaultFetched{}, crypto::password_key, random).outcome == VaultKeeper::Outcome::garbled);
        keeper.forget_request();
        REQUIRE(keeper.next_request(account, {}, random).has_value());
        CHECK(keeper.on_answer(account, {}, wire::VaultEvaluated{.evaluated_element = {0xff}}, crypto::password_key, random).outcome == VaultKeeper::Outcome::garbled);
    }
}
