#include "relay/store_sqlite.h"

#include "directory/chain.h"
#include "relay/signed_policy.h"
#include <cerrno>

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

// Blocks that were there before their days were written down count from the day of the change.
constexpr const char* kRetentionSchema = R"(
    ALTER TABLE boards ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE boards ADD COLUMN cut INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE boards ADD COLUMN cut_head BLOB;
    UPDATE boards SET retention_days = 30 WHERE kind = 1;
    CREATE TABLE blocks (id INTEGER PRIMARY KEY, day INTEGER NOT NULL);
    INSERT INTO blocks SELECT id - 255, strftime('%s', 'now') / 86400 FROM entries WHERE (id & 255) = 255;
)";
static_assert(wire::kBlockEntries == 256);

// Of a relay in a cluster: where its batches of entries are on the cluster's stream.
constexpr const char* kClusterSchema = "CREATE TABLE batches (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL);";

constexpr const char* kSignedPolicySchema = "ALTER TABLE boards ADD COLUMN signed INTEGER NOT NULL DEFAULT 0;";

constexpr const char* kClosedSchema = "ALTER TABLE boards ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;";

// Each leads from the version that is its index to the next.
const char* const kSchemas[] = {kFirstSchema, kCipherSuiteSchema, kRetentionSchema, kVaultSchema, kClusterSchema, kSignedPolicySchema, kClosedSchema};
constexpr std::int64_t kSchemaVersion = std::size(kSchemas);

std::int64_t row_id(std::uint32_t board, std::uint64_t position)
{
    return static_cast<std::int64_t>(std::uint64_t{board} << kPositionBits | position);
}

}  // namespace

StoreResult<void> SqliteStore::prepare()
{
    m_insert = TRY(Statement::prepare(m_writer, "INSERT OR IGNORE INTO entries (id, tag, entry, head) VALUES (?1, ?2, ?3, ?4)"));
    m_complete = TRY(Statement::prepare(m_writer, "INSERT INTO blocks (id, day) VALUES (?1, ?2)"));
    m_find = TRY(Statement::prepare(m_writer, "SELECT id, entry FROM entries WHERE id >> 40 = ?1 AND tag = ?2"));
    m_read = TRY(Statement::prepare(m_reader, "SELECT id, tag, entry, head FROM entries WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3"));
    TRY(boards());
    return {};
}

StoreResult<std::vector<BoardState>> SqliteStore::boards()
{
    auto statement = TRY(Statement::prepare(m_writer, "SELECT board, kind, level, cipher_suite, retention_days, cut, cut_head, signed, closed FROM boards ORDER BY board"));
    auto tip = TRY(Statement::prepare(m_writer, "SELECT id, head FROM entries WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 1"));
    std::vector<BoardState> states;
    std::set<std::uint32_t> closed;
    while (TRY(statement.step())) {
        BoardState state;
        state.info.board = static_cast<std::uint32_t>(statement.integer(0));
        state.info.kind = wire::BoardKind(statement.integer(1));
        state.info.level = wire::SendingLevel(statement.integer(2));
        state.info.cipher_suite = static_cast<std::uint16_t>(statement.integer(3));
        state.info.retention_days = static_cast<std::uint16_t>(statement.integer(4));
        state.cut = static_cast<std::uint64_t>(statement.integer(5));
        state.cut_head = state.cut == 0 ? directory::initial_head(state.info.board) : TRY(fixed<32>(statement.blob(6)));
        state.is_signed = statement.integer(7) != 0;
        state.closed = statement.integer(8) != 0;
        if (state.closed) closed.insert(state.info.board);
        const Resetting resetting{tip};
        tip.bind(1, row_id(state.info.board, 0)).bind(2, row_id(state.info.board + 1, 0));
        if (TRY(tip.step())) {
            state.length = static_cast<std::uint64_t>(tip.integer(0) - row_id(state.info.board, 0)) + 1;
            state.head = TRY(fixed<32>(tip.blob(1)));
        } else {
            state.length = state.cut;
            state.head = state.cut_head;
        }
        m_tips[state.info.board] = {state.length, state.head};
        states.push_back(state);
    }
    m_closed = std::move(closed);
    return states;
}

StoreResult<std::optional<Bytes>> SqliteStore::setting(std::string_view name)
{
    auto statement = TRY(Statement::prepare(m_writer, "SELECT value FROM settings WHERE name = ?1"));
    statement.bind(1, name);
    if (!TRY(statement.step())) return std::optional<Bytes>();
    return std::optional<Bytes>(base::to_bytes(statement.blob(0)));
}

StoreResult<void> SqliteStore::set_setting(std::string_view name, ByteView value)
{
    auto statement = TRY(Statement::prepare(m_writer, "INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)"));
    statement.bind(1, name).bind(2, value);
    TRY(statement.step());
    return {};
}

StoreResult<std::vector<Placement>> SqliteStore::append(std::span<const NewEntry> entries)
{
    return transaction([&] { return insert_all(entries); });
}

StoreResult<std::vector<Placement>> SqliteStore::find(std::span<const NewEntry> entries)
{
    std::vector<Placement> placements;
    for (const auto& entry : entries) placements.push_back(TRY(find_one(entry)));
    return placements;
}

StoreResult<std::vector<StoredEntry>> SqliteStore::read(std::uint32_t board, std::uint64_t first, std::uint64_t count)
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

StoreResult<Boundary> SqliteStore::first_since(std::uint32_t board, Day day)
{
    auto since = TRY(Statement::prepare(m_writer, "SELECT id FROM blocks WHERE id >= ?1 AND id < ?2 AND day >= ?3 ORDER BY id LIMIT 1"));
    since.bind(1, row_id(board, 0)).bind(2, row_id(board + 1, 0)).bind(3, day.value);
    if (TRY(since.step())) return boundary(board, static_cast<std::uint64_t>(since.integer(0) - row_id(board, 0)));
    auto last = TRY(Statement::prepare(m_writer, "SELECT id FROM blocks WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 1"));
    last.bind(1, row_id(board, 0)).bind(2, row_id(board + 1, 0));
    if (!TRY(last.step())) return cut_of(board);
    return boundary(board, static_cast<std::uint64_t>(last.integer(0) - row_id(board, 0)) + wire::kBlockEntries);
}

StoreResult<std::uint64_t> SqliteStore::drop_oldest_block(std::uint32_t board, std::uint64_t end)
{
    return sqlite::transaction(m_writer, [&]() -> StoreResult<std::uint64_t> {
        const auto cut = TRY(cut_of(board)).position;
        if (cut + wire::kBlockEntries > end) return cut;
        TRY(drop_block(board));
        return cut + wire::kBlockEntries;
    });
}

StoreResult<void> SqliteStore::drop_block(std::uint32_t board)
{
    const auto start = TRY(cut_of(board)).position;
    const auto end = TRY(boundary(board, start + wire::kBlockEntries));
    auto entries = TRY(Statement::prepare(m_writer, "DELETE FROM entries WHERE id >= ?1 AND id < ?2"));
    entries.bind(1, row_id(board, start)).bind(2, row_id(board, end.position));
    TRY(entries.step());
    auto day = TRY(Statement::prepare(m_writer, "DELETE FROM blocks WHERE id = ?1"));
    day.bind(1, row_id(board, start));
    TRY(day.step());
    return move_cut(board, end);
}

StoreResult<void> SqliteStore::move_cut(std::uint32_t board, const Boundary& cut)
{
    auto statement = TRY(Statement::prepare(m_writer, "UPDATE boards SET cut = ?2, cut_head = ?3 WHERE board = ?1"));
    statement.bind(1, std::int64_t{board}).bind(2, static_cast<std::int64_t>(cut.position)).bind(3, ByteView(cut.head));
    TRY(statement.step());
    return {};
}

StoreResult<bool> SqliteStore::add_board(const wire::BoardInfo& info)
{
    return change_board("INSERT OR IGNORE INTO boards (board, kind, level, cipher_suite, retention_days, closed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", {info});
}

StoreResult<bool> SqliteStore::set_policy(const wire::BoardInfo& info)
{
    return change_board("UPDATE boards SET level = ?3, cipher_suite = ?4, retention_days = ?5, closed = ?6 WHERE board = ?1 AND kind = ?2 AND signed = 0", {info});
}

StoreResult<bool> SqliteStore::set_signed_policy(const SignedPolicy& policy)
{
    const bool known = end_of(policy.info.board) != nullptr;
    (void)TRY(change_board("INSERT INTO boards (board, kind, level, cipher_suite, retention_days, closed, signed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1) "
                           "ON CONFLICT (board) DO UPDATE SET level = ?3, cipher_suite = ?4, retention_days = ?5, closed = ?6, signed = 1 WHERE kind = ?2",
                           policy));
    return known;
}

StoreResult<bool> SqliteStore::change_board(const char* sql, const SignedPolicy& policy)
{
    const auto& info = policy.info;
    auto statement = TRY(Statement::prepare(m_writer, sql));
    statement.bind(1, std::int64_t{info.board}).bind(2, std::int64_t(info.kind)).bind(3, std::int64_t(info.level));
    statement.bind(4, std::int64_t{info.cipher_suite}).bind(5, std::int64_t{info.retention_days}).bind(6, std::int64_t{policy.closed});
    TRY(statement.step());
    const bool changed = sqlite3_changes(m_writer.handle()) == 1;
    if (!changed) return false;
    m_tips.try_emplace(info.board, Boundary{0, directory::initial_head(info.board)});
    if (policy.closed) m_closed.insert(info.board);
    else m_closed.erase(info.board);
    return true;
}

StoreResult<Boundary> SqliteStore::cut_of(std::uint32_t board)
{
    auto statement = TRY(Statement::prepare(m_writer, "SELECT cut, cut_head FROM boards WHERE board = ?1"));
    statement.bind(1, std::int64_t{board});
    if (!TRY(statement.step())) return Unexpected(StoreError::broken);
    if (statement.integer(0) == 0) return Boundary{0, directory::initial_head(board)};
    return Boundary{static_cast<std::uint64_t>(statement.integer(0)), TRY(fixed<32>(statement.blob(1)))};
}

StoreResult<Boundary> SqliteStore::boundary(std::uint32_t board, std::uint64_t position)
{
    const auto cut = TRY(cut_of(board));
    if (position == cut.position) return cut;
    auto statement = TRY(Statement::prepare(m_writer, "SELECT head FROM entries WHERE id = ?1"));
    statement.bind(1, row_id(board, position) - 1);
    if (!TRY(statement.step())) return Unexpected(StoreError::broken);
    return Boundary{position, TRY(fixed<32>(statement.blob(0)))};
}

StoreResult<std::vector<Placement>> SqliteStore::insert_all(std::span<const NewEntry> entries)
{
    std::vector<Placement> placements;
    placements.reserve(entries.size());
    for (const auto& entry : entries) {
        const auto position = m_tips[entry.board].position;
        if (is_closed(entry.board)) {
            const auto found = TRY(find_one(entry));
            placements.push_back(found.kind == Placement::Kind::absent ? Placement{Placement::Kind::closed, position} : found);
            continue;
        }
        if (entry.only_at.value_or(position) != position) {
            const auto found = TRY(find_one(entry));
            placements.push_back(found.kind == Placement::Kind::absent ? Placement{Placement::Kind::moved, position} : found);
            continue;
        }
        if (TRY(insert_one(entry))) {
            placements.push_back({Placement::Kind::appended, position});
            continue;
        }
        const auto found = TRY(find_one(entry));
        if (found.kind == Placement::Kind::absent) return Unexpected(StoreError::broken);
        placements.push_back(found);
    }
    return placements;
}

StoreResult<bool> SqliteStore::insert_one(const NewEntry& entry)
{
    auto& tip = m_tips[entry.board];
    const auto head = directory::next_head(tip.head, tip.position, *entry.entry);
    const Resetting resetting{*m_insert};
    m_insert->bind(1, row_id(entry.board, tip.position)).bind(2, ByteView(entry.tag)).bind(3, ByteView(*entry.entry)).bind(4, ByteView(head));
    TRY(m_insert->step());
    if (sqlite3_changes(m_writer.handle()) != 1) return false;
    Written written{entry.board, tip.position, entry.tag, entry.entry, head};
    if (entry.board == wire::kDirectoryBoard) {
        if (const auto policy = policy_in(*entry.entry)) written.makes_board = !TRY(set_signed_policy(*policy));
    }
    m_written.push_back(std::move(written));
    tip = {tip.position + 1, head};
    if (tip.position % wire::kBlockEntries == 0) TRY(complete_block(entry.board, tip.position - wire::kBlockEntries, entry.day));
    return true;
}

const Boundary* SqliteStore::end_of(std::uint32_t board) const
{
    const auto found = m_tips.find(board);
    return found == m_tips.end() ? nullptr : &found->second;
}

StoreResult<bool> SqliteStore::insert_batch(std::uint32_t board, const Boundary& end, std::span<const NewEntry> entries)
{
    const auto* const tip = end_of(board);
    if (tip == nullptr || is_closed(board) || tip->position != end.position || tip->head != end.head) return false;
    for (const auto& entry : entries) {
        if (TRY(insert_one(entry))) continue;
        const auto older = TRY(find_one(entry)).position;
        if (older >= end.position) return Unexpected(StoreError::broken);   // twice in one batch
        while (TRY(cut_of(board)).position <= older) TRY(drop_block(board));
        if (!TRY(insert_one(entry))) return Unexpected(StoreError::broken);
    }
    return true;
}

StoreResult<void> SqliteStore::restart_board(std::uint32_t board, const Boundary& end, std::span<const NewEntry> entries)
{
    for (const auto* sql : {"DELETE FROM entries WHERE id >= ?1 AND id < ?2", "DELETE FROM blocks WHERE id >= ?1 AND id < ?2",
                            "DELETE FROM batches WHERE id >= ?1 AND id < ?2"}) {
        auto statement = TRY(Statement::prepare(m_writer, sql));
        statement.bind(1, row_id(board, 0)).bind(2, row_id(board + 1, 0));
        TRY(statement.step());
    }
    auto cut = end;
    while (cut.position % wire::kBlockEntries != 0) {
        if (entries.empty()) return Unexpected(StoreError::broken);
        cut = {cut.position + 1, directory::next_head(cut.head, cut.position, *entries.front().entry)};
        entries = entries.subspan(1);
    }
    TRY(move_cut(board, cut));
    m_tips[board] = cut;
    if (!TRY(insert_batch(board, cut, entries))) return Unexpected(StoreError::broken);
    return {};
}

StoreResult<void> SqliteStore::note_batch(std::uint32_t board, std::uint64_t first, std::uint64_t sequence)
{
    auto statement = TRY(Statement::prepare(m_writer, "INSERT OR REPLACE INTO batches (id, sequence) VALUES (?1, ?2)"));
    statement.bind(1, row_id(board, first)).bind(2, static_cast<std::int64_t>(sequence));
    TRY(statement.step());
    return {};
}

StoreResult<std::uint64_t> SqliteStore::message_with(std::uint32_t board, std::uint64_t position)
{
    auto find = TRY(Statement::prepare(m_writer, "SELECT id, sequence FROM batches WHERE id >= ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1"));
    find.bind(1, row_id(board, 0)).bind(2, row_id(board, position));
    if (!TRY(find.step())) return std::uint64_t{0};
    const auto id = find.integer(0);
    const auto sequence = static_cast<std::uint64_t>(find.integer(1));
    find.reset();
    auto forget = TRY(Statement::prepare(m_writer, "DELETE FROM batches WHERE id >= ?1 AND id < ?2"));
    forget.bind(1, row_id(board, 0)).bind(2, id);
    TRY(forget.step());
    return sequence;
}

StoreResult<void> SqliteStore::complete_block(std::uint32_t board, std::uint64_t start, Day day)
{
    const Resetting resetting{*m_complete};
    m_complete->bind(1, row_id(board, start)).bind(2, day.value);
    TRY(m_complete->step());
    return {};
}

StoreResult<Placement> SqliteStore::find_one(const NewEntry& entry)
{
    const Resetting resetting{*m_find};
    m_find->bind(1, std::int64_t{entry.board}).bind(2, ByteView(entry.tag));
    if (!TRY(m_find->step())) return Placement{};
    const auto position = static_cast<std::uint64_t>(m_find->integer(0) - row_id(entry.board, 0));
    const bool same = base::equal(m_find->blob(1), *entry.entry);
    return Placement{same ? Placement::Kind::existed : Placement::Kind::tag_taken, position};
}

StoreResult<std::unique_ptr<SqliteStore>> open_sqlite_store(const SqliteOptions& options)
{
    const bool serving = options.mode == SqliteOptions::Mode::serve;
    const bool writing = options.mode != SqliteOptions::Mode::inspect;
    const int create = serving ? SQLITE_OPEN_CREATE : 0;
    auto writer = TRY(Database::open(options.file, writing ? SQLITE_OPEN_READWRITE | create : SQLITE_OPEN_READONLY));
    if (serving) TRY(writer.run("PRAGMA page_size = " + std::to_string(kPageSize)));
    // What goes is overwritten, not only unlinked.
    const std::string durability = options.durability == SqliteOptions::Durability::full ? "FULL" : "NORMAL";
    if (writing) TRY(writer.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = " + durability + "; PRAGMA secure_delete = ON"));
    if (serving) {
        TRY(writer.run("PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864"));
        // 0 would read the present limit; the largest possible lifts one set before.
        const auto pages = options.bytes_max == 0 ? 4294967294u : std::max<std::uint64_t>(1, options.bytes_max / kPageSize);
        TRY(writer.run("PRAGMA max_page_count = " + std::to_string(pages)));
    }
    auto version = TRY(writer.pragma("user_version"));
    for (; serving && version >= 0 && version < kSchemaVersion; ++version)
        TRY(writer.run(std::string("BEGIN IMMEDIATE;") + kSchemas[version] + "PRAGMA user_version = " + std::to_string(version + 1) + ";COMMIT;"));
    TRY(writer.expect_version(kSchemaVersion));

    auto reader = TRY(Database::open(options.file, writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY));
    if (writing) TRY(reader.run("PRAGMA query_only = ON"));
    auto store = std::make_unique<SqliteStore>(std::move(writer), std::move(reader));
    TRY(store->prepare());
    return store;
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
