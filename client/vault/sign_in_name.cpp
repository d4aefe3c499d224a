#include "vault/sign_in_name.h"

#include "codec/writer.h"
#include "crypto/hash.h"

namespace sinetti::vault {

namespace {

struct CodePoint {
    char32_t value;
    std::size_t size;
};

// The first one of text that is known to be UTF-8.
CodePoint code_point_of(std::string_view text)
{
    const auto byte = [&](std::size_t index) { return static_cast<char32_t>(static_cast<unsigned char>(text[index])); };
    const auto first = byte(0);
    if (first < 0x80) return {first, 1};
    if (first < 0xe0) return {(first & 0x1f) << 6 | (byte(1) & 0x3f), 2};
    if (first < 0xf0) return {(first & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
    return {(first & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f), 4};
}

void append(std::string& text, char32_t c)
{
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (c < 0x80) return put(c);
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
}

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
bool is_combining(char32_t c) { return c >= 0x300 && c <= 0x36f; }

}  // namespace

std::optional<std::string> normalised_name(std::string_view name)
{
    if (name.size() > kSignInNameMax || !base::is_valid_utf8(base::view_of(name))) return std::nullopt;
    std::u32string points;
    while (!name.empty()) {
        const auto [value, size] = code_point_of(name);
        name.remove_prefix(size);
        if (is_combining(value)) {
            if (points.empty()) continue;
            auto& last = points.back();
            if (value == 0x308 && (last == 'a' || last == 'o')) last = last == 'a' ? 0xe4 : 0xf6;
            if (value == 0x30a && last == 'a') last = 0xe5;
            continue;
        }
        if (!is_space(value))
            points.push_back(folded(value));
        else if (!points.empty() && points.back() != ' ')
            points.push_back(' ');
    }
    if (!points.empty() && points.back() == ' ') points.pop_back();
    if (points.empty()) return std::nullopt;
    std::string normalised;
    for (const auto point : points) append(normalised, point);
    return normalised;
}

VaultId vault_id(const base::ByteArray<32>& organisation, std::string_view normalised)
{
    codec::Writer writer;
    writer.text("sinetti vault v1").raw(organisation).text(normalised);
    return crypto::sha256(writer.view());
}

}  // namespace sinetti::vault
