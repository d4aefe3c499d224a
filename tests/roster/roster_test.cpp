#include "roster/roster.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::roster;

namespace {

const std::vector<std::string> kMembers{"Mikael Strand", "Åsa Öhman"};
const std::vector<std::string> kInvited{"Liisa Laine"};

Roster read(std::string_view text, bool founder = true)
{
    auto roster = read_roster(text, {kMembers, kInvited, founder});
    REQUIRE(roster.has_value());
    return std::move(*roster);
}

std::optional<Problem> problem(std::string_view line, bool founder = true)
{
    const auto roster = read(line, founder);
    CHECK(roster.people.size() + roster.bad.size() == 1);
    return roster.bad.empty() ? std::nullopt : std::optional(roster.bad.front().problem);
}

}  // namespace

TEST_SUITE("roster")
{
    TEST_CASE("a list of names, with roles for who likes, in three languages")
    {
        const auto roster = read("Aino Aalto\nEero Eskola;Ylläpitäjä\nKaj Ek;MEDLEM\nAnn Lee;administrator\n  Tiina  ; jäsen ;;\n");
        CHECK(roster.bad.empty());
        REQUIRE(roster.people.size() == 5);
        CHECK(roster.people[0].name == "Aino Aalto");
        CHECK(roster.people[0].role == api::Role::member);
        CHECK(roster.people[1].role == api::Role::administrator);
        CHECK(roster.people[2].role == api::Role::member);
        CHECK(roster.people[3].role == api::Role::administrator);
        CHECK(roster.people[4].name == "Tiina");
    }

    TEST_CASE("a first row may name the columns, in any order and among others")
    {
        const auto roster = read("Yksikkö;Rooli;Nimi\nTietohallinto;ylläpitäjä;Aino\nTalous;;Eero\n");
        REQUIRE(roster.people.size() == 2);
        CHECK(roster.people[0].name == "Aino");
        CHECK(roster.people[0].role == api::Role::administrator);
        CHECK(roster.people[1].name == "Eero");
        CHECK(read("Namn\nKaj Ek\n").people.size() == 1);
        CHECK(read("name,unit\nAnn,x\n").people[0].role == api::Role::member);
        CHECK(read_roster("nimi;rooli\n", {}).error() == RosterError::nobody);
    }

    TEST_CASE("each bad line is named with what is wrong, and keeps nobody else from coming")
    {
        CHECK(problem(";jäsen") == Problem::name_missing);
        CHECK(problem(std::string(api::kNameMax, 'a')) == std::nullopt);
        CHECK(problem(std::string(api::kNameMax + 1, 'a')) == Problem::name_too_long);
        CHECK(problem("Ek\xF6") == Problem::not_utf8);
        CHECK(problem("\"Ai\nno\"") == Problem::not_a_name);
        CHECK(problem("=HYPERLINK(1)") == Problem::not_a_name);
        CHECK(problem("Ai\"no\"") == Problem::bad_quotes);
        CHECK(problem("Aino;jäsen;huone 5") == Problem::too_many_columns);
        CHECK(problem("Aalto, Aino") == Problem::unknown_role);
        CHECK(problem("Aino;kuningatar") == Problem::unknown_role);
        CHECK(problem("Aino;ylläpitäjä") == std::nullopt);
        CHECK(problem("Aino;ylläpitäjä", false) == Problem::role_not_ours);
        CHECK(problem("mikael  strand") == std::nullopt);   // another name, if a careless one
        CHECK(problem("MIKAEL STRAND") == Problem::already_here);
        CHECK(problem("åsa öhman") == Problem::already_here);
        CHECK(problem("Asa Ohman") == std::nullopt);         // å and ö are letters of their own
        CHECK(problem("liisa laine") == Problem::already_invited);

        const auto roster = read("Aino\n\nEero;x\nAINO\nKalle");
        REQUIRE(roster.people.size() == 2);
        CHECK(roster.people[1].name == "Kalle");
        REQUIRE(roster.bad.size() == 2);
        CHECK(roster.bad[0].line == 3);
        CHECK(roster.bad[0].name == "Eero");
        CHECK(roster.bad[1].line == 4);
        CHECK(roster.bad[1].problem == Problem::twice);
        CHECK(roster.bad[1].other_line == 1);
    }

    TEST_CASE("a list has its limits, and an empty one is nobody")
    {
        CHECK(read_roster("", {}).error() == RosterError::nobody);
        CHECK(read_roster(" \n;;\n", {}).error() == RosterError::nobody);
        CHECK(read_roster(std::string(kCsvSizeMax + 1, 'a'), {}).error() == RosterError::too_large);
        std::string many = "nimi\n";
        for (std::size_t i = 0; i < api::kInvitationsAtOnceMax; ++i) many += "Henkilö " + std::to_string(i) + "\n";
        CHECK(read(many).people.size() == api::kInvitationsAtOnceMax);
        CHECK(read_roster(many + "Yksi liikaa", {}).error() == RosterError::too_many);
    }

    TEST_CASE("the file of links opens in the same spreadsheet, and reads back")
    {
        LinkList links(';');
        links.add("Aalto; Aino", "https://sinetti.example.fi/#i=abc");
        CHECK(links.text() == "\xEF\xBB\xBF\"Aalto; Aino\";\"https://sinetti.example.fi/#i=abc\"\r\n");
        CHECK(parse_csv(links.text())->front().fields == std::vector<std::string>{"Aalto; Aino", "https://sinetti.example.fi/#i=abc"});
    }
}
