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
                                                    {"follow", "--count", "0"},
                                                    {"list", "--passphrase", "sala"}};
        for (const auto& words : misuses) {
            const auto arguments = parse(words);
            REQUIRE_FALSE(arguments.has_value());
            CHECK(arguments.error().exit == Exit::usage);
            CHECK_FALSE(arguments.error().sentence.empty());
        }
    }

    TEST_CASE("without a home there must be --data")
    {
        CHECK_FALSE(parse_arguments({"list"}, {}).has_value());
        CHECK(parse_arguments({"list", "--data", "x"}, {}).has_value());
        CHECK(parse_arguments({"help"}, {}).has_value());
    }
}
