#include "base/utf8.h"

#include <array>

namespace sinetti::base {

namespace {
constexpr char32_t kReplacement = 0xfffd;
}

CodePoint code_point_at(std::string_view text, std::size_t position)
{
    if (position >= text.size()) return {};
    const auto byte = [&](std::size_t index) { return static_cast<char32_t>(static_cast<unsigned char>(text[position + index])); };
    const auto first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || position + size > text.size()) return {kReplacement, 1};
    char32_t value = first & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {kReplacement, 1};
        value = value << 6 | (byte(i) & 0x3f);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    if (value < kLeast[size] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {kReplacement, 1};
    return {value, size};
}

}  // namespace sinetti::base
