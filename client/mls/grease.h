#pragma once
// GREASE (RFC 9420 §13.5, RFC 8701): values that nobody ever implements, put where everybody must ignore what they do not know, so that
// a client that does not shows at once and not on the day something new is registered.

#include "base/random.h"
#include "mls/key_package.h"

namespace sinetti::mls {

inline constexpr std::size_t kGreaseValues = 15;           // 0x0A0A, 0x1A1A, … 0xEAEA (§17)
inline constexpr std::size_t kGreaseDataMax = 8;           // bytes of extension_data; none in a leaf, which every commit repeats

constexpr std::uint16_t grease_value(std::size_t index) { return static_cast<std::uint16_t>((index % kGreaseValues) * 0x1010 + 0x0a0a); }
constexpr bool is_grease(std::uint16_t value) { return value % 0x1010 == 0x0a0a && value != 0xfafa; }

// One value in every list of the leaf's capabilities that may have it, and an extension, which the leaf lists too. Before it is signed.
void add_grease(LeafNode& leaf, base::Random& random);
void add_grease(KeyPackage& key_package, base::Random& random);   // to its leaf, and an extension of its own
// For a GroupInfo. Chosen by its confirmation_tag, which is as good as random: everybody's GroupInfo of an epoch has the same.
Extension grease_extension_for(ByteView confirmation_tag);

}  // namespace sinetti::mls
