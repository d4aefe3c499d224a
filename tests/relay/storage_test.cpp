#include "directory/chain.h"
#include "relay/check.h"
#include "relay/store_sqlite.h"
#include "tests/relay/support.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using relay::NewEntry;
using relay::Placement;
using wire::Refusal;

namespace {

std::vector<NewEntry> filled(std::uint64_t first, std::uint64_t count, std::uint8_t filling = 1)
{
    std::vector<NewEntry> list;
    for (std::uint64_t i = first; i < first + count; ++i) {
        NewEntry entry{.board = 1, .tag = {}, .entry = std::make_shared<const base::Bytes>(cell(i, filling))};
        std::copy_n(entry.entry->begin(), entry.tag.size(), entry.tag.begin());
        list.push_back(entry);
    }
    return list;
}

}  // namespace

TEST_SUITE_BEGIN("relay.storage");

TEST_CASE("a board's cipher suite is what its row says, and none for boards from before there was one")
{
    const TemporaryFolder folder;
    const auto file = folder.path() / "boards.sqlite";
    run_sql(file, R"(
        CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE boards (board INTEGER PRIMARY KEY, kind INTEGER NOT NULL, level INTEGER NOT NULL);
        CREATE TABLE entries (id INTEGER PRIMARY KEY, tag BLOB NOT NULL, entry BLOB NOT NULL, head BLOB NOT NULL);
        CREATE UNIQUE INDEX entry_tags ON entries (id >> 40, tag);
        INSERT INTO boards VALUES (0, 0, 1), (1, 1, 1);
        PRAGMA user_version = 1;
    )");
    const auto suite_of_board = [&] {
        auto store = relay::open_sqlite_store({.file = file});
        REQUIRE(store.has_value());
        const auto boards = (*store)->boards();
        REQUIRE(boards.has_value());
        REQUIRE(boards->size() == 2);
        return (*boards)[1].info.cipher_suite;
    };
    CHECK(suite_of_board() == 0);
    run_sql(file, "UPDATE boards SET cipher_suite = 3 WHERE board = 1");
    CHECK(suite_of_board() == 3);
}

TEST_CASE("a batch is placed in order; what is there already keeps its place, other bytes under its tag are told apart")
{
    TemporaryFolder folder;
    auto store = relay::open_sqlite_store({.file = folder.path() / "boards.sqlite"});
    REQUIRE(store.has_value());
    REQUIRE((*store)->append(filled(0, 3)).has_value());
    auto batch = filled(2, 3);
    batch.push_back(batch[1]);                    // twice in one batch
    batch.push_back(filled(0, 1, 9)[0]);         // other bytes
    const auto placed = (*store)->append(batch);
    REQUIRE(placed.has_value());
    REQUIRE(placed->size() == 5);
    CHECK((*placed)[0].kind == Placement::Kind::existed);
    CHECK((*placed)[0].position == 2);
    CHECK((*placed)[1].kind == Placement::Kind::appended);
    CHECK((*placed)[1].position == 3);
    CHECK((*placed)[2].position == 4);
    CHECK((*placed)[3].kind == Placement::Kind::existed);
    CHECK((*placed)[3].position == 3);
    CHECK((*placed)[4].kind == Placement::Kind::tag_taken);

    const auto stored = (*store)->read(1, 0, 256);
    REQUIRE(stored.has_value());
    REQUIRE(stored->size() == 5);
    auto head = directory::initial_head(1);
    for (std::uint64_t i = 0; i < 5; ++i) {
        head = directory::next_head(head, i, cell(i, 1));
        CHECK((*stored)[i].entry == cell(i, 1));
        CHECK((*stored)[i].head == head);
    }
    CHECK((*store)->boards()->at(1).length == 5);
    CHECK((*store)->boards()->at(1).head == head);
    CHECK((*store)->read(1, 3, 1)->size() == 1);
    CHECK((*store)->read(1, 5, 256)->empty());
    CHECK((*store)->read(0, 0, 256)->empty());
}

TEST_CASE("a full store refuses by name and whole, reads on, knows what it has, and takes more when there is space again")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "boards.sqlite";
    auto store = relay::open_sqlite_store({.file = file, .bytes_max = 512 * 1024});
    REQUIRE(store.has_value());
    std::uint64_t length = 0;
    for (;;) {
        const auto placed = (*store)->append(filled(length, 50));
        if (!placed) {
            CHECK(placed.error() == relay::StoreError::full);
            break;
        }
        length += 50;
        REQUIRE(length < 1000);
    }
    CHECK(length >= 200);
    CHECK((*store)->read(1, 0, 10000)->size() == length);
    const auto found = (*store)->find(filled(length - 1, 2));
    REQUIRE(found.has_value());
    CHECK((*found)[0].kind == Placement::Kind::existed);
    CHECK((*found)[1].kind == Placement::Kind::absent);
    *store = nullptr;
    store = relay::open_sqlite_store({.file = file});
    REQUIRE(store.has_value());
    CHECK((*store)->append(filled(length, 50))->at(0).position == length);
}

TEST_CASE("a full disk is told to the client, reading goes on, and when there is space again so does writing")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client anna(relay.address()), device(relay.address());
    REQUIRE(anna.open_as_member(cast.anna.device));
    REQUIRE(device.open_as_device(cast.anna.device));
    CHECK(anna.append(1, cell(0)) == 0);
    {
        const ResourceLimit limit(RLIMIT_FSIZE, 300 * 1024);
        std::uint64_t length = 1;
        bool full = false;
        for (std::uint32_t i = 1; i < 1000 && !full; ++i) {
            anna.send(wire::Append{i, 1, cell(i)});
            const auto frame = anna.receive();
            REQUIRE(frame);
            if (const auto* refused = std::get_if<wire::Refused>(&*frame)) {
                CHECK(refused->code == Refusal::storage_full);
                full = true;
            } else {
                CHECK(std::get<wire::Appended>(*frame).position == length++);
            }
        }
        CHECK(full);
        // What was acknowledged is there, and acknowledged again.
        const auto cells = read_board(anna, 1);
        REQUIRE(cells);
        CHECK(cells->size() == length);
        anna.send(wire::Append{5000, 1, cell(0)});
        const auto again = anna.expect<wire::Appended>();
        REQUIRE(again);
        CHECK(again->position == 0);
        device.send(wire::Append{5001, 0, directory::encode(directory::Record(directory::sign_key_package(cast.anna.device, base::Bytes(5000, 1))))});
        CHECK(device.expect_refusal(Refusal::storage_full, 5001));
    }
    const auto before = read_board(anna, 1)->size();
    CHECK(anna.append(1, cell(7777)) == before);
    CHECK(device.append(directory::sign_key_package(cast.anna.device, base::Bytes(5000, 1))) == kFoundedRecords);
    relay.restart();
    Client again(relay.address());
    REQUIRE(again.open_as_member(cast.anna.device));
    CHECK(read_board(again, 1)->size() == before + 1);
    relay.stop();
    CHECK(relay::check_data(relay.data()).faults.empty());
}

TEST_CASE("--max-database-bytes is a limit an operator can lift")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    relay.stop();
    relay.start(300 * 1024);
    std::uint64_t length = 0;
    {
        Client anna(relay.address());
        REQUIRE(anna.open_as_member(cast.anna.device));
        for (bool full = false; !full;) {
            anna.send(wire::Append{1, 1, cell(length)});
            const auto frame = anna.receive();
            REQUIRE(frame);
            full = std::holds_alternative<wire::Refused>(*frame);
            if (full)
                CHECK(std::get<wire::Refused>(*frame).code == Refusal::storage_full);
            else
                ++length;
            REQUIRE(length < 1000);
        }
    }
    relay.stop();
    relay.start();
    Client anna(relay.address());
    REQUIRE(anna.open_as_member(cast.anna.device));
    CHECK(anna.append(1, cell(length)) == length);
}

TEST_CASE("a restart keeps everything")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    std::vector<base::Bytes> before;
    {
        Client anna(relay.address());
        REQUIRE(anna.open_as_member(cast.anna.device));
        for (std::uint32_t i = 0; i < 300; ++i) anna.send(wire::Append{i + 1, 1, cell(i)});
        std::size_t answers = 0;
        for (std::uint32_t i = 0; i < 300; ++i) answers += anna.receive().has_value();
        CHECK(answers == 300);
        before = *read_board(anna, 1);
    }
    relay.restart();
    Client anna(relay.address());
    REQUIRE(anna.open_as_member(cast.anna.device));
    CHECK(read_board(anna, 1) == before);
    CHECK(read_board(anna, 0)->size() == kFoundedRecords);
    CHECK(anna.append(1, before[5]) == 5);
    CHECK(anna.append(1, cell(9999)) == before.size());
}

TEST_CASE("two relays do not share one folder")
{
    RunningRelay relay;
    CHECK(relay.error_of_another_on_the_same_data().find("another relay") != std::string::npos);
}

TEST_CASE("check finds a changed cell, a missing one, a swapped head and a forged record")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    {
        Client anna(relay.address());
        REQUIRE(anna.open_as_member(cast.anna.device));
        for (std::uint32_t i = 0; i < 10; ++i) REQUIRE(anna.append(1, cell(i)) == i);
    }
    relay.stop();
    const auto whole = relay::check_data(relay.data());
    CHECK(whole.faults.empty());
    REQUIRE(whole.lines.size() == 3);
    CHECK(whole.lines[0].starts_with("the relay's keys: "));
    CHECK(whole.lines[1].starts_with("board 0: " + std::to_string(kFoundedRecords) + " records"));
    CHECK(whole.lines[2].starts_with("board 1: 10 cells"));

    const auto file = relay.data() / "boards.sqlite";
    const char* change = nullptr;
    SUBCASE("changed") { change = "UPDATE entries SET entry = substr(entry, 1, 1023) || x'00' WHERE id = (1 << 40) + 4"; }
    SUBCASE("shortened") { change = "UPDATE entries SET entry = substr(entry, 1, 1000) WHERE id = (1 << 40) + 4"; }
    SUBCASE("missing") { change = "DELETE FROM entries WHERE id = (1 << 40) + 4"; }
    SUBCASE("head") { change = "UPDATE entries SET head = zeroblob(32) WHERE id = (1 << 40) + 9"; }
    SUBCASE("record") { change = "UPDATE entries SET entry = substr(entry, 1, length(entry) - 1) || x'00' WHERE id = 1"; }
    REQUIRE(change != nullptr);
    run_sql(file, change);
    CHECK_FALSE(relay::check_data(relay.data()).faults.empty());
}

TEST_CASE("check looks at the access tokens, and says what can be done; a relay that does not start for them names them")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    relay.stop();
    CHECK(relay::check_data(relay.data()).faults.empty());
    const auto file = relay.data() / "tokens.sqlite";
    SUBCASE("a key") { run_sql(file, "UPDATE issuers SET private_key = zeroblob(7)"); }
    SUBCASE("the file")
    {
        std::filesystem::remove(file.string() + "-wal");
        std::filesystem::resize_file(file, 100);
    }
    const auto faults = relay::check_data(relay.data()).faults;
    REQUIRE(faults.size() > 1);
    CHECK(faults.front().find("access tokens") != std::string::npos);
    CHECK(faults.back().find("take " + file.string()) != std::string::npos);
    CHECK(relay.error_of_another_on_the_same_data().find(file.string() + " is damaged; sinetti-relay check") != std::string::npos);
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
    CHECK(relay.error_of_another_on_the_same_data().empty());
    CHECK(relay::check_data(relay.data()).faults.empty());
}

TEST_CASE("a database of a later version is called that, and not damaged")
{
    RunningRelay relay;
    relay.stop();
    const char* name = nullptr;
    SUBCASE("boards") { name = "boards.sqlite"; }
    SUBCASE("tokens") { name = "tokens.sqlite"; }
    SUBCASE("blobs") { name = "blobs.sqlite"; }
    REQUIRE(name != nullptr);
    const auto file = relay.data() / name;
    run_sql(file, "PRAGMA user_version = 1000");
    const auto sentence = file.string() + " is of a later version of sinetti-relay than this one; nothing is wrong with it: run that version";
    CHECK(relay::check_data(relay.data()).faults == std::vector<std::string>{sentence});
    CHECK(relay.error_of_another_on_the_same_data() == sentence);
}

TEST_CASE("check of a folder without data says so")
{
    TemporaryFolder folder;
    CHECK(relay::check_data(folder.path()).faults.size() == 1);
    std::filesystem::create_directories(folder.path() / "x");
    FILE* file = fopen((folder.path() / "boards.sqlite").c_str(), "w");
    fputs("this is not a database, and longer than a header of one hundred bytes so that it is looked at closely as well", file);
    fclose(file);
    CHECK_FALSE(relay::check_data(folder.path()).faults.empty());
}
