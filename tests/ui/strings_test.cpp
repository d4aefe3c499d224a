#include "ui/format.h"
#include "ui/search.h"
#include "ui/strings.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace sinetti;
using namespace sinetti::ui;

namespace {

constexpr Language kLanguages[] = {Language::finnish, Language::swedish, Language::english};

std::string places_of(std::string_view pattern)   // which of {0} {1} it uses
{
    std::string out;
    for (char digit = '0'; digit <= '9'; ++digit) {
        if (pattern.find(std::string("{") + digit + "}") != std::string_view::npos) out.push_back(digit);
    }
    return out;
}

}  // namespace

TEST_SUITE("ui.strings")
{
    TEST_CASE("every sentence exists in every language and mentions the same things")
    {
        for (int i = 0; i < static_cast<int>(Say::count); ++i) {
            const Say what = static_cast<Say>(i);
            CAPTURE(i);
            for (const Language language : kLanguages) CHECK(std::string_view(say(language, what)).size() > 0);
            CHECK(places_of(finnish(what)).size() == places_of(english(what)).size());
            CHECK(places_of(swedish(what)) == places_of(english(what)));
        }
    }

    TEST_CASE("every code has one sentence in every language that ends like one")
    {
        for (int i = 1; i <= static_cast<int>(api::kLastCode); ++i) {
            const api::Code code = static_cast<api::Code>(i);
            CAPTURE(i);
            for (const Language language : kLanguages) {
                const std::string_view words = say(language, code);
                REQUIRE(words.size() > 10);
                CHECK(words.back() == '.');
                CHECK(words.find('!') == std::string_view::npos);
            }
        }
        for (const Language language : kLanguages) CHECK(std::string_view(say(language, api::Code::none)).empty());
    }

    TEST_CASE("patterns are filled, and what is missing leaves no trace")
    {
        CHECK(fill("{0} ja {1}", {"a", "b"}) == "a ja b");
        CHECK(fill("{1}{0}{2}", {"a", "b"}) == "ba");
        CHECK(fill("{x} {0", {"a"}) == "{x} {0");
    }

    TEST_CASE("a list of names is short however long it is")
    {
        const std::vector<std::string> names = {"Aino", "Li", "Mikael", "Oskar", "Elina"};
        const auto first = [&](std::size_t count) { return list(Language::finnish, std::span(names).first(count)); };
        CHECK(first(0).empty());
        CHECK(first(1) == "Aino");
        CHECK(first(2) == "Aino ja Li");
        CHECK(first(3) == "Aino, Li ja Mikael");
        CHECK(first(4) == "Aino, Li ja 2 muuta");
        CHECK(list(Language::swedish, names) == "Aino, Li och 3 till");
    }
}

TEST_SUITE("ui.format")
{
    TEST_CASE("times and dates are written as each language does")
    {
        const LocalTime t{2026, 11, 25, 3, 9, 5};
        CHECK(time_of_day(Language::finnish, t) == "9.05");
        CHECK(time_of_day(Language::swedish, t) == "9.05");
        CHECK(time_of_day(Language::english, t) == "09:05");
        CHECK(date_and_time(Language::finnish, t) == "25.11. klo 9.05");
        CHECK(date_and_time(Language::swedish, t) == "25.11 kl. 9.05");
        CHECK(date_and_time(Language::english, t) == "25 Nov, 09:05");
        const LocalTime later{2026, 11, 26, 4, 8, 0};
        CHECK(list_time(Language::finnish, t, later) == "eilen");
        CHECK(list_time(Language::finnish, t, t) == "9.05");
        CHECK(list_time(Language::swedish, t, {2026, 11, 28, 6, 8, 0}) == "ons");
        CHECK(list_time(Language::english, t, {2026, 12, 28, 1, 8, 0}) == "25 Nov");
        CHECK(day_heading(Language::finnish, t, {2027, 1, 2, 6, 8, 0}) == "Keskiviikko 25.11.2026");
        CHECK(day_number({1970, 1, 1, 4, 0, 0}) == 0);
        CHECK(day_number({2026, 11, 23, 1, 0, 0}) == 20780);
    }

    TEST_CASE("initials are two letters at most, whatever the name")
    {
        CHECK(initials_of("Elina Vuorela") == "EV");
        CHECK(initials_of("Hanna-Leena Maria Korpi") == "HM");
        CHECK(initials_of("åsa öberg") == "ÅÖ");
        CHECK(initials_of("Hallitusviisikko") == "HA");
        CHECK(initials_of("x") == "X");
        CHECK(initials_of("") == "");
        CHECK(initials_of("   ") == "");
        CHECK(initials_of("👍🏽 peukku") == "👍🏽P");
        CHECK(initials_of("\x80\xFF") != "");
    }

    TEST_CASE("every byte of a fingerprint changes its digits")
    {
        const std::string zeros(64, '0');
        const std::string digits = digits_of(zeros);
        CHECK(digits.size() == 12 * 5 + 11);
        for (std::size_t i = 0; i < 64; i += 2) {
            std::string other = zeros;
            other[i + 1] = '1';
            CHECK(digits_of(other) != digits);
        }
        CHECK(digits_of("nonsense") == "");
        CHECK(digits_of("abcd") == "");
    }

    TEST_CASE("search finds the beginnings of words in any case and order")
    {
        CHECK(SearchWords("vuo eli").match("Elina Vuorela"));
        CHECK(SearchWords("ÅSA").match("åsa Öberg"));
        CHECK(SearchWords("korpi").match("Hanna-Leena Korpi"));
        CHECK_FALSE(SearchWords("rela").match("Elina Vuorela"));
        CHECK_FALSE(SearchWords("ö").match("Oksala"));
        CHECK(SearchWords("   ").empty());
    }
}
