#include "relay/ingress/config.h"

#include "relay/ingress/server.h"
#include "tests/ingress/support.h"

#include <doctest/doctest.h>
#include <fstream>

using namespace sinetti;
using relay_test::TemporaryFolder;

namespace {

auto parse(std::vector<std::string> words) { return ingress::parse_config(words); }

}  // namespace

TEST_SUITE_BEGIN("ingress.config");

TEST_CASE("ingress takes its options")
{
    const auto config = parse({"--upstream", "wss://boards.example.fi:8443/ws", "--app", "a", "--port", "0", "--address", "::", "--connections", "9", "--connections-per-address", "0",
                               "--trusted-addresses", "192.0.2.0/24, ::1", "--upstream-authorities", "ca.pem"});
    REQUIRE_MESSAGE(config.has_value(), config.error());
    CHECK(config->upstream == uplink::RelayAddress{true, "boards.example.fi", 8443});
    CHECK(config->upstream_authorities == "ca.pem");
    CHECK(config->app == "a");
    CHECK(config->port == 0);
    CHECK(config->address == "::");
    CHECK(config->connections == 9);
    CHECK_FALSE(config->batching);
    CHECK(parse({"--upstream", "https://x", "--app", "a", "--batching", "on"})->batching);
    CHECK_FALSE(parse({"--upstream", "https://x", "--app", "a", "--batching", "off"})->batching);
    CHECK(config->connections_per_address == 0);
    const auto in = [&](const char* address) { return config->trusted_addresses.contains(boost::asio::ip::make_address(address)); };
    CHECK(in("192.0.2.77"));
    CHECK(in("::ffff:192.0.2.77"));
    CHECK(in("::1"));
    CHECK_FALSE(in("192.0.3.1"));
    CHECK_FALSE(in("127.0.0.1"));
    const auto defaults = parse({"--upstream", "https://boards.example.fi", "--app", "a"});
    CHECK(defaults->port == 8080);
    CHECK(defaults->address == "127.0.0.1");
    CHECK(defaults->connections == 16384);
    CHECK(defaults->connections_per_address == 1024);
    CHECK(defaults->trusted_addresses.contains(boost::asio::ip::make_address("127.0.0.1")));
}

TEST_CASE("every mistake is named")
{
    const std::pair<std::vector<std::string>, const char*> mistakes[] = {
        {{}, "ingress wants --upstream URL"},
        {{"--upstream", "https://x"}, "ingress wants --app DIR"},
        {{"--upstream", "boards.example.fi"}, "--upstream wants the address of a relay that begins with https://, wss://, http:// or ws://, not \"boards.example.fi\""},
        {{"--data", "d"}, "there is no option \"--data\" for ingress"},
        {{"--upstream"}, "--upstream wants a value"},
        {{"--batching", "yes"}, "--batching wants on or off, not \"yes\""},
        {{"--connections", "0"}, "nobody could connect"},
        {{"--connections-per-address", "x"}, "--connections-per-address wants a number up to 1048576, not \"x\""},
        {{"--trusted-addresses", "127.0.0.1, here"}, "--trusted-addresses wants IP addresses or networks with commas between them, or none; not \"here\""},
        {{"--trusted-addresses", "127.0.0.1/33"}, "not \"127.0.0.1/33\""},
        {{"--trusted-addresses", "::/129"}, "not \"::/129\""},
        {{"--trusted-addresses", ""}, "not \"\""},
        {{"--config", "nowhere.json"}, "cannot read nowhere.json"},
    };
    for (const auto& [words, part] : mistakes) {
        const auto config = parse(words);
        REQUIRE_FALSE(config.has_value());
        CHECK_MESSAGE(config.error().find(part) != std::string::npos, config.error());
    }
}

TEST_CASE("the example of a file of settings is one, and its mistakes are named with their place")
{
    const auto config = parse({"--config", SINETTI_EXAMPLE_SETTINGS});
    REQUIRE_MESSAGE(config.has_value(), config.error());
    CHECK(config->upstream == uplink::RelayAddress{true, "boards.example.fi", 443});
    CHECK_FALSE(config->batching);
    TemporaryFolder folder;
    const auto file = (folder.path() / "ingress.json").string();
    std::ofstream(file) << "{\"upstream\": \"https://x\", \"app\": \"a\", \"batching\": \"on\"}";
    CHECK(parse({"--config", file})->batching);
    std::ofstream(file) << "{\"upstream\": \"https://x\", \"batching\": true}";
    CHECK(parse({"--config", file}).error() == file + ": \"batching\" wants a text, not true");
    std::ofstream(file) << "{\"upstream\": \"https://x\", \"data\": \"d\"}";
    CHECK(parse({"--config", file}).error() == file + ": there is no setting \"data\"");
}

TEST_CASE("an ingress that cannot start says why")
{
    TemporaryFolder folder;
    relay_test::make_app(folder.path() / "app");
    std::ofstream(folder.path() / "broken.pem") << "no certificate";
    const base::SystemClock clock;
    base::SystemRandom random;
    const auto refusal = [&](const std::function<void(ingress::Config&)>& adjust) {
        ingress::Config config;
        config.upstream = uplink::RelayAddress{true, "boards.example.fi", 443};
        config.app = folder.path() / "app";
        config.port = 0;
        adjust(config);
        const auto server = ingress::Server::create(config, clock, random);
        return server ? std::string() : server.error();
    };
    CHECK(refusal([](ingress::Config&) {}).empty());
    CHECK(refusal([&](ingress::Config& c) { c.app = folder.path() / "none"; }).find("build the app first") != std::string::npos);
    CHECK(refusal([&](ingress::Config& c) { c.upstream_authorities = folder.path() / "broken.pem"; }).starts_with("cannot read the authorities for https://boards.example.fi: "));
    CHECK(refusal([&](ingress::Config& c) { c.upstream_authorities = folder.path() / "none.pem"; }).starts_with("cannot read the authorities for https://boards.example.fi: "));
    CHECK(refusal([](ingress::Config& c) { c.address = "here"; }).find("--address wants an IP address") != std::string::npos);
    CHECK(refusal([&](ingress::Config& c) { c.observe = folder.path() / "none" / "file"; }).find("--observe") != std::string::npos);
}

TEST_SUITE_END();
