#pragma once
// Where vaults are kept, and how many guesses each has had today. A row is a vault's under a keyed hash (VaultKey::row), so that a
// copy of the store names nobody. Called by the writer's thread.

#include "relay/store.h"

namespace sinetti::relay {

using VaultRow = base::ByteArray<32>;

struct VaultAccess {
    std::uint64_t version = 0;                // 0: there is no such vault
    wire::PublicKey passphrase_key{};
    wire::PublicKey recovery_key{};
};

class VaultStore {
public:
    virtual ~VaultStore() = default;

    // One more guess, durable when this returns; false, and nothing is counted, when `limit` were made today already. Counts for
    // rows without a vault in the same way. A day before one that was counted is that day.
    virtual StoreResult<bool> count_guess(const VaultRow& row, Day today, std::int64_t limit) = 0;

    virtual StoreResult<VaultAccess> vault_access(const VaultRow& row) = 0;
    virtual StoreResult<base::Bytes> sealed_vault(const VaultRow& row) = 0;   // of a vault that is there
    // One transaction: in the place of version `previous` (0: a new vault); false when another one is there.
    virtual StoreResult<bool> put_vault(const VaultRow& row, std::uint64_t previous, const VaultAccess& access, base::ByteView sealed) = 0;
    virtual StoreResult<std::uint64_t> vault_count() = 0;
    virtual StoreResult<void> forget_vaults() = 0;
};

}  // namespace sinetti::relay
