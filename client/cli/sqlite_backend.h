#pragma once
// The folder of one account: its sealed records in an SQLite file, and the address of its relay. For its owner alone; one
// process at a time holds it. A commit is one transaction, synced before its callback comes, which is before commit() returns.

#include "cli/failure.h"
#include "sqlite/database.h"
#include "store/backend.h"
#include "uplink/relay_address.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace sinetti::cli {

using uplink::RelayAddress;

class FolderLock {
public:
    // Makes the folder when it is missing. Failures: in_use; failed: it cannot be made or written in.
    static Result<FolderLock> take(const std::filesystem::path& folder);
    FolderLock(FolderLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int descriptor) : m_descriptor(descriptor) {}
    int m_descriptor;
};

class SqliteBackend final : public store::Backend {
public:
    static Result<std::unique_ptr<SqliteBackend>> open(const std::filesystem::path& folder);

    void load(LoadCallback callback) override;
    void commit(std::vector<store::Write> writes, CommitCallback callback) override;
    void wipe(CommitCallback callback) override;

    Result<std::optional<RelayAddress>> relay();
    Result<void> set_relay(const RelayAddress& relay);

private:
    SqliteBackend(FolderLock&& lock, sqlite::Database&& database) : m_lock(std::move(lock)), m_database(std::move(database)) {}
    sqlite::Result<void> prepare();
    sqlite::Result<std::vector<store::StoredRecord>> read_all();
    sqlite::Result<void> write(const std::vector<store::Write>& writes);

    FolderLock m_lock;
    sqlite::Database m_database;
    std::optional<sqlite::Statement> m_put;
    std::optional<sqlite::Statement> m_erase;
};

}  // namespace sinetti::cli
