#include "relay/limits.h"
#include "tests/ingress/support.h"
#include "tests/relay/certificate.h"

#include <doctest/doctest.h>
#include <fstream>
#include <sys/stat.h>

using namespace sinetti;
using namespace sinetti::ingress_test;

namespace {

std::string closing(unsigned code)
{
    return std::string("\x88\x02", 2) + static_cast<char>(code >> 8) + static_cast<char>(code);
}

}  // namespace

TEST_SUITE_BEGIN("ingress.hostile");

TEST_CASE("what is no message of a client ends its connection with a code, and never reaches the relay")
{
    RunningRelay relay;
    RunningIngress ingress(relay.port());
    const std::string large(std::size_t{17000}, 'x');
    const std::pair<std::string, unsigned> messages[] = {
        {masked_message("hello", '\x81'), 1008},                         // text
        {masked_message(std::string(255, 'x')), 1008},                    // of a size that none has
        {masked_message({}), 1008},
        {masked_message(std::string(4000, 'x')), 1008},
        {masked_message(large), 1009},                                    // larger than any of a client
        {std::string("\x82\xff\x40\x00\x00\x00\x00\x00\x00\x00", 10) + "mask", 1009},   // 2^62 bytes announced
        {std::string("\x82\x05hello", 7), 1002},                         // without a mask
        {masked_message("x", '\x83'), 1002},                             // an opcode there is none of
        {masked_message(std::string(256, 'x'), '\xc2'), 1002},           // compressed
        {masked_message("x", '\x80'), 1002},                             // goes on with what never began
    };
    for (const auto& message : messages) {
        const auto expected = closing(message.second);
        RawClient client(ingress.port());
        client.write(upgrade_request(ingress.port()));
        REQUIRE(client.read_head().starts_with("HTTP/1.1 101"));
        client.write(message.first);
        client.write(masked_message(expected.substr(2), '\x88'));
        CHECK(client.read_to_the_end() == expected);
    }
    const auto answer_to = [&](const std::string& bytes) {
        RawClient client(ingress.port());
        client.write(bytes);
        return client.read_to_the_end();
    };
    CHECK(answer_to("\x16\x03\x01\x02\x00\x01 hello\r\n\r\n").starts_with("HTTP/1.1 400"));
    CHECK(answer_to("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(100000, 'a') + "\r\n\r\n").starts_with("HTTP/1.1 431"));
    auto foreign = upgrade_request(ingress.port());
    foreign.replace(foreign.find("Origin: http://localhost"), 24, "Origin: http://elsewhere");
    CHECK(answer_to(foreign).starts_with("HTTP/1.1 403"));
    CHECK(ingress.figure("upstream_opened_total") == 0);
    CHECK(ingress.figure("upstream_failed_total") == 0);
}

TEST_CASE("a thousand connections that say nothing, or half of something, cost the relay nothing and nobody notices")
{
    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port());
    std::vector<std::unique_ptr<RawClient>> half_open;
    const auto whole = upgrade_request(ingress.port());
    const std::string begun[] = {"", "GET /ws HTT", whole.substr(0, whole.size() - 2), whole, whole};
    for (std::size_t i = 0; i < 1000; ++i) {
        half_open.push_back(std::make_unique<RawClient>(ingress.port()));
        REQUIRE(half_open.back()->write(begun[i % std::size(begun)]));
        if (i % std::size(begun) != 4) continue;
        half_open.back()->read_head();
        REQUIRE(half_open.back()->write(masked_message(std::string(256, 'x')).substr(0, 100)));
    }
    eventually("all are there", [&] { return ingress.figure("connections") == 1000; });
    Client client(ingress.to(relay));
    REQUIRE(client.open_as_member(cast.anna.device));
    for (std::uint64_t number = 0; number < 20; ++number) CHECK(client.append(1, cell(number)) == number);
    CHECK(ingress.figure("upstream_opened_total") == 2);   // it fetched a token first
    half_open.clear();
    eventually("they have gone", [&] { return ingress.figure("connections") == 1; });
}

TEST_CASE("a thousand of them at the relay itself, with TLS of its own or without, are nobody's trouble either")
{
    const relay_test::Certificate identity("localhost");
    TemporaryFolder folder;
    const relay::TlsFiles tls{folder.path() / "certificate.pem", folder.path() / "key.pem"};
    std::ofstream(tls.certificate) << identity.certificate;
    std::ofstream(tls.key) << identity.key;
    ::chmod(tls.key.c_str(), 0600);
    for (const bool over_tls : {false, true}) {
        RunningRelay relay([&](relay::Config& config) {
            config.metrics = {"127.0.0.1", 0};
            if (over_tls) config.tls = tls;
        });
        RunningIngress ingress(relay.port(), [&](ingress::Config& config) {
            config.upstream->tls = over_tls;
            config.upstream_authorities = tls.certificate;
        });
        Cast cast;
        REQUIRE(found(ingress.to(relay), relay.administrator_link(), cast));
        std::vector<std::unique_ptr<RawClient>> half_open;
        const auto whole = upgrade_request(relay.port());
        const std::string begun[] = {"", over_tls ? "\x16\x03\x01\x02" : "GET /ws HTT", whole.substr(0, whole.size() - 2), whole};
        for (std::size_t i = 0; i < 1000; ++i) {
            half_open.push_back(std::make_unique<RawClient>(relay.port()));
            REQUIRE(half_open.back()->write(begun[i % std::size(begun)]));
        }
        Client client(ingress.to(relay));
        REQUIRE(client.open_as_member(cast.anna.device));
        for (std::uint64_t number = 0; number < 20; ++number) CHECK(client.append(1, cell(number)) == number);
    }
}

TEST_CASE("of pings that come faster than pongs are taken the newest is answered, at the ingress and at the relay, and no heap of them")
{
    RunningRelay relay;
    RunningIngress ingress(relay.port());
    constexpr std::size_t kPings = 200'000;
    std::string pings;
    for (std::size_t i = 0; i < kPings; ++i) pings += masked_message({}, '\x89');
    pings += masked_message("the last one", '\x89');
    for (const auto port : {relay.port(), ingress.port()}) {
        RawClient client(port);
        client.write(upgrade_request(port));
        REQUIRE(client.read_head().starts_with("HTTP/1.1 101"));
        REQUIRE(client.write(pings));
        // Two at the most for each time that the server has read.
        const std::string pong("\x8a\x00", 2), last = "\x8a\x0cthe last one";
        const auto answers = client.read_until(last);
        CHECK(answers.starts_with(pong));
        CHECK(answers.size() < kPings / 10 * pong.size());
    }
}

TEST_CASE("who takes nothing holds back the relay and not the ingress's memory, and nobody waits for them")
{
    RunningRelay relay([](relay::Config& config) { config.metrics = {"127.0.0.1", 0}; });
    Cast cast;
    REQUIRE(found(relay, cast));
    RunningIngress ingress(relay.port());
    Client slow(ingress.to(relay), {}, 4096), follower(ingress.to(relay)), writer(ingress.to(relay));
    REQUIRE(slow.open_as_member(cast.bert.device));
    REQUIRE(follower.open_as_member(cast.bert.device));
    REQUIRE(writer.open_as_member(cast.anna.device));
    slow.send(wire::Follow{1, 1, 0});
    follower.send(wire::Follow{1, 1, 0});
    REQUIRE(follower.expect<wire::Entries>());

    // More than both queues and the kernel's buffers hold.
    constexpr std::uint32_t kCells = 24000, kAtOnce = 250;
    std::uint64_t followed = 0;
    for (std::uint32_t i = 0; i < kCells; i += kAtOnce) {
        relay.clock.advance(1000);
        for (std::uint32_t k = 0; k < kAtOnce; ++k) writer.send(wire::Append{i + k + 1, 1, cell(i + k)});
        for (std::uint32_t k = 0; k < kAtOnce; ++k) REQUIRE(writer.expect<wire::Appended>());
        while (followed < i + kAtOnce) {
            const auto frame = follower.expect<wire::Entries>();
            REQUIRE(frame.has_value());
            REQUIRE(frame->first_position == followed);
            followed += frame->entries.size();
        }
    }
    // The relay had to wait for it: so the ingress took no more than it may hold.
    CHECK(get_text(relay.metrics_port(), "/metrics").find("sinetti_lagging_followers_total 0") == std::string::npos);

    // It reads now, and misses nothing.
    std::uint64_t next = 0;
    while (next < kCells) {
        const auto frame = slow.receive();
        REQUIRE(frame.has_value());
        const auto* entries = std::get_if<wire::Entries>(&*frame);
        REQUIRE(entries != nullptr);
        REQUIRE(entries->first_position == next);
        next += entries->entries.size();
    }
    CHECK(slow.append(1, cell(kCells)) == kCells);
}

TEST_CASE("a client that sends faster than the relay takes is not read from, until it does")
{
    ByHand relay;
    RunningIngress ingress(relay.port());
    RawClient client(ingress.port());
    client.write(upgrade_request(ingress.port()));
    client.read_head();
    const auto message = masked_message(std::string(16896, 'x'));
    client.write(message);
    relay.answer_upgrade(relay.take_head());
    std::size_t sent = message.size(), taken = 0;
    // Until nothing more fits anywhere on the way.
    constexpr std::size_t kMostOnTheWay = 64u << 20;
    for (int stuck = 0; stuck < 50 && sent < kMostOnTheWay;) {
        const auto part = client.write_what_fits(std::string_view(message).substr(sent % message.size()));
        sent += part;
        stuck = part > 0 ? 0 : stuck + 1;
        if (part == 0) std::this_thread::sleep_for(10ms);
    }
    REQUIRE(sent < kMostOnTheWay);   // kernels' buffers, and what kUplinkBusy allows
    CHECK(ingress.figure("received_bytes_total") < sent);
    // The relay takes it all now.
    const auto whole = sent / message.size() * message.size();
    while (taken < whole) {
        const auto part = relay.read_some();
        REQUIRE_FALSE(part.empty());
        taken += part.size();
    }
    relay.drop();
}

TEST_CASE("one address has so many connections and not one more, all together have so many, and what is given back can be had again")
{
    RunningRelay relay;
    RunningIngress ingress(relay.port(), [](ingress::Config& config) {
        config.connections_per_address = 4;
        config.connections = 7;
        config.trusted_addresses = *relay::AddressSet::parse("127.0.0.9");
        config.metrics = {"127.0.0.1", 0};
    });
    const auto from = [&](const char* address) { return std::make_unique<Client>(ingress.to(relay, address)); };
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(from("127.0.0.2"));
        CHECK(clients.back()->challenge());
    }
    CHECK_FALSE(from("127.0.0.2")->connected());
    CHECK(from("127.0.0.3")->challenge());
    eventually("it has gone", [&] { return ingress.figure("connections") == 4; });
    for (int i = 0; i < 3; ++i) {
        clients.push_back(from("127.0.0.9"));
        CHECK(clients.back()->challenge());
    }
    CHECK_FALSE(from("127.0.0.3")->connected());   // all seven are taken
    CHECK(ingress.figure("refused_connections_total{limit=\"address\"}") == 1);
    CHECK(ingress.figure("refused_connections_total{limit=\"all\"}") == 1);
    clients.clear();
    eventually("they have gone", [&] { return ingress.figure("connections") == 0; });
    CHECK(from("127.0.0.2")->challenge());
}

TEST_CASE("behind an ingress it trusts a relay counts nobody by address")
{
    RunningRelay relay([](relay::Config& config) {
        config.connections_per_address = 2;
        config.trusted_addresses = *relay::AddressSet::parse("127.0.0.1");
    });
    RunningIngress ingress(relay.port());
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<Client>(ingress.to(relay, "127.0.0.2")));
        CHECK(clients.back()->challenge());
    }
    auto direct = relay.address();
    direct.from = "127.0.0.2";
    std::vector<std::unique_ptr<Client>> past;
    for (int i = 0; i < 2; ++i) {
        past.push_back(std::make_unique<Client>(direct));
        CHECK(past.back()->challenge());
    }
    CHECK_FALSE(Client(direct).connected());
}

TEST_SUITE_END();
