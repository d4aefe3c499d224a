#pragma once
// Public byte strings: owning, viewing, printing. Secrets live in base/secret.h.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;
template<std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

ByteView view_of(std::string_view text);
inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }
std::string to_text(ByteView view);

bool equal(ByteView a, ByteView b);                 // ordinary comparison, for public bytes
bool equal_constant_time(ByteView a, ByteView b);   // for anything an attacker may probe; lengths are public

std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view hex);            // lower or upper case; nullopt when malformed
std::string to_base64url(ByteView bytes);                        // RFC 4648 §5, no padding
std::optional<Bytes> from_base64url(std::string_view text);      // strict: no padding, no other characters

bool is_valid_utf8(ByteView text);

}  // namespace sinetti::base
