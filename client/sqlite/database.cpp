#include "sqlite/database.h"

#include <cerrno>

namespace sinetti::sqlite {

using base::ByteView;
using base::Unexpected;

// SQLite has one code for a full disk; quotas, file size limits and read-only file systems come as I/O errors, and only errno
// tells them apart: sqlite3_system_errno() knows nothing of a write that failed in COMMIT.
Error error_of(int code)
{
    const int system_error = errno;
    switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY: return Error::full;
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Error::unavailable;
    default: break;
    }
    if ((code & 0xff) != SQLITE_IOERR) return Error::broken;
    switch (system_error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EROFS: return Error::full;
    default: return Error::broken;
    }
}

Result<Database> Database::open(const std::filesystem::path& file, int flags)
{
    sqlite3* handle = nullptr;
    errno = 0;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(handle);
    if (code != SQLITE_OK) return Unexpected(error_of(code));
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyTimeout);
    return database;
}

Result<void> Database::run(const std::string& sql)
{
    errno = 0;
    const int code = sqlite3_exec(m_handle.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return Unexpected(error_of(code));
    return {};
}

Result<std::int64_t> Database::pragma(const std::string& name)
{
    auto statement = TRY(Statement::prepare(*this, ("PRAGMA " + name).c_str()));
    return TRY(statement.step()) ? statement.integer(0) : 0;
}

Result<void> Database::expect_version(std::int64_t version)
{
    const auto found = TRY(pragma("user_version"));
    if (found != version) return Unexpected(found > version ? Error::newer : Error::broken);
    return {};
}

Result<Statement> Statement::prepare(Database& database, const char* sql)
{
    sqlite3_stmt* handle = nullptr;
    errno = 0;
    const int code = sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (code != SQLITE_OK) return Unexpected(error_of(code));
    return Statement(handle);
}

Statement& Statement::bind(int index, std::int64_t value)
{
    sqlite3_bind_int64(m_handle.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, ByteView value)
{
    sqlite3_bind_blob64(m_handle.get(), index, value.data(), value.size(), SQLITE_STATIC);
    return *this;
}

Statement& Statement::bind(int index, std::string_view value)
{
    sqlite3_bind_text64(m_handle.get(), index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Result<bool> Statement::step()
{
    errno = 0;
    const int code = sqlite3_step(m_handle.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return Unexpected(error_of(code));
}

void Statement::reset()
{
    sqlite3_reset(m_handle.get());
    sqlite3_clear_bindings(m_handle.get());
}

ByteView Statement::blob(int column)
{
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(m_handle.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(m_handle.get(), column))};
}

}  // namespace sinetti::sqlite
