#pragma once
// Vaults in the tables of the embedded store.

#include "relay/sqlite.h"
#include "relay/vault_store.h"

namespace sinetti::relay {

// One more step of the schema (store_sqlite.cpp).
extern const char* const kVaultSchema;

class SqliteVaultStore final : public VaultStore {
public:
    explicit SqliteVaultStore(sqlite::Database& database) : m_database(database) {}

    StoreResult<bool> count_guess(const VaultRow& row, Day today, std::int64_t limit) override;
    StoreResult<VaultAccess> vault_access(const VaultRow& row) override;
    StoreResult<base::Bytes> sealed_vault(const VaultRow& row) override;
    StoreResult<bool> put_vault(const VaultRow& row, std::uint64_t previous, const VaultAccess& access, base::ByteView sealed) override;
    StoreResult<std::uint64_t> vault_count() override;
    StoreResult<void> forget_vaults() override;

    // The same within a transaction of the caller's. put_version also takes a version of a vault that is not there in the place of any.
    StoreResult<bool> count_one_guess(const VaultRow& row, Day today, std::int64_t limit);
    StoreResult<bool> put_version(const VaultRow& row, std::uint64_t previous, const VaultAccess& access, base::ByteView sealed);
    StoreResult<void> forget_all();

private:
    StoreResult<void> forget_old_guesses(Day today);
    sqlite::Database& m_database;
};

}  // namespace sinetti::relay
