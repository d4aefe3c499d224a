#include "base/bytes.h"
#include "chat/search.h"

#include <doctest/doctest.h>

using namespace sinetti;
using chat::SearchWords;

namespace {

bool finds(std::string_view query, std::string_view text)
{
    SearchWords words(query);
    return !words.empty() && words.match(text);
}

std::vector<std::string> marked(std::string_view query, std::string_view text)
{
    SearchWords words(query);
    const auto snippet = words.snippet(text);
    std::vector<std::string> result;
    for (const auto& place : snippet.places) result.push_back(snippet.text.substr(place.begin, place.end - place.begin));
    return result;
}

std::string repeated(std::string_view text, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

}  // namespace

TEST_SUITE("chat.search")
{
    TEST_CASE("a word is found within longer ones, in any case, with and without the marks people leave out")
    {
        CHECK(finds("budjet", "Valtionbudjetissakin on aukko"));
        CHECK(finds("BUDJET", "valtionbudjetti"));
        CHECK(finds("väliaika", "VÄLIAIKATIEDOT"));
        CHECK(finds("a\u0308iti", "Äitienpäivä"));
        CHECK(finds("äiti", "A\u0308itienpäivä"));
        CHECK(finds("elysee", "Élysée"));
        CHECK(finds("élysée", "elysee"));
        CHECK_FALSE(finds("saa", "sää"));      // å, ä and ö are letters of their own
        CHECK_FALSE(finds("sää", "saa"));
        CHECK_FALSE(finds("budjetti", "budjet"));
    }

    TEST_CASE("every word must be there, in any order and place")
    {
        CHECK(finds("kokous  torstai", "Torstaina ei ole kokousta"));
        CHECK_FALSE(finds("kokous perjantai", "Torstaina ei ole kokousta"));
        CHECK(finds("sana sanasto", "sanasto"));   // one word stands in the other
        CHECK(finds("100 %", "kasvua 100 %"));
        CHECK(finds("🦢", "joutsen 🦢!"));
    }

    TEST_CASE("nothing, too much, and what is no text find nothing")
    {
        CHECK(SearchWords("").empty());
        CHECK(SearchWords(" \t\u00a0 ").empty());
        CHECK(SearchWords(std::string(api::kSearchTextMax + 1, 'a')).empty());
        CHECK_FALSE(SearchWords(std::string(api::kSearchTextMax, 'a')).empty());
        CHECK(SearchWords("\xff").empty());
        CHECK_FALSE(finds("a", ""));
    }

    TEST_CASE("a snippet marks every place in the text as it was written")
    {
        CHECK(marked("äiti", "Äitini ja A\u0308ITIsi") == std::vector<std::string>{"Äiti", "A\u0308ITI"});
        CHECK(marked("aba", "ababa") == std::vector<std::string>{"aba"});
        CHECK(marked("ab bc", "abc") == std::vector<std::string>{"abc"});   // places that overlap are one
        CHECK(marked("e", "e\u0301, e") == std::vector<std::string>{"e\u0301", "e"});
    }

    TEST_CASE("a long text is cut around the first place, between characters and before a word")
    {
        const auto text = repeated("Pitkä jorina jatkuu. ", 40) + "Sitten aarre löytyi. " + repeated("Ääni öljy yö. ", 40);
        SearchWords words("aarre");
        const auto snippet = words.snippet(text);
        CHECK(snippet.cut_before);
        CHECK(snippet.cut_after);
        CHECK(snippet.text.size() <= api::kSnippetSizeMax);
        CHECK(base::is_valid_utf8(base::view_of(snippet.text)));
        REQUIRE(snippet.places.size() == 1);
        CHECK(snippet.text.substr(snippet.places[0].begin, snippet.places[0].end - snippet.places[0].begin) == "aarre");
        CHECK(snippet.places[0].begin < 60);
        CHECK(text[text.find(snippet.text) - 1] == ' ');

        // Without a space anywhere, and with a place that the cut goes through.
        const auto solid = repeated("ö", 200) + "aarre" + repeated("ö", 200);
        const auto cut = SearchWords("aarre").snippet(solid);
        CHECK(base::is_valid_utf8(base::view_of(cut.text)));
        CHECK(cut.places.size() == 1);
        const auto all = SearchWords("ö").snippet(solid);
        CHECK(base::is_valid_utf8(base::view_of(all.text)));
        CHECK(all.places == std::vector<api::TextRange>{{0, static_cast<std::uint32_t>(all.text.size())}});

        const auto whole = SearchWords("a").snippet("lyhyt aamu");
        CHECK(whole.text == "lyhyt aamu");
        CHECK_FALSE(whole.cut_before);
        CHECK_FALSE(whole.cut_after);
    }
}
