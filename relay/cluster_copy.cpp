#include "relay/cluster_copy.h"

#include "codec/writer.h"
#include "relay/log.h"

#include <algorithm>

namespace sinetti::relay {

using base::Unexpected;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kTakeSlice = 100ms;

// What is wrong with a copy in the face of the stream, a sentence; empty when it can go on from where it is.
std::string fault_of(const CopyState& copy, const JetStreamLog::State& stream, const std::string& what)
{
    if (copy.made != 0 && copy.made != stream.made)
        return what + " in the data folder are a copy of another stream than the one at --store, which may have been made anew; nothing is served until the right one is there";
    if (copy.applied > stream.last)
        return what + " in the data folder are ahead of the stream at --store: it has lost messages, or is an old copy of itself; nothing is served from it";
    return {};
}

}  // namespace

base::Bytes encode(const CopyState& state)
{
    codec::Writer writer;
    writer.u64(static_cast<std::uint64_t>(state.made)).u64(state.applied);
    return std::move(writer).take();
}

StoreResult<CopyState> decode_copy_state(const std::optional<base::Bytes>& stored)
{
    CopyState state;
    if (!stored) return state;
    codec::Reader reader(*stored);
    state.made = static_cast<std::int64_t>(TRY_OR(reader.u64(), StoreError::broken));
    state.applied = TRY_OR(reader.u64(), StoreError::broken);
    return state;
}

const char* const kCopyStateSchema = "CREATE TABLE IF NOT EXISTS cluster_copy (id INTEGER PRIMARY KEY CHECK (id = 0), state BLOB NOT NULL);";

StoreResult<CopyState> stored_copy_state(sqlite::Database& database)
{
    auto statement = TRY(sqlite::Statement::prepare(database, "SELECT state FROM cluster_copy"));
    if (!TRY(statement.step())) return CopyState{};
    return decode_copy_state(base::to_bytes(statement.blob(0)));
}

StoreResult<void> store_copy_state(sqlite::Database& database, const CopyState& state)
{
    const auto bytes = encode(state);
    auto statement = TRY(sqlite::Statement::prepare(database, "INSERT OR REPLACE INTO cluster_copy (id, state) VALUES (0, ?1)"));
    statement.bind(1, base::ByteView(bytes));
    TRY(statement.step());
    return {};
}

ClusterCopy::ClusterCopy(Database& database, std::unique_ptr<JetStreamLog>&& log, base::Random& random)
    : m_database(database), m_log(std::move(log)), m_random(random)
{
}

base::Result<void, std::string> ClusterCopy::start(const char* what)
{
    const auto unreadable = std::string("the database in the data folder cannot be read or written");
    const auto state = m_database.copy_state();
    if (!state) return Unexpected(unreadable);
    m_state = *state;
    const auto stream = m_log->state();
    if (!stream) return Unexpected(std::string("the servers of --store do not answer"));
    if (auto fault = fault_of(m_state, *stream, what); !fault.empty()) return Unexpected(std::move(fault));
    m_state.made = stream->made;
    if (!m_database.set_copy_state(m_state)) return Unexpected(unreadable);
    m_log->follow(m_state.applied);
    // As long as something comes, more is waited for.
    while (m_state.applied < stream->last) {
        const auto before = m_state.applied;
        const auto reached = reach(stream->last);
        if (!reached && reached.error() != StoreError::unavailable) return Unexpected(unreadable);
        if (m_state.applied == before) return Unexpected(std::string("the servers of --store do not deliver their stream"));
    }
    m_started = true;
    return {};
}

StoreResult<void> ClusterCopy::catch_up() { return apply(m_log->take(0ms)); }

StoreResult<void> ClusterCopy::refresh() { return reach(TRY(m_log->state()).last); }

StoreResult<void> ClusterCopy::reach(std::uint64_t sequence)
{
    for (const auto deadline = Clock::now() + kLogDelivery; m_state.applied < sequence;) {
        if (Clock::now() >= deadline) return Unexpected(StoreError::unavailable);
        TRY(apply(m_log->take(kTakeSlice)));
    }
    return {};
}

StoreResult<bool> ClusterCopy::commit(const std::string& subject, ClusterRecord&& record)
{
    std::vector<Draft> drafts;
    drafts.push_back({subject, std::move(record)});
    return TRY(commit_all(std::move(drafts))).front();
}

StoreResult<std::vector<bool>> ClusterCopy::commit_all(std::vector<Draft>&& drafts)
{
    m_awaited.clear();
    std::uint64_t last = 0;
    for (auto& draft : drafts) {
        const auto origin = m_awaited.emplace_back(Awaited{.origin = m_random.array<16>(), .counts = {}, .sequence = 0}).origin;
        const auto body = encode(ClusterMessage{origin, std::move(draft.record)});
        last = std::max(last, TRY(m_log->publish(draft.subject, body, base::to_hex(origin))));
    }
    TRY(reach(last));
    std::vector<bool> counts;
    for (const auto& awaited : m_awaited) {
        if (!awaited.counts) return Unexpected(StoreError::unavailable);
        counts.push_back(*awaited.counts);
    }
    return counts;
}

StoreResult<void> ClusterCopy::apply(std::vector<LogMessage>&& messages)
{
    std::ranges::move(messages, std::back_inserter(m_waiting));
    if (m_waiting.empty()) return {};
    const auto awaited = m_awaited;
    auto state = m_state;
    auto applied = m_database.in_transaction([&]() -> StoreResult<void> {
        for (const auto& message : m_waiting) TRY(apply_one(message));
        state.applied = m_waiting.back().sequence;
        return m_database.set_copy_state(state);
    });
    if (!applied) {
        m_awaited = awaited;
        m_purges.clear();
        return applied;
    }
    m_state = state;
    m_waiting.clear();
    for (const auto& [subject, before] : std::exchange(m_purges, {})) purge(subject, before);
    return {};
}

StoreResult<void> ClusterCopy::apply_one(const LogMessage& message)
{
    const auto decoded = decode_cluster_message(message.body);
    if (!decoded) {
        log_line("a stream of the cluster holds a message that is none of ours; is another relay newer than this one?");
        return Unexpected(StoreError::broken);
    }
    const auto ours = std::ranges::find_if(m_awaited, [&](const Awaited& awaited) { return awaited.origin == decoded->origin && !awaited.counts; });
    const bool counts = TRY(m_database.take_up(message, decoded->record, ours != m_awaited.end()));
    if (ours == m_awaited.end()) return {};
    ours->counts = counts;
    ours->sequence = message.sequence;
    return {};
}

bool ClusterCopy::purge(const std::string& subject, std::uint64_t before)
{
    const auto end = std::min(before, m_state.applied);
    return end == 0 || m_log->purge(subject, end).has_value();
}

}  // namespace sinetti::relay
