// What every store promises, of both: SQLite alone, and SQLite as a copy of a cluster's stream.

#include "directory/chain.h"
#include "relay/limits.h"
#include "tests/relay/stores.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using relay::NewEntry;
using relay::Placement;
using relay::StoreError;

namespace {

// A store of either kind in a folder of its own; reopen() is a restart.
class Opened {
public:
    enum class Kind : std::uint8_t { sqlite, jetstream };
    explicit Opened(Kind kind)
    {
        if (kind == Kind::jetstream) m_servers = std::make_unique<NatsServers>(m_folder.path(), 1);
        reopen();
    }
    void reopen()
    {
        m_store.reset();
        if (m_servers)
            m_store = open_copy(m_folder.path() / "copy", *m_servers);
        else
            m_store = open_database(m_folder.path());
    }
    relay::Store& operator*() { return *m_store; }
    relay::Store* operator->() { return m_store.get(); }

private:
    TemporaryFolder m_folder;
    std::unique_ptr<NatsServers> m_servers;
    std::unique_ptr<relay::Store> m_store;
};

template<typename Claims>
void of_every_store(const Claims& claims)
{
    SUBCASE("SQLite")
    {
        Opened store(Opened::Kind::sqlite);
        claims(store);
    }
    SUBCASE("JetStream")
    {
        Opened store(Opened::Kind::jetstream);
        claims(store);
    }
}

}  // namespace

TEST_SUITE_BEGIN("relay.store");

TEST_CASE("a batch is placed in order and told of once; what is there already keeps its place, other bytes under its tag are told apart")
{
    of_every_store([](Opened& store) {
        REQUIRE(store->append(entries(0, 3)).has_value());
        CHECK(store->take_written().size() == 3);
        auto batch = entries(2, 3);
        batch.push_back(batch[1]);        // twice in one batch
        batch.push_back(entry(0, 9));     // other bytes
        const auto placed = store->append(batch);
        REQUIRE(placed.has_value());
        REQUIRE(placed->size() == 5);
        CHECK((*placed)[0].kind == Placement::Kind::existed);
        CHECK((*placed)[0].position == 2);
        CHECK((*placed)[1].kind == Placement::Kind::appended);
        CHECK((*placed)[1].position == 3);
        CHECK((*placed)[2].position == 4);
        CHECK((*placed)[3].position == 3);
        CHECK((*placed)[4].kind == Placement::Kind::tag_taken);

        const auto written = store->take_written();
        REQUIRE(written.size() == 2);
        auto head = directory::initial_head(1);
        for (int round = 0; round < 2; ++round, store.reopen()) {
            const auto stored = store->read(1, 0, 256);
            REQUIRE(stored.has_value());
            REQUIRE(stored->size() == 5);
            head = directory::initial_head(1);
            for (std::uint64_t i = 0; i < 5; ++i) {
                head = directory::next_head(head, i, cell(i, 1));
                CHECK((*stored)[i].entry == cell(i, 1));
                CHECK((*stored)[i].head == head);
            }
            CHECK(store->boards()->at(1).length == 5);
            CHECK(store->boards()->at(1).head == head);
            CHECK(store->take_written().empty());
        }
        CHECK(written[1].position == 4);
        CHECK(written[1].head == head);
        CHECK(*written[1].entry == cell(4, 1));
    });
}

TEST_CASE("an entry that is for one place only is written there, found there, or not written")
{
    of_every_store([](Opened& store) {
        REQUIRE(store->append(entries(0, 3)).has_value());
        auto wanted = entry(7);
        wanted.only_at = 2;
        CHECK(kind_of(store->append(std::span(&wanted, 1))) == Placement::Kind::moved);
        CHECK(store->boards()->at(1).length == 3);
        wanted.only_at = 3;
        CHECK(kind_of(store->append(std::span(&wanted, 1))) == Placement::Kind::appended);
        CHECK(kind_of(store->append(std::span(&wanted, 1))) == Placement::Kind::existed);
        CHECK(store->boards()->at(1).length == 4);
    });
}

TEST_CASE("boards are added once and their policies changed; blocks go when all of one is old, and the chain stays")
{
    of_every_store([](Opened& store) {
        CHECK(store->add_board({.board = 7, .retention_days = 5}).value());
        CHECK_FALSE(store->add_board({.board = 7, .retention_days = 6}).value());
        CHECK(store->set_policy({.board = 7, .retention_days = 9}).value());
        CHECK_FALSE(store->set_policy({.board = 8, .retention_days = 9}).value());
        CHECK(store->boards()->at(2).info.retention_days == 9);
        const auto first = entry(1, 1, 7);
        CHECK(store->append(std::span(&first, 1))->at(0).position == 0);

        for (std::uint64_t number = 0; number < 600; number += 100) REQUIRE(store->append(entries(number, 100)).has_value());
        const auto head = store->boards()->at(1).head;
        CHECK(store->first_since(1, {101})->position == 512);
        CHECK(store->drop_oldest_block(1, 255).value() == 0);
        CHECK(store->drop_oldest_block(1, 512).value() == 256);
        CHECK(store->drop_oldest_block(1, 512).value() == 512);
        CHECK(store->drop_oldest_block(1, 512).value() == 512);
        store.reopen();
        const auto board = store->boards()->at(1);
        CHECK(board.cut == 512);
        CHECK(board.length == 600);
        CHECK(board.head == head);
        CHECK(store->read(1, 512, 256)->size() == 88);
    });
}

TEST_CASE("a record that says what a board is to be is done as it is written, and is not the operator's to undo")
{
    of_every_store([](Opened& store) {
        Cast cast;
        CHECK(store->add_board({.board = 7, .retention_days = 5}).value());
        const auto first = record_entry(directory::sign_board(cast.root, cast.board(7, 0)));
        CHECK(kind_of(store->append(std::span(&first, 1))) == Placement::Kind::appended);
        const auto signed_info = wire::BoardInfo{.board = 7, .kind = wire::BoardKind::cells, .cipher_suite = 0x0054, .retention_days = 30};
        CHECK(store->boards()->at(2).info == signed_info);
        CHECK(store->boards()->at(2).is_signed);
        CHECK_FALSE(store->set_policy({.board = 7, .cipher_suite = 0x0003}).value());
        CHECK_FALSE(store->add_board({.board = 7}).value());
        CHECK(store->boards()->at(2).info == signed_info);
        // A new one, and cells on it in the same breath.
        std::vector<NewEntry> both{record_entry(directory::sign_board(cast.root, cast.board(9, 0, directory::BoardSuite::classical)))};
        CHECK(kind_of(store->append(both)) == Placement::Kind::appended);
        const auto written = store->take_written();
        REQUIRE(written.size() == 2);
        CHECK_FALSE(written[0].makes_board);
        CHECK(written[1].makes_board);
        const auto cell_there = entry(1, 1, 9);
        CHECK(store->append(std::span(&cell_there, 1))->at(0).position == 0);
        CHECK(store->set_policy({.board = 1, .retention_days = 9}).value());
        store.reopen();
        REQUIRE(store->boards()->size() == 4);
        CHECK(store->boards()->at(2).info == signed_info);
        CHECK(store->boards()->at(3).info.cipher_suite == 0x0003);
        CHECK(store->boards()->at(3).length == 1);
        CHECK_FALSE(store->set_policy({.board = 9}).value());
    });
}

TEST_CASE("a closed board takes no cell, in the batch that closes it already, and lets its old blocks go; what is there is found; opened again it goes on")
{
    of_every_store([](Opened& store) {
        Cast cast;
        auto closing = cast.board(2, 1);
        closing.closed = true;
        std::vector<NewEntry> policies{record_entry(directory::sign_board(cast.root, cast.board(1, 0))), record_entry(directory::sign_board(cast.root, cast.board(2, 0)))};
        REQUIRE(store->append(policies).has_value());
        std::vector<NewEntry> block;
        for (std::uint64_t i = 0; i < 260; ++i) block.push_back(entry(i, 1, 2));
        REQUIRE(store->append(block).has_value());
        const auto head = store->boards()->at(2).head;

        std::vector<NewEntry> batch{record_entry(directory::sign_board(cast.root, std::move(closing))), entry(1000, 1, 2), entry(259, 1, 2), entry(1, 1, 1), entry(258, 9, 2)};
        const auto placed = store->append(batch);
        CHECK(kind_of(placed, 0) == Placement::Kind::appended);
        CHECK(kind_of(placed, 1) == Placement::Kind::closed);
        CHECK(kind_of(placed, 2) == Placement::Kind::existed);
        CHECK(placed->at(2).position == 259);
        CHECK(kind_of(placed, 3) == Placement::Kind::appended);
        CHECK(kind_of(placed, 4) == Placement::Kind::tag_taken);
        (void)store->take_written();
        for (int start = 0; start < 2; ++start, store.reopen()) {
            CHECK(store->boards()->at(2).closed);
            CHECK_FALSE(store->boards()->at(1).closed);
            const auto late = entry(2000, 1, 2);
            CHECK(kind_of(store->append(std::span(&late, 1))) == Placement::Kind::closed);
            CHECK(kind_of(store->append(std::span(&block[3], 1))) == Placement::Kind::existed);
            CHECK(store->take_written().empty());
            CHECK(store->boards()->at(2).head == head);
            CHECK(store->read(2, 250, 10)->size() == 10);
        }
        CHECK(store->first_since(2, {101})->position == 256);
        CHECK(store->drop_oldest_block(2, 256).value() == 256);
        store.reopen();
        CHECK(store->boards()->at(2).cut == 256);
        CHECK(store->boards()->at(2).closed);

        const auto opening = record_entry(directory::sign_board(cast.root, cast.board(2, 2)));
        const auto next = entry(1000, 1, 2);
        REQUIRE(store->append(std::span(&opening, 1)).has_value());
        CHECK_FALSE(store->boards()->at(2).closed);
        CHECK(store->append(std::span(&next, 1))->at(0).position == 260);
    });
}

TEST_CASE("a vault has ten guesses a day, and a version only in the place of the one before it")
{
    of_every_store([](Opened& store) {
        auto& vaults = store->vaults();
        for (std::int64_t i = 0; i < relay::kVaultGuessesPerDay; ++i) CHECK(vaults.count_guess(row(1), {100}, relay::kVaultGuessesPerDay).value());
        CHECK_FALSE(vaults.count_guess(row(1), {100}, relay::kVaultGuessesPerDay).value());
        CHECK_FALSE(vaults.count_guess(row(1), {99}, relay::kVaultGuessesPerDay).value());
        CHECK(vaults.count_guess(row(2), {99}, relay::kVaultGuessesPerDay).value());
        CHECK(vaults.count_guess(row(1), {101}, relay::kVaultGuessesPerDay).value());

        CHECK(vaults.put_vault(row(1), 0, {1, {1}, {2}}, base::Bytes(40, 1)).value());
        CHECK_FALSE(vaults.put_vault(row(1), 0, {1, {3}, {4}}, base::Bytes(40, 2)).value());
        CHECK(vaults.put_vault(row(1), 1, {2, {5}, {6}}, base::Bytes(40, 3)).value());
        CHECK_FALSE(vaults.put_vault(row(1), 1, {2, {7}, {8}}, base::Bytes(40, 4)).value());
        store.reopen();
        auto& again = store->vaults();
        CHECK(again.vault_access(row(1))->version == 2);
        CHECK(again.vault_access(row(1))->passphrase_key[0] == 5);
        CHECK(again.sealed_vault(row(1)).value() == base::Bytes(40, 3));
        CHECK(again.vault_access(row(3))->version == 0);
        CHECK(again.vault_count().value() == 1);
        REQUIRE(again.forget_vaults().has_value());
        CHECK(again.vault_count().value() == 0);
    });
}

TEST_SUITE_END();
