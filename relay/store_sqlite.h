#pragma once
// The embedded store: one SQLite database in WAL mode, synchronous=FULL, one connection that writes and one that reads.
// SqliteStore is also what a relay of a cluster keeps of the cluster's boards (store_jetstream.h): what those have decided is then
// written by insert_batch() and its like, in transactions of a caller who knows how far it has come.

#include "relay/sqlite.h"
#include "relay/store.h"
#include "relay/vault_store_sqlite.h"

#include <filesystem>
#include <map>
#include <set>

namespace sinetti::relay {

struct SqliteOptions {
    std::filesystem::path file;
    std::uint64_t bytes_max = 0;   // 0: as large as the disk allows
    // administer: beside a relay, or instead of one; it makes and converts nothing. inspect: never writes.
    enum class Mode : std::uint8_t { serve, administer, inspect } mode = Mode::serve;
    // full: what has been written survives a power failure. normal: the database does, at an earlier moment.
    enum class Durability : std::uint8_t { full, normal } durability = Durability::full;
};

class SqliteStore final : public Store {
public:
    SqliteStore(sqlite::Database&& writer, sqlite::Database&& reader) : m_writer(std::move(writer)), m_reader(std::move(reader)) {}
    StoreResult<void> prepare();   // once, before anything else

    SqliteVaultStore& vaults() override { return m_vaults; }
    StoreResult<std::vector<BoardState>> boards() override;
    StoreResult<std::optional<base::Bytes>> setting(std::string_view name) override;
    StoreResult<void> set_setting(std::string_view name, base::ByteView value) override;
    StoreResult<std::vector<Placement>> append(std::span<const NewEntry> entries) override;
    StoreResult<std::vector<Placement>> find(std::span<const NewEntry> entries) override;
    std::vector<Written> take_written() override { return std::exchange(m_written, {}); }
    void when_news(std::function<void()>) override {}
    StoreResult<void> catch_up() override { return {}; }
    StoreResult<std::vector<StoredEntry>> read(std::uint32_t board, std::uint64_t first, std::uint64_t count) override;
    StoreResult<Boundary> first_since(std::uint32_t board, Day day) override;
    StoreResult<std::uint64_t> drop_oldest_block(std::uint32_t board, std::uint64_t end) override;
    StoreResult<bool> add_board(const wire::BoardInfo& info) override;
    StoreResult<bool> set_policy(const wire::BoardInfo& info) override;
    StoreResult<bool> set_signed_policy(const SignedPolicy& policy) override;

    // --- for a copy of a cluster's boards ---

    template<typename Work>
    std::invoke_result_t<Work> transaction(Work&& work)
    {
        auto tips = m_tips;
        auto closed = m_closed;
        const auto written = m_written.size();
        auto result = sqlite::transaction(m_writer, std::forward<Work>(work));
        if (!result) {
            m_tips = std::move(tips);
            m_closed = std::move(closed);
            m_written.resize(written);
        }
        return result;
    }

    // Within a transaction: the entries, if the board ends at `end` and is not closed. False: it is otherwise, and nothing was done. An older entry
    // under one of their tags goes with its block: whoever wrote these had let go of it.
    StoreResult<bool> insert_batch(std::uint32_t board, const Boundary& end, std::span<const NewEntry> entries);
    // The same without what the board was, as from behind a hole: it is cut at the next start of a block.
    StoreResult<void> restart_board(std::uint32_t board, const Boundary& end, std::span<const NewEntry> entries);
    const Boundary* end_of(std::uint32_t board) const;   // nullptr: there is no such board
    bool is_closed(std::uint32_t board) const { return m_closed.contains(board); }
    // Within a transaction: which message of the cluster's stream a batch came with, that began at `first`.
    StoreResult<void> note_batch(std::uint32_t board, std::uint64_t first, std::uint64_t sequence);
    // The message with the entry at `position`, or with the last one before it; 0: unknown. Those before it are forgotten.
    StoreResult<std::uint64_t> message_with(std::uint32_t board, std::uint64_t position);

private:
    StoreResult<bool> change_board(const char* sql, const SignedPolicy& policy);   // of what only the operator has said: not closed
    StoreResult<Boundary> cut_of(std::uint32_t board);
    StoreResult<Boundary> boundary(std::uint32_t board, std::uint64_t position);
    StoreResult<void> drop_block(std::uint32_t board);
    StoreResult<void> move_cut(std::uint32_t board, const Boundary& cut);
    StoreResult<bool> insert_one(const NewEntry& entry);   // false: its tag is taken
    StoreResult<std::vector<Placement>> insert_all(std::span<const NewEntry> entries);
    StoreResult<void> complete_block(std::uint32_t board, std::uint64_t start, Day day);
    StoreResult<Placement> find_one(const NewEntry& entry);

    sqlite::Database m_writer;
    sqlite::Database m_reader;
    SqliteVaultStore m_vaults{m_writer};
    std::optional<sqlite::Statement> m_insert, m_complete, m_find, m_read;
    std::map<std::uint32_t, Boundary> m_tips;   // where each board ends
    std::set<std::uint32_t> m_closed;
    std::vector<Written> m_written;
};

// Creates the database, with the directory and one board of cells, when there is none. Errors: unavailable, broken, full.
StoreResult<std::unique_ptr<SqliteStore>> open_sqlite_store(const SqliteOptions& options);

// One moment of `from`, which a relay may be writing, as a database of its own without side files. `to` must not exist.
StoreResult<void> copy_sqlite(const std::filesystem::path& from, const std::filesystem::path& to);

// SQLite's own check of its file: nothing, or what it found.
StoreResult<std::vector<std::string>> sqlite_faults(const std::filesystem::path& file);

}  // namespace sinetti::relay
