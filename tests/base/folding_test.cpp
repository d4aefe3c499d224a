#include "base/folding.h"

#include <doctest/doctest.h>

using namespace sinetti::base;

TEST_SUITE("base.folding")
{
    TEST_CASE("case goes, and marks of Latin letters except those of letters of their own")
    {
        CHECK(folded("Åsa ÄLYKÄS Öljy") == "åsa älykäs öljy");
        CHECK(folded("Élodie Čapek Łódź Šúri Ñandú") == "elodie capek łodz suri nandu");
        CHECK(folded("ÅÄÖ åäö") == "åäö åäö");
        CHECK(folded("ΑΘΗΝΑ Москва Ёлка") == "αθηνα москва ёлка");
        CHECK(folded("100 % → 5 € 🦢") == "100 % → 5 € 🦢");
        CHECK(folded("") == "");
    }

    TEST_CASE("a letter and a combining mark are what one character is")
    {
        CHECK(folded("A\u0308iti, O\u0308ljy, A\u030Asa") == "äiti, öljy, åsa");
        CHECK(folded("e\u0301lan, o\u0302, n\u0303") == "elan, o, n");
        CHECK(folded("a\u0301\u0308") == "ä");            // the mark that is left out does not hide the one that counts
        CHECK(folded("\u0308a") == "a");
        CHECK(folded("e\u0308") == "e");
    }

    TEST_CASE("what is no UTF-8 stays as it is, and never reads past the end")
    {
        for (const std::string text : {"\xff", "a\xc3", "\xe2\x82", "\xf0\x9f\xa6", "\xc0\x80", "\xed\xa0\x80", "\x80\x80" "Ab"}) {
            CAPTURE(text);
            const auto result = folded(text);
            CHECK(result.size() == text.size());
            CHECK(result == (text == "\x80\x80" "Ab" ? "\x80\x80" "ab" : text));
        }
    }

    TEST_CASE("origins tell for each byte where its character begins")
    {
        const std::string text = "Xa\u0308\u0301Yö\xff" "Z";
        std::string out;
        std::vector<std::uint32_t> origins;
        fold(text, out, &origins);
        CHECK(out == "xäyö\xff" "z");
        CHECK(origins == std::vector<std::uint32_t>{0, 1, 1, 6, 7, 7, 9, 10, 11});
        fold("ab", out, &origins);
        CHECK(out == "ab");
        CHECK(origins == std::vector<std::uint32_t>{0, 1, 2});
    }
}
