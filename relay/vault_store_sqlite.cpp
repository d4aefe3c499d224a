#include "relay/vault_store_sqlite.h"

namespace sinetti::relay {

using base::ByteView;
using base::Unexpected;
using namespace sqlite;

const char* const kVaultSchema = R"(
    CREATE TABLE vaults (id BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, passphrase_key BLOB NOT NULL, recovery_key BLOB NOT NULL, sealed BLOB NOT NULL);
    CREATE TABLE vault_guesses (id BLOB PRIMARY KEY, day INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX vault_guess_days ON vault_guesses (day);
)";

namespace {
constexpr std::int64_t kForgottenAtOnce = 64;   // rows of days before; more than come with one guess, so they do not pile up
}

StoreResult<bool> SqliteVaultStore::count_guess(const VaultRow& row, Day today, std::int64_t limit)
{
    return transaction(m_database, [&] { return count_one_guess(row, today, limit); });
}

StoreResult<bool> SqliteVaultStore::count_one_guess(const VaultRow& row, Day today, std::int64_t limit)
{
    // Yesterday's stay: a relay beside us may still count for them, its clock a little behind.
    TRY(forget_old_guesses({today.value - 1}));
    auto find = TRY(Statement::prepare(m_database, "SELECT day, count FROM vault_guesses WHERE id = ?1"));
    find.bind(1, ByteView(row));
    std::int64_t day = today.value, count = 0;
    if (TRY(find.step()) && find.integer(0) >= today.value) {
        day = find.integer(0);
        count = find.integer(1);
    }
    if (count >= limit) return false;
    auto put = TRY(Statement::prepare(m_database, "INSERT OR REPLACE INTO vault_guesses (id, day, count) VALUES (?1, ?2, ?3)"));
    put.bind(1, ByteView(row)).bind(2, day).bind(3, count + 1);
    TRY(put.step());
    return true;
}

StoreResult<void> SqliteVaultStore::forget_old_guesses(Day today)
{
    auto statement = TRY(Statement::prepare(m_database, "DELETE FROM vault_guesses WHERE id IN (SELECT id FROM vault_guesses WHERE day < ?1 LIMIT ?2)"));
    statement.bind(1, today.value).bind(2, kForgottenAtOnce);
    TRY(statement.step());
    return {};
}

StoreResult<VaultAccess> SqliteVaultStore::vault_access(const VaultRow& row)
{
    auto statement = TRY(Statement::prepare(m_database, "SELECT version, passphrase_key, recovery_key FROM vaults WHERE id = ?1"));
    statement.bind(1, ByteView(row));
    if (!TRY(statement.step())) return VaultAccess{};
    const auto passphrase_key = TRY(fixed<32>(statement.blob(1)));
    const auto recovery_key = TRY(fixed<32>(statement.blob(2)));
    return VaultAccess{static_cast<std::uint64_t>(statement.integer(0)), passphrase_key, recovery_key};
}

StoreResult<base::Bytes> SqliteVaultStore::sealed_vault(const VaultRow& row)
{
    auto statement = TRY(Statement::prepare(m_database, "SELECT sealed FROM vaults WHERE id = ?1"));
    statement.bind(1, ByteView(row));
    if (!TRY(statement.step())) return Unexpected(StoreError::broken);
    return base::to_bytes(statement.blob(0));
}

StoreResult<bool> SqliteVaultStore::put_vault(const VaultRow& row, std::uint64_t previous, const VaultAccess& access, ByteView sealed)
{
    auto statement = TRY(Statement::prepare(
        m_database, previous == 0 ? "INSERT OR IGNORE INTO vaults (id, version, passphrase_key, recovery_key, sealed) VALUES (?1, ?2, ?3, ?4, ?5)"
                                  : "UPDATE vaults SET version = ?2, passphrase_key = ?3, recovery_key = ?4, sealed = ?5 WHERE id = ?1 AND version = ?6"));
    statement.bind(1, ByteView(row)).bind(2, static_cast<std::int64_t>(access.version)).bind(3, ByteView(access.passphrase_key));
    statement.bind(4, ByteView(access.recovery_key)).bind(5, sealed);
    if (previous != 0) statement.bind(6, static_cast<std::int64_t>(previous));
    TRY(statement.step());
    return sqlite3_changes(m_database.handle()) == 1;
}

StoreResult<std::uint64_t> SqliteVaultStore::vault_count()
{
    auto statement = TRY(Statement::prepare(m_database, "SELECT count(id) FROM vaults"));
    TRY(statement.step());
    return static_cast<std::uint64_t>(statement.integer(0));
}

StoreResult<void> SqliteVaultStore::forget_vaults()
{
    return transaction(m_database, [&] { return forget_all(); });
}

StoreResult<void> SqliteVaultStore::forget_all() { return m_database.run("DELETE FROM vaults; DELETE FROM vault_guesses"); }

StoreResult<bool> SqliteVaultStore::put_version(const VaultRow& row, std::uint64_t previous, const VaultAccess& access, ByteView sealed)
{
    const auto present = TRY(vault_access(row));
    return put_vault(row, present.version == 0 ? 0 : previous, access, sealed);
}

}  // namespace sinetti::relay
