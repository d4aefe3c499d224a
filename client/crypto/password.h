#pragma once
// Argon2id (RFC 9106) for passphrases.

#include "crypto/error.h"

#include <functional>

namespace sinetti::crypto {

inline constexpr std::size_t kPasswordSaltSize = 16;
inline constexpr std::uint64_t kPasswordMemoryMin = 64ull << 20;    // bytes
inline constexpr std::uint64_t kPasswordMemoryMax = 1024ull << 20;  // bytes; a stored record asking for more is refused
inline constexpr std::uint32_t kPasswordPassesMin = 3;
inline constexpr std::uint32_t kPasswordPassesMax = 16;

struct PasswordParameters {
    std::uint64_t memory = kPasswordMemoryMin;   // bytes
    std::uint32_t passes = kPasswordPassesMin;
};

using PasswordKey = base::NamedSecret<struct PasswordKeyTag>;   // 32 bytes

// Errors: bad_length (salt size, parameters outside the limits above), out_of_memory.
Result<PasswordKey> password_key(base::ByteView passphrase, base::ByteView salt, PasswordParameters parameters);

// password_key, or what a simulation has instead of it.
using PasswordKeyFunction = std::function<Result<PasswordKey>(base::ByteView passphrase, base::ByteView salt, PasswordParameters parameters)>;

}  // namespace sinetti::crypto
