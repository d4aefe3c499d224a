#pragma once
// Who may fetch a vault and put a new version in its place: whoever holds the private half of one of the two access keys that
// stand beside it at the relay. Both come from what opens the vault (hardening.h, recovery_code.h), so a passphrase that is wrong
// gets nothing to try further guesses on. Signatures are Ed25519 over
//
//   fetch  opaque<V> "sinetti vault fetch v1" ‖ nonce ‖ vault id ‖ access public key
//   store  opaque<V> "sinetti vault store v1" ‖ nonce ‖ vault id ‖ access public key ‖ u64 previous ‖ u64 version ‖ both new access
//          public keys ‖ SHA-256(sealed vault)
//
// with the nonce of the relay's Challenge, so that neither works in another session.

#include "crypto/sign.h"
#include "vault/sign_in_name.h"

namespace sinetti::vault {

using Nonce = base::ByteArray<32>;

struct AccessKeys {
    crypto::SignaturePublicKey passphrase{};
    crypto::SignaturePublicKey recovery{};
    friend bool operator==(const AccessKeys&, const AccessKeys&) = default;
};

struct NewVersion {
    VaultId id{};
    std::uint64_t previous = 0;   // what is stored now; 0: nothing
    std::uint64_t version = 0;    // larger
    AccessKeys access;            // from now on
    base::ByteView sealed;
};

crypto::Signature sign_fetch(const crypto::SignaturePrivateKey& key, const Nonce& nonce, const VaultId& id);
bool verify_fetch(const crypto::SignaturePublicKey& key, const Nonce& nonce, const VaultId& id, const crypto::Signature& signature);

crypto::Signature sign_store(const crypto::SignaturePrivateKey& key, const Nonce& nonce, const NewVersion& version);
bool verify_store(const crypto::SignaturePublicKey& key, const Nonce& nonce, const NewVersion& version, const crypto::Signature& signature);

}  // namespace sinetti::vault
