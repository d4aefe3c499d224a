// Through an ingress to a real relay, and what each of the two could write down.

#include "tests/ingress/support.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

using namespace sinetti;
using namespace sinetti::ingress_test;

namespace {

std::set<std::string> values_of(const std::vector<nlohmann::json>& lines, const char* key)
{
    std::set<std::string> values;
    for (const auto& line : lines) {
        if (line.contains(key)) values.insert(line[key].is_string() ? line[key].get<std::string>() : line[key].dump());
    }
    return values;
}

}  // namespace

TEST_SUITE_BEGIN("ingress");

TEST_CASE("two people write and read through an ingress, whose log has no board and whose relay's log has no address")
{
    TemporaryFolder folder;
    const auto of_relay = folder.path() / "relay", of_ingress = folder.path() / "ingress";
    Cast cast;
    {
        RunningRelay relay([&](relay::Config& config) { config.observe = of_relay; });
        REQUIRE(found(relay, cast));
        RunningIngress ingress(relay.port(), [&](ingress::Config& config) { config.observe = of_ingress; });

        Client anna(ingress.to(relay, "127.0.0.2")), bert(ingress.to(relay, "127.0.0.3"));
        REQUIRE(anna.open_as_member(cast.anna.device));
        REQUIRE(bert.open_as_member(cast.bert.device));
        bert.send(wire::Follow{1, 1, 0});
        REQUIRE(bert.expect<wire::Entries>());
        for (std::uint64_t number = 0; number < 300; ++number) {
            REQUIRE(anna.append(1, cell(number)) == number);
            const auto followed = bert.expect<wire::Entries>();
            REQUIRE(followed.has_value());
            CHECK(followed->entries.front() == cell(number));
        }
        const auto board = read_board(anna, 1);
        REQUIRE(board.has_value());
        CHECK(board->size() == 300);
        get_text(ingress.port(), "/index.html");
    }

    // The relay knows boards, positions and tokens, and everybody is at the ingress's address.
    const auto at_relay = json_lines(of_relay);
    CHECK(values_of(at_relay, "addr") == std::set<std::string>{"127.0.0.1"});
    for (const auto* operation : {"append", "follow", "read", "token"}) CHECK(values_of(at_relay, "op").contains(operation));
    CHECK(values_of(at_relay, "board").contains("1"));
    std::ifstream stream(of_relay);
    const std::string all((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    for (const auto* address : {"127.0.0.2", "127.0.0.3"}) CHECK(all.find(address) == std::string::npos);

    // The ingress knows addresses and sizes.
    const auto at_ingress = json_lines(of_ingress);
    REQUIRE_FALSE(at_ingress.empty());
    for (const auto* address : {"127.0.0.2", "127.0.0.3"}) CHECK(values_of(at_ingress, "addr").contains(address));
    CHECK(values_of(at_ingress, "op") == std::set<std::string>{"close", "connect", "down", "get", "open", "up"});
    for (const auto& line : at_ingress) {
        REQUIRE_FALSE(line.is_discarded());
        for (const auto& [key, value] : line.items()) CHECK(std::set<std::string>{"t", "conn", "addr", "op", "bytes", "port", "path", "agent"}.contains(key));
        if (line.contains("bytes")) CHECK(std::ranges::count(wire::kFrameSizes, line["bytes"].get<std::size_t>()) == 1);
        if (line["op"] == "get") CHECK(line["path"] == "/index.html");
    }
    CHECK(std::ranges::count_if(at_ingress, [](const auto& line) { return line["op"] == "open"; }) == std::ranges::count_if(at_ingress, [](const auto& line) { return line["op"] == "close"; }));
}

TEST_CASE("nothing of what a client says about itself goes on to the relay")
{
    ByHand relay;
    RunningIngress ingress(relay.port());
    RawClient client(ingress.port(), "127.0.0.2");
    const std::string about = "User-Agent: Mozilla/5.0 somebody\r\nX-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.7\r\nCookie: a=b\r\nAccept-Language: sv\r\n"
                              "Sec-WebSocket-Extensions: permessage-deflate\r\nDNT: 1\r\n";
    client.write(upgrade_request(ingress.port(), about));
    REQUIRE(client.read_head().starts_with("HTTP/1.1 101"));
    client.write(masked_message(std::string(256, 'x')));

    const auto head = relay.take_head();
    std::set<std::string> fields;
    for (auto at = head.find("\r\n") + 2; at < head.size() - 2; at = head.find("\r\n", at) + 2) fields.insert(head.substr(at, head.find(':', at) - at));
    CHECK(fields == std::set<std::string>{"Connection", "Host", "Origin", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Upgrade"});
    CHECK(head.starts_with("GET /ws HTTP/1.1\r\n"));
    const auto here = "localhost:" + std::to_string(relay.port());
    CHECK(head.find("\r\nHost: " + here + "\r\n") != std::string::npos);
    CHECK(head.find("\r\nOrigin: http://" + here + "\r\n") != std::string::npos);
    for (const auto* told : {"somebody", "192.0.2.7", "127.0.0.2", "dGhlIHNhbXBsZSBub25jZQ", "a=b"}) CHECK(head.find(told) == std::string::npos);
    CHECK(head.find(std::to_string(ingress.port())) == std::string::npos);

    // The message itself goes on whole, under a mask of the ingress's own.
    relay.answer_upgrade(head);
    auto frame = relay.read_some();
    while (frame.size() < 8 + 256) frame += relay.read_some();
    REQUIRE(frame.size() == 8 + 256);
    CHECK(frame.starts_with("\x82\xfe\x01"));
    for (std::size_t i = 8; i < frame.size(); ++i) REQUIRE((frame[i] ^ frame[4 + i % 4]) == 'x');
    relay.drop();
}

TEST_CASE("the ingress serves its own copy of the app, and no blocks: to ask for one would be to name a board")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client writer(relay.address());
    REQUIRE(writer.open_as_member(cast.anna.device));
    for (std::uint64_t number = 0; number < 256; ++number) REQUIRE(writer.append(1, cell(number)));
    RunningIngress ingress(relay.port());
    const auto target = std::string("/board/1/block/0");
    REQUIRE(get_text(relay.port(), target).starts_with("HTTP/1.1 200"));
    const auto of = [&](const std::string& path) { return get_text(ingress.port(), path); };
    CHECK(of(target) == of("/nothing"));
    CHECK(of(target) == of("/board/1/block/7"));
    CHECK(of("/nothing").starts_with("HTTP/1.1 404"));
    CHECK(of("/").find("<title>Sinetti</title>") != std::string::npos);
    CHECK(of("/").find("Content-Security-Policy: default-src 'none'") != std::string::npos);
    // What the relay says of itself is public, and the same from here; it is fetched once.
    const auto document = get_text(relay.port(), "/relay.json");
    REQUIRE(document.starts_with("HTTP/1.1 200"));
    CHECK(of("/relay.json") == document);
    CHECK(of("/relay.json?x") == of("/nothing"));
    relay.stop();
    CHECK(of("/relay.json") == document);
    CHECK(of("/core.wasm").starts_with("HTTP/1.1 200"));
    CHECK(ingress.figure("upstream_opened_total") == 0);
}

TEST_CASE("what the relay says of itself is asked for without a word of who asks, once for all who wait, and again while there is none")
{
    ByHand relay;
    RunningIngress ingress(relay.port());
    const auto ask = [&] {
        auto client = std::make_unique<RawClient>(ingress.port(), "127.0.0.2");
        client->write("GET /relay.json HTTP/1.1\r\nHost: localhost\r\nUser-Agent: somebody\r\nCookie: a=b\r\nConnection: close\r\n\r\n");
        return client;
    };
    std::uint64_t asked = 0;
    const auto expect = [&](const std::string& answer, const char* status) {
        const auto one = ask(), another = ask();
        asked += 2;
        eventually("both wait", [&] { return ingress.figure("http_requests_total") == asked; });
        const auto head = relay.take_head();
        CHECK(head == "GET /relay.json HTTP/1.1\r\nHost: localhost:" + std::to_string(relay.port()) + "\r\nConnection: close\r\n\r\n");
        relay.write(answer);
        relay.drop_in_order();
        CHECK(one->read_to_the_end().starts_with(status));
        CHECK(another->read_to_the_end().starts_with(status));
    };
    expect("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 404");
    expect("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 503");
    expect("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "HTTP/1.1 503");
    expect("nonsense\r\n\r\n", "HTTP/1.1 503");
    relay.stop_listening();
    CHECK(ask()->read_to_the_end().starts_with("HTTP/1.1 503"));
}

TEST_CASE("a relay that is not there, or goes without a word, is a close with 1013 and nothing that stays behind; later it works again")
{
    ByHand by_hand;
    const auto port = by_hand.port();
    RunningIngress ingress(port);
    const directory::RelayKeys keys = [] {
        RunningRelay relay;
        return relay.address().keys;
    }();
    const RelayAddress address{ingress.port(), keys};
    {
        Client client(address);
        REQUIRE(client.connected());
        by_hand.answer_upgrade(by_hand.take_head());
        by_hand.read_some();
        by_hand.drop();
        CHECK(client.expect_end());
        CHECK(client.close_code() == 1013);
    }
    // It answers, and is no relay.
    {
        Client client(address);
        by_hand.take_head();
        by_hand.write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        CHECK(client.expect_end());
        CHECK(client.close_code() == 1013);
    }
    by_hand.stop_listening();
    {
        Client client(address);
        CHECK(client.expect_end());
        CHECK(client.close_code() == 1013);
    }
    eventually("nothing stays behind", [&] { return ingress.figure("tunnels") == 0; });
    CHECK(ingress.figure("upstream_lost_total") == 1);
    CHECK(ingress.figure("upstream_failed_total") == 2);
    CHECK(ingress.figure("upstream_reachable") == 0);

    RunningRelay relay([&](relay::Config& config) { config.port = port; });
    Client client(ingress.to(relay));
    CHECK(client.challenge());
    CHECK(ingress.figure("upstream_reachable") == 1);

    // The relay's own goodbye is passed on as it is.
    relay.stop();
    CHECK(client.expect_end());
    CHECK(client.closed() == Closed::orderly);
    CHECK(client.close_code() == 1001);
}

TEST_CASE("what the relay says at the end of a session arrives before the end")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port());
    Client client(ingress.to(relay));
    REQUIRE(client.open_as_member(cast.anna.device));
    client.send_bytes(base::Bytes(wire::kFrameSizes.front(), 7));
    CHECK(client.expect_refusal(wire::Refusal::bad_frame));
    CHECK(client.expect_end());
    CHECK(client.close_code() == 1008);
}

TEST_CASE("what somebody said before leaving is the relay's")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port());
    Client reader(relay.address());
    REQUIRE(reader.open_as_member(cast.bert.device));
    for (std::uint64_t round = 0; round < 10; ++round) {
        Client client(ingress.to(relay));
        REQUIRE(client.open_as_member(cast.anna.device));
        for (std::uint32_t i = 0; i < 50; ++i) client.send(wire::Append{i + 1, 1, cell(round * 50 + i)});
        client.say_goodbye();
        eventually("all of it is on the board", [&] {
            const auto board = read_board(reader, 1);
            return board && board->size() == (round + 1) * 50;
        });
    }
    eventually("no session stays behind", [&] { return ingress.figure("tunnels") == 0; });
}

TEST_CASE("draining passes on what was said and says goodbye")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port());
    Client client(ingress.to(relay)), silent(RelayAddress{ingress.port(), {}}, Client::Channel::none);
    REQUIRE(client.open_as_member(cast.anna.device));
    for (std::uint32_t i = 0; i < 100; ++i) client.send(wire::Append{i + 1, 1, cell(i)});
    client.send(wire::Ping{1});
    for (bool pong = false; !pong;) {
        const auto frame = client.receive();
        REQUIRE(frame.has_value());
        pong = std::holds_alternative<wire::Pong>(*frame);
    }
    std::thread stopping([&] { ingress.stop(); });
    while (client.receive()) {}
    while (silent.receive_bytes()) {}
    stopping.join();
    for (auto* one : {&client, &silent}) {
        CHECK(one->closed() == Closed::orderly);
        CHECK(one->close_code() == 1001);
    }
    Client reader(relay.address());
    REQUIRE(reader.open_as_member(cast.bert.device));
    eventually("all of it is on the board", [&] {
        const auto board = read_board(reader, 1);
        return board && board->size() == 100;
    });
}

TEST_SUITE_END();
