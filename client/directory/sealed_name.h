#pragma once
// Names as the directory keeps them: sealed with the organisation's directory key, which every member has from the invite
// link and the relay never sees. All sealed names are of one size.
//   nonce[24] ‖ XChaCha20-Poly1305(directory key, aad = label, {opaque name<V>, opaque title<V>} ‖ zeros to 128 bytes)

#include "base/random.h"
#include "base/secret.h"
#include "directory/errors.h"

#include <string>

namespace sinetti::directory {

using DirectoryKey = base::NamedSecret<struct DirectoryKeyTag>;   // 32 bytes

inline constexpr std::size_t kDirectoryKeySize = 32;
inline constexpr std::size_t kSealedNameSize = 24 + 128 + 16;

enum class NameOf : std::uint8_t { organisation, person, device, board };   // each has a label of its own

struct Name {
    std::string name;    // UTF-8
    std::string title;   // UTF-8; empty for an organisation or a board; of a device, whether it is on a shared machine
    friend bool operator==(const Name&, const Name&) = default;
};

// Errors: name_too_long (name and title together may take 124 bytes), malformed (not UTF-8, or no name at all).
Result<base::Bytes> seal_name(const DirectoryKey& key, NameOf of, const Name& name, base::Random& random);
// Errors: open_failed, malformed.
Result<Name> open_name(const DirectoryKey& key, NameOf of, base::ByteView sealed);

}  // namespace sinetti::directory
