#include "relay/store_jetstream.h"

#include "codec/writer.h"
#include "relay/keys.h"
#include "relay/log.h"

#include <algorithm>
#include <set>

namespace sinetti::relay {

using base::Unexpected;

namespace {

constexpr std::string_view kStateSetting = "cluster-copy";
constexpr std::string_view kIdentitySetting = "cluster-relay";
constexpr std::string_view kGuessesSetting = "cluster-guesses";
constexpr unsigned kAttemptsMax = 100;            // of one append; each that fails is another relay's that went through

std::string board_subject(std::uint32_t board) { return "board." + std::to_string(board); }
std::string vault_subject(const VaultRow& row) { return "vault." + base::to_hex(row); }

// The first message of the day that guesses were last made on.
struct GuessMark {
    Day day;
    std::uint64_t first = 0;
};
base::Bytes encode(const GuessMark& mark)
{
    codec::Writer writer;
    writer.u64(static_cast<std::uint64_t>(mark.day.value)).u64(mark.first);
    return std::move(writer).take();
}
codec::Result<GuessMark> decode_mark(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    GuessMark mark{.day = {static_cast<std::int64_t>(TRY(reader.u64()))}};
    mark.first = TRY(reader.u64());
    return mark;
}

base::Bytes encode(const RelayIdentity& identity)
{
    codec::Writer writer;
    writer.raw(identity.channel_public_key).raw(identity.signing_public_key).raw(identity.vault_key_check);
    return std::move(writer).take();
}
codec::Result<RelayIdentity> decode_identity(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    RelayIdentity identity;
    identity.channel_public_key = TRY(reader.array<32>());
    identity.signing_public_key = TRY(reader.array<32>());
    identity.vault_key_check = TRY(reader.array<32>());
    return identity;
}

}  // namespace

JetStreamStore::JetStreamStore(std::unique_ptr<SqliteStore>&& copy, std::unique_ptr<JetStreamLog>&& log, std::unique_ptr<base::Random>&& random)
    : m_copy(std::move(copy)), m_random(std::move(random)), m_cluster(*this, std::move(log), *m_random)
{
}

base::Result<std::unique_ptr<JetStreamStore>, std::string> JetStreamStore::open(std::unique_ptr<SqliteStore> copy, std::unique_ptr<JetStreamLog> log,
                                                                                std::unique_ptr<base::Random> random)
{
    auto store = std::unique_ptr<JetStreamStore>(new JetStreamStore(std::move(copy), std::move(log), std::move(random)));
    const auto state = store->copy_state();
    const auto boards = store->boards();
    const auto vaults = store->m_copy->vaults().vault_count();
    const auto keys = stored_relay_keys(*store);
    if (!state || !boards || !vaults || !keys) return Unexpected(std::string("the database in the data folder cannot be read"));
    const bool empty = *vaults == 0 && !*keys && std::ranges::all_of(*boards, [](const BoardState& board) { return board.length == 0; });
    if (state->made == 0 && !empty)
        return Unexpected(std::string("the data folder holds the boards of a relay of its own, not a copy of the cluster's; give the relay another folder"));
    TRY(store->m_cluster.start("the boards"));
    return store;
}

StoreResult<bool> is_cluster_copy(Store& store) { return TRY(store.setting(kStateSetting)).has_value(); }

StoreResult<CopyState> JetStreamStore::copy_state() { return decode_copy_state(TRY(m_copy->setting(kStateSetting))); }

StoreResult<void> JetStreamStore::set_copy_state(const CopyState& state) { return m_copy->set_setting(kStateSetting, relay::encode(state)); }

// --- taking up what has been decided ---------------------------------------------------------------------------------

StoreResult<bool> JetStreamStore::take_up(const LogMessage& message, const ClusterRecord& record, bool)
{
    if (const auto* batch = std::get_if<EntryBatch>(&record)) return take_up(message, *batch);
    if (const auto* policy = std::get_if<BoardPolicy>(&record)) return policy->add ? m_copy->add_board(policy->info) : m_copy->set_policy(policy->info);
    if (const auto* guess = std::get_if<GuessMade>(&record)) return take_up(message, *guess);
    if (const auto* vault = std::get_if<VaultVersion>(&record)) return m_copy->vaults().put_version(vault->row, vault->previous, vault->access, vault->sealed);
    if (std::holds_alternative<VaultsForgotten>(record)) {
        TRY(m_copy->vaults().forget_all());
        return true;
    }
    if (const auto* identity = std::get_if<RelayIdentity>(&record)) {
        if (const auto known = TRY(m_copy->setting(kIdentitySetting))) return *known == encode(*identity);
        TRY(m_copy->set_setting(kIdentitySetting, encode(*identity)));
        return true;
    }
    return Unexpected(StoreError::broken);   // it belongs on the other stream
}

StoreResult<bool> JetStreamStore::take_up(const LogMessage& message, const EntryBatch& batch)
{
    bool counts = TRY(m_copy->insert_batch(batch.board, batch.end, batch.entries));
    const auto* const end = m_copy->end_of(batch.board);
    if (!counts && end != nullptr && !m_copy->is_closed(batch.board) && batch.end.position > end->position) {
        // Nobody could have written this without what comes between: that was let go of while we were away.
        if (m_cluster.started()) {
            m_cluster.say("this relay has fallen behind what the stream still holds; start it again");
            return Unexpected(StoreError::broken);
        }
        TRY(m_copy->restart_board(batch.board, batch.end, batch.entries));
        counts = true;
    }
    if (counts) TRY(m_copy->note_batch(batch.board, batch.end.position, message.sequence));
    return counts;
}

StoreResult<bool> JetStreamStore::take_up(const LogMessage& message, const GuessMade& guess)
{
    // Guesses of the days before the one before this are let go of.
    GuessMark mark;
    if (const auto stored = TRY(m_copy->setting(kGuessesSetting))) mark = TRY_OR(decode_mark(*stored), StoreError::broken);
    if (guess.day > mark.day) {
        if (mark.first > 0) m_cluster.purge_later("guesses", mark.first);
        TRY(m_copy->set_setting(kGuessesSetting, encode(GuessMark{guess.day, message.sequence})));
    }
    return m_copy->vaults().count_one_guess(guess.row, guess.day, kVaultGuessesPerDay);
}

// --- deciding ----------------------------------------------------------------------------------------------------------

StoreResult<std::vector<Placement>> JetStreamStore::append(std::span<const NewEntry> entries)
{
    std::vector<bool> is_new(entries.size(), false);
    for (unsigned attempt = 0; attempt < kAttemptsMax; ++attempt) {
        TRY(m_cluster.catch_up());
        auto placements = TRY(m_copy->find(entries));
        auto missing = batches(entries, placements);
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (placements[i].kind == Placement::Kind::absent) is_new[i] = true;
            if (placements[i].kind == Placement::Kind::existed && is_new[i]) placements[i].kind = Placement::Kind::appended;
        }
        if (missing.empty()) return placements;
        for (auto& batch : missing) {
            const auto subject = board_subject(batch.board);
            (void)TRY(m_cluster.commit(subject, std::move(batch)));   // whether it counts we see in the next round
        }
    }
    return Unexpected(StoreError::unavailable);
}

// What is absent, a batch for each board, as much of it as a message takes; and what was only to be written elsewhere has moved, and a closed board takes none. One of
// two with the same tag waits for the next round.
std::vector<EntryBatch> JetStreamStore::batches(std::span<const NewEntry> entries, std::span<Placement> placements)
{
    std::map<std::uint32_t, EntryBatch> by_board;
    std::map<std::uint32_t, std::size_t> sizes;
    std::set<std::pair<std::uint32_t, wire::Tag>> tags;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& entry = entries[i];
        const auto* const end = m_copy->end_of(entry.board);
        if (placements[i].kind == Placement::Kind::absent && m_copy->is_closed(entry.board)) placements[i] = {Placement::Kind::closed, 0};
        if (placements[i].kind != Placement::Kind::absent || end == nullptr || !tags.emplace(entry.board, entry.tag).second) continue;
        const auto known = by_board.find(entry.board);
        const auto position = end->position + (known == by_board.end() ? 0 : known->second.entries.size());
        if (entry.only_at.value_or(position) != position) {
            placements[i] = {Placement::Kind::moved, end->position};
            continue;
        }
        auto& batch = by_board[entry.board];
        auto& size = sizes.try_emplace(entry.board, kBatchOverheadMax).first->second;
        size += encoded_batch_entry_size(entry.entry->size());
        if (batch.entries.size() >= kBatchEntriesMax || size > kLogMessageMax) continue;
        batch.board = entry.board;
        batch.end = *end;
        batch.day = std::max(batch.day, entry.day);
        batch.entries.push_back(entry);
    }
    std::vector<EntryBatch> list;
    for (auto& [board, batch] : by_board) list.push_back(std::move(batch));
    return list;
}

StoreResult<std::uint64_t> JetStreamStore::drop_oldest_block(std::uint32_t board, std::uint64_t end)
{
    const auto cut = TRY(m_copy->drop_oldest_block(board, end));
    // A relay that begins with the message where the board is cut now finds the start of the block in it, or at its end.
    if (const auto message = TRY(m_copy->message_with(board, cut)); message > 0) m_cluster.purge(board_subject(board), message);
    return cut;
}

// --- whose cluster it is ---------------------------------------------------------------------------------------------

StoreResult<std::optional<RelayIdentity>> JetStreamStore::identity()
{
    const auto stored = TRY(m_copy->setting(kIdentitySetting));
    if (!stored) return std::optional<RelayIdentity>();
    return std::optional<RelayIdentity>(TRY_OR(decode_identity(*stored), StoreError::broken));
}

StoreResult<bool> JetStreamStore::introduce(const RelayIdentity& identity) { return m_cluster.commit("identity", identity); }

// --- vaults ------------------------------------------------------------------------------------------------------------

StoreResult<bool> JetStreamStore::Vaults::count_guess(const VaultRow& row, Day today, std::int64_t limit)
{
    CHECK_INVARIANT(limit == kVaultGuessesPerDay);   // all relays of a cluster judge by the same
    return m_store.m_cluster.commit("guesses", GuessMade{row, today});
}

// An old passphrase opens nothing here after it was changed at another relay.
StoreResult<VaultAccess> JetStreamStore::Vaults::vault_access(const VaultRow& row)
{
    TRY(m_store.m_cluster.refresh());
    return m_store.m_copy->vaults().vault_access(row);
}

StoreResult<base::Bytes> JetStreamStore::Vaults::sealed_vault(const VaultRow& row) { return m_store.m_copy->vaults().sealed_vault(row); }

StoreResult<bool> JetStreamStore::Vaults::put_vault(const VaultRow& row, std::uint64_t previous, const VaultAccess& access, base::ByteView sealed)
{
    const bool counts = TRY(m_store.m_cluster.commit(vault_subject(row), VaultVersion{row, previous, access, base::to_bytes(sealed)}));
    if (counts && previous > 0) m_store.m_cluster.purge(vault_subject(row), m_store.m_cluster.last_committed());
    return counts;
}

StoreResult<std::uint64_t> JetStreamStore::Vaults::vault_count() { return m_store.m_copy->vaults().vault_count(); }

StoreResult<void> JetStreamStore::Vaults::forget_vaults()
{
    (void)TRY(m_store.m_cluster.commit("vaults", VaultsForgotten{}));
    m_store.m_cluster.purge("vault.*", m_store.m_cluster.last_committed());
    return {};
}

}  // namespace sinetti::relay
