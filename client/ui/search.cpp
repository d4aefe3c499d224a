#include "ui/search.h"

#include "base/folding.h"
#include "base/utf8.h"

namespace sinetti::ui {

namespace {

bool separates(char32_t c) { return c <= ' ' || c == '-' || c == ',' || c == '.' || c == '/' || c == 0xA0; }

std::u32string fold(std::string_view text)
{
    const std::string folded = base::folded(text);
    std::u32string out;
    for (std::size_t at = 0; at < folded.size();) {
        const base::CodePoint point = base::code_point_at(folded, at);
        out.push_back(point.value);
        at += point.size;
    }
    return out;
}

}  // namespace

SearchWords::SearchWords(std::string_view query)
{
    std::u32string word;
    for (const char32_t c : fold(query)) {
        if (!separates(c)) {
            word.push_back(c);
        } else if (!word.empty()) {
            m_words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) m_words.push_back(std::move(word));
}

bool SearchWords::match(std::string_view text) const
{
    const std::u32string haystack = fold(text);
    for (const std::u32string& word : m_words) {
        bool found = false;
        for (std::size_t at = haystack.find(word); at != std::u32string::npos && !found; at = haystack.find(word, at + 1)) {
            found = at == 0 || separates(haystack[at - 1]);
        }
        if (!found) return false;
    }
    return true;
}

}  // namespace sinetti::ui
