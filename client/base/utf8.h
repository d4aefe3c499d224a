#pragma once
// UTF-8, one code point at a time.

#include <cstddef>
#include <string_view>

namespace sinetti::base {

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;   // bytes; 0 at the end of the text
};

// Malformed bytes come out as U+FFFD, one byte each: text off the wire may be anything.
CodePoint code_point_at(std::string_view text, std::size_t position);

}  // namespace sinetti::base
