// Who says too little, or nothing, is let go in time; with deadlines that are a twentieth of the protocol's. tests/relay/patience_test.cpp
// waits for the real ones.

#include "relay/deadlines.h"
#include "tests/relay/support.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using boost::asio::ip::tcp;

namespace {

using Clock = std::chrono::steady_clock;

relay::Deadlines short_deadlines()
{
    relay::Deadlines deadlines;
    for (auto* each : {&deadlines.request, &deadlines.response, &deadlines.opening, &deadlines.idle, &deadlines.vault_session}) *each /= 20;
    return deadlines;
}
const relay::Deadlines kShort = short_deadlines();

struct Impatient : RunningRelay {
    Impatient() : RunningRelay([](relay::Config& config) { config.deadlines = kShort; }) {}
};

struct Raw {
    boost::asio::io_context io;
    tcp::socket socket{io};
    explicit Raw(std::uint16_t port, std::string_view says = {})
    {
        socket.connect({boost::asio::ip::address_v4::loopback(), port});
        boost::asio::write(socket, boost::asio::buffer(says));
    }
    // Everything until the end.
    std::string rest()
    {
        std::string text;
        boost::system::error_code end;
        boost::asio::read(socket, boost::asio::dynamic_buffer(text), end);
        return text;
    }
};

std::string upgrade(std::uint16_t port)
{
    const auto host = "localhost:" + std::to_string(port);
    return "GET /ws HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

}  // namespace

TEST_SUITE_BEGIN("relay.deadlines");

TEST_CASE("the deadlines are the protocol's")
{
    CHECK(relay::kDeadlines.idle == 60s);
    CHECK(relay::kDeadlines.opening + relay::kDeadlines.vault_session == 140s);
}

TEST_CASE("a connection that asks for nothing, or for half of something, is closed")
{
    const Impatient relay;
    for (const auto& says : {std::string(), upgrade(relay.port()).substr(0, 60)}) {
        const auto begin = Clock::now();
        Raw raw(relay.port(), says);
        CHECK(raw.rest().empty());
        CHECK(Clock::now() - begin >= kShort.request);
    }
}

TEST_CASE("who opens a WebSocket and says nothing in it, or opens a channel and authenticates nobody, is closed")
{
    const Impatient relay;
    const auto begin = Clock::now();
    Client silent(relay.address(), Client::Channel::none);
    Client nobody(relay.address());
    REQUIRE(nobody.challenge());
    CHECK(silent.expect_end());
    CHECK(nobody.expect_end());
    CHECK(Clock::now() - begin >= kShort.opening);
    CHECK(silent.close_code() == 1008);
    CHECK(nobody.close_code() == 1008);
}

TEST_CASE("a vault session ends after its time, however much it says; a member's does not")
{
    Impatient relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client member(relay.address());
    REQUIRE(member.open_as_member(cast.anna.device));
    const auto begin = Clock::now();
    Client stranger(relay.address());
    REQUIRE(stranger.challenge());
    stranger.send(wire::AuthenticateVault{});
    REQUIRE(stranger.expect<wire::Accepted>());
    std::uint64_t number = 0;
    const auto answers = [](Client& client, std::uint64_t value) {
        client.send(wire::Ping{value});
        return client.expect<wire::Pong>() == wire::Pong{value};
    };
    while (answers(stranger, ++number) && Clock::now() - begin < 60s) {
        REQUIRE(answers(member, number));
        std::this_thread::sleep_for(100ms);
    }
    CHECK(Clock::now() - begin >= kShort.vault_session);
    CHECK(stranger.close_code() == 1008);
    CHECK(answers(member, 0));
}

TEST_CASE("who says nothing is pinged after half of the time, and let go after all of it")
{
    Impatient relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    Client speaker(relay.address());
    REQUIRE(speaker.open_as_member(cast.anna.device));   // a client answers pings while it reads
    Client silent(relay.address());
    REQUIRE(silent.open_as_member(cast.bert.device));
    const auto begin = Clock::now();
    std::optional<Clock::duration> pinged;
    for (bool ended = false; !ended && Clock::now() - begin < 60s;) {
        CHECK_FALSE(speaker.try_receive_bytes(20ms));
        const auto bytes = silent.receive_raw(20ms);
        ended = !bytes;
        if (!pinged && bytes && bytes->starts_with(std::string_view("\x89\0", 2))) pinged = Clock::now() - begin;
    }
    REQUIRE(pinged.has_value());
    CHECK(*pinged >= kShort.idle / 2);
    CHECK(*pinged < kShort.idle);
    CHECK(Clock::now() - begin >= kShort.idle);
    CHECK(speaker.closed() == Closed::no);
}

TEST_SUITE_END();
