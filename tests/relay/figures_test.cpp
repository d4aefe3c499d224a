#include "relay/observer.h"
#include "relay/server.h"
#include "tests/relay/support.h"
#include "vault/hardening.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <set>
#include <unistd.h>

using namespace sinetti;
using namespace sinetti::relay_test;

TEST_SUITE_BEGIN("relay.figures");

TEST_CASE("figures are served on an address of their own, and name nobody")
{
    RunningRelay relay([](relay::Config& config) { config.metrics = {"127.0.0.1", 0}; });
    Cast cast;
    REQUIRE(found(relay, cast));
    Client client(relay.address());
    REQUIRE(client.open_as_member(cast.anna.device));
    for (std::uint64_t number = 0; number < 3; ++number) REQUIRE(client.append(1, cell(number)) == number);
    client.send(wire::Append{7, 9, cell(9)});
    REQUIRE(client.expect_refusal(wire::Refusal::unknown_board, 7));

    const auto page = get_text(relay.metrics_port(), "/metrics");
    CHECK(page.find("HTTP/1.1 200") == 0);
    CHECK(page.find("sinetti_board_entries{board=\"1\"} 3\n") != std::string::npos);
    CHECK(page.find("sinetti_refusals_total{reason=\"unknown_board\"} 1\n") != std::string::npos);
    CHECK(page.find("sinetti_append_seconds_bucket{le=\"+Inf\"}") != std::string::npos);
    CHECK(page.find("sinetti_sessions 1\n") != std::string::npos);
    CHECK(page.find("127.0.0.1") == std::string::npos);
    CHECK(page.find(base::to_hex(cast.anna.device.public_key())) == std::string::npos);
    CHECK(get_text(relay.metrics_port(), "/").find("HTTP/1.1 404") == 0);
    CHECK(get_text(relay.port(), "/metrics").find("HTTP/1.1 404") == 0);
}

TEST_CASE("figures are there again after there were no file descriptors for them")
{
    RunningRelay relay([](relay::Config& config) { config.metrics = {"127.0.0.1", 0}; });
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io, boost::asio::ip::tcp::v4());
    {
        const int next = ::dup(STDERR_FILENO);
        ::close(next);
        const ResourceLimit none(RLIMIT_NOFILE, static_cast<rlim_t>(next));
        socket.connect({boost::asio::ip::address_v4::loopback(), relay.metrics_port()});
        std::this_thread::sleep_for(50ms);   // it has tried
    }
    boost::asio::write(socket, boost::asio::buffer(std::string_view("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")));
    pollfd answer{socket.native_handle(), POLLIN, 0};
    constexpr int kPatience = 20'000;   // milliseconds
    CHECK(::poll(&answer, 1, kPatience) == 1);
}

TEST_CASE("a store that is broken shows in /healthz and in the figures, and so does that it works again")
{
    RunningRelay relay([](relay::Config& config) { config.metrics = {"127.0.0.1", 0}; });
    Cast cast;
    REQUIRE(found(relay, cast));
    Client client(relay.address());
    REQUIRE(client.open_as_member(cast.anna.device));
    const auto shows = [&](const char* status, const char* value) {
        CHECK(get_text(relay.port(), "/healthz").starts_with(status));
        CHECK(get_text(relay.metrics_port(), "/metrics").find(std::string("sinetti_store_trouble{reason=\"broken\"} ") + value) != std::string::npos);
    };
    shows("HTTP/1.1 200", "0\n");
    run_sql(relay.data() / "boards.sqlite", "CREATE TRIGGER no BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no'); END");
    client.send(wire::Append{1, 1, cell(1)});
    CHECK(client.expect_refusal(wire::Refusal::internal, 1));
    shows("HTTP/1.1 503", "1\n");
    run_sql(relay.data() / "boards.sqlite", "DROP TRIGGER no");
    CHECK(client.append(1, cell(1)) == 0);
    shows("HTTP/1.1 200", "0\n");
}

TEST_CASE("what an operator could write down is written down when asked for, and otherwise nothing is")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "observed";
    Cast cast;
    {
        RunningRelay relay([&](relay::Config& config) {
            config.observe = file;
            config.metrics = {"127.0.0.1", 0};
        });
        REQUIRE(found(relay, cast));
        Client client(relay.address());
        REQUIRE(client.open_as_member(cast.anna.device));
        REQUIRE(client.append(1, cell(1)) == 0);
        client.send(wire::Follow{8, 1, 0});
        REQUIRE(client.expect<wire::Entries>());
        client.send(wire::Read{9, 1, 0});
        REQUIRE(client.expect<wire::Entries>());
        Client stranger(relay.address());
        REQUIRE(stranger.challenge());
        stranger.send(wire::AuthenticateVault{});
        REQUIRE(stranger.expect<wire::Accepted>());
        stranger.send(wire::VaultEvaluate{1, {7}, vault::Hardening::begin({7}, base::SecretBytes(base::ByteView(base::Bytes(12, 1))), cast.random).blinded_element()});
        REQUIRE(stranger.expect<wire::VaultEvaluated>());
        CHECK(get_text(relay.metrics_port(), "/metrics").find("sinetti_vault_requests_total 1\n") != std::string::npos);
        stranger.send(wire::Ping{1});
        REQUIRE(stranger.expect<wire::Pong>());
        stranger.send(wire::Append{2, 1, cell(2)});
        REQUIRE(stranger.expect_refusal(wire::Refusal::bad_frame));
        for (const auto* path : {"/", "/relay.json", "/board/1/block/0"}) get_text(relay.port(), path);
        boost::asio::io_context io;
        boost::asio::ip::tcp::socket browser(io);
        browser.connect({boost::asio::ip::address_v4::loopback(), relay.port()});
        const auto host = "localhost:" + std::to_string(relay.port());
        boost::asio::write(browser, boost::asio::buffer("GET /ws HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
                                                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUser-Agent: a \"browser\"\r\n\r\n"));
        char some[256];
        CHECK(browser.read_some(boost::asio::buffer(some)) > 0);
    }
    const auto lines = json_lines(file);
    const auto is = [](const char* op) { return [op](const nlohmann::json& line) { return line["op"] == op; }; };
    REQUIRE(std::ranges::none_of(lines, [](const nlohmann::json& line) { return line.is_discarded(); }));
    CHECK(std::ranges::count_if(lines, is("open")) == std::ranges::count_if(lines, is("close")));
    const auto last = std::ranges::find_if(lines.rbegin(), lines.rend(), is("append"));
    REQUIRE(last != lines.rend());
    CHECK((*last)["board"] == 1);
    CHECK((*last)["seq"] == 0);
    CHECK((*last)["bytes"] == wire::kCellSize);
    CHECK((*last)["t"].get<double>() == doctest::Approx(static_cast<double>(directory_test::kNow.value) / 1000));
    CHECK(std::ranges::count_if(lines, is("follow")) == 2);   // found() follows the directory
    CHECK(std::ranges::count_if(lines, is("read")) == 2);     // who fetches a token reads the directory
    const auto vault = std::ranges::find_if(lines, is("vault"));
    REQUIRE(vault != lines.end());
    CHECK((*vault)["vault"] == "07" + std::string(62, '0'));
    CHECK((*vault)["kind"] == "evaluate");
    CHECK(std::ranges::count_if(lines, is("ping")) == 1);

    // What a session is, with the key that was shown; one who shows a token shows no other.
    std::multiset<std::string> kinds;
    for (const auto& line : lines) {
        if (line["op"] == "session") kinds.insert(line["kind"].get<std::string>());
    }
    CHECK(kinds == std::multiset<std::string>{"device", "device", "founder", "invite", "token", "vault"});
    for (const auto& line : lines) {
        if (line["op"] != "session") continue;
        CHECK(line.contains("key") == (line["kind"] == "device" || line["kind"] == "invite"));
        if (line["kind"] == "device") CHECK(line["key"] == base::to_hex(cast.anna.device.public_key()));
    }
    const auto refused = std::ranges::find_if(lines, is("refused"));
    REQUIRE(refused != lines.end());
    CHECK((*refused)["kind"] == "bad_frame");
    CHECK((*refused)["conn"] == (*vault)["conn"]);

    // What was asked for without a session.
    std::vector<std::string> paths;
    for (const auto& line : lines) {
        if (line["op"] != "get") continue;
        CHECK(line["addr"] == "127.0.0.1");
        paths.push_back(line["path"].get<std::string>());
    }
    CHECK(paths == std::vector<std::string>{"/", "/relay.json", "/board/1/block/0"});
    CHECK(std::ranges::count_if(lines, [](const nlohmann::json& line) { return line["op"] == "open" && line.value("agent", "") == "a \"browser\""; }) == 1);

    const auto open = std::ranges::find_if(lines, is("open"));
    CHECK((*open)["addr"] == "127.0.0.1");
}

TEST_CASE("what could not be written down is missing, and the file says so")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "observed";
    const base::ManualClock clock{directory_test::kNow};
    constexpr std::size_t kBefore = 3, kMissing = 5;
    {
        const auto observer = *relay::Observer::open(file, clock);
        for (std::size_t i = 0; i < kBefore; ++i) observer->opened("192.0.2.1");
        {
            constexpr rlim_t kHalfALine = 20;
            const ResourceLimit full(RLIMIT_FSIZE, std::filesystem::file_size(file) + kHalfALine);
            for (std::size_t i = 0; i < kMissing; ++i) observer->opened("192.0.2.2");
        }
        observer->opened("192.0.2.3");
        const ResourceLimit full(RLIMIT_FSIZE, std::filesystem::file_size(file));
        observer->opened("192.0.2.4");
    }
    const auto lines = json_lines(file);
    REQUIRE(lines.size() == kBefore + 4);
    for (std::size_t i = 0; i < kBefore; ++i) CHECK(lines[i]["conn"] == i + 1);
    CHECK(lines[kBefore].is_discarded());
    CHECK(lines[kBefore + 1]["op"] == "gap");
    CHECK(lines[kBefore + 1]["missing"] == kMissing);
    CHECK(lines[kBefore + 2]["addr"] == "192.0.2.3");
    CHECK(lines[kBefore + 3]["op"] == "gap");   // at the end, if not before
    CHECK(lines[kBefore + 3]["missing"] == 1);
}

TEST_CASE("a relay that cannot listen or write where it was told says so")
{
    TemporaryFolder folder;
    base::ManualClock clock;
    base::SystemRandom random;
    make_app(folder.path() / "app");
    relay::Config config{.command = relay::Config::Command::serve, .data = folder.path() / "data", .app = folder.path() / "app", .port = 0};
    const auto refusal = [&](auto&& change) {
        auto changed = config;
        change(changed);
        const auto server = relay::Server::create(changed, clock, random);
        return server ? std::string() : server.error();
    };
    CHECK(refusal([](relay::Config&) {}).empty());
    CHECK(refusal([](relay::Config& c) { c.address = "sinetti"; }).find("--address wants an IP address") != std::string::npos);
    CHECK(refusal([](relay::Config& c) { c.metrics = {"here", 1}; }).find("--metrics wants an IP address") != std::string::npos);
    CHECK(refusal([](relay::Config& c) { c.address = "192.0.2.1"; }).find("cannot listen") != std::string::npos);
    CHECK(refusal([&](relay::Config& c) { c.observe = folder.path() / "none" / "file"; }).find("--observe") != std::string::npos);
}

TEST_SUITE_END();
