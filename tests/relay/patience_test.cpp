// What waits for a minute by the clock on the wall: a part of the tests of its own, which other parts run beside.

#include "tests/relay/support.h"

#include <doctest/doctest.h>

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

TEST_SUITE_END();
