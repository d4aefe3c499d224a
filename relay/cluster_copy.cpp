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
    m_what = what;
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

StoreResult<void> ClusterCopy::catch_up()
{
    while (TRY(take_up_some(0ms))) {}
    return {};
}

StoreResult<void> ClusterCopy::refresh() { return reach(TRY(m_log->state()).last); }

StoreResult<void> ClusterCopy::reach(std::uint64_t sequence)
{
    for (const auto deadline = Clock::now() + kLogDelivery; m_state.applied < sequence;) {
        if (Clock::now() >= deadline) return Unexpected(StoreError::unavailable);
        (void)TRY(take_up_some(kTakeSlice));
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
    if (m_trouble) TRY(catch_up());   // what we could not take up is not written either
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

StoreResult<bool> ClusterCopy::take_up_some(std::chrono::milliseconds wait)
{
    if (m_waiting.empty()) hold(m_log->take(wait));
    if (m_waiting.empty()) return false;
    if (m_trouble && Clock::now() < m_retry) return Unexpected(*m_trouble);
    const auto applied = apply();
    note(applied ? std::nullopt : std::optional(applied.error()));
    TRY(applied);
    return true;
}

void ClusterCopy::hold(std::vector<LogMessage>&& messages)
{
    m_waiting = std::move(messages);
    const std::lock_guard lock(m_figures_mutex);
    m_figures.messages = m_waiting.size();
    m_figures.bytes = 0;
    for (const auto& message : m_waiting) m_figures.bytes += message.body.size();
}

CopyFigures ClusterCopy::figures() const
{
    const auto log = m_log->backlog();
    const std::lock_guard lock(m_figures_mutex);
    return {m_figures.messages + log.messages, m_figures.bytes + log.bytes, m_figures.trouble};
}

StoreResult<void> ClusterCopy::apply()
{
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
    hold({});
    for (const auto& [subject, before] : std::exchange(m_purges, {})) purge(subject, before);
    return {};
}

StoreResult<void> ClusterCopy::apply_one(const LogMessage& message)
{
    const auto decoded = decode_cluster_message(message.body);
    if (!decoded) {
        say("a stream of the cluster holds a message that is none of ours; is another relay newer than this one?");
        return Unexpected(StoreError::broken);
    }
    const auto ours = std::ranges::find_if(m_awaited, [&](const Awaited& awaited) { return awaited.origin == decoded->origin && !awaited.counts; });
    const bool counts = TRY(m_database.take_up(message, decoded->record, ours != m_awaited.end()));
    if (ours == m_awaited.end()) return {};
    ours->counts = counts;
    ours->sequence = message.sequence;
    return {};
}

void ClusterCopy::note(std::optional<StoreError> trouble)
{
    if (trouble) {
        m_retry = Clock::now() + kLogRetry;
        m_log->remind(kLogRetry);
        const auto why = *trouble == StoreError::full ? "there is no space for it" : "it cannot be read or written, or the stream is not understood";
        if (trouble != m_trouble) log_line("the copy of " + m_what + " in the data folder stays as it is, and what is new in the cluster is missing there: " + why);
    } else {
        m_said.clear();
        if (m_trouble) log_line("the copy of " + m_what + " in the data folder is written again");
    }
    m_trouble = trouble;
    const std::lock_guard lock(m_figures_mutex);
    m_figures.trouble = trouble;
}

void ClusterCopy::say(const std::string& sentence)
{
    if (m_said.insert(sentence).second) log_line(sentence);
}

bool ClusterCopy::purge(const std::string& subject, std::uint64_t before)
{
    const auto end = std::min(before, m_state.applied);
    return end == 0 || m_log->purge(subject, end).has_value();
}

}  // namespace sinetti::relay
