#include "base/folding.h"

#include "base/utf8.h"

#include <array>

namespace sinetti::base {

namespace {

constexpr char32_t kDiaeresis = 0x308;
constexpr char32_t kRingAbove = 0x30a;

bool is_combining(char32_t c) { return c >= 0x300 && c <= 0x36f; }

// The letter of its own that a folded letter and a mark make together; 0: the mark is left out.
char32_t composed(char32_t letter, char32_t mark)
{
    if (mark == kDiaeresis && letter == 'a') return 0xe4;
    if (mark == kDiaeresis && letter == 'o') return 0xf6;
    return mark == kRingAbove && letter == 'a' ? 0xe5 : 0;
}

char* write(char* out, char32_t c)
{
    const auto put = [&](char32_t byte) { *out++ = static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
        return out;
    }
    if (c < 0x800) {
        put(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            put(0xe0 | c >> 12);
        } else {
            put(0xf0 | c >> 18);
            put(0x80 | (c >> 12 & 0x3f));
        }
        put(0x80 | (c >> 6 & 0x3f));
    }
    put(0x80 | (c & 0x3f));
    return out;
}

constexpr std::array<char, 128> kLower = [] {
    std::array<char, 128> table{};
    for (std::size_t c = 0; c < table.size(); ++c) table[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return table;
}();

}  // namespace

char32_t folded(char32_t c)
{
    if (c >= 'A' && c <= 'Z') return c + 32;
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f)) c += 32;
    if (c >= 0x400 && c <= 0x40f) c += 80;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177)) c |= 1u;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) c += c % 2;
    switch (c) {
    case 0xe0: case 0xe1: case 0xe2: case 0xe3: case 0x101: case 0x103: case 0x105: return 'a';
    case 0xe7: case 0x107: case 0x109: case 0x10b: case 0x10d: return 'c';
    case 0xe8: case 0xe9: case 0xea: case 0xeb: case 0x113: case 0x117: case 0x119: case 0x11b: return 'e';
    case 0xec: case 0xed: case 0xee: case 0xef: case 0x12b: case 0x12f: return 'i';
    case 0xf1: case 0x144: case 0x148: return 'n';
    case 0xf2: case 0xf3: case 0xf4: case 0xf5: case 0x14d: case 0x151: return 'o';
    case 0x15b: case 0x161: return 's';
    case 0xf9: case 0xfa: case 0xfb: case 0xfc: case 0x16b: case 0x16f: case 0x171: return 'u';
    case 0xfd: case 0xff: return 'y';
    case 0x17a: case 0x17c: case 0x17e: return 'z';
    default: return c;
    }
}

bool is_space(char32_t c) { return c <= ' ' || c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f || c == 0x3000; }

void fold(std::string_view text, std::string& out, std::vector<std::uint32_t>* origins)
{
    // Malformed bytes stay as they are: nothing else would keep the result from growing.
    out.resize(text.size());
    if (origins != nullptr) origins->clear();
    char* end = out.data();
    char32_t last = 0;   // what was written last
    char* last_at = end;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        if (first < 0x80) {
            last_at = end;
            *end++ = kLower[first];
            last = static_cast<unsigned char>(*last_at);
            if (origins != nullptr) origins->push_back(static_cast<std::uint32_t>(at));
            ++at;
            continue;
        }
        const auto [value, size] = code_point_at(text, at);
        auto origin = static_cast<std::uint32_t>(at);
        if (size == 1) {
            last = 0;
            last_at = end;
            *end++ = text[at];
        } else if (is_combining(value)) {
            if (const auto letter = composed(last, value); letter != 0) {
                if (origins != nullptr) origin = origins->back();
                end = write(last_at, letter);
                last = 0;
            }
        } else {
            last_at = end;
            last = folded(value);
            end = write(end, last);
        }
        if (origins != nullptr) origins->resize(static_cast<std::size_t>(end - out.data()), origin);
        at += size;
    }
    out.resize(static_cast<std::size_t>(end - out.data()));
    if (origins != nullptr) origins->push_back(static_cast<std::uint32_t>(text.size()));
}

std::string folded(std::string_view text)
{
    std::string out;
    fold(text, out);
    return out;
}

}  // namespace sinetti::base
