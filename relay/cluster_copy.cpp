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
    m_awaited = Awaited{.origin = m_random.array<16>(), .counts = {}, .sequence = 0};
    const auto body = encode(ClusterMessage{m_awaited->origin, std::move(record)});
    const auto sequence = TRY(m_log->publish(subject, body, base::to_hex(m_awaited->origin)));
    TRY(reach(sequence));
    if (!m_awaited->counts) return Unexpected(StoreError::unavailable);
    return *m_awaited->counts;
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
    const bool ours = m_awaited && m_awaited->origin == decoded->origin && !m_awaited->counts;
    const bool counts = TRY(m_database.take_up(message, decoded->record, ours));
    if (ours) {
        m_awaited->counts = counts;
        m_awaited->sequence = message.sequence;
    }
    return {};
}

void ClusterCopy::purge(const std::string& subject, std::uint64_t before)
{
    if (const auto end = std::min(before, m_state.applied); end > 0) (void)m_log->purge(subject, end).has_value();
}

}  // namespace sinetti::relay
