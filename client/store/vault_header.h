#pragma once
// The one record that is not sealed: how the passphrase opens the vault.
//
//   passphrase ──Argon2id(salt, parameters)──► PasswordKey ──XChaCha20-Poly1305──► MasterKey
//
// Invariants: (1) the salt and the parameters are bound to the wrapped key, so neither can be weakened in place. (2) While the
// passphrase is being changed the master key is wrapped twice, and either passphrase opens the vault: which of them will be the
// one is for its owner to say (keep_next, drop_next).

#include "base/random.h"
#include "crypto/password.h"
#include "store/backend.h"
#include "store/errors.h"

namespace sinetti::store {

using MasterKey = base::NamedSecret<struct MasterKeyTag>;   // 32 bytes, from a random generator
using crypto::PasswordKeyFunction;

inline constexpr RecordId kVaultHeaderId{'s', 'i', 'n', 'e', 't', 't', 'i', ' ', 'v', 'a', 'u', 'l', 't', ' ', 'h', 'e', 'a', 'd', 'e', 'r'};

// What a passphrase has become with a header's salt and parameters: for the store of another device that shall open with it too.
struct PassphraseKey {
    base::ByteArray<crypto::kPasswordSaltSize> salt{};
    crypto::PasswordParameters parameters;
    crypto::PasswordKey key;
    PassphraseKey clone() const { return {salt, parameters, key.clone()}; }
};

struct VaultHeader {
    base::ByteArray<crypto::kPasswordSaltSize> salt{};
    crypto::PasswordParameters parameters;
    base::Bytes wrapped_master_key;   // nonce[24] ‖ XChaCha20-Poly1305
    base::Bytes next_wrapped_master_key;   // under the passphrase that is to be the next one; empty: there is none

    // The master key's, under the next passphrase too. Errors: bad_parameters, out_of_memory.
    Result<void> wrap_next(const MasterKey& master_key, base::ByteView passphrase, base::Random& random,
                           const PasswordKeyFunction& password_key = crypto::password_key);
    void keep_next();                 // it is the only one from now on
    void drop_next() { next_wrapped_master_key.clear(); }
    bool has_next() const { return !next_wrapped_master_key.empty(); }

    PassphraseKey with(const crypto::PasswordKey& key) const { return {salt, parameters, key.clone()}; }

    base::Bytes serialize() const;
    static Result<VaultHeader> parse(base::ByteView bytes);   // damaged, bad_parameters
};

struct NewVault {
    VaultHeader header;
    MasterKey master_key;
};

// Errors: bad_parameters, out_of_memory.
Result<NewVault> create_vault(base::ByteView passphrase, crypto::PasswordParameters parameters, base::Random& random,
                              const PasswordKeyFunction& password_key = crypto::password_key);
// With a master key of its own. Error: bad_parameters.
Result<NewVault> create_vault(const PassphraseKey& passphrase_key, base::Random& random);

struct OpenedVault {
    MasterKey master_key;
    crypto::PasswordKey passphrase_key;
    bool with_next = false;           // the passphrase that is to be the next one
};
// Errors: wrong_passphrase (a header whose wrapped key was altered cannot be told from it), bad_parameters, out_of_memory.
Result<OpenedVault> open_vault(const VaultHeader& header, base::ByteView passphrase, const PasswordKeyFunction& password_key = crypto::password_key);

}  // namespace sinetti::store
