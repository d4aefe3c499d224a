#include "roster/csv.h"

#include <doctest/doctest.h>

using namespace sinetti::roster;

namespace {

using Fields = std::vector<std::string>;

std::vector<Fields> fields_of(std::string_view text)
{
    std::vector<Fields> all;
    const auto rows = parse_csv(text);
    REQUIRE(rows.has_value());
    for (const auto& row : *rows) all.push_back(row.fields);
    return all;
}

}  // namespace

TEST_SUITE("roster.csv")
{
    TEST_CASE("the rules of RFC 4180, one after the other")
    {
        const std::vector<Fields> two{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}};
        CHECK(fields_of("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n") == two);                                            // 1: each record on a line
        CHECK(fields_of("aaa,bbb,ccc\r\nzzz,yyy,xxx") == two);                                                // 2: the last may lack its line break
        CHECK(fields_of("aaa, bbb ,ccc") == std::vector<Fields>{{"aaa", " bbb ", "ccc"}});                    // 4: spaces belong to the field
        CHECK(fields_of("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,yyy,xxx") == two);                                    // 5: quoted or not
        CHECK(fields_of("\"aaa\",\"b\r\nbb\",\"c,c\"") == std::vector<Fields>{{"aaa", "b\r\nbb", "c,c"}});    // 6: what must be quoted
        CHECK(fields_of("\"aaa\",\"b\"\"bb\",\"\"") == std::vector<Fields>{{"aaa", "b\"bb", ""}});            // 7: a quote within quotes
    }

    TEST_CASE("what spreadsheets write: semicolons, tabs, a byte order mark, line breaks of any kind")
    {
        const std::vector<Fields> two{{"Aino", "jäsen"}, {"Eero", ""}};
        CHECK(fields_of("\xEF\xBB\xBF" "Aino;jäsen\r\nEero;\r\n") == two);
        CHECK(fields_of("Aino\tjäsen\nEero\t\n") == two);
        CHECK(fields_of("Aino;jäsen\rEero;\r") == two);
        CHECK(fields_of("\"Aalto, Aino\";jäsen") == std::vector<Fields>{{"Aalto, Aino", "jäsen"}});   // what is quoted separates nothing
        CHECK(fields_of("Aino\nEero;jäsen") == std::vector<Fields>{{"Aino"}, {"Eero", "jäsen"}});      // the first line that has one says which
    }

    TEST_CASE("empty rows are passed over, and lines are counted all the same")
    {
        const auto rows = parse_csv("\n\nAino\r\n;;\r\n\"E\neero\"\n  \nLiisa");
        REQUIRE(rows.has_value());
        REQUIRE(rows->size() == 3);
        CHECK((*rows)[0].line == 3);
        CHECK((*rows)[1].line == 5);
        CHECK((*rows)[2].line == 8);
        CHECK(parse_csv("")->empty());
        CHECK(parse_csv("\xEF\xBB\xBF\r\n")->empty());
    }

    TEST_CASE("a quotation mark out of place spoils its own row, and an unclosed one the rest")
    {
        for (const auto* bad : {"Ai\"no;x\nEero;y", "\"Aino\"n;x\nEero;y", "\"Aino\" \"n\";x\nEero;y"}) {
            CAPTURE(bad);
            const auto rows = parse_csv(bad);
            REQUIRE(rows->size() == 2);
            CHECK_FALSE((*rows)[0].well_quoted);
            CHECK((*rows)[1].well_quoted);
        }
        CHECK((*parse_csv("\"Aino\" ;x"))[0].well_quoted);
        const auto rows = parse_csv("Eero;y\n\"Aino;x\nLiisa;z");
        REQUIRE(rows->size() == 2);
        CHECK((*rows)[1].line == 2);
        CHECK_FALSE((*rows)[1].well_quoted);
    }

    TEST_CASE("limits are kept to the byte, the row and the field")
    {
        CHECK(parse_csv(std::string(kCsvSizeMax, 'a')).has_value());
        CHECK(parse_csv(std::string(kCsvSizeMax + 1, 'a')).error() == CsvError::too_large);
        std::string rows;
        for (std::size_t i = 0; i < kCsvRowsMax; ++i) rows += "a\n\n";
        CHECK(parse_csv(rows)->size() == kCsvRowsMax);
        CHECK(parse_csv(rows + "a").error() == CsvError::too_many_rows);
        CHECK((*parse_csv("a" + std::string(2 * kCsvFieldsMax, ';')))[0].fields.size() == kCsvFieldsMax);
    }

    TEST_CASE("what is written reads the same")
    {
        const Fields fields{"Aalto, \"Aino\"; x", "https://sinetti.example.fi/#i=abc", "", "a\nb"};
        for (const char separator : {',', ';', '\t'})
            CHECK(fields_of(csv_row({fields[0], fields[1], fields[2], fields[3]}, separator)) == std::vector<Fields>{fields});
    }
}
