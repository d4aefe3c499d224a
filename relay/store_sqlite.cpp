#include "relay/store_sqlite.h"

#include "directory/chain.h"
#include "relay/sqlite.h"

#include <cerrno>
#include <map>

namespace sinetti::relay {

using base::Bytes;
using base::ByteView;
using base::Unexpected;
using namespace sqlite;

namespace {

constexpr int kPageSize = 8192;          // seven cells to a page
constexpr unsigned kPositionBits = 40;   // row id = board << 40 | position

constexpr const char* kFirstSchema = R"(
    CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE boards (board INTEGER PRIMARY KEY, kind INTEGER NOT NULL, level INTEGER NOT NULL);
    CREATE TABLE entries (id INTEGER PRIMARY KEY, tag BLOB NOT NULL, entry BLOB NOT NULL, head BLOB NOT NULL);
    CREATE UNIQUE INDEX entry_tags ON entries (id >> 40, tag);
    INSERT INTO boards VALUES (0, 0, 1), (1, 1, 1);
)";

constexpr const char* kCipherSuiteSchema = "ALTER TABLE boards ADD COLUMN cipher_suite INTEGER NOT NULL DEFAULT 0;";

// Each leads from the version that is its index to the next.
constexpr const char* kSchemas[] = {kFirstSchema, kCipherSuiteSchema};
constexpr std::int64_t kSchemaVersion = std::size(kSchemas);

std::int64_t row_id(std::uint32_t board, std::uint64_t position)
{
    return static_cast<std::int64_t>(std::uint64_t{board} << kPositionBits | position);
}

struct Tip {
    std::uint64_t length = 0;
    wire::Head head{};
};

class SqliteStore final : public Store {
public:
    SqliteStore(Database&& writer, Database&& reader) : m_writer(std::move(writer)), m_reader(std::move(reader)) {}

    StoreResult<void> prepare()
    {
        m_insert = TRY(Statement::prepare(m_writer, "INSERT OR IGNORE INTO entries (id, tag, entry, head) VALUES (?1, ?2, ?3, ?4)"));
        m_find = TRY(Statement::prepare(m_writer, "SELECT id, entry FROM entries WHERE id >> 40 = ?1 AND tag = ?2"));
        m_read = TRY(Statement::prepare(m_reader, "SELECT id, tag, entry, head FROM entries WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3"));
        for (const auto& board : TRY(boards())) m_tips[board.info.board] = Tip{board.length, board.head};
        return {};
    }

    StoreResult<std::vector<BoardState>> boards() override
    {
        auto statement = TRY(Statement::prepare(m_writer, "SELECT board, kind, level, cipher_suite FROM boards ORDER BY board"));
        auto tip = TRY(Statement::prepare(m_writer, "SELECT id, head FROM entries WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 1"));
        std::vector<BoardState> states;
        while (TRY(statement.step())) {
            BoardState state;
            state.info.board = static_cast<std::uint32_t>(statement.integer(0));
            state.info.kind = wire::BoardKind(statement.integer(1));
            state.info.level = wire::SendingLevel(statement.integer(2));
            state.info.cipher_suite = static_cast<std::uint16_t>(statement.integer(3));
            const Resetting resetting{tip};
            tip.bind(1, row_id(state.info.board, 0)).bind(2, row_id(state.info.board + 1, 0));
            if (TRY(tip.step())) {
                state.length = static_cast<std::uint64_t>(tip.integer(0) - row_id(state.info.board, 0)) + 1;
                state.head = TRY(fixed<32>(tip.blob(1)));
            } else {
                state.head = directory::initial_head(state.info.board);
            }
            states.push_back(state);
        }
        return states;
    }

    StoreResult<std::optional<Bytes>> setting(std::string_view name) override
    {
        auto statement = TRY(Statement::prepare(m_writer, "SELECT value FROM settings WHERE name = ?1"));
        statement.bind(1, name);
        if (!TRY(statement.step())) return std::optional<Bytes>();
        return std::optional<Bytes>(base::to_bytes(statement.blob(0)));
    }

    StoreResult<void> set_setting(std::string_view name, ByteView value) override
    {
        auto statement = TRY(Statement::prepare(m_writer, "INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)"));
        statement.bind(1, name).bind(2, value);
        TRY(statement.step());
        return {};
    }

    StoreResult<std::vector<Placement>> append(std::span<const NewEntry> entries) override
    {
        TRY(m_writer.run("BEGIN IMMEDIATE"));
        auto tips = m_tips;
        auto placements = insert_all(entries, tips);
        if (placements) {
            if (auto committed = m_writer.run("COMMIT"); committed) {
                m_tips = std::move(tips);
                return placements;
            } else {
                placements = Unexpected(committed.error());
            }
        }
        // Some errors have rolled back already; then this one says so and changes nothing.
        (void)m_writer.run("ROLLBACK").has_value();
        return placements;
    }

    StoreResult<std::vector<Placement>> find(std::span<const NewEntry> entries) override
    {
        std::vector<Placement> placements;
        for (const auto& entry : entries) placements.push_back(TRY(find_one(entry)));
        return placements;
    }

    StoreResult<std::vector<StoredEntry>> read(std::uint32_t board, std::uint64_t first, std::uint64_t count) override
    {
        const Resetting resetting{*m_read};
        m_read->bind(1, row_id(board, first)).bind(2, row_id(board + 1, 0)).bind(3, static_cast<std::int64_t>(count));
        std::vector<StoredEntry> entries;
        entries.reserve(std::min<std::uint64_t>(count, wire::kBlockEntries));
        while (TRY(m_read->step())) {
            if (m_read->integer(0) != row_id(board, first + entries.size())) return Unexpected(StoreError::broken);
            StoredEntry entry;
            entry.tag = TRY(fixed<wire::kTagSize>(m_read->blob(1)));
            entry.entry = base::to_bytes(m_read->blob(2));
            entry.head = TRY(fixed<32>(m_read->blob(3)));
            entries.push_back(std::move(entry));
        }
        return entries;
    }

private:
    StoreResult<std::vector<Placement>> insert_all(std::span<const NewEntry> entries, std::map<std::uint32_t, Tip>& tips)
    {
        std::vector<Placement> placements;
        placements.reserve(entries.size());
        for (const auto& entry : entries) {
            auto& tip = tips[entry.board];
            const auto head = directory::next_head(tip.head, tip.length, *entry.entry);
            const Resetting resetting{*m_insert};
            m_insert->bind(1, row_id(entry.board, tip.length)).bind(2, ByteView(entry.tag)).bind(3, ByteView(*entry.entry)).bind(4, ByteView(head));
            TRY(m_insert->step());
            if (sqlite3_changes(m_writer.handle()) == 1) {
                placements.push_back({Placement::Kind::appended, tip.length, head});
                tip = Tip{tip.length + 1, head};
                continue;
            }
            const auto found = TRY(find_one(entry));
            if (found.kind == Placement::Kind::absent) return Unexpected(StoreError::broken);
            placements.push_back(found);
        }
        return placements;
    }

    StoreResult<Placement> find_one(const NewEntry& entry)
    {
        const Resetting resetting{*m_find};
        m_find->bind(1, std::int64_t{entry.board}).bind(2, ByteView(entry.tag));
        if (!TRY(m_find->step())) return Placement{};
        const auto position = static_cast<std::uint64_t>(m_find->integer(0) - row_id(entry.board, 0));
        const bool same = base::equal(m_find->blob(1), *entry.entry);
        return Placement{same ? Placement::Kind::existed : Placement::Kind::tag_taken, position, {}};
    }

    Database m_writer;
    Database m_reader;
    std::optional<Statement> m_insert, m_find, m_read;
    std::map<std::uint32_t, Tip> m_tips;
};

}  // namespace

StoreResult<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options)
{
    const bool serving = options.mode == SqliteOptions::Mode::serve;
    auto writer = TRY(Database::open(options.file, serving ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY));
    if (serving) {
        TRY(writer.run("PRAGMA page_size = " + std::to_string(kPageSize)));
        TRY(writer.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -65536;"
                       "PRAGMA journal_size_limit = 67108864"));
        // 0 would read the present limit; the largest possible lifts one set before.
        const auto pages = options.bytes_max == 0 ? 4294967294u : std::max<std::uint64_t>(1, options.bytes_max / kPageSize);
        TRY(writer.run("PRAGMA max_page_count = " + std::to_string(pages)));
    }
    auto version = TRY(writer.pragma("user_version"));
    for (; serving && version >= 0 && version < kSchemaVersion; ++version)
        TRY(writer.run(std::string("BEGIN IMMEDIATE;") + kSchemas[version] + "PRAGMA user_version = " + std::to_string(version + 1) + ";COMMIT;"));
    if (version != kSchemaVersion) return Unexpected(StoreError::broken);

    auto reader = TRY(Database::open(options.file, serving ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY));
    if (serving) TRY(reader.run("PRAGMA query_only = ON"));
    auto store = std::make_unique<SqliteStore>(std::move(writer), std::move(reader));
    TRY(store->prepare());
    return std::unique_ptr<Store>(std::move(store));
}

StoreResult<void> copy_sqlite(const std::filesystem::path& from, const std::filesystem::path& to)
{
    auto source = TRY(Database::open(from, SQLITE_OPEN_READONLY));
    auto target = TRY(Database::open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    errno = 0;
    auto* const backup = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
    if (backup == nullptr) return Unexpected(error_of(sqlite3_extended_errcode(target.handle())));
    sqlite3_backup_step(backup, -1);   // all of it: in WAL mode a reader keeps no writer waiting
    if (const int code = sqlite3_backup_finish(backup); code != SQLITE_OK) return Unexpected(error_of(code));
    return target.run("PRAGMA journal_mode = DELETE");
}

StoreResult<std::vector<std::string>> sqlite_faults(const std::filesystem::path& file)
{
    auto database = TRY(Database::open(file, SQLITE_OPEN_READONLY));
    auto statement = TRY(Statement::prepare(database, "PRAGMA integrity_check"));
    std::vector<std::string> faults;
    while (TRY(statement.step())) {
        if (auto fault = statement.text(0); fault != "ok") faults.push_back(std::move(fault));
    }
    return faults;
}

}  // namespace sinetti::relay
