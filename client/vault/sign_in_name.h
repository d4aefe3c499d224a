#pragma once
// The name a person signs in with, and which vault at the relay is theirs.

#include "base/bytes.h"

namespace sinetti::vault {

using VaultId = base::ByteArray<32>;

inline constexpr std::size_t kSignInNameMax = 256;   // bytes

// The form in which names are compared: lower case, single spaces, without the marks people leave out (å, ä and ö remain letters
// of their own), and the same however å, ä and ö were typed (one character, or a letter and a combining mark).
// nullopt: empty, too long, or not UTF-8.
std::optional<std::string> normalised_name(std::string_view name);

// SHA-256(opaque<V> "sinetti vault v1" ‖ the organisation's root public key ‖ opaque<V> normalised name). Not a secret: whoever
// can guess the name can compute it.
VaultId vault_id(const base::ByteArray<32>& organisation, std::string_view normalised);

}  // namespace sinetti::vault
