#include "cli/arguments.h"

#include <doctest/doctest.h>

using namespace sinetti::cli;

namespace {

Result<Arguments> parse(const std::vector<std::string>& words) { return parse_arguments(words, "data"); }

}  // namespace

TEST_SUITE("cli.arguments")
{
    TEST_CASE("options stand anywhere, with their values apart or behind an equals sign, and end at --")
    {
        const auto arguments = parse({"--json", "send", "Ryhmä", "--timeout=7", "--data", "elsewhere", "--", "--offline"});
        REQUIRE(arguments.has_value());
        CHECK(arguments->command == Command::send);
        CHECK(arguments->words == std::vector<std::string>{"Ryhmä", "--offline"});
        CHECK(arguments->format == Format::json);
        CHECK(arguments->timeout == std::chrono::seconds(7));
        CHECK(arguments->data == "elsewhere");
        CHECK_FALSE(arguments->offline);
    }

    TEST_CASE("help is asked for by a word, an option, or an option behind anything else")
    {
        for (const auto& words : {std::vector<std::string>{"help"}, {"--help"}, {"send", "a", "--help"}}) {
            const auto arguments = parse(words);
            REQUIRE(arguments.has_value());
            CHECK(arguments->command == Command::help);
        }
    }

    TEST_CASE("each misuse is named in a sentence")
    {
        const std::vector<std::string> misuses[] = {{},
                                                    {"dance"},
                                                    {"send"},
                                                    {"send", "a", "b", "c"},
                                                    {"send", "a", "b", "--lines"},
                                                    {"people", "all"},
                                                    {"enrol", "link"},
                                                    {"sign-in", "https://sinetti.example.fi"},
                                                    {"sign-in", "--name", "Aino"},
                                                    {"list", "--colour", "red"},
                                                    {"list", "--colour=red"},
                                                    {"list", "--timeout"},
                                                    {"list", "--timeout", "soon"},
                                                    {"list", "--timeout", "-1"},
                                                    {"list", "--passphrase-fd", "x"},
                                                    {"list", "--relay", "somewhere"},
                                                    {"board"},
                                                    {"board", "burn"},
                                                    {"board", "list", "1"},
                                                    {"board", "add"},
                                                    {"board", "add", "1", "--name", "Uusi"},
                                                    {"board", "change"},
                                                    {"board", "change", "1"},
                                                    {"board", "close"},
                                                    {"board", "open", "1", "2"},
                                                    {"board", "close", "1", "--level", "mixed"},
                                                    {"board", "add", "--name", "Uusi", "--level", "silent"},
                                                    {"board", "add", "--name", "Uusi", "--suite", "0x0003"},
                                                    {"board", "add", "--name", "Uusi", "--retention-days", "65536"},
                                                    {"follow", "--count", "0"},
                                                    {"list", "--passphrase", "sala"}};
        for (const auto& words : misuses) {
            const auto arguments = parse(words);
            REQUIRE_FALSE(arguments.has_value());
            CHECK(arguments.error().exit == Exit::usage);
            CHECK_FALSE(arguments.error().sentence.empty());
        }
    }

    TEST_CASE("what a board is to be is said in options, and what is not said stays open")
    {
        const auto whole = parse({"board", "add", "--name", "Ministerit", "--level", "mixed", "--suite=classical", "--retention-days", "0"});
        REQUIRE(whole.has_value());
        CHECK(whole->words == std::vector<std::string>{"add"});
        CHECK(whole->level == sinetti::api::Level::mixed);
        CHECK(whole->post_quantum == false);
        CHECK(whole->retention_days == 0);
        const auto part = parse({"board", "change", "Ministerit", "--suite", "post-quantum"});
        REQUIRE(part.has_value());
        CHECK(part->post_quantum == true);
        CHECK_FALSE(part->level.has_value());
        CHECK_FALSE(part->retention_days.has_value());
    }

    TEST_CASE("without a home there must be --data")
    {
        CHECK_FALSE(parse_arguments({"list"}, {}).has_value());
        CHECK(parse_arguments({"list", "--data", "x"}, {}).has_value());
        CHECK(parse_arguments({"help"}, {}).has_value());
    }
}
