#include "relay/backup.h"
#include "relay/data_folder.h"
#include "tests/relay/support.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>

using namespace sinetti;
using namespace sinetti::relay_test;

namespace {

bool fails_with(const relay::CheckReport& report, std::string_view words)
{
    return report.faults.size() == 1 && report.faults[0].find(words) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("relay.backup");

TEST_CASE("a backup taken while cells come in holds a whole beginning of the board, and restores to a relay that goes on")
{
    TemporaryFolder folder;
    const auto file = folder.path() / "backup";
    Cast cast;
    std::uint64_t known = 0;
    {
        RunningRelay relay;
        REQUIRE(found(relay, cast));
        Client client(relay.address());
        REQUIRE(client.open_as_member(cast.anna.device));
        for (std::uint64_t number = 0; number < 300; ++number) REQUIRE(client.append(1, cell(number)) == number);
        std::thread writer([&] {
            for (std::uint64_t number = 300; number < 600; ++number) (void)client.append(1, cell(number)).has_value();
        });
        const auto report = relay::back_up(relay.data(), file);
        writer.join();
        CHECK(report.faults == std::vector<std::string>{});
        known = 600;
        CHECK(fails_with(relay::back_up(relay.data(), file), "already"));
        CHECK(fails_with(relay::restore(relay.data(), file), "another relay is running"));
    }
    const auto data = folder.path() / "restored";
    CHECK(relay::restore(data, file).faults == std::vector<std::string>{});
    CHECK(relay::check_data(data).faults == std::vector<std::string>{});
    CHECK(fails_with(relay::restore(data, file), "already"));
    CHECK(std::ranges::none_of(std::filesystem::directory_iterator(folder.path()), [](const auto& entry) { return entry.path().string().find("partial") != std::string::npos; }));

    RunningRelay again([&](relay::Config& config) { config.data = data; });
    Client client(again.address());
    REQUIRE(client.open_as_member(cast.anna.device));
    const auto cells = read_board(client, 1);
    REQUIRE(cells.has_value());
    CHECK(cells->size() >= 300);
    CHECK(cells->size() <= known);
    for (std::uint64_t number = 0; number < cells->size(); ++number) CHECK((*cells)[number] == cell(number));
    CHECK(client.append(1, cell(10'000)) == cells->size());
}

TEST_CASE("what is no whole backup is refused, and leaves nothing behind")
{
    TemporaryFolder folder;
    const auto data = folder.path() / "data";
    const auto file = folder.path() / "backup";
    CHECK(fails_with(relay::back_up(data, file), "no relay data"));
    CHECK(fails_with(relay::restore(data, file), "no file"));
    std::ofstream(file) << "not a database, but long enough to be taken for one at a glance";
    CHECK_FALSE(relay::restore(data, file).faults.empty());
    CHECK_FALSE(std::filesystem::exists(relay::database_file(data)));

    RunningRelay relay;
    Cast cast;
    REQUIRE(found(relay, cast));
    {
        Client client(relay.address());
        REQUIRE(client.open_as_member(cast.anna.device));
        for (std::uint64_t number = 0; number < 600; ++number) REQUIRE(client.append(1, cell(number)).has_value());
    }
    std::filesystem::remove(file);
    REQUIRE(relay::back_up(relay.data(), file).faults.empty());
    const auto size = std::filesystem::file_size(file);

    SUBCASE("cut short")
    {
        std::filesystem::resize_file(file, size / 2);
    }
    SUBCASE("one cell changed")
    {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        std::string bytes(size, '\0');
        stream.read(bytes.data(), static_cast<std::streamsize>(size));
        const auto at = bytes.find(std::string(64, '\x5a'));
        REQUIRE(at != std::string::npos);
        stream.seekp(static_cast<std::streamoff>(at + 20));
        stream.put('\x5b');
    }
    CHECK_FALSE(relay::restore(data, file).faults.empty());
    CHECK_FALSE(std::filesystem::exists(relay::database_file(data)));
    CHECK(std::ranges::none_of(std::filesystem::directory_iterator(data), [](const auto& entry) { return entry.path().string().find("partial") != std::string::npos; }));
}

TEST_SUITE_END();
