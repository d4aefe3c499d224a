#pragma once
// The relay's secret behind all vaults, in a file of its own beside the database and never in it: whoever copies the database, or a
// backup of it, can try no guess without it. Lost, every passphrase opens nothing any more, and no vault is found.
//
//   secret[32] ─ HKDF-Expand "sinetti vault row v1"  ─► key of the rows: HMAC-SHA256(key, vault id)
//              ├ HKDF-Expand "sinetti vault oprf v1" ─► seed of the OPRF keys: DeriveKeyPair(seed, vault id)  (RFC 9497 §3.2.1)
//              └ HKDF-Expand "sinetti vault check v1"─► kept in the database, to know the file by

#include "base/random.h"
#include "crypto/oprf.h"
#include "relay/vault_store.h"

#include <filesystem>

namespace sinetti::relay {

class VaultKey {
public:
    static constexpr std::size_t kSize = 32;   // bytes
    explicit VaultKey(const base::Secret<kSize>& secret);

    VaultRow row(const wire::VaultId& vault) const;
    crypto::OprfPrivateKey oprf_key(const wire::VaultId& vault) const;
    base::ByteArray<32> check() const { return m_check; }

private:
    base::SecretBytes m_row_key;
    base::SecretBytes m_oprf_seed;
    base::ByteArray<32> m_check{};
};

std::filesystem::path vault_key_file(const std::filesystem::path& data);

// The key in `file`, or a new one, durable, when there is neither a file nor a vault. Error: a sentence.
base::Result<VaultKey, std::string> prepare_vault_key(Store& store, const std::filesystem::path& file, base::Random& random);
// The same without making or writing anything: what is wrong, empty when nothing is.
std::string vault_key_fault(Store& store, const std::filesystem::path& file);

}  // namespace sinetti::relay
