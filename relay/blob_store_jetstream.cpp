#include "relay/blob_store_jetstream.h"

#include <limits>

namespace sinetti::relay {

using base::ByteView;
using base::Unexpected;
using namespace sqlite;

namespace {

constexpr const char* kExpirySubject = "expired";
constexpr unsigned kBlobRoundsMax = 100;          // of one perform(); each decides a request at least, unless other relays are quicker
constexpr auto kEverything = std::numeric_limits<std::uint64_t>::max();

// Beside each blob its address, which it has lost when it is going, and the sequence of the message that made it; the days of which
// removals stand on the stream; and what expired last.
constexpr const char* kBlobCopySchema = R"(
    CREATE TABLE IF NOT EXISTS cluster_blobs (id INTEGER PRIMARY KEY, address BLOB NOT NULL, made INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS cluster_removals (last_day INTEGER PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS cluster_expiry (id INTEGER PRIMARY KEY CHECK (id = 0), day INTEGER NOT NULL, sequence INTEGER NOT NULL);
)";

}  // namespace

std::string blob_subject(const wire::BlobAddress& address) { return "blob." + base::to_hex(address); }
std::string removals_subject(Day last_day) { return "removed." + std::to_string(last_day.value); }

JetStreamBlobStore::JetStreamBlobStore(std::unique_ptr<SqliteBlobStore>&& copy, std::unique_ptr<JetStreamLog>&& log, std::unique_ptr<base::Random>&& random)
    : m_copy(std::move(copy)), m_random(std::move(random)), m_cluster(*this, std::move(log), *m_random)
{
}

base::Result<std::unique_ptr<JetStreamBlobStore>, std::string> JetStreamBlobStore::open(std::unique_ptr<SqliteBlobStore> copy, std::unique_ptr<JetStreamLog> log,
                                                                                        std::unique_ptr<base::Random> random)
{
    auto store = std::unique_ptr<JetStreamBlobStore>(new JetStreamBlobStore(std::move(copy), std::move(log), std::move(random)));
    // What a power failure takes from the copy is still on the stream.
    const auto prepared = store->m_copy->database().run(std::string("PRAGMA synchronous = NORMAL;") + kCopyStateSchema + kBlobCopySchema);
    const auto state = prepared ? store->copy_state() : Unexpected(prepared.error());
    const auto reserved = store->m_copy->reserved_bytes();
    if (!state || !reserved) return Unexpected(std::string("the database of the blobs in the data folder cannot be read or written"));
    if (state->made == 0 && *reserved > 0)
        return Unexpected(std::string("the data folder holds the blobs of a relay of its own, not a copy of the cluster's; give the relay another folder"));
    TRY(store->m_cluster.start("the blobs"));
    return store;
}

// --- taking up what has been decided ---------------------------------------------------------------------------------

StoreResult<bool> JetStreamBlobStore::take_up(const LogMessage& message, const ClusterRecord& record, bool)
{
    if (const auto* made = std::get_if<BlobMade>(&record)) return take_up(message, *made);
    if (const auto* kept = std::get_if<BlobKept>(&record)) return take_up(message, *kept);
    if (const auto* chunk = std::get_if<BlobChunk>(&record)) return take_up(message, *chunk);
    if (const auto* removed = std::get_if<BlobRemoved>(&record)) return take_up(*removed);
    if (const auto* expired = std::get_if<BlobsExpired>(&record)) return take_up(message, *expired);
    return Unexpected(StoreError::broken);   // it belongs on another stream
}

StoreResult<bool> JetStreamBlobStore::take_up(const LogMessage& message, const BlobMade& made)
{
    auto blob = TRY(m_copy->find(made.address));
    if (blob && TRY(made_at(*blob)) <= made.known) {
        // Whoever wrote this would have known of ours: it went while we were away.
        TRY(m_copy->remove(*blob));
        blob.reset();
    }
    if (blob) return false;
    blob = TRY(m_copy->create(made.address, made.size_class, made.last_day));
    auto add = TRY(Statement::prepare(m_copy->database(), "INSERT INTO cluster_blobs (id, address, made) VALUES (?1, ?2, ?3)"));
    add.bind(1, blob->id).bind(2, ByteView(made.address)).bind(3, static_cast<std::int64_t>(message.sequence));
    TRY(add.step());
    return true;
}

StoreResult<bool> JetStreamBlobStore::take_up(const LogMessage& message, const BlobKept& kept)
{
    const auto blob = TRY(m_copy->find(kept.address));
    if (!blob) m_cluster.purge_later(blob_subject(kept.address), message.sequence + 1);   // it went before this came
    if (!blob || blob->last_day >= kept.last_day) return false;
    TRY(m_copy->keep_until(*blob, kept.last_day));
    return true;
}

StoreResult<bool> JetStreamBlobStore::take_up(const LogMessage& message, const BlobChunk& chunk)
{
    const auto blob = TRY(m_copy->find(chunk.address));
    if (!blob) m_cluster.purge_later(blob_subject(chunk.address), message.sequence + 1);
    if (!blob || chunk.number != blob->chunks || blob->complete()) return false;
    TRY(m_copy->append(*blob, chunk.data));
    return true;
}

StoreResult<bool> JetStreamBlobStore::take_up(const BlobRemoved& removed)
{
    auto note = TRY(Statement::prepare(m_copy->database(), "INSERT OR IGNORE INTO cluster_removals (last_day) VALUES (?1)"));
    note.bind(1, removed.last_day.value);
    TRY(note.step());
    const auto blob = TRY(m_copy->find(removed.address));
    if (!blob || blob->last_day > removed.last_day) return false;
    TRY(m_copy->remove(*blob));
    return true;
}

StoreResult<bool> JetStreamBlobStore::take_up(const LogMessage& message, const BlobsExpired& expired)
{
    if (expired.day <= TRY(expiry()).day) return false;
    TRY(m_copy->remove_past(expired.day));
    auto note = TRY(Statement::prepare(m_copy->database(), "INSERT OR REPLACE INTO cluster_expiry (id, day, sequence) VALUES (0, ?1, ?2)"));
    note.bind(1, expired.day.value).bind(2, static_cast<std::int64_t>(message.sequence));
    TRY(note.step());
    return true;
}

StoreResult<std::uint64_t> JetStreamBlobStore::made_at(const BlobRow& blob)
{
    auto statement = TRY(Statement::prepare(m_copy->database(), "SELECT made FROM cluster_blobs WHERE id = ?1"));
    statement.bind(1, blob.id);
    if (!TRY(statement.step())) return Unexpected(StoreError::broken);
    return static_cast<std::uint64_t>(statement.integer(0));
}

StoreResult<JetStreamBlobStore::Expiry> JetStreamBlobStore::expiry()
{
    auto statement = TRY(Statement::prepare(m_copy->database(), "SELECT day, sequence FROM cluster_expiry"));
    if (!TRY(statement.step())) return Expiry{};
    return Expiry{{statement.integer(0)}, static_cast<std::uint64_t>(statement.integer(1))};
}

// --- deciding ----------------------------------------------------------------------------------------------------------

void JetStreamBlobStore::perform(std::span<BlobRequest> requests)
{
    const auto decided = decide(requests);
    const auto error = decided ? StoreError::unavailable : decided.error();
    for (auto& request : requests)
        if (!request.answer) request.answer = BlobAnswer{.refusal = refusal_of(error), .blob = {}, .data = {}};
}

// What the copy can answer it answers; the rest goes to the stream, and is looked at again when it has come back.
StoreResult<void> JetStreamBlobStore::decide(std::span<BlobRequest> requests)
{
    const auto caught_up = m_cluster.catch_up();
    bool fresh = false;   // the copy has whatever was acknowledged to anybody before these were asked
    for (unsigned round = 0; round < kBlobRoundsMax; ++round) {
        auto next = TRY(plan(requests, fresh));
        if (next.done) return {};
        TRY(caught_up);   // in vain: what is here was read, and what could not be taken up is not written either
        if (next.drafts.empty()) {
            TRY(m_cluster.refresh());
        } else {
            const auto counts = TRY(m_cluster.commit_all(std::move(next.drafts)));
            for (std::size_t i = 0; i < counts.size(); ++i)
                if (counts[i]) next.outcomes[i].request->answer = BlobAnswer{.refusal = {}, .blob = next.outcomes[i].blob, .data = {}};
        }
        fresh = true;
    }
    return {};
}

// Requests for one blob go one by one, in their order, but for chunks that follow each other.
StoreResult<JetStreamBlobStore::Plan> JetStreamBlobStore::plan(std::span<BlobRequest> requests, bool fresh)
{
    Plan plan;
    std::map<wire::BlobAddress, Run> runs;
    for (auto& request : requests) {
        if (request.answer) continue;
        if (const auto known = runs.find(request.address); known != runs.end()) {
            plan.done = false;
            auto& run = known->second;
            const auto* write = std::get_if<BlobRequest::Write>(&request.wish);
            run = run && write != nullptr && write->chunk == run->chunks && !run->complete() ? draft(request, *write, *run, plan) : Run();
            continue;
        }
        auto answer = TRY(m_copy->judge(request, plan.taken));
        if (!answer) {
            plan.done = false;
            runs[request.address] = TRY(draft(request, plan));
        } else if (fresh || (!answer->refusal && std::holds_alternative<BlobRequest::Read>(request.wish))) {
            request.answer = std::move(answer);
        } else {
            plan.done = false;
            runs[request.address] = Run();
        }
    }
    return plan;
}

StoreResult<JetStreamBlobStore::Run> JetStreamBlobStore::draft(BlobRequest& request, Plan& plan)
{
    const auto blob = TRY(m_copy->find(request.address));
    if (const auto* write = std::get_if<BlobRequest::Write>(&request.wish)) return draft(request, *write, *blob, plan);
    if (const auto* create = std::get_if<BlobRequest::Create>(&request.wish)) {
        const auto subject = blob_subject(request.address);
        if (blob) {
            plan.drafts.push_back({subject, BlobKept{request.address, create->last_day}});
        } else {
            plan.drafts.push_back({subject, BlobMade{request.address, create->size_class, create->last_day, m_cluster.applied()}});
            plan.taken += std::uint64_t{wire::blob_chunks(create->size_class)} * wire::kBlobChunkSize;
        }
        plan.outcomes.push_back({&request, BlobRow{0, create->size_class, blob ? blob->chunks : 0, create->last_day}});
    } else {
        plan.drafts.push_back({removals_subject(blob->last_day), BlobRemoved{request.address, blob->last_day}});
        plan.outcomes.push_back({&request, *blob});
    }
    return Run();
}

JetStreamBlobStore::Run JetStreamBlobStore::draft(BlobRequest& request, const BlobRequest::Write& write, BlobRow blob, Plan& plan)
{
    plan.drafts.push_back({blob_subject(request.address), BlobChunk{request.address, write.chunk, write.data}});
    ++blob.chunks;
    plan.outcomes.push_back({&request, blob});
    return blob;
}

// --- letting go --------------------------------------------------------------------------------------------------------

StoreResult<bool> JetStreamBlobStore::tend(Day today)
{
    if (today > TRY(expiry()).day && TRY(m_copy->any_past(today))) (void)TRY(m_cluster.commit(kExpirySubject, BlobsExpired{today}));
    if (const auto id = TRY(m_copy->going())) {
        TRY(let_go(*id));
        return true;
    }
    TRY(tidy_stream());
    return false;
}

// Its chunks in the copy, a few at a time, and then its messages: whoever still has it knows from elsewhere that it has gone.
StoreResult<void> JetStreamBlobStore::let_go(std::int64_t id)
{
    if (TRY(transaction(m_copy->database(), [&] { return m_copy->drop_some(id); }))) return {};
    auto find = TRY(Statement::prepare(m_copy->database(), "SELECT address FROM cluster_blobs WHERE id = ?1"));
    find.bind(1, id);
    if (!TRY(find.step())) return Unexpected(StoreError::broken);
    const auto address = TRY(fixed<32>(find.blob(0)));
    find.reset();
    TRY(purge(address));
    return transaction(m_copy->database(), [&]() -> StoreResult<void> {
        auto forget = TRY(Statement::prepare(m_copy->database(), "DELETE FROM cluster_blobs WHERE id = ?1"));
        forget.bind(1, id);
        TRY(forget.step());
        return m_copy->forget(id);
    });
}

// What there is of an address, up to where another blob of it was made.
StoreResult<void> JetStreamBlobStore::purge(const wire::BlobAddress& address)
{
    const auto again = TRY(m_copy->find(address));
    const auto before = again ? TRY(made_at(*again)) : kEverything;
    if (!m_cluster.purge(blob_subject(address), before)) return Unexpected(StoreError::unavailable);
    return {};
}

// Once after each expiry, when the messages of what expired have gone: then nobody needs what was said of it, or before.
StoreResult<void> JetStreamBlobStore::tidy_stream()
{
    const auto last = TRY(expiry());
    if (last.sequence == m_tidied) return {};
    if (!m_cluster.purge(kExpirySubject, last.sequence)) return Unexpected(StoreError::unavailable);
    for (;;) {
        auto find = TRY(Statement::prepare(m_copy->database(), "SELECT last_day FROM cluster_removals WHERE last_day < ?1 LIMIT 1"));
        find.bind(1, last.day.value);
        if (!TRY(find.step())) break;
        const Day day{find.integer(0)};
        find.reset();
        if (!m_cluster.purge(removals_subject(day), kEverything)) return Unexpected(StoreError::unavailable);
        auto forget = TRY(Statement::prepare(m_copy->database(), "DELETE FROM cluster_removals WHERE last_day = ?1"));
        forget.bind(1, day.value);
        TRY(forget.step());
    }
    m_tidied = last.sequence;
    return {};
}

}  // namespace sinetti::relay
