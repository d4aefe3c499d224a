#pragma once
// Stores of boards and tokens in folders and on a cluster's streams, and what is put into them.

#include "relay/store_jetstream.h"
#include "relay/token_store_jetstream.h"
#include "tests/relay/nats_servers.h"
#include "tests/relay/support.h"

#include <doctest/doctest.h>

namespace sinetti::relay_test {

inline relay::NewEntry entry(std::uint64_t number, std::uint8_t filling = 1, std::uint32_t board = 1)
{
    relay::NewEntry made{.board = board, .tag = {}, .entry = std::make_shared<const base::Bytes>(cell(number, filling)), .day = {100}, .only_at = {}};
    std::copy_n(made.entry->begin(), made.tag.size(), made.tag.begin());
    return made;
}

inline relay::NewEntry record_entry(const directory::Record& record)
{
    relay::NewEntry made{.board = 0, .tag = {}, .entry = std::make_shared<const base::Bytes>(directory::encode(record)), .day = {100}, .only_at = {}};
    made.tag = directory::record_tag(*made.entry);
    return made;
}

inline std::vector<relay::NewEntry> entries(std::uint64_t first, std::uint64_t count)
{
    std::vector<relay::NewEntry> list;
    for (std::uint64_t i = first; i < first + count; ++i) list.push_back(entry(i));
    return list;
}

inline std::unique_ptr<relay::SqliteStore> open_database(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    auto store = relay::open_sqlite_store({.file = folder / "boards.sqlite"});
    REQUIRE(store.has_value());
    return std::move(*store);
}

inline std::unique_ptr<relay::JetStreamLog> open_log(const NatsServers& servers, const char* stream)
{
    auto log = relay::JetStreamLog::open({servers.urls(), stream, servers.replicas()});
    REQUIRE_MESSAGE(log.has_value(), log.error());
    return std::move(*log);
}

inline std::unique_ptr<relay::JetStreamStore> open_copy(const std::filesystem::path& folder, const NatsServers& servers)
{
    auto store = relay::JetStreamStore::open(open_database(folder), open_log(servers, relay::kBoardStream), std::make_unique<base::SystemRandom>());
    REQUIRE_MESSAGE(store.has_value(), store.error());
    return std::move(*store);
}

inline std::unique_ptr<relay::JetStreamTokenStore> open_tokens(const std::filesystem::path& folder, const NatsServers& servers, const crypto::SignaturePrivateKey& key)
{
    std::filesystem::create_directories(folder);
    auto database = relay::SqliteTokenStore::open(relay::token_database_file(folder));
    REQUIRE(database.has_value());
    auto store = relay::JetStreamTokenStore::open(std::move(*database), open_log(servers, relay::kTokenStream), std::make_unique<base::SystemRandom>(), key);
    REQUIRE_MESSAGE(store.has_value(), store.error());
    return std::move(*store);
}

inline relay::Placement::Kind kind_of(const relay::StoreResult<std::vector<relay::Placement>>& placements, std::size_t index = 0)
{
    REQUIRE(placements.has_value());
    return (*placements)[index].kind;
}

inline relay::VaultRow row(std::uint8_t number)
{
    relay::VaultRow row{};
    row[0] = number;
    return row;
}

inline void drop(relay::Store& store, std::uint64_t end)
{
    for (;;) {
        const auto cut = store.drop_oldest_block(1, end);
        REQUIRE(cut.has_value());
        if (*cut + wire::kBlockEntries > end) return;
    }
}

// Runs `work` in two threads at once.
inline void at_once(const std::function<void()>& one, const std::function<void()>& other)
{
    std::thread thread(one);
    other();
    thread.join();
}

}  // namespace sinetti::relay_test
