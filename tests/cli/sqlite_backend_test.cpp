#include "cli/sqlite_backend.h"
#include "tests/cli/processes.h"

#include <csignal>
#include <doctest/doctest.h>
#include <fstream>
#include <map>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace sinetti;
using namespace sinetti::cli;

namespace {

store::RecordId id_of(std::uint8_t number) { return {number}; }

std::optional<store::BackendError> commit(SqliteBackend& backend, std::vector<store::Write> writes)
{
    std::optional<store::BackendError> failure;
    bool answered = false;
    backend.commit(std::move(writes), [&](base::Result<void, store::BackendError> result) {
        answered = true;
        if (!result) failure = result.error();
    });
    CHECK(answered);
    return failure;
}

std::map<store::RecordId, base::Bytes> load(SqliteBackend& backend)
{
    std::map<store::RecordId, base::Bytes> records;
    backend.load([&](auto loaded) {
        REQUIRE(loaded.has_value());
        for (auto& [id, value] : *loaded) records.emplace(id, std::move(value));
    });
    return records;
}

}  // namespace

TEST_SUITE("cli.sqlite_backend")
{
    TEST_CASE("what was committed is there for the next process, and what was erased is not")
    {
        const cli_test::Folder folder;
        {
            const auto backend = SqliteBackend::open(folder.path() / "data");
            REQUIRE(backend.has_value());
            CHECK(load(**backend).empty());
            CHECK_FALSE(commit(**backend, {{id_of(1), base::Bytes{1}}, {id_of(2), base::Bytes{2}}}));
            CHECK_FALSE(commit(**backend, {{id_of(1), std::nullopt}, {id_of(2), base::Bytes{3, 4}}, {id_of(3), base::Bytes(100'000, 7)}}));
        }
        const auto backend = SqliteBackend::open(folder.path() / "data");
        REQUIRE(backend.has_value());
        CHECK(load(**backend) == std::map<store::RecordId, base::Bytes>{{id_of(2), {3, 4}}, {id_of(3), base::Bytes(100'000, 7)}});
    }

    TEST_CASE("the folder and every file in it are their owner's alone, whatever the umask")
    {
        const cli_test::Folder folder;
        const auto before = ::umask(0);
        {
            const auto backend = SqliteBackend::open(folder.path() / "data");
            REQUIRE(backend.has_value());
            CHECK_FALSE(commit(**backend, {{id_of(1), base::Bytes{1}}}));
            for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "data"))
                CHECK_MESSAGE((entry.status().permissions() & std::filesystem::perms(0077)) == std::filesystem::perms::none, entry.path());
            CHECK((std::filesystem::status(folder.path() / "data").permissions() & std::filesystem::perms(0077)) == std::filesystem::perms::none);
        }
        ::umask(before);
    }

    TEST_CASE("a second one in the same folder is told that it is in use")
    {
        const cli_test::Folder folder;
        const auto first = SqliteBackend::open(folder.path());
        REQUIRE(first.has_value());
        const auto second = SqliteBackend::open(folder.path());
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().exit == Exit::in_use);
    }

    TEST_CASE("a file that is something else or was damaged is refused and left as it is")
    {
        const cli_test::Folder folder;
        const auto file = folder.path() / "account.sqlite";
        const std::string contents(5000, 'x');
        std::ofstream(file) << contents;
        const auto backend = SqliteBackend::open(folder.path());
        REQUIRE_FALSE(backend.has_value());
        CHECK(backend.error().exit == Exit::failed);
        std::ifstream again(file);
        CHECK(std::string(std::istreambuf_iterator<char>(again), {}) == contents);
    }

    TEST_CASE("a commit for which there is no room leaves everything as it was, and the next one works")
    {
        const cli_test::Folder folder;
        const auto backend = SqliteBackend::open(folder.path());
        REQUIRE(backend.has_value());
        CHECK_FALSE(commit(**backend, {{id_of(1), base::Bytes{1}}}));
        rlimit before{};
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{200'000, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        const auto failure = commit(**backend, {{id_of(1), base::Bytes{9}}, {id_of(2), base::Bytes(1'000'000, 5)}});
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, handler);
        CHECK(failure == store::BackendError::full);
        CHECK(load(**backend) == std::map<store::RecordId, base::Bytes>{{id_of(1), {1}}});
        CHECK_FALSE(commit(**backend, {{id_of(2), base::Bytes(1'000'000, 5)}}));
        CHECK(load(**backend).size() == 2);
    }

    TEST_CASE("wiping leaves no record and no address behind")
    {
        const cli_test::Folder folder;
        const auto backend = SqliteBackend::open(folder.path());
        REQUIRE(backend.has_value());
        CHECK_FALSE(commit(**backend, {{id_of(1), base::Bytes(64, 0xa5)}}));
        REQUIRE((*backend)->set_relay({true, "sinetti.example.fi", 443}).has_value());
        CHECK((*backend)->relay().value() == RelayAddress{true, "sinetti.example.fi", 443});
        (*backend)->wipe([](auto result) { CHECK(result.has_value()); });
        CHECK(load(**backend).empty());
        CHECK_FALSE((*backend)->relay().value().has_value());
    }
}
