#include "cli/passphrase.h"
#include "tests/cli/processes.h"

#include <doctest/doctest.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace sinetti;
using namespace sinetti::cli;

namespace {

PassphraseSource file_with(const cli_test::Folder& folder, std::string_view contents, mode_t mode = 0600)
{
    const auto path = folder.path() / "passphrase";
    std::ofstream(path, std::ios::binary) << contents;
    ::chmod(path.c_str(), mode);
    return FromFile{path};
}

}  // namespace

TEST_SUITE("cli.passphrase")
{
    TEST_CASE("the first line of a file or a descriptor is the passphrase, without its end")
    {
        const cli_test::Folder folder;
        for (const std::string_view contents : {"kolme sanaa ja lukko", "kolme sanaa ja lukko\n", "kolme sanaa ja lukko\r\nmuuta\n"}) {
            const auto passphrase = read_passphrase(file_with(folder, contents), true);
            REQUIRE(passphrase.has_value());
            CHECK(base::to_text(passphrase->view()) == "kolme sanaa ja lukko");
        }
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        REQUIRE(::write(ends[1], "yksi rivi\ntoinen\n", 17) == 17);
        ::close(ends[1]);
        const auto passphrase = read_passphrase(FromDescriptor{ends[0]}, false);
        REQUIRE(passphrase.has_value());
        CHECK(base::to_text(passphrase->view()) == "yksi rivi");
        char rest[16];
        CHECK(::read(ends[0], rest, sizeof rest) == 7);   // what follows is for whoever reads next
        ::close(ends[0]);
    }

    TEST_CASE("a file that others may read, or that is missing, empty or too long, is refused in words")
    {
        const cli_test::Folder folder;
        for (const auto& source : {file_with(folder, "kolme sanaa ja lukko\n", 0640), file_with(folder, "kolme sanaa ja lukko\n", 0604)})
            CHECK_FALSE(read_passphrase(source, false).has_value());
        for (const auto& contents : {std::string(), std::string("\n"), std::string(1025, 'a')}) {
            const auto passphrase = read_passphrase(file_with(folder, contents), false);
            REQUIRE_FALSE(passphrase.has_value());
            CHECK(passphrase.error().exit == Exit::failed);
        }
        CHECK(read_passphrase(file_with(folder, std::string(1024, 'a')), false).has_value());
        CHECK_FALSE(read_passphrase(FromFile{folder.path() / "nothing"}, false).has_value());
        CHECK_FALSE(read_passphrase(FromDescriptor{999}, false).has_value());
    }
}
