#pragma once
// Blobs of several relays over one cluster: written at one, read at all. As with boards (store_jetstream.h) what is decided stands on a
// stream, and blobs.sqlite is a copy of it.
//
//   subject            what stands there                          goes from the stream
//   blob.ADDRESS       that the blob is made, kept, its chunks    when the blob has gone
//   removed.DAY        blobs removed that were kept until DAY     when blobs kept until DAY have expired
//   expired            the day before which all have expired      when a later day is said
//
// So the messages of a blob go while what ended it stays, and a copy that was away knows a blob that went meanwhile by one of three: it is
// said to be removed, or to have expired, or one of its name was made by somebody who knew of none (BlobMade::known).
// Everything follows from the order of the stream but one thing: whether there is room is asked of the relay that makes a blob, by its own
// settings and what it knows then, and what it made counts at all relays.

#include "relay/blob_store_sqlite.h"
#include "relay/cluster_copy.h"

#include <map>

namespace sinetti::relay {

inline constexpr const char* kBlobStream = "sinetti-blobs";

std::string blob_subject(const wire::BlobAddress& address);
std::string removals_subject(Day last_day);

class JetStreamBlobStore final : public BlobStore, private ClusterCopy::Database {
public:
    // Brings the copy up to date. `random` is used by whatever thread writes. Error: a sentence.
    static base::Result<std::unique_ptr<JetStreamBlobStore>, std::string> open(std::unique_ptr<SqliteBlobStore> copy, std::unique_ptr<JetStreamLog> log,
                                                                               std::unique_ptr<base::Random> random);

    void perform(std::span<BlobRequest> requests) override;
    StoreResult<bool> tend(Day today) override;
    void when_news(std::function<void()> wake) override { m_cluster.when_news(std::move(wake)); }
    CopyFigures figures() const { return m_cluster.figures(); }   // for any thread
    StoreResult<void> catch_up() override { return m_cluster.catch_up(); }

private:
    struct Outcome {                     // of a message, if it counts
        BlobRequest* request = nullptr;
        BlobRow blob;
    };
    struct Plan {                        // what goes to the stream together
        std::vector<ClusterCopy::Draft> drafts;
        std::vector<Outcome> outcomes;
        std::uint64_t taken = 0;         // bytes, by blobs that are to be made
        bool done = true;                // every request has its answer
    };
    using Run = std::optional<BlobRow>;  // of a blob whose next chunk may still join the plan, as it will be by then
    struct Expiry {
        Day day;
        std::uint64_t sequence = 0;      // of the message that said so
    };

    JetStreamBlobStore(std::unique_ptr<SqliteBlobStore>&& copy, std::unique_ptr<JetStreamLog>&& log, std::unique_ptr<base::Random>&& random);
    StoreResult<CopyState> copy_state() override { return stored_copy_state(m_copy->database()); }
    StoreResult<void> set_copy_state(const CopyState& state) override { return store_copy_state(m_copy->database(), state); }
    StoreResult<void> in_transaction(const std::function<StoreResult<void>()>& work) override { return sqlite::transaction(m_copy->database(), work); }
    StoreResult<bool> take_up(const LogMessage& message, const ClusterRecord& record, bool ours) override;
    StoreResult<bool> take_up(const LogMessage& message, const BlobMade& made);
    StoreResult<bool> take_up(const LogMessage& message, const BlobKept& kept);
    StoreResult<bool> take_up(const LogMessage& message, const BlobChunk& chunk);
    StoreResult<bool> take_up(const BlobRemoved& removed);
    StoreResult<bool> take_up(const LogMessage& message, const BlobsExpired& expired);

    StoreResult<void> decide(std::span<BlobRequest> requests);
    StoreResult<Plan> plan(std::span<BlobRequest> requests, bool fresh);
    StoreResult<Run> draft(BlobRequest& request, Plan& plan);
    static Run draft(BlobRequest& request, const BlobRequest::Write& write, BlobRow blob, Plan& plan);

    StoreResult<std::uint64_t> made_at(const BlobRow& blob);     // the sequence
    StoreResult<Expiry> expiry();
    StoreResult<void> let_go(std::int64_t id);
    StoreResult<void> purge(const wire::BlobAddress& address);
    StoreResult<void> tidy_stream();

    std::unique_ptr<SqliteBlobStore> m_copy;
    std::unique_ptr<base::Random> m_random;
    ClusterCopy m_cluster;
    std::uint64_t m_tidied = 0;          // the Expiry::sequence that tidy_stream() has seen to
};

}  // namespace sinetti::relay
