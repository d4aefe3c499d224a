#include "relay/config.h"

#include <doctest/doctest.h>
#include <vector>

using namespace sinetti;
using relay::Config;

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

TEST_CASE("every mistake is named")
{
    const std::pair<std::vector<std::string>, const char*> mistakes[] = {
        {{}, "which command"},
        {{"run"}, "no command \"run\""},
        {{"serve", "--data", "d"}, "--app"},
        {{"serve", "--app", "d"}, "--data"},
        {{"check"}, "--data"},
        {{"check", "--data", "d", "--port", "1"}, "no option \"--port\" for check"},
        {{"serve", "--prot", "1"}, "\"--prot\""},
        {{"serve", "--data"}, "wants a value"},
        {{"serve", "--data", "d", "--app", "a", "--port", "65536"}, "--port wants a number"},
        {{"serve", "--data", "d", "--app", "a", "--port", "80a"}, "\"80a\""},
        {{"serve", "--data", "d", "--app", "a", "--port", "-1"}, "\"-1\""},
    };
    for (const auto& [words, part] : mistakes) {
        const auto config = parse(words);
        REQUIRE_FALSE(config.has_value());
        CHECK_MESSAGE(config.error().find(part) != std::string::npos, config.error());
    }
}
