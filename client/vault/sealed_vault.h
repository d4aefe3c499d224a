#pragma once
// A vault as the relay keeps it:
//
//   u8 format = 1 ‖ u64 version ‖ for the passphrase's secret and then the recovery code's: nonce[24] ‖ sealed vault key[48]
//   ‖ nonce[24] ‖ sealed { opaque contents<V> ‖ recovery code's entropy[16] ‖ zeros }
//
// XChaCha20-Poly1305 throughout; a vault key is random and of one version alone. The key's seals are under HKDF-Expand(secret,
// "sinetti vault wrap v1", 32); everything is bound to the vault's id and version, and the contents to the wrapped keys too. The
// contents are padded, so that the relay sees one size: how much is in them grows with whom one has verified.

#include "vault/recovery_code.h"

namespace sinetti::vault {

inline constexpr std::size_t kContentsMax = 12 * 1024;     // bytes
inline constexpr std::size_t kPaddedSize = kContentsMax + 256;   // bytes; with their length, the recovery code and zeros
inline constexpr std::size_t kSealedVaultMax = 15 * 1024;  // bytes

struct OpenedVault {
    std::uint64_t version = 0;
    base::SecretBytes contents;
    RecoveryCode recovery_code;
};

// At most kContentsMax of contents: more is the caller's bug.
base::Bytes seal_vault(const VaultId& id, std::uint64_t version, const VaultSecret& passphrase_secret, const RecoveryCode& recovery_code,
                       base::ByteView contents, base::Random& random);

// With either secret. The relay hands a vault only to who can sign with its access key, so a secret that then does not open it is
// the sign of a vault that is not whole, or not the one that was asked for. Errors: damaged; rolled_back, for a version before `seen`.
Result<OpenedVault> open_vault(const VaultId& id, base::ByteView sealed, const VaultSecret& secret, std::uint64_t seen);

}  // namespace sinetti::vault
