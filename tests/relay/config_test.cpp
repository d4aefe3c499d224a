#include "relay/config.h"
#include "tests/relay/support.h"

#include <doctest/doctest.h>
#include <fstream>
#include <vector>

using namespace sinetti;
using relay::Config;
using relay_test::TemporaryFolder;

namespace {

auto parse(std::vector<std::string> words) { return relay::parse_config(words); }

}  // namespace

TEST_SUITE_BEGIN("relay.config");

TEST_CASE("serve takes its options")
{
    const auto config = parse({"serve", "--data", "d", "--app", "a", "--port", "0", "--address", "::", "--url", "https://sinetti.example/", "--max-database-bytes", "1000000"});
    REQUIRE(config.has_value());
    CHECK(config->command == Config::Command::serve);
    CHECK(config->data == "d");
    CHECK(config->app == "a");
    CHECK(config->port == 0);
    CHECK(config->address == "::");
    CHECK(config->url == "https://sinetti.example");
    CHECK(config->database_bytes_max == 1000000);
    const auto defaults = parse({"serve", "--data", "d", "--app", "a"});
    CHECK(defaults->port == 8080);
    CHECK(defaults->address == "127.0.0.1");
}

TEST_CASE("board takes its options")
{
    const auto add = parse({"board", "add", "--data", "d", "--board", "7", "--level", "prompt", "--cipher-suite", "0x0003", "--retention-days", "365"});
    REQUIRE(add.has_value());
    CHECK(add->command == Config::Command::board_add);
    CHECK(add->board == 7u);
    CHECK(add->level == wire::SendingLevel::prompt);
    CHECK(add->cipher_suite == 3);
    CHECK(add->retention_days == 365);
    const auto policy = parse({"board", "policy", "--data", "d", "--board", "1", "--retention-days", "0"});
    REQUIRE(policy.has_value());
    CHECK(policy->command == Config::Command::board_policy);
    CHECK(policy->retention_days == 0);
    CHECK_FALSE(policy->level.has_value());
    CHECK(parse({"board", "policy", "--data", "d", "--board", "1", "--level", "mixed"})->level == wire::SendingLevel::mixed);
    CHECK(parse({"serve", "--data", "d", "--app", "a"})->batches_from.empty());
    CHECK(parse({"serve", "--data", "d", "--app", "a", "--batches-from", "192.0.2.0/24"})->batches_from.contains(boost::asio::ip::make_address("192.0.2.9")));
    CHECK(parse({"board", "list", "--data", "d"})->command == Config::Command::board_list);
    CHECK_FALSE(parse({"serve", "--data", "d", "--app", "a", "--blocks", "closed"})->blocks_open);
    CHECK(parse({"serve", "--data", "d", "--app", "a", "--cell-rate", "50"})->cell_rate == 50);
    const auto blobs = parse({"serve", "--data", "d", "--app", "a", "--blob-space-mib", "0", "--blob-days", "90"});
    CHECK(blobs->blob_space == 0);
    CHECK(blobs->blob_days == 90);
}

TEST_CASE("addresses that many share are named, and are those of this machine unless given")
{
    const auto in = [](const Config& config, const char* address) { return config.trusted_addresses.contains(boost::asio::ip::make_address(address)); };
    const auto defaults = parse({"serve", "--data", "d", "--app", "a"});
    CHECK(defaults->connections_per_address == 1024);
    for (const auto* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) CHECK(in(*defaults, address));
    for (const auto* address : {"128.0.0.1", "::2", "10.0.0.1"}) CHECK_FALSE(in(*defaults, address));
    const auto given = parse({"serve", "--data", "d", "--app", "a", "--connections-per-address", "0", "--trusted-addresses", "192.0.2.7,2001:db8:0:40::/58 , 10.1.0.0/17"});
    REQUIRE_MESSAGE(given.has_value(), given.error());
    CHECK(given->connections_per_address == 0);
    for (const auto* address : {"192.0.2.7", "2001:db8:0:7f::9", "10.1.127.255"}) CHECK(in(*given, address));
    for (const auto* address : {"127.0.0.1", "192.0.2.8", "2001:db8:0:80::", "10.1.128.0"}) CHECK_FALSE(in(*given, address));
    CHECK_FALSE(in(*parse({"serve", "--data", "d", "--app", "a", "--trusted-addresses", "none"}), "127.0.0.1"));
    CHECK(parse({"serve", "--data", "d", "--app", "a", "--trusted-addresses", "here"}).error().find("wants IP addresses or networks") != std::string::npos);
    CHECK(parse({"ingress", "--whatever"})->command == Config::Command::ingress);   // relay/ingress/config.h reads the rest
}

TEST_CASE("every mistake is named")
{
    const std::pair<std::vector<std::string>, const char*> mistakes[] = {
        {{}, "which command"},
        {{"run"}, "no command \"run\""},
        {{"serve", "--data", "d"}, "--app"},
        {{"serve", "--app", "d"}, "--data"},
        {{"check"}, "--data"},
        {{"serve", "--data", "d", "--app", "a", "--cell-rate", "0"}, "nobody could write"},
        {{"check", "--data", "d", "--port", "1"}, "no option \"--port\" for check"},
        {{"serve", "--prot", "1"}, "\"--prot\""},
        {{"serve", "--data"}, "wants a value"},
        {{"serve", "--data", "d", "--app", "a", "--port", "65536"}, "--port wants a number"},
        {{"serve", "--data", "d", "--app", "a", "--port", "80a"}, "\"80a\""},
        {{"serve", "--data", "d", "--app", "a", "--port", "-1"}, "\"-1\""},
        {{"serve", "--data", "d", "--app", "a", "--url", "sinetti.example"}, "https://"},
        {{"serve", "--data", "d", "--app", "a", "--metrics", "9090"}, "ADDRESS:PORT"},
        {{"serve", "--data", "d", "--app", "a", "--metrics", "::1:99999"}, "99999"},
        {{"serve", "--config", "nowhere.json"}, "cannot read nowhere.json"},
        {{"backup", "--data", "d"}, "--to"},
        {{"restore", "--data", "d"}, "--from"},
        {{"init"}, "--data"},
        {{"init", "--data", "d", "--app", "a"}, "no option \"--app\" for init"},
        {{"serve", "--data", "d", "--app", "a", "--blocks", "yes"}, "--blocks wants open or closed, not \"yes\""},
        {{"board"}, "which board command? board add, board policy or board list"},
        {{"board", "remove"}, "there is no command \"board remove\""},
        {{"board", "list"}, "board list wants --data DIR"},
        {{"board", "list", "--data", "d", "--level", "prompt"}, "there is no option \"--level\" for board list"},
        {{"board", "add", "--data", "d", "--level", "silent"}, "the level silent is not built yet; prompt and mixed are"},
        {{"serve", "--data", "d", "--app", "a", "--batches-from", "here"}, "--batches-from wants IP addresses or networks with commas between them, or none; not \"here\""},
        {{"board", "add", "--data", "d", "--level", "loud"}, "there is no level \"loud\""},
        {{"board", "add", "--data", "d", "--cipher-suite", "0x004d"}, "--cipher-suite wants default, 0x0054 or 0x0003, not \"0x004d\""},
        {{"board", "add", "--data", "d", "--board", "0"}, "board 0 is the directory"},
        {{"board", "add", "--data", "d", "--board", "65536"}, "--board wants a number up to 65535"},
        {{"board", "add", "--data", "d", "--retention-days", "36501"}, "--retention-days wants a number up to 36500"},
        {{"board", "policy", "--data", "d"}, "board policy wants --board N"},
        {{"board", "policy", "--data", "d", "--board", "1"}, "board policy wants something to change"},
        {{"restore", "--to", "d"}, "no option \"--to\" for restore"},
    };
    for (const auto& [words, part] : mistakes) {
        const auto config = parse(words);
        REQUIRE_FALSE(config.has_value());
        CHECK_MESSAGE(config.error().find(part) != std::string::npos, config.error());
    }
}

TEST_CASE("a file of settings is commented JSON, and the command line goes before it")
{
    TemporaryFolder folder;
    const auto file = (folder.path() / "relay.json").string();
    std::ofstream(file) << R"({
    // where it lives
    "data": "/var/lib/sinetti", "app": "/usr/share/sinetti/web",
    "port": 8081, /* behind nginx */ "url": "https://sinetti.example/",
    "metrics": "[::1]:9090", "max_database_bytes": 1000000
})";
    const auto config = parse({"serve", "--port", "8082", "--config", file});
    REQUIRE_MESSAGE(config.has_value(), config.error());
    CHECK(config->data == "/var/lib/sinetti");
    CHECK(config->app == "/usr/share/sinetti/web");
    CHECK(config->port == 8082);
    CHECK(config->url == "https://sinetti.example");
    CHECK(config->metrics.address == "::1");
    CHECK(config->metrics.port == 9090);
    CHECK(config->database_bytes_max == 1'000'000);
    CHECK(config->observe.empty());
}

TEST_CASE("the example of a file of settings is one")
{
    const auto config = parse({"serve", "--config", SINETTI_EXAMPLE_SETTINGS});
    REQUIRE_MESSAGE(config.has_value(), config.error());
    CHECK(config->url == "https://sinetti.example.fi");
    CHECK(config->metrics.port == 9090);
    CHECK(config->vault_key == "/var/lib/sinetti/vault-key");
}

TEST_CASE("the vaults' key may lie elsewhere, and vaults are let go by a command of their own")
{
    const auto serve = parse({"serve", "--data", "d", "--app", "a", "--vault-key", "/safe/key"});
    REQUIRE_MESSAGE(serve.has_value(), serve.error());
    CHECK(serve->vault_key == "/safe/key");
    CHECK(parse({"check", "--data", "d", "--vault-key", "/safe/key"}).has_value());
    CHECK(parse({"init", "--data", "d", "--vault-key", "/safe/key"}).has_value());
    const auto forget = parse({"forget-vaults", "--data", "d"});
    REQUIRE_MESSAGE(forget.has_value(), forget.error());
    CHECK(forget->command == relay::Config::Command::forget_vaults);
    CHECK(parse({"forget-vaults"}).error().find("--data") != std::string::npos);
}

TEST_CASE("the store is the data folder, or a cluster's servers; a mistake there is told without the password in it")
{
    const auto serve = [](std::vector<std::string> more) {
        std::vector<std::string> words{"serve", "--data", "d", "--app", "a"};
        words.insert(words.end(), more.begin(), more.end());
        return parse(words);
    };
    CHECK(serve({})->store.empty());
    CHECK(serve({"--store", "sqlite"})->store.empty());
    const auto cluster = serve({"--store", "nats://u:secret@192.0.2.1:4222, nats://[::1]:4223", "--store-replicas", "1"});
    REQUIRE_MESSAGE(cluster.has_value(), cluster.error());
    CHECK(cluster->store == std::vector<std::string>{"nats://u:secret@192.0.2.1:4222", "nats://[::1]:4223"});
    CHECK(cluster->store_replicas == 1);
    CHECK(cluster->blob_space == relay::kBlobSpace);
    for (const auto* wrong : {"", "nats://", "http://secret:4222", "nats://secret", "nats://a:4222,", "nats://a:4222,secret:1", "nats://a:1 nats://secret:2"}) {
        CAPTURE(wrong);
        const auto mistaken = serve({"--store", wrong});
        REQUIRE_FALSE(mistaken.has_value());
        CHECK(mistaken.error().find("nats://HOST:PORT") != std::string::npos);
        CHECK(mistaken.error().find("secret") == std::string::npos);
    }
    CHECK(serve({"--store-replicas", "2"}).error().find("1, 3 or 5") != std::string::npos);
    CHECK(serve({"--store", "nats://a:1", "--blob-space-mib", "100"})->blob_space == 100);
    CHECK(parse({"board", "add", "--data", "d", "--store", "nats://a:1"})->store.size() == 1);
    CHECK(parse({"check", "--data", "d", "--store", "nats://a:1"}).error().find("--store") != std::string::npos);
}

TEST_CASE("every mistake in a file of settings is named, with its place")
{
    TemporaryFolder folder;
    const auto file = (folder.path() / "relay.json").string();
    const std::pair<const char*, const char*> mistakes[] = {
        {"", "line 1, column 1"},
        {"{\n  \"data\": \"d\",\n  port: 1\n}", "line 3, column 3"},
        {"{\"data\": \"d\"", "line 1"},
        {"[]", "one JSON object"},
        {"7", "one JSON object"},
        {"{\"prot\": 1}", "no setting \"prot\""},
        {"{\"port\": \"80\"}", "\"port\" wants a number, not \"80\""},
        {"{\"port\": 80.5}", "80.5"},
        {"{\"port\": -1}", "up to 65535, not \"-1\""},
        {"{\"data\": 7}", "\"data\" wants a text, not 7"},
        {"{\"data\": {\"a\": 1}}", "wants a text, not an object"},
        {"{\"data\": null}", "wants a text, not null"},
        {"{\"port\": 1, \"port\": 2}", "\"port\" is given twice"},
    };
    for (const auto& [text, part] : mistakes) {
        std::ofstream(file) << text;
        const auto config = parse({"serve", "--data", "d", "--app", "a", "--config", file});
        REQUIRE_FALSE(config.has_value());
        CHECK_MESSAGE(config.error().find(part) != std::string::npos, config.error());
        CHECK(config.error().find(file) != std::string::npos);
    }
}
