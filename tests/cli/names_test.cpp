#include "cli/names.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::cli;

namespace {

std::vector<api::Person> people()
{
    std::vector<api::Person> list(4);
    list[0].id = "aaaaaa00", list[0].name = "Aino";
    list[1].id = "bbbbbb00", list[1].name = "Bertta";
    list[2].id = "bbbbbb11", list[2].name = "Bertta";
    list[3].id = "cccccc00", list[3].name = "Cecilia", list[3].revoked = true;
    return list;
}

}  // namespace

TEST_SUITE("cli.names")
{
    TEST_CASE("a name or the beginning of an identifier finds one person")
    {
        const auto list = people();
        CHECK(find_person(list, "Aino").value()->id == "aaaaaa00");
        CHECK(find_person(list, "bbbbbb1").value()->id == "bbbbbb11");
    }

    TEST_CASE("two of one name are told apart by their identifiers, which the sentence lists")
    {
        const auto list = people();
        const auto found = find_person(list, "Bertta");
        REQUIRE_FALSE(found.has_value());
        CHECK(found.error().sentence.find("bbbbbb00") != std::string::npos);
        CHECK(found.error().sentence.find("bbbbbb11") != std::string::npos);
    }

    TEST_CASE("nobody is found by less than a name, a short identifier, or the name of somebody who was revoked")
    {
        const auto list = people();
        for (const auto* name : {"Ain", "aino", "aaaaa", "Cecilia", "", "Daavid"}) CHECK_FALSE(find_person(list, name).has_value());
        CHECK(find_person(list, "cccccc00").has_value());
    }

    TEST_CASE("a device of one's own is found by its name, everybody's by their identifiers, and none that is signed out")
    {
        auto list = people();
        list[0].me = true;
        list[0].devices = {{.id = "dddddd00", .name = "Kannettava"}, {.id = "dddddd11", .name = "Puhelin", .revoked = true}};
        list[1].devices = {{.id = "eeeeee00", .name = "Tabletti"}, {.id = "eeeeee11", .name = "Kannettava"}};
        CHECK(find_device(list, "Kannettava").value()->id == "dddddd00");
        CHECK(find_device(list, "eeeeee1").value()->id == "eeeeee11");
        for (const auto* name : {"Tabletti", "Puhelin", "dddddd11", "", "eeeee"}) CHECK_FALSE(find_device(list, name).has_value());
        CHECK(find_device(list, "eeeeee").error().sentence.find("more than one device") != std::string::npos);
    }

    TEST_CASE("a board is found by its number or its name; two of one name by their numbers alone")
    {
        const std::vector<api::Board> boards{{.number = 1}, {.number = 2, .name = "Ministerit"}, {.number = 3, .name = "Sama"}, {.number = 4, .name = "Sama"}, {.number = 5, .name = "1"}};
        CHECK(find_board(boards, "2").value()->number == 2);
        CHECK(find_board(boards, "Ministerit").value()->number == 2);
        CHECK(find_board(boards, "1").value()->number == 1);
        CHECK(find_board(boards, "Sama").error().sentence.find("use the number") != std::string::npos);
        for (const auto* name : {"", "6", "02", "ministerit"}) CHECK_FALSE(find_board(boards, name).has_value());
    }
}
