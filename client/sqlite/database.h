#pragma once
// A thin hold on SQLite: a database, a prepared statement, and what its result codes mean. One thread per object.

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <type_traits>

namespace sinetti::sqlite {

inline constexpr int kBusyTimeout = 5000;    // milliseconds; only a process beside a running relay ever waits

enum class Error : std::uint8_t {
    full = 1,      // no space, a quota, or a read-only file; nothing was written, reading goes on
    unavailable,   // cannot be opened, or in use
    broken,        // an I/O error, or contents that contradict themselves
    newer,         // whole, and of a later version of the program
};

template<typename T>
using Result = base::Result<T, Error>;

// What a result code means; callers clear errno before the call it came from.
Error error_of(int code);

class Database {
public:
    static Result<Database> open(const std::filesystem::path& file, int flags);

    Result<void> run(const std::string& sql);
    Result<std::int64_t> pragma(const std::string& name);
    Result<void> expect_version(std::int64_t version);    // its user_version; otherwise newer, or broken
    sqlite3* handle() { return m_handle.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    explicit Database(sqlite3* handle) : m_handle(handle) {}
    std::unique_ptr<sqlite3, Close> m_handle;
};

// A prepared statement. Reset it after use, so that no read transaction outlives its rows.
class Statement {
public:
    static Result<Statement> prepare(Database& database, const char* sql);

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, base::ByteView value);     // must live until reset()
    Statement& bind(int index, std::string_view value);   // the same

    Result<bool> step();                             // true: a row
    void reset();

    std::int64_t integer(int column) { return sqlite3_column_int64(m_handle.get(), column); }
    base::ByteView blob(int column);                      // until the next step() or reset()
    std::string text(int column) { return base::to_text(blob(column)); }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    explicit Statement(sqlite3_stmt* handle) : m_handle(handle) {}
    std::unique_ptr<sqlite3_stmt, Finalize> m_handle;
};

struct Resetting {
    Statement& statement;
    ~Resetting() { statement.reset(); }
};

// What `work` does, as one transaction: its value once it is durable, or its error and nothing changed.
template<typename Work>
std::invoke_result_t<Work> transaction(Database& database, Work&& work)
{
    TRY(database.run("BEGIN IMMEDIATE"));
    auto result = work();
    if (result) {
        const auto committed = database.run("COMMIT");
        if (committed) return result;
        result = base::Unexpected(committed.error());
    }
    // Some errors have rolled back already; then this one says so and changes nothing.
    (void)database.run("ROLLBACK").has_value();
    return result;
}

template<std::size_t N>
Result<base::ByteArray<N>> fixed(base::ByteView bytes)
{
    if (bytes.size() != N) return base::Unexpected(Error::broken);
    base::ByteArray<N> value;
    std::copy(bytes.begin(), bytes.end(), value.begin());
    return value;
}

}  // namespace sinetti::sqlite
