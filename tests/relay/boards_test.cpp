// Signed heads, retention and policies: what a relay says of its boards, and how long it keeps them.

#include "directory/board_statement.h"
#include "directory/session_auth.h"
#include "relay/backup.h"
#include "relay/board_commands.h"
#include "relay/check.h"
#include "relay/data_folder.h"
#include "relay/sqlite.h"
#include "relay/store_sqlite.h"
#include "tests/relay/support.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using directory::StatementKind;

namespace {

constexpr std::int64_t kDay = 86'400'000;   // milliseconds

void fill(Client& client, std::uint32_t board, std::uint64_t first, std::uint64_t count)
{
    std::uint64_t sent = 0;
    for (std::uint64_t answered = 0; answered < count;) {
        for (; sent < count && sent < answered + 100; ++sent) client.send(wire::Append{static_cast<std::uint32_t>(first + sent + 1), board, cell(first + sent)});
        const auto frame = client.receive();
        REQUIRE(frame);
        if (std::holds_alternative<wire::Appended>(*frame)) ++answered;
        REQUIRE_FALSE(std::holds_alternative<wire::Refused>(*frame));
    }
}

std::vector<base::Bytes> follow_board(Client& client, std::uint32_t board, std::uint64_t from)
{
    client.send(wire::Follow{1, board, from});
    std::vector<base::Bytes> entries;
    for (;;) {
        const auto frame = client.expect<wire::Entries>();
        REQUIRE(frame);
        REQUIRE(frame->first_position == from + entries.size());
        entries.insert(entries.end(), frame->entries.begin(), frame->entries.end());
        if (frame->last) return entries;
    }
}

// Asks until the relay has cut the board there: it does so in the background.
wire::Gone gone_at(Client& client, std::uint32_t board, std::uint64_t position)
{
    for (int attempt = 0; attempt < 3000; ++attempt) {
        client.send(wire::Read{9, board, 0});
        for (;;) {
            const auto frame = client.receive();
            REQUIRE(frame);
            if (const auto* gone = std::get_if<wire::Gone>(&*frame)) {
                CHECK(gone->request_id == 9);
                if (gone->cut.position == position) return *gone;
                break;
            }
            const auto* entries = std::get_if<wire::Entries>(&*frame);
            REQUIRE(entries != nullptr);
            if (entries->last) break;
        }
        std::this_thread::sleep_for(10ms);
    }
    FAIL("the board was not cut");
    return {};
}

bool holds(const RunningRelay& relay, StatementKind kind, const wire::SignedHead& statement)
{
    return directory::verify_board_statement(relay.address().keys.signing_public_key, kind, statement.board, statement.position, statement.head, statement.signature);
}

std::uint64_t entries_stored(const std::filesystem::path& data, std::uint64_t first)
{
    auto store = relay::open_sqlite_store({.file = relay::database_file(data), .mode = relay::SqliteOptions::Mode::inspect});
    REQUIRE(store.has_value());
    const auto entries = (*store)->read(1, first, wire::kBlockEntries);
    return entries ? entries->size() : 0;
}

base::Result<std::vector<std::string>, std::string> command(const RunningRelay& relay, std::vector<std::string> words)
{
    words.insert(words.begin(), "board");
    words.insert(words.end(), {"--data", relay.data().string()});
    const auto config = relay::parse_config(words);
    if (!config) return base::Unexpected(config.error());
    return relay::run_board_command(*config);
}

}  // namespace

TEST_SUITE_BEGIN("relay.boards");

TEST_CASE("a follower is given the relay's signature for the end of every block, before its entries, and for where the board ends")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    fill(writer, 1, 0, 600);

    Client reader(relay.address());
    REQUIRE(reader.open_as_member(cast.bert.device));
    const auto entries = follow_board(reader, 1, 0);
    REQUIRE(entries.size() == 600);
    std::vector<wire::Head> heads{directory::initial_head(1)};
    for (const auto& entry : entries) heads.push_back(directory::next_head(heads.back(), heads.size() - 1, entry));
    REQUIRE(reader.signed_heads.size() == 3);
    const std::uint64_t positions[] = {256, 512, 600};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& statement = reader.signed_heads[i];
        CHECK(statement.board == 1);
        CHECK(statement.position == positions[i]);
        CHECK(statement.head == heads[positions[i]]);
        CHECK(holds(relay, StatementKind::head, statement));
        CHECK_FALSE(holds(relay, StatementKind::cut, statement));
    }

    // Live, the statement of a block comes before the entries that end it.
    reader.signed_heads.clear();
    fill(writer, 1, 600, 200);
    std::uint64_t position = 600;
    while (position < 800) {
        const auto frame = reader.expect<wire::Entries>();
        REQUIRE(frame);
        position += frame->entries.size();
        if (position >= 768) {
            REQUIRE(reader.signed_heads.size() == 1);
            CHECK(reader.signed_heads[0].position == 768);
            CHECK(holds(relay, StatementKind::head, reader.signed_heads[0]));
        }
    }
}

TEST_CASE("the same signatures after a restart: a relay keeps its key")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    const auto statement = [&] {
        Client client(relay.address());
        REQUIRE(client.open_as_member(cast.anna.device));
        follow_board(client, 0, 0);
        REQUIRE(client.signed_heads.size() == 1);
        return client.signed_heads[0];
    };
    const auto before = statement();
    relay.restart();
    CHECK(statement() == before);
    CHECK(holds(relay, StatementKind::head, before));
}

TEST_CASE("old blocks go while the relay runs, and the chain goes on from a signed cut")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    fill(writer, 1, 0, 600);
    relay.clock.advance(20 * kDay);
    fill(writer, 1, 600, 300);   // completes the third block on this later day
    Client reader(relay.address());
    REQUIRE(reader.open_as_member(cast.bert.device));
    REQUIRE(follow_board(reader, 1, 256).size() == 644);
    const auto head_at_512 = reader.signed_heads[0];
    REQUIRE(head_at_512.position == 512);

    // A session of another day needs another token.
    relay.clock.advance(10 * kDay);
    relay.tend();
    Client next(relay.address());
    REQUIRE(next.open_as_member(cast.anna.device));
    fill(next, 1, 900, 1);   // thirty days have not passed
    CHECK(entries_stored(relay.data(), 0) == 256);
    relay.clock.advance(1 * kDay);
    relay.tend();
    Client last(relay.address());
    REQUIRE(last.open_as_member(cast.anna.device));
    const auto gone = gone_at(last, 1, 512);
    CHECK(holds(relay, StatementKind::cut, gone.cut));
    CHECK_FALSE(holds(relay, StatementKind::head, gone.cut));
    CHECK(gone.cut.head == head_at_512.head);

    // Who asks for what has gone is told the cut; from there on the board can be followed as ever.
    Client late(relay.address());
    REQUIRE(late.open_as_member(cast.bert.device));
    late.send(wire::Follow{7, 1, 256});
    const auto refused = late.expect<wire::Gone>();
    REQUIRE(refused);
    CHECK(refused->request_id == 7);
    CHECK(refused->cut == gone.cut);
    CHECK(follow_board(late, 1, 512).size() == 389);
    fill(last, 1, 901, 1);

    // The directory is never cut.
    Client directory(relay.address());
    REQUIRE(directory.open_as_member(cast.anna.device));
    CHECK(follow_board(directory, 0, 0).size() >= kFoundedRecords);   // new days bring new token issuers

    // Stopped and started, checked, copied and restored: the cut stays where it is.
    for (int wait = 0; wait < 3000 && entries_stored(relay.data(), 256) > 0; ++wait) std::this_thread::sleep_for(10ms);
    CHECK(entries_stored(relay.data(), 0) == 0);
    relay.restart();
    const auto report = relay::check_data(relay.data());
    CHECK(report.faults.empty());
    CHECK(std::ranges::any_of(report.lines, [](const auto& line) { return line.starts_with("board 1: 902 cells, kept from 512 on"); }));
    TemporaryFolder folder;
    const auto archive = folder.path() / "archive", restored = folder.path() / "data";
    CHECK(relay::back_up(relay.data(), archive).faults.empty());
    CHECK(relay::restore(restored, archive).faults.empty());
    CHECK(entries_stored(restored, 512) == 256);
    Client again(relay.address());
    REQUIRE(again.open_as_member(cast.bert.device));
    again.send(wire::Follow{8, 1, 0});
    const auto still = again.expect<wire::Gone>();
    REQUIRE(still);
    CHECK(still->cut == gone.cut);
}

TEST_CASE("a board whose blocks have all gone goes on where it was")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    fill(writer, 1, 0, 256);
    relay.clock.advance(31 * kDay);
    relay.tend();
    Client later(relay.address());
    REQUIRE(later.open_as_member(cast.anna.device));
    gone_at(later, 1, 256);
    for (int wait = 0; wait < 3000 && entries_stored(relay.data(), 0) > 0; ++wait) std::this_thread::sleep_for(10ms);
    relay.restart();
    Client client(relay.address());
    REQUIRE(client.open_as_member(cast.anna.device));
    CHECK(client.append(1, cell(1000)) == 256);
    Client reader(relay.address());
    REQUIRE(reader.open_as_member(cast.bert.device));
    CHECK(follow_board(reader, 1, 256) == std::vector<base::Bytes>{cell(1000)});
    CHECK(relay::check_data(relay.data()).faults.empty());
}

TEST_CASE("check finds a chain that does not hold from its cut on")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    {
        Client writer(relay.address());
        REQUIRE(writer.open_as_member(cast.anna.device));
        fill(writer, 1, 0, 520);
        relay.clock.advance(31 * kDay);
        relay.tend();
        Client later(relay.address());
        REQUIRE(later.open_as_member(cast.anna.device));
        gone_at(later, 1, 512);
    }
    for (int wait = 0; wait < 3000 && entries_stored(relay.data(), 256) > 0; ++wait) std::this_thread::sleep_for(10ms);
    relay.stop();
    REQUIRE(relay::check_data(relay.data()).faults.empty());
    {
        auto database = relay::sqlite::Database::open(relay::database_file(relay.data()), SQLITE_OPEN_READWRITE);
        REQUIRE(database.has_value());
        REQUIRE(database->run("UPDATE boards SET cut_head = zeroblob(32) WHERE board = 1").has_value());
    }
    const auto report = relay::check_data(relay.data());
    REQUIRE(report.faults.size() == 1);
    CHECK(report.faults[0] == "board 1: entry 512 does not fit the chain");
}

TEST_CASE("a board is added, listed and given another policy beside a running relay")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    const auto added = command(relay, {"add", "--retention-days", "7"});
    REQUIRE(added.has_value());
    CHECK(*added == std::vector<std::string>{"board 2 added: cells, prompt, kept 7 days"});
    CHECK(command(relay, {"add", "--board", "2"}).error() == "there is a board 2 already; board policy changes it");
    CHECK(command(relay, {"policy", "--board", "3", "--retention-days", "1"}).error() == "there is no board 3; board list shows them");
    CHECK(*command(relay, {"policy", "--board", "1", "--cipher-suite", "0x0003", "--retention-days", "0"}) ==
          std::vector<std::string>{"board 1: cells, prompt, suite 0x0003, kept for ever"});
    CHECK(*command(relay, {"list"}) == std::vector<std::string>{"board 0: directory, kept for ever, " + std::to_string(kFoundedRecords) + " entries", "board 1: cells, prompt, suite 0x0003, kept for ever, 0 entries",
                                                                 "board 2: cells, prompt, kept 7 days, 0 entries"});

    // Offered to the sessions that come after the relay's next look.
    const std::vector<wire::BoardInfo> expected{{0, wire::BoardKind::directory, wire::SendingLevel::prompt, 0},
                                                {1, wire::BoardKind::cells, wire::SendingLevel::prompt, 3, 0},
                                                {2, wire::BoardKind::cells, wire::SendingLevel::prompt, 0, 7}};
    relay.tend();
    std::vector<wire::BoardInfo> offered;
    for (int attempt = 0; attempt < 3000 && offered != expected; ++attempt) {
        Client client(relay.address());
        const auto greeting = client.challenge();
        REQUIRE(greeting);
        client.send(wire::AuthenticateDevice{cast.anna.device.public_key(), directory::sign_session(cast.anna.device, greeting->nonce)});
        const auto accepted = client.expect<wire::Accepted>();
        REQUIRE(accepted);
        offered = accepted->boards;
        std::this_thread::sleep_for(10ms);
    }
    CHECK(offered == expected);
    Client client(relay.address());
    REQUIRE(client.open_as_member(cast.anna.device));
    CHECK(client.append(2, cell(1)) == 0);
    CHECK(client.append(1, cell(1)) == 0);
    relay.restart();
    Client after(relay.address());
    REQUIRE(after.open_as_member(cast.anna.device));
    CHECK(follow_board(after, 2, 0).size() == 1);
    CHECK(relay::check_data(relay.data()).faults.empty());
}

TEST_CASE("a newcomer's session reads the directory and no other board, and is not told which others there are")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    base::SeededRandom random(9);
    const Person newcomer(random);
    Client client(relay.address());
    REQUIRE(client.open_as_invite(cast.invite(newcomer), newcomer.invite));
    for (const std::uint32_t board : {1u, 9u}) {
        client.send(wire::Follow{1, board, 0});
        CHECK(client.expect_refusal(wire::Refusal::not_authorised, 1));
        client.send(wire::Read{2, board, 0});
        CHECK(client.expect_refusal(wire::Refusal::not_authorised, 2));
        client.send(wire::Append{3, board, cell(1)});
        CHECK(client.expect_refusal(wire::Refusal::not_authorised, 3));
    }
    CHECK(follow_board(client, 0, 0).size() == kFoundedRecords);
}

TEST_CASE("data of before retention is taken over, and its blocks count from then on")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "boards.sqlite";
    {
        auto database = relay::sqlite::Database::open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        REQUIRE(database.has_value());
        REQUIRE(database->run("CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
                              "CREATE TABLE boards (board INTEGER PRIMARY KEY, kind INTEGER NOT NULL, level INTEGER NOT NULL);"
                              "CREATE TABLE entries (id INTEGER PRIMARY KEY, tag BLOB NOT NULL, entry BLOB NOT NULL, head BLOB NOT NULL);"
                              "CREATE UNIQUE INDEX entry_tags ON entries (id >> 40, tag);"
                              "INSERT INTO boards VALUES (0, 0, 1), (1, 1, 1);"
                              "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)"
                              "INSERT INTO entries SELECT (1 << 40) + i, randomblob(16), zeroblob(1024), zeroblob(32) FROM n;"
                              "PRAGMA user_version = 1")
                    .has_value());
    }
    CHECK_FALSE(relay::open_sqlite_store({.file = file, .mode = relay::SqliteOptions::Mode::administer}).has_value());
    auto store = relay::open_sqlite_store({.file = file});
    REQUIRE(store.has_value());
    const auto boards = (*store)->boards();
    REQUIRE(boards.has_value());
    CHECK(boards->at(0).info.retention_days == 0);
    CHECK(boards->at(1).info.retention_days == 30);
    CHECK(boards->at(1).length == 300);
    const relay::Day today{base::SystemClock().now().value / kDay};
    CHECK((*store)->first_since(1, {today.value - 1})->position == 0);
    CHECK((*store)->first_since(1, {today.value + 2})->position == 256);
}

TEST_CASE("a clock that is set back lets nothing go early")
{
    TemporaryFolder folder;
    auto store = relay::open_sqlite_store({.file = folder.path() / "boards.sqlite"});
    REQUIRE(store.has_value());
    std::uint64_t number = 0;
    for (const std::int64_t day : {100, 90, 101}) {
        std::vector<relay::NewEntry> entries;
        for (int i = 0; i < 256; ++i, ++number) {
            auto bytes = cell(number);
            wire::Tag tag;
            std::copy_n(bytes.begin(), tag.size(), tag.begin());
            entries.push_back({1, tag, std::make_shared<const base::Bytes>(std::move(bytes)), {day}, {}});
        }
        REQUIRE((*store)->append(entries).has_value());
    }
    CHECK((*store)->first_since(1, {95})->position == 0);     // the second block is old, the first is not
    CHECK((*store)->first_since(1, {101})->position == 512);
    CHECK((*store)->first_since(1, {102})->position == 768);
    CHECK((*store)->drop_oldest_block(1, 255).value() == 0);   // not whole before that
    REQUIRE((*store)->drop_oldest_block(1, 768).has_value());
    CHECK((*store)->boards()->at(1).cut == 256);
    CHECK((*store)->first_since(1, {80})->position == 256);
    REQUIRE((*store)->drop_oldest_block(1, 768).has_value());
    REQUIRE((*store)->drop_oldest_block(1, 768).has_value());
    CHECK((*store)->drop_oldest_block(1, 768).value() == 768);
    CHECK_FALSE((*store)->drop_oldest_block(1, 1024).has_value());   // nothing whole is left
    CHECK((*store)->boards()->at(1).length == 768);
    CHECK((*store)->first_since(1, {80})->position == 768);
}
