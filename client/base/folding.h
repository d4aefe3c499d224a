#pragma once
// Text as people search it and sign in with it: lower case, and Latin letters without the marks that are left out when one types
// in a hurry. å, ä and ö remain letters of their own, however they were typed (one character, or a letter and a combining mark).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::base {

char32_t folded(char32_t c);   // of a character by itself
bool is_space(char32_t c);

// The whole text, in UTF-8: never longer than `text`. Replaces what `out` holds. `origins`, when asked for, gets for each byte of
// `out` where in `text` its character begins, and at last the size of `text`.
void fold(std::string_view text, std::string& out, std::vector<std::uint32_t>* origins = nullptr);
std::string folded(std::string_view text);

}  // namespace sinetti::base
