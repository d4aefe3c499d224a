#include "codec/writer.h"
#include "crypto/hash.h"
#include "relay/backup.h"
#include "relay/data_folder.h"
#include "relay/limits.h"
#include "relay/store_sqlite.h"
#include "relay/vault_commands.h"
#include "relay/vault_key.h"
#include "relay/vault_sessions.h"
#include "tests/relay/support.h"
#include "vault/access.h"
#include "vault/sealed_vault.h"

#include <algorithm>
#include <atomic>
#include <doctest/doctest.h>
#include <fstream>
#include <sqlite3.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

namespace {

constexpr std::int64_t kDayLength = 24 * 3600 * 1000;   // milliseconds

// In the place of Argon2id, which has tests of its own.
crypto::Result<crypto::PasswordKey> quick_password_key(base::ByteView passphrase, base::ByteView salt, crypto::PasswordParameters)
{
    return crypto::PasswordKey(crypto::hmac(crypto::HashAlgorithm::sha256, salt, passphrase));
}

bool open_for_vaults(Client& client)
{
    const auto challenge = client.challenge();
    if (!challenge) return false;
    client.nonce = challenge->nonce;
    client.send(wire::AuthenticateVault{});
    const auto accepted = client.expect<wire::Accepted>();
    return accepted && accepted->session_kind == wire::SessionKind::vault && accepted->boards.empty();
}

// What the relay says to a guess; nullopt: refused, and the refusal is in `refusal`.
struct Guess {
    std::optional<vault::VaultSecret> secret;
    std::optional<Refusal> refusal;
};
Guess guess(Client& client, const vault::VaultId& id, std::string_view passphrase)
{
    base::SystemRandom random;
    const auto hardening = vault::Hardening::begin(id, base::SecretBytes(base::view_of(passphrase)), random);
    client.send(wire::VaultEvaluate{7, id, hardening.blinded_element()});
    const auto frame = client.receive();
    if (!frame) return {};
    if (const auto* refused = std::get_if<wire::Refused>(&*frame)) return {{}, refused->code};
    const auto* evaluated = std::get_if<wire::VaultEvaluated>(&*frame);
    if (evaluated == nullptr || evaluated->request_id != 7) return {};
    auto secret = hardening.finish(evaluated->evaluated_element, quick_password_key);
    if (!secret) return {};
    return {std::move(*secret), {}};
}

std::optional<Refusal> ask(Client& client, const wire::ClientFrame& frame)   // nullopt: not refused
{
    client.send(frame);
    const auto refused = client.expect<wire::Refused>();
    if (!refused) return {};
    return refused->code;
}

wire::VaultFetch fetch_of(const Client& client, const vault::VaultId& id, const crypto::SignaturePrivateKey& key)
{
    return {9, id, key.public_key(), vault::sign_fetch(key, client.nonce, id)};
}

struct NewVault {
    base::SystemRandom random;
    vault::VaultId id;
    vault::RecoveryCode code = vault::RecoveryCode::generate(random);
    base::Bytes contents = base::Bytes(600, 5);

    explicit NewVault(const std::string& name = "anna") : id(vault::vault_id({1}, name)) {}

    wire::VaultStore frame(const Client& client, std::uint64_t previous, std::uint64_t version, const vault::VaultSecret& secret,
                           const crypto::SignaturePrivateKey* signer = nullptr)
    {
        const auto own = vault::access_key(secret);
        const auto& key = signer == nullptr ? own : *signer;
        wire::VaultStore frame{8, id, previous, version, own.public_key(), vault::access_key(code.secret(id)).public_key(),
                               vault::seal_vault(id, version, secret, code, contents, random), key.public_key(), {}};
        sign(frame, client, key);
        return frame;
    }
    static void sign(wire::VaultStore& frame, const Client& client, const crypto::SignaturePrivateKey& key)
    {
        frame.access_public_key = key.public_key();
        frame.signature = vault::sign_store(
            key, client.nonce, {frame.vault, frame.previous, frame.version, {frame.passphrase_access_key, frame.recovery_access_key}, frame.sealed});
    }
};

bool store(Client& client, const wire::VaultStore& frame)
{
    client.send(frame);
    const auto stored = client.expect<wire::VaultStored>();
    return stored && stored->request_id == frame.request_id && stored->version == frame.version;
}

// Anna's device, and her vault under a passphrase.
struct VaultWorld {
    RunningRelay relay;
    Cast cast;
    NewVault anna;
    std::optional<vault::VaultSecret> secret;
    std::optional<Client> device;

    VaultWorld()
    {
        REQUIRE(found(relay, cast));
        device.emplace(relay.address());
        REQUIRE(device->open_as_device(cast.anna.device));
        secret = guess(*device, anna.id, "a good passphrase").secret;
        REQUIRE(secret);
        REQUIRE(store(*device, anna.frame(*device, 0, 1, *secret)));
    }
};

std::string file_contents(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool contains(const std::string& text, base::ByteView bytes) { return text.find(base::to_text(bytes)) != text.npos; }

std::int64_t sql_integer(const std::filesystem::path& file, const char* sql)
{
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const auto value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return value;
}

relay::Config vault_config(const std::filesystem::path& data)
{
    relay::Config config;
    config.data = data;
    return config;
}

}  // namespace

TEST_SUITE_BEGIN("relay.vault");

TEST_CASE_FIXTURE(VaultWorld, "somebody without any key gets the vault with the passphrase, or with the recovery code, and not without")
{
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    const auto right = guess(client, anna.id, "a good passphrase");
    REQUIRE(right.secret);
    client.send(fetch_of(client, anna.id, vault::access_key(*right.secret)));
    const auto fetched = client.expect<wire::VaultFetched>();
    REQUIRE(fetched);
    CHECK(fetched->request_id == 9);
    CHECK(fetched->version == 1);
    const auto opened = vault::open_vault(anna.id, fetched->sealed, *right.secret, 1);
    REQUIRE(opened.has_value());
    CHECK(base::equal(opened->contents.view(), anna.contents));

    client.send(fetch_of(client, anna.id, vault::access_key(anna.code.secret(anna.id))));
    const auto recovered = client.expect<wire::VaultFetched>();
    REQUIRE(recovered);
    CHECK(vault::open_vault(anna.id, recovered->sealed, anna.code.secret(anna.id), 1).has_value());

    const auto wrong = guess(client, anna.id, "a bad passphrase");
    REQUIRE(wrong.secret);
    CHECK(ask(client, fetch_of(client, anna.id, vault::access_key(*wrong.secret))) == Refusal::not_authorised);
    // With the right public key, and no signature of its own.
    auto copied = fetch_of(client, anna.id, vault::access_key(*wrong.secret));
    copied.access_public_key = vault::access_key(*right.secret).public_key();
    CHECK(ask(client, copied) == Refusal::not_authorised);
    // Signed in another session.
    Client another(relay.address());
    REQUIRE(open_for_vaults(another));
    CHECK(ask(another, fetch_of(client, anna.id, vault::access_key(*right.secret))) == Refusal::not_authorised);
}

TEST_CASE_FIXTURE(VaultWorld, "a vault that is not there is asked for as one that is: the same answers, and as many")
{
    const auto nobody = vault::vault_id({1}, "nobody");
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    const auto first = guess(client, nobody, "a good passphrase");
    REQUIRE(first.secret);
    CHECK(ask(client, fetch_of(client, nobody, vault::access_key(*first.secret))) == Refusal::not_authorised);
    // An answer of its own, and always the same one, so that asking twice tells nothing.
    Client again(relay.address());
    REQUIRE(open_for_vaults(again));
    CHECK(*guess(again, nobody, "a good passphrase").secret == *first.secret);
    for (int i = 2; i < relay::kVaultGuessesPerDay; ++i) CHECK(guess(again, nobody, "another").secret);
    CHECK(guess(again, nobody, "another").refusal == Refusal::vault_guesses_spent);
    CHECK(ask(*device, anna.frame(*device, 1, 2, *secret, &cast.bert.device)) == Refusal::not_authorised);
    auto elsewhere = anna.frame(*device, 1, 2, *secret);
    elsewhere.vault = nobody;
    NewVault::sign(elsewhere, *device, vault::access_key(*secret));
    CHECK(ask(*device, elsewhere) == Refusal::not_authorised);
}

TEST_CASE_FIXTURE(VaultWorld, "ten guesses a day at one vault, over restarts and clocks set back; other vaults have their own, and so has the next day")
{
    int answered = 1;   // the one with which the vault was made
    device.reset();
    for (int round = 0; round < 4; ++round) {
        Client client(relay.address());
        REQUIRE(open_for_vaults(client));
        for (int i = 0; i < 3; ++i) answered += guess(client, anna.id, "guess " + std::to_string(answered)).secret.has_value();
        relay.restart();
    }
    CHECK(answered == relay::kVaultGuessesPerDay);
    {
        Client client(relay.address());
        REQUIRE(open_for_vaults(client));
        CHECK(guess(client, anna.id, "a good passphrase").refusal == Refusal::vault_guesses_spent);
        CHECK(guess(client, vault::vault_id({1}, "bert"), "a good passphrase").secret);
        client.send(fetch_of(client, anna.id, vault::access_key(anna.code.secret(anna.id))));
        CHECK(client.expect<wire::VaultFetched>());   // the recovery code is no guess
    }
    relay.clock.advance(-3 * kDayLength);
    {
        Client client(relay.address());
        REQUIRE(open_for_vaults(client));
        CHECK(guess(client, anna.id, "a good passphrase").refusal == Refusal::vault_guesses_spent);
    }
    relay.clock.advance(4 * kDayLength);
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    CHECK(*guess(client, anna.id, "a good passphrase").secret == *secret);
    CHECK(sql_integer(relay::database_file(relay.data()), "SELECT count(*) FROM vault_guesses WHERE day < (SELECT max(day) - 1 FROM vault_guesses)") == 0);
}

TEST_CASE_FIXTURE(VaultWorld, "ten guesses a day at one vault, through however many sessions at once")
{
    std::atomic<int> answered = 1, refused = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            Client client(relay.address());
            if (!open_for_vaults(client)) return;
            for (int k = 0; k < 6; ++k) {
                const auto result = guess(client, anna.id, "a guess");
                answered += result.secret.has_value();
                refused += result.refusal == Refusal::vault_guesses_spent;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(answered == relay::kVaultGuessesPerDay);
    CHECK(refused == 4 * 6 + 1 - relay::kVaultGuessesPerDay);
}

TEST_CASE("a guess that cannot be counted is not answered")
{
    RunningRelay relay(512 * 1024);
    Cast cast;
    REQUIRE(found(relay, cast));
    Client member(relay.address());
    REQUIRE(member.open_as_member(cast.anna.device));
    std::uint64_t number = 0;
    for (;; ++number) {
        member.send(wire::Append{1, 1, cell(number)});
        if (std::holds_alternative<wire::Refused>(*member.receive())) break;
        REQUIRE(number < 1000);
    }
    // There is room for some rows in the pages that are there already.
    int answered = 0;
    std::optional<Refusal> refusal;
    for (int session = 0; session < 40 && !refusal; ++session) {
        Client client(relay.address());
        REQUIRE(open_for_vaults(client));
        for (int i = 0; i < int(relay::kVaultSessionBurst) && !refusal; ++i) {
            const auto result = guess(client, vault::vault_id({1}, std::to_string(answered)), "a guess");
            answered += result.secret.has_value();
            refusal = result.refusal;
        }
    }
    CHECK(refusal == Refusal::storage_full);
    CHECK(sql_integer(relay::database_file(relay.data()), "SELECT sum(count) FROM vault_guesses") == answered);
}

TEST_CASE_FIXTURE(VaultWorld, "of two new versions in the place of one the first wins; the same one again is answered again")
{
    Client other(relay.address());
    REQUIRE(other.open_as_device(cast.anna.device));
    const auto second = anna.frame(*device, 1, 2, *secret);
    anna.contents.assign(600, 6);
    const auto rival = anna.frame(other, 1, 2, *secret);
    CHECK(store(*device, second));
    CHECK(ask(other, rival) == Refusal::vault_conflict);
    CHECK(store(*device, second));   // as after a lost answer
    CHECK(ask(other, anna.frame(other, 1, 3, *secret)) == Refusal::vault_conflict);
    CHECK(store(other, anna.frame(other, 2, 7, *secret)));   // versions may be left out
    relay.restart();
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    client.send(fetch_of(client, anna.id, vault::access_key(*secret)));
    const auto fetched = client.expect<wire::VaultFetched>();
    REQUIRE(fetched);
    CHECK(fetched->version == 7);
    CHECK(base::equal(vault::open_vault(anna.id, fetched->sealed, *secret, 7)->contents.view(), anna.contents));
}

TEST_CASE_FIXTURE(VaultWorld, "a new passphrase takes the old one's place, and the recovery code can give one too")
{
    const auto next = guess(*device, anna.id, "a better passphrase").secret;
    REQUIRE(next);
    const auto old_key = vault::access_key(*secret);
    REQUIRE(store(*device, anna.frame(*device, 1, 2, *next, &old_key)));
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    CHECK(ask(client, fetch_of(client, anna.id, old_key)) == Refusal::not_authorised);
    CHECK(ask(*device, anna.frame(*device, 2, 3, *secret)) == Refusal::not_authorised);
    client.send(fetch_of(client, anna.id, vault::access_key(*next)));
    CHECK(client.expect<wire::VaultFetched>());

    const auto recovery_key = vault::access_key(anna.code.secret(anna.id));
    const auto third = guess(*device, anna.id, "after I forgot it").secret;
    CHECK(store(*device, anna.frame(*device, 2, 3, *third, &recovery_key)));
}

TEST_CASE_FIXTURE(VaultWorld, "a taken name is said to be taken, and nothing of its vault changes")
{
    Client bert(relay.address());
    REQUIRE(bert.open_as_device(cast.bert.device));
    const auto his = guess(bert, anna.id, "another passphrase").secret;
    REQUIRE(his);
    NewVault imitation;
    CHECK(ask(bert, imitation.frame(bert, 0, 1, *his)) == Refusal::vault_conflict);
    CHECK(ask(bert, imitation.frame(bert, 1, 2, *his)) == Refusal::not_authorised);
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    client.send(fetch_of(client, anna.id, vault::access_key(*secret)));
    CHECK(client.expect<wire::VaultFetched>()->version == 1);
}

TEST_CASE_FIXTURE(VaultWorld, "only members make and change vaults, a few in a session, and sign for what they store")
{
    NewVault bert("bert"), third("third"), fourth("fourth");
    const auto signed_by_another = bert.frame(*device, 0, 1, *secret, &cast.bert.device);
    CHECK(ask(*device, signed_by_another) == Refusal::not_authorised);
    Client fresh(relay.address());
    REQUIRE(fresh.open_as_device(cast.bert.device));
    auto changed = bert.frame(fresh, 0, 1, *secret);
    changed.sealed.back() ^= 1;
    CHECK(ask(fresh, changed) == Refusal::not_authorised);
    CHECK(store(fresh, bert.frame(fresh, 0, 1, *secret)));
    CHECK(ask(fresh, third.frame(fresh, 0, 1, *secret)) == Refusal::too_many_requests);
    static_assert(relay::kVaultCreationsPerSession == 2);   // the changed one counted

    Person carla(cast.random);
    Client invited(relay.address());
    REQUIRE(invited.open_as_invite(cast.invite(carla), carla.invite));
    CHECK(ask(invited, fourth.frame(invited, 0, 1, *secret)) == Refusal::not_authorised);
    CHECK(ask(invited, wire::VaultEvaluate{1, fourth.id, {}}) == Refusal::not_authorised);
}

TEST_CASE_FIXTURE(VaultWorld, "a session for vaults may ask for vaults and nothing else")
{
    for (const wire::ClientFrame& frame :
         {wire::ClientFrame(wire::Append{1, 1, cell(1)}), wire::ClientFrame(wire::Append{1, 0, directory::encode(directory::Record(cast.organisation()))}),
          wire::ClientFrame(wire::Read{1, 0, 0}), wire::ClientFrame(wire::Follow{1, 0, 0}), wire::ClientFrame(anna.frame(*device, 0, 1, *secret)),
          wire::ClientFrame(wire::AuthenticateVault{}), wire::ClientFrame(wire::Hello{})}) {
        Client client(relay.address());
        REQUIRE(open_for_vaults(client));
        client.send(wire::Ping{3});
        CHECK(client.expect<wire::Pong>());
        client.send(frame);
        CHECK(client.expect_refusal(Refusal::bad_frame));
        CHECK(client.expect_end());
    }
    Client early(relay.address());
    REQUIRE(early.challenge());
    early.send(wire::VaultEvaluate{1, anna.id, {}});
    CHECK(early.expect_refusal(Refusal::bad_frame));
}

TEST_CASE_FIXTURE(VaultWorld, "what is no element of the group is a bad frame and no guess")
{
    for (const int filling : {0x00, 0xff}) {
        Client client(relay.address());
        REQUIRE(open_for_vaults(client));
        wire::VaultEvaluate frame{1, anna.id, {}};
        frame.blinded_element.fill(std::uint8_t(filling));
        client.send(frame);
        CHECK(client.expect_refusal(Refusal::bad_frame));
        CHECK(client.expect_end());
    }
    CHECK(sql_integer(relay::database_file(relay.data()), "SELECT max(count) FROM vault_guesses") == 1);
}

TEST_CASE_FIXTURE(VaultWorld, "requests are limited for each session, and sessions without a key for all of them together")
{
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    int answered = 0;
    for (int i = 0; i < int(relay::kVaultSessionBurst) + 1; ++i) answered += guess(client, vault::vault_id({1}, std::to_string(i)), "a guess").secret.has_value();
    CHECK(answered == int(relay::kVaultSessionBurst));
    CHECK(guess(client, anna.id, "a guess").refusal == Refusal::too_many_requests);

    std::vector<std::unique_ptr<Client>> crowd;
    for (std::size_t i = 1; i < relay::kVaultSessionsMax; ++i) {
        crowd.push_back(std::make_unique<Client>(relay.address()));
        REQUIRE(open_for_vaults(*crowd.back()));
    }
    Client late(relay.address());
    REQUIRE(late.challenge());
    late.send(wire::AuthenticateVault{});
    CHECK(late.expect_refusal(Refusal::overloaded));
    Client member(relay.address());
    CHECK(member.open_as_device(cast.anna.device));
    crowd.clear();
    for (int i = 0;; ++i) {   // the relay notices closed sockets when it gets to them
        Client next(relay.address());
        if (open_for_vaults(next)) break;
        REQUIRE(i < 200);
        std::this_thread::sleep_for(10ms);
    }
}

TEST_CASE_FIXTURE(VaultWorld, "when all places for strangers are taken, whoever has been longest without a request makes way, and only after a while")
{
    std::vector<std::unique_ptr<Client>> crowd;
    for (std::size_t i = 0; i < relay::kVaultSessionsMax; ++i) {
        crowd.push_back(std::make_unique<Client>(relay.address()));
        REQUIRE(open_for_vaults(*crowd.back()));
    }
    const auto comes = [&] {
        auto client = std::make_unique<Client>(relay.address());
        return open_for_vaults(*client) ? std::move(client) : nullptr;
    };
    relay.clock.advance(relay::kVaultSessionIdle - 1);
    CHECK(comes() == nullptr);
    // The first one is signing in, and the second one says nothing but that it is there.
    CHECK(guess(*crowd[0], anna.id, "a guess").secret.has_value());
    crowd[1]->send(wire::Ping{1});
    REQUIRE(crowd[1]->expect<wire::Pong>());
    relay.clock.advance(1);
    std::vector<std::unique_ptr<Client>> later;
    later.push_back(comes());
    REQUIRE(later.back() != nullptr);
    CHECK(crowd[1]->expect_refusal(Refusal::overloaded));
    CHECK(crowd[1]->expect_end());
    CHECK(guess(*crowd[0], anna.id, "a guess").secret.has_value());
    CHECK(guess(*later.back(), anna.id, "a guess").secret.has_value());
    for (std::size_t i = 2; i < crowd.size(); ++i) {
        later.push_back(comes());
        REQUIRE(later.back() != nullptr);
    }
    CHECK(comes() == nullptr);   // the first one and the newcomers have all asked for something, or just come
    CHECK(guess(*crowd[0], anna.id, "a guess").secret.has_value());
}

TEST_CASE("one address has so many places for strangers, unless it is one where an ingress is")
{
    base::ManualClock clock{directory_test::kNow};
    const auto address = [](const std::string& text) { return boost::asio::ip::make_address(text); };
    relay::VaultSessions sessions(clock, relay::AddressSet::parse("192.0.2.99").value());
    std::vector<std::unique_ptr<relay::VaultSessions::Place>> places;
    const auto fill = [&](const std::string& from, std::size_t most) {
        std::size_t count = 0;
        while (count < most) {
            auto place = sessions.admit(address(from), [] { FAIL("nobody has to make way"); });
            if (place == nullptr) break;
            places.push_back(std::move(place));
            ++count;
        }
        return count;
    };
    CHECK(fill("192.0.2.1", relay::kVaultSessionsMax) == relay::kVaultSessionsPerAddress);
    clock.advance(relay::kVaultSessionIdle);
    CHECK(fill("192.0.2.1", 1) == 0);                        // its own do not make way for it
    CHECK(fill("2001:db8::1", relay::kVaultSessionsMax) == relay::kVaultSessionsPerAddress);
    CHECK(fill("2001:db8::2", 1) == 0);
    CHECK(fill("192.0.2.99", relay::kVaultSessionsMax - 2 * relay::kVaultSessionsPerAddress) == relay::kVaultSessionsMax - 2 * relay::kVaultSessionsPerAddress);
    places.erase(places.begin());
    CHECK(fill("192.0.2.1", 2) == 1);
}

TEST_CASE("before the founding there are no vaults")
{
    RunningRelay relay;
    Client client(relay.address());
    REQUIRE(client.challenge());
    client.send(wire::AuthenticateVault{});
    CHECK(client.expect_refusal(Refusal::not_founded));
    CHECK(client.expect_end());
}

TEST_CASE_FIXTURE(VaultWorld, "a stolen database, or a backup, lets nobody try a guess: not even the right one, without the relay's vault key")
{
    TemporaryFolder folder;
    device.reset();
    REQUIRE(relay::back_up(relay.data(), folder.path() / "backup").faults.empty());
    relay.stop();
    const auto key_text = file_contents(relay::vault_key_file(relay.data()));
    const auto key_bytes = base::from_hex(key_text.substr(0, 64));
    REQUIRE(key_bytes);
    std::vector<std::filesystem::path> stolen{folder.path() / "backup"};
    for (const auto& entry : std::filesystem::directory_iterator(relay.data()))
        if (entry.path() != relay::vault_key_file(relay.data())) stolen.push_back(entry.path());
    REQUIRE(stolen.size() >= 2);

    // The thief knows the name and the passphrase, and has every other secret of the relay's. What can be computed from those
    // and the database is neither the row nor anything that opens it.
    const relay::VaultKey real{base::Secret<32>(base::ByteView(*key_bytes).first<32>())};
    const auto access = vault::access_key(*secret).public_key();
    bool found_row = false;
    for (const auto& file : stolen) {
        const auto bytes = file_contents(file);
        CHECK_FALSE(contains(bytes, base::view_of(key_text.substr(0, 64))));
        CHECK_FALSE(contains(bytes, *key_bytes));
        CHECK_FALSE(contains(bytes, anna.id));
        CHECK_FALSE(contains(bytes, real.oprf_key(anna.id).bytes()));
        found_row = found_row || (contains(bytes, real.row(anna.id)) && contains(bytes, access));
    }
    CHECK(found_row);   // so the looking above would have found the others

    // With a key of their own the thief's relay refuses to start on these vaults; and where it would answer, it answers otherwise.
    const auto theirs = folder.path() / "theirs";
    REQUIRE(relay::restore(theirs, folder.path() / "backup").faults.empty());
    auto store = relay::open_sqlite_store({.file = relay::database_file(theirs)});
    REQUIRE(store.has_value());
    base::SystemRandom random;
    const auto none = relay::prepare_vault_key(**store, relay::vault_key_file(theirs), random);
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().starts_with("there are vaults, and their key is missing"));
    std::ofstream(relay::vault_key_file(theirs)) << std::string(64, 'a') << "\n";
    const auto wrong = relay::prepare_vault_key(**store, relay::vault_key_file(theirs), random);
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().find("is not the key of the vaults in this database") != std::string::npos);
    const relay::VaultKey own{base::Secret<32>(random.array<32>())};
    CHECK((*store)->vaults().vault_access(real.row(anna.id))->version == 1);
    CHECK((*store)->vaults().vault_access(own.row(anna.id))->version == 0);
    const auto sealed = (*store)->vaults().sealed_vault(real.row(anna.id));
    REQUIRE(sealed.has_value());
    const auto secret_under = [&](const relay::VaultKey& key, std::string_view passphrase) {
        const auto hardening = vault::Hardening::begin(anna.id, base::SecretBytes(base::view_of(passphrase)), random);
        const auto blinded = crypto::GroupElement::decode(hardening.blinded_element());
        return *hardening.finish(crypto::oprf_blind_evaluate(key.oprf_key(anna.id), *blinded)->bytes(), quick_password_key);
    };
    CHECK_FALSE(vault::open_vault(anna.id, *sealed, secret_under(own, "a good passphrase"), 0).has_value());
    // The key is what was missing.
    CHECK(vault::open_vault(anna.id, *sealed, secret_under(real, "a good passphrase"), 0).has_value());
    CHECK_FALSE(vault::open_vault(anna.id, *sealed, secret_under(real, "a bad passphrase"), 0).has_value());
}

TEST_CASE_FIXTURE(VaultWorld, "the vault key is kept apart: check misses it, its copy brings everything back, and without it the vaults can be let go")
{
    device.reset();
    relay.stop();
    const auto file = relay::vault_key_file(relay.data());
    CHECK((std::filesystem::status(file).permissions() & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);
    auto report = relay::check_data(relay.data());
    CHECK(report.faults.empty());
    CHECK(std::ranges::count(report.lines, "vaults: 1") == 1);
    const auto copy = file_contents(file);
    std::filesystem::remove(file);
    report = relay::check_data(relay.data());
    REQUIRE(report.faults.size() == 1);
    CHECK(report.faults[0].find("put the copy of it back") != std::string::npos);
    CHECK(relay.error_of_another_on_the_same_data().find("put the copy of it back") != std::string::npos);
    std::ofstream(file) << "not a key\n";
    CHECK(relay.error_of_another_on_the_same_data().find("holds no vault key") != std::string::npos);
    std::ofstream(file) << copy;
    relay.start();
    {
        Client client(relay.address());
        REQUIRE(open_for_vaults(client));
        CHECK(*guess(client, anna.id, "a good passphrase").secret == *secret);
        CHECK(relay::forget_vaults(vault_config(relay.data())).error().find("another relay is running") != std::string::npos);
    }
    relay.stop();
    std::filesystem::remove(file);
    const auto forgotten = relay::forget_vaults(vault_config(relay.data()));
    REQUIRE_MESSAGE(forgotten.has_value(), forgotten.error());
    CHECK(forgotten->front() == "vaults let go: 1");
    relay.start();
    Client client(relay.address());
    REQUIRE(open_for_vaults(client));
    CHECK(ask(client, fetch_of(client, anna.id, vault::access_key(*secret))) == Refusal::not_authorised);
    Client again(relay.address());
    REQUIRE(again.open_as_device(cast.anna.device));
    const auto renewed = guess(again, anna.id, "a good passphrase").secret;
    REQUIRE(renewed);
    CHECK_FALSE(*renewed == *secret);
    CHECK(store(again, anna.frame(again, 0, 2, *renewed)));
}

TEST_SUITE_END();
