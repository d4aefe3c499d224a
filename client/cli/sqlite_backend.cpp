#include "cli/sqlite_backend.h"

#include "cli/sentences.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sinetti::cli {

using base::Unexpected;

namespace {

constexpr std::int64_t kApplicationId = 0x53696e65;   // "Sine": the file is ours
constexpr std::int64_t kSchemaVersion = 1;

constexpr const char* kSchema = R"(
    CREATE TABLE records (id BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE relay (url TEXT NOT NULL);
)";

store::BackendError backend_error(sqlite::Error error)
{
    switch (error) {
    case sqlite::Error::full: return store::BackendError::full;
    case sqlite::Error::unavailable: return store::BackendError::unavailable;
    case sqlite::Error::broken:
    case sqlite::Error::newer: break;
    }
    return store::BackendError::broken;
}

Failure failure(sqlite::Error error)
{
    switch (error) {
    case sqlite::Error::full: return {Exit::failed, sentence(api::Code::store_full)};
    case sqlite::Error::unavailable: return {Exit::failed, sentence(api::Code::store_unavailable)};
    case sqlite::Error::broken:
    case sqlite::Error::newer: break;
    }
    return {Exit::failed, sentence(api::Code::store_broken)};
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder)
{
    std::error_code error;
    if (std::filesystem::create_directories(folder, error)) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error) return Unexpected(Failure{Exit::failed, "cannot make " + folder.string() + ": " + error.message()});
    FolderLock lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.m_descriptor < 0) return Unexpected(Failure{Exit::failed, "cannot write in " + folder.string()});
    if (::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) != 0) return Unexpected(Failure{Exit::in_use, "another sinetti-cli is using " + folder.string()});
    return lock;
}

FolderLock::~FolderLock()
{
    if (m_descriptor >= 0) ::close(m_descriptor);
}

Result<std::unique_ptr<SqliteBackend>> SqliteBackend::open(const std::filesystem::path& folder)
{
    auto lock = TRY(FolderLock::take(folder));
    // Made here, for its owner alone: SQLite gives its own files beside it the same rights.
    const auto file = folder / "account.sqlite";
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool opened = descriptor >= 0 && ::fchmod(descriptor, 0600) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!opened) return Unexpected(Failure{Exit::failed, "cannot write " + file.string()});

    auto database = sqlite::Database::open(file, SQLITE_OPEN_READWRITE);
    if (!database) return Unexpected(failure(database.error()));
    std::unique_ptr<SqliteBackend> backend(new SqliteBackend(std::move(lock), std::move(*database)));
    const auto prepared = backend->prepare();
    if (!prepared) return Unexpected(failure(prepared.error()));
    return backend;
}

sqlite::Result<void> SqliteBackend::prepare()
{
    // What is erased is overwritten, and a commit is on the disk when it says so.
    TRY(m_database.run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"));
    const auto application = TRY(m_database.pragma("application_id"));
    const auto version = TRY(m_database.pragma("user_version"));
    if (application == 0 && version == 0) {
        TRY(sqlite::transaction(m_database, [this] {
            return m_database.run(std::string(kSchema) + "PRAGMA application_id = " + std::to_string(kApplicationId) +
                                  "; PRAGMA user_version = " + std::to_string(kSchemaVersion));
        }));
    } else if (application != kApplicationId || version != kSchemaVersion) {
        return Unexpected(sqlite::Error::broken);
    }
    m_put = TRY(sqlite::Statement::prepare(m_database, "INSERT OR REPLACE INTO records (id, value) VALUES (?1, ?2)"));
    m_erase = TRY(sqlite::Statement::prepare(m_database, "DELETE FROM records WHERE id = ?1"));
    return {};
}

sqlite::Result<std::vector<store::StoredRecord>> SqliteBackend::read_all()
{
    auto statement = TRY(sqlite::Statement::prepare(m_database, "SELECT id, value FROM records"));
    std::vector<store::StoredRecord> records;
    while (TRY(statement.step())) {
        auto id = TRY(sqlite::fixed<std::tuple_size_v<store::RecordId>>(statement.blob(0)));
        records.push_back({id, base::to_bytes(statement.blob(1))});
    }
    return records;
}

sqlite::Result<void> SqliteBackend::write(const std::vector<store::Write>& writes)
{
    for (const auto& [id, value] : writes) {
        auto& statement = value ? *m_put : *m_erase;
        const sqlite::Resetting resetting{statement};
        statement.bind(1, base::ByteView(id));
        if (value) statement.bind(2, base::ByteView(*value));
        TRY(statement.step());
    }
    return {};
}

void SqliteBackend::load(LoadCallback callback)
{
    auto records = read_all();
    if (!records) return callback(Unexpected(backend_error(records.error())));
    callback(std::move(*records));
}

void SqliteBackend::commit(std::vector<store::Write> writes, CommitCallback callback)
{
    const auto written = sqlite::transaction(m_database, [&] { return write(writes); });
    if (!written) return callback(Unexpected(backend_error(written.error())));
    callback({});
}

void SqliteBackend::wipe(CommitCallback callback)
{
    const auto wiped = sqlite::transaction(m_database, [this] { return m_database.run("DELETE FROM records; DELETE FROM relay"); });
    if (!wiped) return callback(Unexpected(backend_error(wiped.error())));
    callback({});
}

Result<std::optional<RelayAddress>> SqliteBackend::relay()
{
    auto statement = sqlite::Statement::prepare(m_database, "SELECT url FROM relay");
    if (!statement) return Unexpected(failure(statement.error()));
    const auto row = statement->step();
    if (!row) return Unexpected(failure(row.error()));
    if (!*row) return std::optional<RelayAddress>();
    return uplink::parse_relay_address(statement->text(0));
}

Result<void> SqliteBackend::set_relay(const RelayAddress& relay)
{
    const auto url = relay.url();
    const auto stored = sqlite::transaction(m_database, [&]() -> sqlite::Result<void> {
        TRY(m_database.run("DELETE FROM relay"));
        auto statement = TRY(sqlite::Statement::prepare(m_database, "INSERT INTO relay VALUES (?1)"));
        statement.bind(1, std::string_view(url));
        TRY(statement.step());
        return {};
    });
    if (!stored) return Unexpected(failure(stored.error()));
    return {};
}

}  // namespace sinetti::cli
