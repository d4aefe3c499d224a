#pragma once
// Random bytes as people read and type them: Crockford's base 32 in groups of 4 characters, with a checksum that finds what was mistyped.
//
//   entropy ‖ SHA-256(label ‖ entropy)[0…checksum_size)    XXXX-XXXX-…

#include "base/secret.h"
#include "vault/errors.h"

#include <string_view>

namespace sinetti::vault {

struct PrintedCode {
    std::string_view label;
    std::size_t entropy_size;    // bytes
    std::size_t checksum_size;   // bytes

    constexpr std::size_t size() const { return entropy_size + checksum_size; }
    constexpr std::size_t characters() const { return size() * 8 / 5; }
    constexpr bool is_whole() const { return size() * 8 % 5 == 0 && characters() % 4 == 0; }   // whole characters and groups
};

bool is_separator(std::uint8_t byte);   // which people may put anywhere

// As people type it: any case, spaces and hyphens anywhere, O for 0, I and L for 1. Error: bad_code.
Result<base::SecretBytes> parse_code(const PrintedCode& code, base::ByteView text);
base::SecretBytes print_code(const PrintedCode& code, base::ByteView entropy);

}  // namespace sinetti::vault
