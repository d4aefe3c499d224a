#include "directory/link.h"
#include "relay/backup.h"
#include "relay/data_folder.h"
#include "relay/opening.h"
#include "relay/store_sqlite.h"
#include "tests/relay/support.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;

namespace {

directory::RelayKeys keys_in(const std::filesystem::path& file)
{
    auto store = relay::open_sqlite_store({.file = file, .mode = relay::SqliteOptions::Mode::inspect});
    REQUIRE(store.has_value());
    const auto keys = relay::stored_relay_keys(**store);
    REQUIRE((keys && *keys));
    return (*keys)->public_keys();
}

relay::Config config_of(const std::filesystem::path& data)
{
    relay::Config config;
    config.data = data;
    config.url = "https://sinetti.example";
    return config;
}

}  // namespace

TEST_SUITE_BEGIN("relay.keys");

TEST_CASE("the relay's keys are made once: the administrator link pins them, a restart and a backup keep them")
{
    TemporaryFolder folder;
    RunningRelay relay;
    const auto link = directory::parse_founder_link(relay.administrator_link());
    REQUIRE(link.has_value());
    const auto keys = keys_in(relay::database_file(relay.data()));
    CHECK(link->relay_keys == keys);
    CHECK(keys != directory::RelayKeys{});
    relay.restart();
    CHECK(keys_in(relay::database_file(relay.data())) == keys);

    REQUIRE(relay::back_up(relay.data(), folder.path() / "backup").faults.empty());
    REQUIRE(relay::restore(folder.path() / "restored", folder.path() / "backup").faults.empty());
    CHECK(keys_in(relay::database_file(folder.path() / "restored")) == keys);
    const RunningRelay another;
    CHECK(keys_in(relay::database_file(another.data())) != keys);
}

TEST_CASE("init makes the keys and a link that serve takes up, and changes nothing the second time")
{
    TemporaryFolder folder;
    const auto data = folder.path() / "data";
    base::SystemRandom random;
    const auto lines = relay::initialise(config_of(data), random);
    REQUIRE_MESSAGE(lines.has_value(), lines.error());
    REQUIRE(lines->size() == 2);
    CHECK((*lines)[1].starts_with("administrator link: https://sinetti.example/#f="));
    const auto second = relay::initialise(config_of(data), random);
    REQUIRE(second.has_value());
    CHECK(*second == *lines);

    RunningRelay relay([&](relay::Config& config) { config.data = data; });
    const auto link = relay.administrator_link();
    CHECK((*lines)[1].ends_with(link.substr(link.find('#'))));
    CHECK(relay::initialise(config_of(data), random).error().find("another relay is running") != std::string::npos);
    Cast cast;
    REQUIRE(found(relay, cast));
    relay.stop();
    const auto again = relay::initialise(config_of(data), random);
    REQUIRE(again.has_value());
    CHECK((*again)[0] == (*lines)[0]);
    CHECK((*again)[1].find("founded already") != std::string::npos);
}

TEST_CASE("check shows the relay's keys, and keys that are none are a fault that also stops serve and a backup")
{
    TemporaryFolder folder;
    base::SystemRandom random;
    const auto data = folder.path() / "data";
    REQUIRE(relay::initialise(config_of(data), random).has_value());
    const auto report = relay::check_data(data);
    CHECK(report.faults.empty());
    CHECK(std::ranges::count(report.lines, "the relay's keys: " + relay::describe(keys_in(relay::database_file(data)))) == 1);
    {
        auto store = relay::open_sqlite_store({.file = relay::database_file(data)});
        REQUIRE(store.has_value());
        REQUIRE((*store)->set_setting("relay-keys", base::Bytes(64, 1)).has_value());
    }
    CHECK(relay::check_data(data).faults == std::vector<std::string>{"the relay's keys cannot be read, or are damaged"});
    CHECK_FALSE(relay::back_up(data, folder.path() / "backup").faults.empty());
    CHECK(relay::initialise(config_of(data), random).error().find("is damaged") != std::string::npos);
}

TEST_SUITE_END();
