#include "ui/search.h"

#include "gfx/utf8.h"

namespace sinetti::ui {

namespace {

// Lower case, and without the marks that people leave out when they type in a hurry; ä, ö and å remain letters of their own.
char32_t folded(char32_t c)
{
    if (c >= 'A' && c <= 'Z') return c + 32;
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) c += 32;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) c |= 1u;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) c += c % 2;
    switch (c) {
        case 0xE0: case 0xE1: case 0xE2: case 0xE3: return 'a';
        case 0xE7: case 0x10D: case 0x107: return 'c';
        case 0xE8: case 0xE9: case 0xEA: case 0xEB: return 'e';
        case 0xEC: case 0xED: case 0xEE: case 0xEF: return 'i';
        case 0xF1: return 'n';
        case 0xF2: case 0xF3: case 0xF4: case 0xF5: return 'o';
        case 0x161: return 's';
        case 0xF9: case 0xFA: case 0xFB: case 0xFC: return 'u';
        case 0xFD: case 0xFF: return 'y';
        case 0x17E: return 'z';
        default: return c;
    }
}

bool separates(char32_t c) { return c <= ' ' || c == '-' || c == ',' || c == '.' || c == '/' || c == 0xA0; }

std::u32string fold(std::string_view text)
{
    std::u32string out;
    for (std::size_t at = 0; at < text.size();) {
        const gfx::CodePoint point = gfx::code_point_at(text, at);
        out.push_back(folded(point.value));
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
