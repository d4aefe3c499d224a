// Boards that administrators make and change with a record on board 0: done at once, kept, and not the operator's to undo.

#include "directory/session_auth.h"
#include "relay/board_commands.h"
#include "relay/check.h"
#include "relay/data_folder.h"
#include "relay/sqlite.h"
#include "tests/relay/support.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using directory::BoardLevel;
using directory::BoardRecord;
using directory::BoardSuite;
using wire::Refusal;

namespace {

BoardRecord wish(Cast& cast, std::uint32_t board, std::uint32_t number, BoardSuite suite = BoardSuite::post_quantum, BoardLevel level = BoardLevel::prompt)
{
    auto record = cast.board(board, number, suite);
    record.level = level;
    return record;
}

BoardRecord closed(BoardRecord&& record)
{
    record.closed = true;
    return std::move(record);
}

std::optional<wire::BoardInfo> offered(const RunningRelay& relay, const crypto::SignaturePrivateKey& device, std::uint32_t board)
{
    Client client(relay.address());
    const auto greeting = client.challenge();
    REQUIRE(greeting.has_value());
    client.send(wire::AuthenticateDevice{device.public_key(), directory::sign_session(device, greeting->nonce)});
    const auto accepted = client.expect<wire::Accepted>();
    REQUIRE(accepted.has_value());
    const auto found = std::ranges::find(accepted->boards, board, &wire::BoardInfo::board);
    return found == accepted->boards.end() ? std::nullopt : std::optional(*found);
}

wire::BoardInfo as_signed(std::uint32_t board, BoardSuite suite, BoardLevel level = BoardLevel::prompt)
{
    return {board, wire::BoardKind::cells, wire::SendingLevel(std::uint8_t(level)), std::uint16_t(suite), 30};
}

std::string operator_says(const RunningRelay& relay, std::vector<std::string> words)
{
    words.insert(words.begin(), "board");
    words.insert(words.end(), {"--data", relay.data().string()});
    const auto config = relay::parse_config(words);
    REQUIRE(config.has_value());
    const auto lines = relay::run_board_command(*config);
    return lines ? lines->back() : lines.error();
}

void change_by_hand(const RunningRelay& relay, const std::string& sql)
{
    auto database = relay::sqlite::Database::open(relay::database_file(relay.data()), SQLITE_OPEN_READWRITE);
    REQUIRE(database.has_value());
    REQUIRE(database->run(sql).has_value());
}

}  // namespace

TEST_SUITE_BEGIN("relay.signed_boards");

TEST_CASE("a board is there when its record is answered: sessions of before and after write on it, and it stays")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client member(relay.address());
    REQUIRE(member.open_as_member(cast.bert.device));
    member.send(wire::Append{1, 2, cell(1)});
    CHECK(member.expect_refusal(Refusal::unknown_board, 1));
    member.send(wire::Follow{2, 0, 0});
    for (bool last = false; !last;) {
        const auto entries = member.expect<wire::Entries>();
        REQUIRE(entries.has_value());
        last = entries->last;
    }

    Client device(relay.address());
    REQUIRE(device.open_as_device(cast.anna.device));
    const auto position = device.append(directory::sign_board(cast.root, wish(cast, 2, 0)));
    REQUIRE(position == kFoundedRecords);
    const auto told = member.expect<wire::Entries>();
    REQUIRE(told.has_value());
    CHECK(told->first_position == kFoundedRecords);
    member.send(wire::Follow{3, 2, 0});   // as soon as it has been read
    const auto empty = member.expect<wire::Entries>();
    REQUIRE(empty.has_value());
    CHECK(empty->board == 2);
    CHECK(empty->last);
    member.send(wire::Append{4, 2, cell(1)});
    std::size_t seen = 0;
    for (int frame = 0; frame < 2; ++frame) {
        const auto answer = member.receive();
        REQUIRE(answer.has_value());
        seen += std::holds_alternative<wire::Appended>(*answer) || std::holds_alternative<wire::Entries>(*answer) ? 1 : 0;
    }
    CHECK(seen == 2);
    CHECK(offered(relay, cast.anna.device, 2) == as_signed(2, BoardSuite::post_quantum));
    relay.tend();
    relay.restart();
    CHECK(offered(relay, cast.anna.device, 2) == as_signed(2, BoardSuite::post_quantum));
    Client after(relay.address());
    REQUIRE(after.open_as_member(cast.anna.device));
    CHECK(after.append(2, cell(2)) == 1);
    CHECK(relay::check_data(relay.data()).faults.empty());
}

TEST_CASE("a policy holds from its record on, also in sessions that are open")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client member(relay.address()), device(relay.address());
    REQUIRE(member.open_as_member(cast.bert.device));
    REQUIRE(device.open_as_device(cast.anna.device));
    CHECK(member.append(1, cell(1)) == 0);
    REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 1, 0, BoardSuite::classical, BoardLevel::mixed))).has_value());
    member.send(wire::Append{7, 1, cell(2)});
    CHECK(member.expect_refusal(Refusal::not_mixed, 7));
    CHECK(offered(relay, cast.anna.device, 1) == as_signed(1, BoardSuite::classical, BoardLevel::mixed));
    REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 1, 1))).has_value());
    CHECK(member.append(1, cell(2)) == 1);
    CHECK(offered(relay, cast.anna.device, 1) == as_signed(1, BoardSuite::post_quantum));
}

TEST_CASE("a closed board takes no cell and is read, followed and had in blocks as before, over a restart too, until a record opens it")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    std::uint64_t next = 0;
    {
        Client device(relay.address()), member(relay.address());
        REQUIRE(device.open_as_device(cast.anna.device));
        REQUIRE(member.open_as_member(cast.bert.device));
        REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 1, 0))).has_value());
        device.send(wire::Append{7, 0, directory::encode(directory::Record(directory::sign_board(cast.root, closed(wish(cast, 1, 1)))))});
        CHECK(device.expect_refusal(Refusal::bad_record, 7));   // no board with a policy would be open
        REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 2, 0))).has_value());
        for (; next < 256; ++next) REQUIRE(member.append(1, cell(next)) == next);
        REQUIRE(device.append(directory::sign_board(cast.root, closed(wish(cast, 1, 1)))).has_value());
        member.send(wire::Append{8, 1, cell(next)});
        CHECK(member.expect_refusal(Refusal::board_closed, 8));
        CHECK(member.append(1, cell(3)) == 3);                  // an answer that was lost
        CHECK(member.append(2, cell(1)) == 0);
    }
    CHECK(operator_says(relay, {"list"}).starts_with("board 2: "));
    for (int start = 0; start < 2; ++start) {
        Client member(relay.address());
        REQUIRE(member.open_as_member(cast.bert.device));
        CHECK(read_board(member, 1)->size() == 256);
        CHECK(get_text(relay.port(), "/board/1/block/0").starts_with("HTTP/1.1 200"));
        member.send(wire::Follow{2, 1, 256});
        const auto end = member.expect<wire::Entries>();
        REQUIRE(end.has_value());
        CHECK(end->last);
        member.send(wire::Append{9, 1, cell(next)});
        while (auto frame = member.receive()) {   // a key of what is followed comes before
            const auto* refused = std::get_if<wire::Refused>(&*frame);
            if (refused == nullptr) continue;
            CHECK(refused->code == Refusal::board_closed);
            break;
        }
        relay.tend();
        CHECK(relay::check_data(relay.data()).faults.empty());
        relay.restart();
    }
    const auto lines = relay::run_board_command(*relay::parse_config(std::vector<std::string>{"board", "list", "--data", relay.data().string()}));
    CHECK(lines->at(1) == "board 1: cells, prompt, suite 0x0054, kept 30 days, as administrators signed, closed, 256 entries");
    CHECK(operator_says(relay, {"policy", "--board", "1", "--retention-days", "7"}).starts_with("board 1 is what an administrator has signed"));

    Client device(relay.address()), member(relay.address());
    REQUIRE(device.open_as_device(cast.anna.device));
    REQUIRE(member.open_as_member(cast.bert.device));
    REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 1, 2))).has_value());
    CHECK(member.append(1, cell(next)) == 256);
}

TEST_CASE("of cells that are on their way when their board is closed each is on the board and acknowledged, or refused and not there")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client device(relay.address()), member(relay.address()), reader(relay.address());
    REQUIRE(device.open_as_device(cast.anna.device));
    REQUIRE(member.open_as_member(cast.bert.device));
    REQUIRE(reader.open_as_member(cast.anna.device));
    REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 1, 0))).has_value());
    REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 2, 0))).has_value());
    constexpr std::uint32_t kCells = 200;
    for (std::uint32_t i = 1; i <= kCells; ++i) {
        member.send(wire::Append{i, 1, cell(i)});
        if (i == kCells / 2) device.send(wire::Append{1, 0, directory::encode(directory::Record(directory::sign_board(cast.root, closed(wish(cast, 1, 1)))))});
    }
    std::vector<base::Bytes> acknowledged;
    for (std::uint32_t i = 1; i <= kCells; ++i) {
        const auto answer = member.receive();
        REQUIRE(answer.has_value());
        if (const auto* appended = std::get_if<wire::Appended>(&*answer)) {
            CHECK(appended->position == acknowledged.size());
            acknowledged.push_back(cell(appended->request_id));
        } else {
            REQUIRE(std::holds_alternative<wire::Refused>(*answer));
            CHECK(std::get<wire::Refused>(*answer).code == Refusal::board_closed);
        }
    }
    CHECK(device.expect<wire::Appended>().has_value());
    CHECK(read_board(reader, 1) == acknowledged);
    relay.restart();
    Client after(relay.address());
    REQUIRE(after.open_as_member(cast.bert.device));
    CHECK(read_board(after, 1) == acknowledged);
}

TEST_CASE("what is signed is not the operator's to change, before a restart or after it; the other boards are")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client device(relay.address());
    REQUIRE(device.open_as_device(cast.anna.device));
    REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 2, 0))).has_value());
    const std::string no = "board 2 is what an administrator has signed: only an administrator can change it, in the app or with sinetti-cli";
    for (int start = 0; start < 2; ++start) {
        CHECK(operator_says(relay, {"policy", "--board", "2", "--cipher-suite", "0x0003"}) == no);
        CHECK(operator_says(relay, {"policy", "--board", "2", "--retention-days", "30"}) == no);
        CHECK(operator_says(relay, {"add", "--board", "2"}) == no);
        CHECK(operator_says(relay, {"list"}) == "board 2: cells, prompt, suite 0x0054, kept 30 days, as administrators signed, 0 entries");
        relay.restart();
    }
    CHECK(operator_says(relay, {"policy", "--board", "1", "--retention-days", "7"}) == "board 1: cells, prompt, kept 7 days");
    CHECK(operator_says(relay, {"add"}) == "board 3 added: cells, prompt, kept 30 days");
    CHECK(offered(relay, cast.anna.device, 2) == as_signed(2, BoardSuite::post_quantum));

    // A board the operator has made, and the relay may not have looked at yet, becomes the administrators' by a record.
    Client again(relay.address());
    REQUIRE(again.open_as_device(cast.anna.device));
    REQUIRE(again.append(directory::sign_board(cast.root, wish(cast, 3, 0, BoardSuite::classical))).has_value());
    CHECK(operator_says(relay, {"policy", "--board", "3", "--retention-days", "7"}).starts_with("board 3 is what an administrator has signed"));
    Client member(relay.address());
    REQUIRE(member.open_as_member(cast.bert.device));
    CHECK(member.append(3, cell(1)) == 0);
    relay.tend();
    CHECK(member.append(3, cell(2)) == 1);
}

TEST_CASE("a database in which a board was changed past its record is found out by check, and set right when the relay starts")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    {
        Client device(relay.address());
        REQUIRE(device.open_as_device(cast.anna.device));
        REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 1, 0))).has_value());
        REQUIRE(device.append(directory::sign_board(cast.root, wish(cast, 2, 0))).has_value());
    }
    const char* change = "";
    SUBCASE("its suite") { change = "UPDATE boards SET cipher_suite = 3 WHERE board = 2"; }
    SUBCASE("its level") { change = "UPDATE boards SET level = 4 WHERE board = 2"; }
    SUBCASE("whose it is") { change = "UPDATE boards SET signed = 0 WHERE board = 2"; }
    SUBCASE("that it is open") { change = "UPDATE boards SET closed = 1 WHERE board = 2"; }
    SUBCASE("that it is there") { change = "DELETE FROM boards WHERE board = 2"; }
    relay.stop();
    CHECK(relay::check_data(relay.data()).faults.empty());
    change_by_hand(relay, change);
    CHECK(relay::check_data(relay.data()).faults == std::vector<std::string>{"board 2 is not what its administrators have signed; serve makes it so"});
    relay.start();
    CHECK(offered(relay, cast.anna.device, 2) == as_signed(2, BoardSuite::post_quantum));
    CHECK(operator_says(relay, {"policy", "--board", "2", "--retention-days", "7"}).starts_with("board 2 is what an administrator has signed"));
    relay.stop();
    CHECK(relay::check_data(relay.data()).faults.empty());
}

TEST_CASE("a policy is refused out of its turn, from who may not sign it, and in sessions that are not a device's")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client device(relay.address());
    REQUIRE(device.open_as_device(cast.bert.device));
    std::uint32_t request = 0;
    const auto refused = [&](Client& client, const BoardRecord& record, Refusal code) {
        client.send(wire::Append{++request, 0, directory::encode(directory::Record(record))});
        return client.expect_refusal(code, request);
    };
    const auto& bert = cast.bert.identity;
    CHECK(refused(device, directory::sign_board(cast.root, wish(cast, 1, 1)), Refusal::bad_record));
    CHECK(refused(device, directory::sign_board(bert, wish(cast, 1, 0)), Refusal::bad_record));
    CHECK(refused(device, directory::sign_board_as_administrator(bert, wish(cast, 1, 0)), Refusal::not_authorised));
    CHECK(refused(device, directory::sign_board(cast.root, wish(cast, 0, 0)), Refusal::bad_record));
    REQUIRE(device.append(cast.role(cast.bert, 0, directory::Role::administrator)).has_value());
    const auto first = directory::sign_board_as_administrator(bert, wish(cast, 1, 0));
    const auto position = device.append(first);
    REQUIRE(position.has_value());
    CHECK(device.append(first) == position);   // an answer that was lost
    auto same = first;
    same.number = 1;
    CHECK(refused(device, directory::sign_board_as_administrator(bert, std::move(same)), Refusal::bad_record));
    REQUIRE(device.append(cast.role(cast.bert, 1, directory::Role::member)).has_value());
    CHECK(refused(device, directory::sign_board_as_administrator(bert, wish(cast, 1, 1, BoardSuite::classical)), Refusal::not_authorised));
    CHECK(offered(relay, cast.anna.device, 1) == as_signed(1, BoardSuite::post_quantum));

    const auto record = directory::sign_board(cast.root, wish(cast, 1, 1, BoardSuite::classical));
    Client member(relay.address()), identity(relay.address()), invited(relay.address());
    Person guest(cast.random);
    REQUIRE(member.open_as_member(cast.anna.device));
    REQUIRE(identity.open_as_identity(cast.anna.identity));
    REQUIRE(invited.open_as_invite(cast.invite(guest), guest.invite));
    for (auto* client : {&member, &identity, &invited}) CHECK(refused(*client, record, Refusal::not_authorised));
}

TEST_SUITE_END();
