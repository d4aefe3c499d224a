#pragma once
// The embedded store: one SQLite database in WAL mode, synchronous=FULL, one connection that writes and one that reads.

#include "relay/store.h"

#include <filesystem>

namespace sinetti::relay {

struct SqliteOptions {
    std::filesystem::path file;
    std::uint64_t bytes_max = 0;   // 0: as large as the disk allows
    // administer: beside a relay, or instead of one; it makes and converts nothing. inspect: never writes.
    enum class Mode : std::uint8_t { serve, administer, inspect } mode = Mode::serve;
};

// Creates the database, with the directory and one board of cells, when there is none. Errors: unavailable, broken, full.
StoreResult<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options);

// One moment of `from`, which a relay may be writing, as a database of its own without side files. `to` must not exist.
StoreResult<void> copy_sqlite(const std::filesystem::path& from, const std::filesystem::path& to);

// SQLite's own check of its file: nothing, or what it found.
StoreResult<std::vector<std::string>> sqlite_faults(const std::filesystem::path& file);

}  // namespace sinetti::relay
