#pragma once
// From a passphrase to the secret that opens a vault, with the help of a relay that learns nothing of it: the OPRF of RFC 9497
// (ristretto255-SHA512, mode OPRF) and then Argon2id, put together as OPAQUE does it (RFC 9807 §6.3.2.1).
//
//   passphrase ── blind ──► relay: its key for this vault ──► finalize = oprf_output
//   VaultSecret = HKDF-Extract-SHA512("", oprf_output ‖ Argon2id(oprf_output, salt, 64 MiB, 3 passes))
//
// The OPRF is the salt: without the relay's key for the vault no guess can be tried, and the relay answers ten a day. Argon2id is
// for the day that key is stolen, or the relay's operator is the one who guesses. Its own salt is fixed, the first 16 bytes of
// SHA-256("sinetti vault salt v1" ‖ vault id), and so are its parameters: both are needed before anything of the vault is known, and
// what a relay cannot name it cannot weaken.

#include "crypto/oprf.h"
#include "crypto/password.h"
#include "crypto/sign.h"
#include "vault/errors.h"
#include "vault/sign_in_name.h"

namespace sinetti::vault {

inline constexpr crypto::PasswordParameters kHardeningParameters{64ull << 20, 3};

// What opens a vault: from the passphrase, or from the recovery code (recovery_code.h). 64 bytes.
using VaultSecret = base::NamedSecret<struct VaultSecretTag>;

// What is kept of a passphrase from the question to the answer.
class Hardening {
public:
    // The passphrase is of at most crypto::kOprfInputMax bytes.
    static Hardening begin(const VaultId& id, base::SecretBytes&& passphrase, base::Random& random);

    const base::ByteArray<crypto::kGroupElementSize>& blinded_element() const { return m_blinded.bytes(); }

    // With the relay's answer. A relay that answers under another key is not told apart from a wrong passphrase: both give a
    // secret that opens nothing. Errors: bad_answer, out_of_memory.
    Result<VaultSecret> finish(base::ByteView evaluated_element, const crypto::PasswordKeyFunction& password_key = crypto::password_key) const;

private:
    Hardening(const VaultId& id, base::SecretBytes&& passphrase, crypto::OprfBlinded&& blinded);
    VaultId m_id;
    base::SecretBytes m_passphrase;
    crypto::OprfBlind m_blind;
    crypto::GroupElement m_blinded;
};

// The key that may fetch and change the vault (access.h): Ed25519, seed HKDF-Expand(secret, "sinetti vault access v1", 32).
crypto::SignaturePrivateKey access_key(const VaultSecret& secret);

}  // namespace sinetti::vault
