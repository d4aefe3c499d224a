// What waits for a minute by the clock on the wall: a part of the tests of its own, which other parts run beside.

#include "relay/limits.h"
#include "tests/relay/support.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fstream>

using namespace sinetti;
using namespace sinetti::relay_test;

TEST_SUITE_BEGIN("relay.patience");

TEST_CASE("a follower that never reads is let go though it goes on talking, and so is who says nothing; who listens stays")
{
    RunningRelay relay([](relay::Config& config) { config.metrics = {"127.0.0.1", 0}; });
    Cast cast;
    REQUIRE(found(relay, cast));
    Client stuck(relay.address(), {}, 4096), silent(relay.address()), listener(relay.address()), writer(relay.address());
    for (auto* client : {&stuck, &silent, &listener}) REQUIRE(client->open_as_member(cast.bert.device));
    REQUIRE(writer.open_as_member(cast.anna.device));
    stuck.send(wire::Follow{1, 1, 0});

    constexpr std::uint32_t kCells = 16000, kAtOnce = 250;   // more than the kernel's buffers hold
    for (std::uint32_t i = 0; i < kCells; i += kAtOnce) {
        relay.clock.advance(1000);
        for (std::uint32_t k = 0; k < kAtOnce; ++k) writer.send(wire::Append{i + k + 1, 1, cell(i + k)});
        for (std::uint32_t k = 0; k < kAtOnce; ++k) REQUIRE(writer.expect<wire::Appended>());
    }
    const auto page = [&] { return get_text(relay.metrics_port(), "/metrics"); };
    REQUIRE(page().find("sinetti_sessions 4\n") != std::string::npos);

    constexpr auto kPatience = 150s;   // more than twice what the protocol promises
    const auto end = std::chrono::steady_clock::now() + kPatience;
    std::uint64_t number = 0;
    while (page().find("sinetti_sessions 2\n") == std::string::npos && std::chrono::steady_clock::now() < end) {
        stuck.send(wire::Ping{++number});
        for (auto* client : {&listener, &writer}) CHECK_FALSE(client->try_receive_bytes(1s));   // answers the relay's pings
    }
    CHECK(page().find("sinetti_sessions 2\n") != std::string::npos);
    CHECK(page().find("sinetti_abandoned_connections_total 2\n") != std::string::npos);
    CHECK(number >= 25);
    CHECK(writer.append(1, cell(kCells)) == kCells);
    listener.send(wire::Read{9, 1, 0});
    CHECK(listener.expect<wire::Entries>());
}

TEST_CASE("a file comes whole down a slow line, however long it takes, and who takes nothing of it is let go")
{
    constexpr std::size_t kFileSize = 24u << 20;   // several times what the kernel's buffers hold
    RunningRelay relay([](relay::Config& config) {
        config.metrics = {"127.0.0.1", 0};
        std::ofstream(config.app / "large.bin") << std::string(kFileSize, 'x');
    });
    boost::asio::io_context io;
    using boost::asio::ip::tcp;
    const auto ask = [&] {
        tcp::socket socket(io, tcp::v4());
        socket.set_option(boost::asio::socket_base::receive_buffer_size(4096));
        socket.connect({boost::asio::ip::address_v4::loopback(), relay.port()});
        boost::asio::write(socket, boost::asio::buffer(std::string_view("GET /large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")));
        return socket;
    };
    const auto connections = [&](int count) { return get_text(relay.metrics_port(), "/metrics").find("sinetti_connections " + std::to_string(count) + "\n") != std::string::npos; };
    auto slow = ask(), stuck = ask();
    const auto begin = std::chrono::steady_clock::now();
    constexpr auto kPace = relay::kRequestDeadline * 2;
    std::string part(1u << 16, '\0');
    std::size_t taken = 0;
    for (boost::system::error_code end; !end;) {
        taken += boost::asio::read(slow, boost::asio::buffer(part), end);
        std::this_thread::sleep_until(begin + kPace * std::min(1.0, double(taken) / kFileSize));
    }
    CHECK(std::chrono::steady_clock::now() - begin >= kPace);
    CHECK(taken > kFileSize);
    CHECK(taken < kFileSize + 4096);   // the head
    while (!connections(0) && std::chrono::steady_clock::now() < begin + kPace * 3) std::this_thread::sleep_for(100ms);
    CHECK(connections(0));
}

TEST_SUITE_END();
