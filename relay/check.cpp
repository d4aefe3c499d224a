#include "relay/check.h"

#include "directory/chain.h"
#include "directory/state.h"
#include "relay/blob_store_sqlite.h"
#include "relay/data_folder.h"
#include "relay/keys.h"
#include "relay/opening.h"
#include "relay/signed_policy.h"
#include "relay/store_sqlite.h"
#include "relay/token_store_sqlite.h"
#include "relay/vault_key.h"

#include <algorithm>
#include <iterator>

namespace sinetti::relay {

namespace {

constexpr std::size_t kFaultsMax = 20;   // of one board; the rest would say the same

class BoardCheck {
public:
    BoardCheck(Store& store, const BoardState& state, CheckReport& report) : m_store(store), m_state(state), m_report(report) {}

    void run()
    {
        auto head = m_state.cut_head;   // head(0), unless old blocks have gone
        auto position = m_state.cut;
        if (position % wire::kBlockEntries != 0) fault(position, "is where the board is cut, within a block");
        while (position < m_state.length && m_faults < kFaultsMax) {
            const auto entries = m_store.read(m_state.info.board, position, wire::kBlockEntries);
            if (!entries || entries->empty()) {
                fault(position, "cannot be read, or is missing");
                break;
            }
            for (const auto& entry : *entries) {
                head = directory::next_head(head, position, entry.entry);
                if (head != entry.head) fault(position, "does not fit the chain");
                head = entry.head;   // one fault is reported once, not for all that follow
                check_entry(position, entry);
                ++position;
            }
        }
        const bool is_directory = m_state.info.kind == wire::BoardKind::directory;
        if (is_directory && m_state.cut != 0) fault(0, "of the directory is gone");
        m_report.lines.push_back("board " + std::to_string(m_state.info.board) + ": " + std::to_string(position) + (is_directory ? " records" : " cells") +
                                 (m_state.cut == 0 ? "" : ", kept from " + std::to_string(m_state.cut) + " on") + ", head " + base::to_hex(head));
    }

    const directory::DirectoryState& directory() const { return m_directory; }

private:
    void check_entry(std::uint64_t position, const StoredEntry& entry)
    {
        if (m_state.info.kind == wire::BoardKind::cells) {
            if (entry.entry.size() != wire::kCellSize) return fault(position, "is not a cell");
            if (!std::equal(entry.tag.begin(), entry.tag.end(), entry.entry.begin())) fault(position, "has another tag than its cell");
            return;
        }
        if (directory::record_tag(entry.entry) != entry.tag) fault(position, "has another tag than its record");
        const auto record = directory::decode_record(entry.entry);
        if (!record || !m_directory.apply(position, *record)) fault(position, "is not a valid directory record");
    }

    void fault(std::uint64_t position, const char* what)
    {
        if (++m_faults > kFaultsMax) return;
        m_report.faults.push_back("board " + std::to_string(m_state.info.board) + ": entry " + std::to_string(position) + " " + what);
    }

    Store& m_store;
    BoardState m_state;
    CheckReport& m_report;
    directory::DirectoryState m_directory;
    std::size_t m_faults = 0;
};

void check_policies(const directory::DirectoryState& directory, const std::vector<BoardState>& boards, CheckReport& report)
{
    for (const auto& [number, signed_board] : directory.boards()) {
        const auto known = std::ranges::find(boards, number, [](const BoardState& state) { return state.info.board; });
        if (known == boards.end() || !is_as_signed(*known, policy_of(number, signed_board)))
            report.faults.push_back("board " + std::to_string(number) + " is not what its administrators have signed; serve makes it so");
    }
}

}  // namespace

CheckReport check_data(const std::filesystem::path& data, const std::filesystem::path& vault_key)
{
    const auto file = database_file(data);
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return {.lines = {}, .faults = {"there is no relay data in " + data.string()}};
    auto report = check_database(file);
    if (auto store = open_sqlite_store({.file = file, .mode = SqliteOptions::Mode::inspect})) {   // otherwise the report says so
        if (auto fault = vault_key_fault(**store, vault_key.empty() ? vault_key_file(data) : vault_key); !fault.empty()) report.faults.push_back(std::move(fault));
    }
    const auto add = [&](const std::filesystem::path& other, CheckReport (*check)(const std::filesystem::path&)) {
        if (!std::filesystem::exists(other, ignored)) return;
        auto found = check(other);
        std::ranges::move(found.lines, std::back_inserter(report.lines));
        std::ranges::move(found.faults, std::back_inserter(report.faults));
    };
    add(token_database_file(data), check_tokens);
    add(blob_database_file(data), check_blobs);
    return report;
}

CheckReport check_tokens(const std::filesystem::path& file)
{
    CheckReport report;
    auto store = SqliteTokenStore::inspect(file);
    if (!store && store.error() == StoreError::newer) return {.lines = {}, .faults = {sentence(StoreError::newer, file)}};
    const auto damage = sqlite_faults(file);
    auto faults = store ? (*store)->faults() : base::Unexpected(store.error());
    if (!damage || !faults) {
        report.faults.push_back("the access tokens cannot be read");
    } else {
        for (const auto& found : *damage) report.faults.push_back("access tokens: " + found);
        for (const auto& found : *faults) report.faults.push_back("access tokens: " + found);
    }
    if (!report.faults.empty())
        report.faults.push_back("take " + file.string() + " (and what is called so with -wal and -shm) away while the relay is stopped: it makes new issuer keys, and clients fetch new tokens");
    return report;
}

CheckReport check_blobs(const std::filesystem::path& file)
{
    CheckReport report;
    auto store = SqliteBlobStore::inspect(file);
    if (!store && store.error() == StoreError::newer) return {.lines = {}, .faults = {sentence(StoreError::newer, file)}};
    const auto damage = sqlite_faults(file);
    const auto count = store ? (*store)->count() : base::Unexpected(store.error());
    auto faults = store ? (*store)->faults() : base::Unexpected(store.error());
    if (!damage || !count || !faults) {
        report.faults.push_back("the blobs cannot be read");
        return report;
    }
    for (const auto& found : *damage) report.faults.push_back("blobs: " + found);
    if (*count > 0) report.lines.push_back("blobs: " + std::to_string(*count));
    report.faults.insert(report.faults.end(), faults->begin(), faults->end());
    return report;
}

CheckReport check_database(const std::filesystem::path& file)
{
    CheckReport report;
    if (const auto faults = sqlite_faults(file)) {
        for (const auto& found : *faults) report.faults.push_back("database: " + found);
    } else {
        report.faults.push_back("the database cannot be read");
        return report;
    }
    auto store = open_sqlite_store({.file = file, .mode = SqliteOptions::Mode::inspect});
    if (!store) {
        report.faults.push_back(store.error() == StoreError::newer ? sentence(StoreError::newer, file) : "the database is not one of this relay's");
        return report;
    }
    if (const auto keys = stored_relay_keys(**store); !keys)
        report.faults.push_back("the relay's keys cannot be read, or are damaged");
    else
        report.lines.push_back(*keys ? "the relay's keys: " + describe((*keys)->public_keys()) : "no relay keys yet: init or serve makes them");
    if (const auto vaults = (*store)->vaults().vault_count(); vaults && *vaults > 0) report.lines.push_back("vaults: " + std::to_string(*vaults));
    const auto boards = (*store)->boards();
    if (!boards) {
        report.faults.push_back("the boards cannot be read");
        return report;
    }
    for (const auto& board : *boards) {
        BoardCheck check(**store, board, report);
        check.run();
        check_policies(check.directory(), *boards, report);
    }
    return report;
}

}  // namespace sinetti::relay
