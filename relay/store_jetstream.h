#pragma once
// The store of a relay that is one of several over a cluster of NATS servers. What is decided stands on one stream there
// (cluster_records.h), and every relay reads all of it, in the same order, into a database of its own: that is a copy, from which reading
// is served as ever, and which is made again from the stream when it is behind or lost.
//
//   append ──► catch up ──► what is not there yet: a batch that names the board's end ──► stream ──► comes back, and counts if the board
//          └──◄── another relay was quicker: it counts for nobody, and everybody knows ◄──────────┘   still ended there
//
// So that two relays never place entries differently, however late a message is and whoever dies in between: the chain itself says which
// batch counts. An entry is acknowledged when the servers' quorum has its batch and it has come back.
//
// Only decisions are shared. Settings (the relay's keys among them) stay in the database, which never goes to the stream.

#include "relay/cluster_copy.h"
#include "relay/store_sqlite.h"

namespace sinetti::relay {

inline constexpr const char* kBoardStream = "sinetti-boards";
inline constexpr const char* kPolicySubject = "policies";

// Whether a database is, or was, such a copy.
StoreResult<bool> is_cluster_copy(Store& store);

class JetStreamStore final : public Store, private ClusterCopy::Database {
public:
    // Brings the copy up to date. `random` is used by whatever thread writes. Error: a sentence.
    static base::Result<std::unique_ptr<JetStreamStore>, std::string> open(std::unique_ptr<SqliteStore> copy, std::unique_ptr<JetStreamLog> log, std::unique_ptr<base::Random> random);

    StoreResult<std::optional<RelayIdentity>> identity();             // of the relay whose cluster this is; nullopt: nobody's yet
    StoreResult<bool> introduce(const RelayIdentity& identity);       // false: it is another's

    VaultStore& vaults() override { return m_vaults; }
    StoreResult<std::vector<BoardState>> boards() override { return m_copy->boards(); }
    StoreResult<std::optional<base::Bytes>> setting(std::string_view name) override { return m_copy->setting(name); }
    StoreResult<void> set_setting(std::string_view name, base::ByteView value) override { return m_copy->set_setting(name, value); }
    StoreResult<std::vector<Placement>> append(std::span<const NewEntry> entries) override;
    StoreResult<std::vector<Placement>> find(std::span<const NewEntry> entries) override { return m_copy->find(entries); }
    std::vector<Written> take_written() override { return m_copy->take_written(); }
    void when_news(std::function<void()> wake) override { m_cluster.when_news(std::move(wake)); }
    CopyFigures figures() const { return m_cluster.figures(); }       // for any thread
    StoreResult<void> catch_up() override { return m_cluster.catch_up(); }
    StoreResult<std::vector<StoredEntry>> read(std::uint32_t board, std::uint64_t first, std::uint64_t count) override { return m_copy->read(board, first, count); }
    StoreResult<Boundary> first_since(std::uint32_t board, Day day) override { return m_copy->first_since(board, day); }
    StoreResult<std::uint64_t> drop_oldest_block(std::uint32_t board, std::uint64_t end) override;
    StoreResult<bool> add_board(const wire::BoardInfo& info) override { return m_cluster.commit(kPolicySubject, BoardPolicy{info, true}); }
    StoreResult<bool> set_policy(const wire::BoardInfo& info) override { return m_cluster.commit(kPolicySubject, BoardPolicy{info, false}); }
    StoreResult<bool> set_signed_policy(const SignedPolicy& policy) override { return m_copy->set_signed_policy(policy); }   // it follows from the stream

private:
    class Vaults final : public VaultStore {
    public:
        explicit Vaults(JetStreamStore& store) : m_store(store) {}
        StoreResult<bool> count_guess(const VaultRow& row, Day today, std::int64_t limit) override;
        StoreResult<VaultAccess> vault_access(const VaultRow& row) override;
        StoreResult<base::Bytes> sealed_vault(const VaultRow& row) override;
        StoreResult<bool> put_vault(const VaultRow& row, std::uint64_t previous, const VaultAccess& access, base::ByteView sealed) override;
        StoreResult<std::uint64_t> vault_count() override;
        StoreResult<void> forget_vaults() override;

    private:
        JetStreamStore& m_store;
    };
    JetStreamStore(std::unique_ptr<SqliteStore>&& copy, std::unique_ptr<JetStreamLog>&& log, std::unique_ptr<base::Random>&& random);
    StoreResult<CopyState> copy_state() override;
    StoreResult<void> set_copy_state(const CopyState& state) override;
    StoreResult<void> in_transaction(const std::function<StoreResult<void>()>& work) override { return m_copy->transaction(work); }
    StoreResult<bool> take_up(const LogMessage& message, const ClusterRecord& record, bool ours) override;
    StoreResult<bool> take_up(const LogMessage& message, const EntryBatch& batch);
    StoreResult<bool> take_up(const LogMessage& message, const GuessMade& guess);
    std::vector<EntryBatch> batches(std::span<const NewEntry> entries, std::span<Placement> placements);

    std::unique_ptr<SqliteStore> m_copy;
    std::unique_ptr<base::Random> m_random;
    ClusterCopy m_cluster;
    Vaults m_vaults{*this};
};

}  // namespace sinetti::relay
