#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

TEST_SUITE("simulation.relay_faults")
{
    TEST_CASE("a full relay is said once; what waits goes out when there is room")
    {
        World world(200);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        world.relay.storage_full = true;
        for (const auto* text : {"yksi", "kaksi", "kolme"}) people[0]->submit(api::SendText{group, text});
        world.settle(60'000);
        CHECK(people[0]->connection.waiting == 3);
        CHECK(people[0]->connection.state == api::ConnectionState::connected);
        CHECK(std::ranges::count(people[0]->notices, api::Code::relay_full, &api::NoticeEvent::code) == 1);
        world.relay.storage_full = false;
        world.settle();
        CHECK(people[0]->connection.waiting == 0);
        CHECK(people[1]->texts("Ryhmä") == std::vector<std::string>{"[Aino created]", "Aino: yksi", "Aino: kaksi", "Aino: kolme"});
    }

    TEST_CASE("a garbled frame ends the session with one sentence; everything goes on after it")
    {
        World world(201);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        for (const auto& garbage : {base::Bytes{}, base::Bytes(256, 0xff), base::Bytes(256, 0), base::Bytes(300'000, 7), wire::encode(wire::RelayFrame(wire::Challenge{})),
                                    wire::encode(wire::RelayFrame(wire::Entries{.request_id = 0, .board = 1, .first_position = 77, .last = true, .head = {}, .entries = {base::Bytes(1024, 1)}})),
                                    wire::encode(wire::RelayFrame(wire::Appended{99, 1, 5}))}) {
            people[1]->notices.clear();
            people[1]->receive_from_relay(garbage);
            world.run_steps(3);
            CHECK(people[1]->noticed(api::Code::relay_garbled));
            world.settle();
            CHECK(people[1]->connection.state == api::ConnectionState::connected);
        }
        people[0]->submit(api::SendText{group, "perille asti"});
        world.settle();
        CHECK(people[1]->texts("Ryhmä").back() == "Aino: perille asti");
    }

    TEST_CASE("a relay that rewrites what it showed before is caught and not followed")
    {
        World world(202);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        for (int i = 0; i < 300; ++i) world.relay.append_raw(1, world.random.array<1024>());
        people[0]->submit(api::SendText{group, "totuus"});
        world.settle();
        people[1]->cut_connection();
        auto& board = world.relay.board(1);

        SUBCASE("an entry of the last block is another one") { board.entries.back()[500] ^= 1; }
        SUBCASE("the board is shorter")
        {
            board.entries.resize(board.entries.size() - 1);
            board.heads.resize(board.heads.size() - 1);
        }
        SUBCASE("the board begins anew")
        {
            board.entries.clear();
            board.heads.resize(1);
        }
        for (std::size_t i = 0; i < board.entries.size(); ++i) board.heads[i + 1] = directory::next_head(board.heads[i], i, board.entries[i]);
        world.settle(10'000);
        CHECK(people[1]->noticed(api::Code::relay_fork));
        CHECK(people[1]->connection.state == api::ConnectionState::refused);
        CHECK(people[1]->connection.reason == api::Code::relay_fork);
        CHECK(people[1]->texts("Ryhmä").back() == "Aino: totuus");
    }

    TEST_CASE("two histories for two people are found out by comparing heads in their messages")
    {
        World world(203);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        // Bertta alone is shown another cell of somebody else's; the rest of the board is the same to both.
        people[1]->set_offline(true);
        world.settle();
        for (int i = 0; i < 300; ++i) world.relay.append_raw(1, world.random.array<1024>());
        world.settle();
        auto& board = world.relay.board(1);
        const auto truth = board;
        const auto forged = board.entries.size() - 200;
        board.entries[forged] = base::to_bytes(world.random.array<1024>());
        for (std::size_t i = 0; i < board.entries.size(); ++i) board.heads[i + 1] = directory::next_head(board.heads[i], i, board.entries[i]);
        people[0]->set_offline(true);
        people[1]->set_offline(false);
        world.settle();
        people[1]->submit(api::SendText{group, "kaikki hyvin?"});
        world.settle();
        const auto said = board.entries.back();
        people[1]->set_offline(true);
        board = truth;
        world.relay.append_raw(1, said);
        people[0]->set_offline(false);
        world.settle();
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: kaikki hyvin?");

        // Both heads are signed by the relay: that is proof, it is kept, and the relay is not followed any more.
        CHECK(people[0]->noticed(api::Code::relay_fraud));
        CHECK(people[0]->connection.state == api::ConnectionState::refused);
        CHECK(people[0]->connection.reason == api::Code::relay_fraud);
        const auto evidence = people[0]->evidence;
        CHECK(evidence.find("relay signing key: " + base::to_hex(world.relay.keys().signing_public_key)) != std::string::npos);
        CHECK(evidence.find("first statement\nlabel: sinetti signed head v1\nboard: 1\nposition: 256\nhead: " + base::to_hex(truth.heads[256])) != std::string::npos);
        CHECK(evidence.find("second statement\nlabel: sinetti signed head v1\nboard: 1\nposition: 256\nhead: ") != std::string::npos);
        people[0]->crash();
        people[0]->evidence.clear();
        people[0]->start();
        world.run_steps(3);
        people[0]->submit(api::Unlock{}, kPassphrase);
        world.settle(5'000);
        CHECK(people[0]->phase() == api::Phase::open);
        CHECK(people[0]->connection.reason == api::Code::relay_fraud);
        CHECK(people[0]->connection.state == api::ConnectionState::refused);
        CHECK(people[0]->evidence == evidence);
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: kaikki hyvin?");
    }

    TEST_CASE("a directory shown to one person alone is proved by the first message between that person and another")
    {
        World world(210);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        people[1]->set_offline(true);
        world.settle();
        // Each is shown another last record, and the relay signs for her what it shows her.
        auto& board = world.relay.board(0);
        const auto end = board.entries.size() + 1;
        const auto show_another = [&] {
            board.entries.resize(end - 1);
            board.heads.resize(end);
            board.entries.push_back(base::to_bytes(world.random.array<200>()));
            board.heads.push_back(directory::next_head(board.heads.back(), end - 1, board.entries.back()));
        };
        show_another();
        const auto truth = board;
        people[0]->cut_connection();
        world.settle();
        people[0]->set_offline(true);
        world.settle();
        show_another();
        people[1]->set_offline(false);
        world.settle();
        people[1]->submit(api::SendText{group, "kaikki hyvin?"});
        world.settle();
        CHECK(people[1]->connection.waiting == 0);
        people[1]->set_offline(true);
        world.settle();
        board = truth;
        people[0]->set_offline(false);
        world.settle();
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: kaikki hyvin?");
        CHECK(people[0]->noticed(api::Code::relay_fraud));
        CHECK(people[0]->connection.reason == api::Code::relay_fraud);
        CHECK(people[0]->evidence.find("board: 0\nposition: " + std::to_string(end) + "\nhead: " + base::to_hex(truth.heads[end])) != std::string::npos);
    }

    TEST_CASE("a block whose end the relay has not signed is not taken")
    {
        World world(208);
        const auto people = found(world, {"Aino", "Bertta"});
        make_group(world, people, "Ryhmä");
        world.relay.signs_heads = false;
        for (int i = 0; i < 300; ++i) world.relay.append_raw(1, world.random.array<1024>());
        world.settle(5'000);
        CHECK(people[0]->noticed(api::Code::relay_garbled));
        world.relay.signs_heads = true;
        world.settle();
        CHECK(people[0]->connection.state == api::ConnectionState::connected);
    }

    TEST_CASE("a head that is not signed by the relay's key, or a cut that is no cut, is garbled")
    {
        World world(209);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        base::SeededRandom random(1);
        const auto stranger = crypto::SignaturePrivateKey::generate(random);
        const auto forged = [&](directory::StatementKind kind, std::uint64_t position) {
            return wire::SignedHead{1, position, {5}, directory::sign_board_statement(stranger, kind, 1, position, {5})};
        };
        for (const auto& frame : {wire::RelayFrame(forged(directory::StatementKind::head, 0)), wire::RelayFrame(forged(directory::StatementKind::head, 512)),
                                  wire::RelayFrame(wire::Gone{0, forged(directory::StatementKind::cut, 512)}),
                                  wire::RelayFrame(wire::Gone{77, forged(directory::StatementKind::cut, 512)})}) {
            people[1]->notices.clear();
            people[1]->receive_from_relay(wire::encode(frame));
            world.run_steps(3);
            CHECK(people[1]->noticed(api::Code::relay_garbled));
            world.settle();
            CHECK(people[1]->connection.state == api::ConnectionState::connected);
        }
        people[0]->submit(api::SendText{group, "perille asti"});
        world.settle();
        CHECK(people[1]->texts("Ryhmä").back() == "Aino: perille asti");
    }

    TEST_CASE("a relay whose organisation is another one is not spoken to")
    {
        World world(204);
        const auto people = found(world, {"Aino"});
        World other(205);
        found(other, {"Muu"});
        std::swap(world.relay.board(0), other.relay.board(0));
        world.relay.swap_directory(other.relay);
        people[0]->cut_connection();
        world.settle(5'000);
        CHECK(people[0]->connection.state == api::ConnectionState::refused);
        CHECK(people[0]->connection.reason == api::Code::link_other_organisation);
    }

    TEST_CASE("a relay that does not hold the key is told nothing and named; when the right one is back, everything goes out")
    {
        World world(208);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        const auto appended = world.relay.appended;
        const auto link = world.founder_link();
        World other(209);
        world.relay.swap_keys(other.relay);
        world.relay.restart();
        people[0]->submit(api::SendText{group, "vain oikealle"});
        world.settle(60'000);
        for (const auto* person : people) {
            CHECK(person->connection.state == api::ConnectionState::refused);
            CHECK(person->connection.reason == api::Code::relay_key);
            CHECK(std::ranges::count(person->notices, api::Code::relay_key, &api::NoticeEvent::code) == 1);
        }
        CHECK(people[0]->connection.waiting == 1);
        CHECK(world.relay.appended == appended);
        auto& stranger = world.add("Cecilia");
        stranger.submit(api::OpenLink{link});
        world.settle(1'000);
        CHECK(stranger.last_error == api::Code::relay_key);
        CHECK(stranger.phase() == api::Phase::no_account);

        world.relay.swap_keys(other.relay);
        world.advance(40'000);
        world.settle();
        CHECK(people[0]->connection.state == api::ConnectionState::connected);
        CHECK(people[1]->texts("Ryhmä").back() == "Aino: vain oikealle");
        stranger.submit(api::OpenLink{link});
        world.settle();
        CHECK(stranger.last_error == api::Code::already_founded);
    }

    TEST_CASE("foreign noise on the board is passed over")
    {
        World world(206);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        for (int i = 0; i < 2000; ++i) {
            world.relay.append_raw(1, world.random.array<1024>());
            if (i % 400 == 0) people[0]->submit(api::SendText{group, "viesti " + std::to_string(i)});
            if (i % 700 == 0) people[1]->cut_connection();
            world.run_steps(3);
        }
        world.settle();
        CHECK(people[1]->texts("Ryhmä").size() == 6);
        CHECK(people[1]->texts("Ryhmä") == people[0]->texts("Ryhmä"));
    }

    TEST_CASE("a broken or full store is said once, and nothing that was not stored is sent")
    {
        World world(207);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        people[0]->backend.fail_with(store::BackendError::full);
        const auto before = world.relay.appended;
        people[0]->submit(api::SendText{group, "ei vielä"});
        world.settle(20'000);
        CHECK(world.relay.appended == before);
        CHECK(std::ranges::count(people[0]->notices, api::Code::store_full, &api::NoticeEvent::code) == 1);
        CHECK(people[0]->store_trouble == api::Code::store_full);
        people[0]->backend.fail_with(std::nullopt);
        world.advance(40'000);
        world.settle();
        CHECK(people[0]->store_trouble == api::Code::none);
        CHECK(people[1]->texts("Ryhmä").back() == "Aino: ei vielä");
    }
}
