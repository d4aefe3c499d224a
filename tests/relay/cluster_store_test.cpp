// Copies of one stream: several relays over one cluster.

#include "directory/chain.h"
#include "relay/limits.h"
#include "tests/relay/stores.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using relay::NewEntry;
using relay::Placement;
using relay::StoreError;

TEST_SUITE_BEGIN("relay.cluster_store");

TEST_CASE("two that write at once place every entry once and alike, and each tells of all, in order")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    constexpr std::uint64_t kRounds = 30, kBatch = 8;
    std::vector<relay::Written> told[2];
    const auto write = [&](relay::Store& store, std::uint64_t base, std::vector<relay::Written>& into) {
        for (std::uint64_t round = 0; round < kRounds; ++round) {
            auto batch = entries(base + round * kBatch, kBatch);
            batch.push_back(entry(5'000 + round));   // both write this one
            const auto placed = store.append(batch);
            REQUIRE(placed.has_value());
            for (std::size_t i = 0; i < batch.size(); ++i) {
                const auto stored = store.read(1, (*placed)[i].position, 1);
                REQUIRE(stored->size() == 1);
                REQUIRE(stored->front().entry == *batch[i].entry);
            }
            std::ranges::move(store.take_written(), std::back_inserter(into));
        }
    };
    at_once([&] { write(*first, 0, told[0]); }, [&] { write(*second, 100'000, told[1]); });
    relay::Store* const stores[] = {first.get(), second.get()};
    const auto last = entry(9'999);
    REQUIRE(first->append(std::span(&last, 1)).has_value());
    REQUIRE(second->append(std::span(&last, 1)).has_value());
    for (int i = 0; i < 2; ++i) {
        std::ranges::move(stores[i]->take_written(), std::back_inserter(told[i]));
        REQUIRE(told[i].size() == 2 * kRounds * kBatch + kRounds + 1);
        for (std::size_t position = 0; position < told[i].size(); ++position) {
            REQUIRE(told[i][position].position == position);
            REQUIRE(*told[i][position].entry == *told[0][position].entry);
        }
    }
    CHECK(first->boards().value() == second->boards().value());
}

TEST_CASE("what is for one place only is written by one of two, and the other is told")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    for (std::uint64_t round = 0; round < 20; ++round) {
        auto mine = entry(round), theirs = entry(1000 + round);
        mine.only_at = theirs.only_at = round;
        Placement::Kind kinds[2];
        at_once([&] { kinds[0] = kind_of(first->append(std::span(&mine, 1))); }, [&] { kinds[1] = kind_of(second->append(std::span(&theirs, 1))); });
        CHECK((kinds[0] == Placement::Kind::appended) != (kinds[1] == Placement::Kind::appended));
        CHECK((kinds[0] == Placement::Kind::moved) != (kinds[1] == Placement::Kind::moved));
    }
}

TEST_CASE("guesses and versions of a vault hold across relays")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    std::atomic<int> allowed = 0;
    const auto guess = [&](relay::Store& store) {
        for (int i = 0; i < 8; ++i) allowed += store.vaults().count_guess(row(1), {100}, relay::kVaultGuessesPerDay).value() ? 1 : 0;
    };
    at_once([&] { guess(*first); }, [&] { guess(*second); });
    CHECK(allowed == relay::kVaultGuessesPerDay);

    CHECK(first->vaults().put_vault(row(1), 0, {1, {1}, {2}}, base::Bytes(40, 1)).value());
    CHECK(second->vaults().vault_access(row(1))->version == 1);
    bool stored[2];
    at_once([&] { stored[0] = first->vaults().put_vault(row(1), 1, {2, {3}, {4}}, base::Bytes(40, 2)).value(); },
            [&] { stored[1] = second->vaults().put_vault(row(1), 1, {2, {5}, {6}}, base::Bytes(40, 3)).value(); });
    CHECK(stored[0] != stored[1]);
    CHECK(first->vaults().vault_access(row(1))->passphrase_key == second->vaults().vault_access(row(1))->passphrase_key);
}

TEST_CASE("what an administrator signed at one relay holds at all of them, against the operator's word whichever comes first")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    Cast cast;
    const auto record = record_entry(directory::sign_board(cast.root, cast.board(2, 0)));
    at_once([&] { (void)first->append(std::span(&record, 1)); }, [&] { (void)second->add_board({.board = 2, .cipher_suite = 0x0003}); });
    const auto here = entry(1, 1, 2), there = entry(2, 1, 2);
    at_once([&] { (void)first->append(std::span(&here, 1)); },
            [&] {
                REQUIRE(second->vaults().vault_access(row(1)).has_value());   // which looks at the stream
                (void)second->append(std::span(&there, 1));
            });
    CHECK_FALSE(second->set_policy({.board = 2, .cipher_suite = 0x0003}).value());
    REQUIRE(first->vaults().vault_access(row(1)).has_value());
    CHECK(first->boards().value() == second->boards().value());
    CHECK(first->boards()->at(2).info.cipher_suite == 0x0054);
    CHECK(first->boards()->at(2).length == 2);
    const auto again = open_copy(folder.path() / "3", servers);
    CHECK(again->boards().value() == first->boards().value());
}

TEST_CASE("a board that is closed at one relay while cells come to both ends alike at each: a cell is there and was acknowledged, or was refused")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    Cast cast;
    std::vector<NewEntry> policies{record_entry(directory::sign_board(cast.root, cast.board(1, 0))), record_entry(directory::sign_board(cast.root, cast.board(2, 0)))};
    REQUIRE(first->append(policies).has_value());
    REQUIRE(second->vaults().vault_access(row(1)).has_value());   // which looks at the stream
    std::atomic<std::uint64_t> acknowledged = 0, refused = 0;
    const auto write = [&](relay::Store& store, std::uint64_t base) {
        for (std::uint64_t i = 0; i < 60; ++i) {
            const auto made = entry(base + i, 1, 2);
            const auto kind = kind_of(store.append(std::span(&made, 1)));
            REQUIRE((kind == Placement::Kind::appended || kind == Placement::Kind::closed));
            ++(kind == Placement::Kind::appended ? acknowledged : refused);
            if (base == 0 && i == 20) {
                auto closing = cast.board(2, 1);
                closing.closed = true;
                const auto record = record_entry(directory::sign_board(cast.root, std::move(closing)));
                REQUIRE(kind_of(store.append(std::span(&record, 1))) == Placement::Kind::appended);
            }
        }
    };
    at_once([&] { write(*first, 0); }, [&] { write(*second, 1000); });
    for (const auto* store : {&first, &second}) REQUIRE((*store)->vaults().vault_access(row(1)).has_value());
    CHECK(refused >= 39);
    CHECK(first->boards()->at(2).length == acknowledged);
    CHECK(first->boards().value() == second->boards().value());
    const auto again = open_copy(folder.path() / "3", servers);
    CHECK(again->boards().value() == first->boards().value());
    CHECK(again->boards()->at(2).closed);
}

TEST_CASE("a copy that is lost, or was away while old blocks went, is made again from the stream: the same heads")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    auto away = open_copy(folder.path() / "away", servers);
    REQUIRE(away->append(entries(0, 10)).has_value());
    away.reset();
    const auto store = open_copy(folder.path() / "1", servers);
    for (std::uint64_t number = 10; number < 700; number += 70) REQUIRE(store->append(entries(number, 70)).has_value());
    CHECK(store->vaults().put_vault(row(1), 0, {1, {1}, {2}}, base::Bytes(40, 1)).value());
    CHECK(store->vaults().put_vault(row(1), 1, {2, {3}, {4}}, base::Bytes(40, 2)).value());
    drop(*store, 512);
    const auto board = store->boards()->at(1);
    CHECK(board.cut == 512);
    for (const auto* name : {"away", "lost", "away"}) {
        const auto again = open_copy(folder.path() / name, servers);
        CHECK(again->boards()->at(1) == board);
        CHECK(again->read(1, 512, 256)->size() == board.length - 512);
        CHECK(again->vaults().sealed_vault(row(1)).value() == base::Bytes(40, 2));
        CHECK_FALSE(again->read(1, 511, 1).has_value());
    }
}

TEST_CASE("a tag that one relay has let go of may be used again, and the other lets go of it too")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    REQUIRE(first->append(entries(0, 300)).has_value());
    REQUIRE(second->catch_up().has_value());
    drop(*first, 256);
    const auto again = entry(3);
    CHECK(first->append(std::span(&again, 1))->at(0).position == 300);
    const auto last = entry(400);
    CHECK(second->append(std::span(&last, 1))->at(0).position == 301);
    REQUIRE(first->vaults().vault_access(row(1)).has_value());   // which looks at the stream
    CHECK(second->boards()->at(1) == first->boards()->at(1));
    CHECK(second->find(std::span(&again, 1))->at(0).position == 300);
}

TEST_CASE("with the servers away nothing is acknowledged and reading goes on; when they are back so is writing, by itself")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto store = open_copy(folder.path() / "1", servers);
    REQUIRE(store->append(entries(0, 3)).has_value());
    servers.kill(0);
    const auto refused = store->append(entries(3, 3));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == StoreError::unavailable);
    CHECK(relay::refusal_of(refused.error()) == wire::Refusal::overloaded);
    CHECK(store->read(1, 0, 256)->size() == 3);
    CHECK_FALSE(store->vaults().count_guess(row(1), {100}, relay::kVaultGuessesPerDay).has_value());
    servers.start(0);
    for (int attempt = 0; attempt < 20; ++attempt)
        if (store->append(entries(3, 3)).has_value()) break;
    const auto placed = store->append(entries(3, 3));
    REQUIRE(placed.has_value());
    CHECK(placed->at(2).position == 5);
    CHECK(store->boards()->at(1).length == 6);
}

TEST_CASE("a copy that cannot be written holds no heap of what is new, says so once, and has all of it when it can be written again")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto first = open_copy(folder.path() / "1", servers), second = open_copy(folder.path() / "2", servers);
    REQUIRE(first->append(entries(0, 3)).has_value());
    REQUIRE(second->vaults().vault_access(row(1)).has_value());   // which looks at the stream
    std::atomic<std::size_t> news = 0;
    second->when_news([&] { ++news; });
    CapturedLog log;
    run_sql(folder.path() / "2" / "boards.sqlite", "CREATE TRIGGER no BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no'); END");
    constexpr std::uint64_t kBatch = 400, kBatches = 60;   // 24 MiB
    for (std::uint64_t i = 0; i < kBatches; ++i) {
        REQUIRE(first->append(entries(10 + i * kBatch, kBatch)).has_value());
        CHECK_FALSE(second->catch_up().has_value());
    }
    CHECK_FALSE(second->vaults().count_guess(row(1), {100}, relay::kVaultGuessesPerDay).has_value());
    CHECK(second->boards()->at(1).length == 3);
    CHECK(log.count("the copy of the boards in the data folder stays as it is") == 1);
    const auto held = second->figures();
    CHECK(held.messages >= kBatches / 2);
    CHECK(held.bytes <= relay::kLogQueueMax + relay::kLogSliceMax + 2 * relay::kLogMessageMax);
    CHECK(held.trouble == StoreError::broken);

    // Without anything new it is told to try again.
    run_sql(folder.path() / "2" / "boards.sqlite", "DROP TRIGGER no");
    const auto before = news.load();
    for (const auto end = std::chrono::steady_clock::now() + 20s; news == before && std::chrono::steady_clock::now() < end;) std::this_thread::sleep_for(20ms);
    CHECK(news > before);
    for (int attempt = 0; attempt < 30 && !second->vaults().vault_access(row(1)).has_value(); ++attempt) std::this_thread::sleep_for(relay::kLogRetry);
    CHECK(second->boards().value() == first->boards().value());
    CHECK(log.count("is written again") == 1);
    CHECK(second->figures().messages == 0);
    CHECK_FALSE(second->figures().trouble.has_value());
    for (auto guesses = 0; guesses < relay::kVaultGuessesPerDay; ++guesses) CHECK(second->vaults().count_guess(row(1), {100}, relay::kVaultGuessesPerDay).value());
}

TEST_CASE("a message on the stream that is none of ours stops a copy there, and is said once")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    const auto store = open_copy(folder.path() / "1", servers);
    REQUIRE(store->append(entries(0, 3)).has_value());
    const auto stranger = open_log(servers, relay::kBoardStream);
    REQUIRE(stranger->publish("board.1", base::Bytes(100, 0xff), "stranger").has_value());
    CapturedLog log;
    for (int attempt = 0; attempt < 30; ++attempt) {
        CHECK((attempt < 5 || !store->catch_up().has_value()));
        std::this_thread::sleep_for(100ms);
    }
    CHECK(log.count("none of ours") == 1);
    CHECK(store->boards()->at(1).length == 3);
}

TEST_CASE("a relay whose copy cannot go on says so in /healthz and in its figures")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    RunningRelay relay([&](relay::Config& config) {
        config.store = servers.urls();
        config.store_replicas = servers.replicas();
        config.metrics = {"127.0.0.1", 0};
    });
    const auto page = [&] { return get_text(relay.metrics_port(), "/metrics"); };
    CHECK(get_text(relay.port(), "/healthz").starts_with("HTTP/1.1 200"));
    CHECK(page().find("sinetti_copy_trouble{stream=\"boards\"} 0\n") != std::string::npos);
    CHECK(page().find("sinetti_copy_behind{stream=\"blobs\"} 0\n") != std::string::npos);
    const auto stranger = open_log(servers, relay::kBoardStream);
    REQUIRE(stranger->publish("board.1", base::Bytes(100, 0xff), "stranger").has_value());
    for (int attempt = 0; attempt < 1000 && get_text(relay.port(), "/healthz").starts_with("HTTP/1.1 200"); ++attempt) std::this_thread::sleep_for(20ms);
    CHECK(get_text(relay.port(), "/healthz").starts_with("HTTP/1.1 503"));
    CHECK(page().find("sinetti_copy_trouble{stream=\"boards\"} 1\n") != std::string::npos);
    CHECK(page().find("sinetti_copy_behind{stream=\"boards\"} 1\n") != std::string::npos);
    CHECK(page().find("sinetti_copy_trouble{stream=\"tokens\"} 0\n") != std::string::npos);
}

TEST_CASE("a folder of another cluster, of a relay of its own, or ahead of its stream is not served")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path() / "a", 1), others(folder.path() / "b", 1);
    REQUIRE(open_copy(folder.path() / "1", servers)->append(entries(0, 3)).has_value());
    const auto opened = [&](const char* name, const NatsServers& at) {
        return relay::JetStreamStore::open(open_database(folder.path() / name), open_log(at, relay::kBoardStream), std::make_unique<base::SystemRandom>());
    };
    CHECK(opened("1", others).error().find("a copy of another stream") != std::string::npos);
    REQUIRE(open_database(folder.path() / "own")->append(entries(0, 1)).has_value());
    CHECK(opened("own", servers).error().find("a relay of its own") != std::string::npos);
    CHECK(opened("1", servers).has_value());
}

TEST_CASE("a token is spent once at all relays, a device's count is one, and a period has one issuer")
{
    TemporaryFolder folder;
    NatsServers servers(folder.path(), 1);
    base::SystemRandom random;
    const auto key = crypto::SignaturePrivateKey::generate(random);
    auto first = open_tokens(folder.path() / "1", servers, key), second = open_tokens(folder.path() / "2", servers, key);
    const auto issuer = [&](std::int64_t period) {
        auto secret = crypto::OprfPrivateKey::generate(random);
        const auto id = tokens::token_key_id(secret.public_key().bytes());
        return relay::StoredIssuer{id, {period}, {period + 1000}, std::move(secret)};
    };
    const auto mine = issuer(0), theirs = issuer(0);
    CHECK(first->add_issuer(mine).value());
    CHECK_FALSE(second->add_issuer(theirs).value());
    const auto known = second->issuers();
    REQUIRE(known->size() == 1);
    CHECK(known->front().id == mine.id);
    CHECK(base::equal(known->front().key.bytes(), mine.key.bytes()));

    constexpr std::size_t kTokens = 50;
    std::vector<relay::Spend> spends[2];
    for (std::size_t i = 0; i < kTokens; ++i) {
        const auto nonce = random.array<tokens::kTokenNonceSize>();
        for (auto& list : spends) list.push_back({.issuer = mine.id, .nonce = nonce, .genuine = true});
    }
    const auto spend = [](relay::TokenStore& store, std::vector<relay::Spend>& list) {
        for (auto& one : list) REQUIRE(store.spend(std::span(&one, 1)).has_value());
    };
    std::ranges::reverse(spends[1]);
    at_once([&] { spend(*first, spends[0]); }, [&] { spend(*second, spends[1]); });
    std::ranges::reverse(spends[1]);
    for (std::size_t i = 0; i < kTokens; ++i) {
        CHECK((spends[0][i].outcome == relay::Spend::Outcome::accepted) != (spends[1][i].outcome == relay::Spend::Outcome::accepted));
        CHECK((spends[0][i].outcome == relay::Spend::Outcome::spent_before) != (spends[1][i].outcome == relay::Spend::Outcome::spent_before));
    }

    const auto allowance = [&](std::uint8_t request) { return relay::Allowance{mine.id, {1}, {request}, relay::kTokensPerDevice / 2}; };
    CHECK(first->allow(allowance(1), relay::kTokensPerDevice).value());
    CHECK(second->allow(allowance(1), relay::kTokensPerDevice).value());   // the same again
    CHECK(second->allow(allowance(2), relay::kTokensPerDevice).value());
    CHECK_FALSE(first->allow(allowance(3), relay::kTokensPerDevice).value());
    CHECK(first->allow(allowance(4), wire::kTokensPerDeviceMixed).value());   // once a board is mixed
    CHECK_FALSE(second->allow(allowance(5), relay::kTokensPerDevice).value());
    CHECK(second->allow(allowance(5), wire::kTokensPerDeviceMixed).value());

    // A copy made anew knows what was spent; one without the relays' key opens no issuer.
    first.reset();
    std::filesystem::remove_all(folder.path() / "1");
    first = open_tokens(folder.path() / "1", servers, key);
    std::vector<relay::Spend> again{spends[0][0]};
    REQUIRE(first->spend(again).has_value());
    CHECK(again[0].outcome == relay::Spend::Outcome::spent_before);
    CHECK(open_tokens(folder.path() / "stranger", servers, crypto::SignaturePrivateKey::generate(random))->issuers()->empty());

    REQUIRE(first->forget(std::span(&mine.id, 1)).has_value());
    CHECK(second->add_issuer(theirs).value());
    CHECK(second->issuers()->front().id == theirs.id);
    CHECK(second->catch_up().value());
    REQUIRE(second->forget_expired({1000}).has_value());
    CHECK(second->issuers()->empty());
}
