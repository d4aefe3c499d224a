#include "chat/effects.h"

#include "chat/core.h"

#include <algorithm>

namespace sinetti::chat {

api::Code code_of(store::BackendError error)
{
    switch (error) {
    case store::BackendError::unavailable: return api::Code::store_unavailable;
    case store::BackendError::full: return api::Code::store_full;
    case store::BackendError::broken: return api::Code::store_broken;
    }
    return api::Code::store_broken;
}

Effects::Effects(const base::Clock& clock, base::Random& random, store::Backend& backend, net::Session& session, EventSink& events,
                 std::function<void()> after_commit)
    : m_clock(clock), m_random(random), m_backend(&backend), m_session(session), m_events(events), m_after_commit(std::move(after_commit))
{
}

void Effects::put(std::string_view name, base::ByteView value)
{
    CHECK_INVARIANT(m_sealer.has_value());
    auto write = m_sealer->seal(name, value, m_random);
    m_next.writes.insert_or_assign(write.id, std::move(write.value));
}

void Effects::erase(std::string_view name)
{
    CHECK_INVARIANT(m_sealer.has_value());
    m_next.writes.insert_or_assign(m_sealer->id(name), std::nullopt);
}

void Effects::put_unsealed(const store::RecordId& id, base::Bytes&& value) { m_next.writes.insert_or_assign(id, std::move(value)); }

void Effects::send(net::Session& session, wire::ClientFrame&& frame)
{
    m_next.frames.push_back({&session, session.connection(), std::move(frame)});
}

void Effects::emit(api::Event&& event) { m_next.events.push_back(std::move(event)); }

void Effects::emit_latest(api::Event&& event)
{
    std::erase_if(m_next.events, [&](const api::Event& waiting) { return waiting.index() == event.index(); });
    emit(std::move(event));
}

void Effects::end_turn()
{
    if (!m_committing && !m_retry_at) start_next();
}

void Effects::forget()
{
    m_next = {};
    m_retry_at.reset();
    m_forgotten = m_committing.has_value();
}

void Effects::start_next()
{
    if (m_releasing) return;   // release() comes back here
    while (!m_committing && !m_next.is_empty()) {
        m_committing = std::exchange(m_next, {});
        if (m_committing->writes.empty()) {
            release(*std::exchange(m_committing, std::nullopt));
            continue;
        }
        std::vector<store::Write> writes;
        for (const auto& [id, value] : m_committing->writes) writes.push_back({id, value});
        m_backend->commit(std::move(writes), [this, alive = std::weak_ptr(m_alive)](base::Result<void, store::BackendError> result) {
            if (alive.expired()) return;
            on_committed(std::move(result));
            m_after_commit();
        });
        if (m_retry_at) return;
    }
}

void Effects::on_committed(base::Result<void, store::BackendError> result)
{
    if (!m_committing) return;
    auto batch = *std::exchange(m_committing, std::nullopt);
    if (std::exchange(m_forgotten, false)) return start_next();
    if (!result) {
        // Later writes win over the ones that could not be stored; earlier frames and events still come first.
        m_next.writes.merge(batch.writes);
        m_next.frames.insert(m_next.frames.begin(), std::make_move_iterator(batch.frames.begin()), std::make_move_iterator(batch.frames.end()));
        m_next.events.insert(m_next.events.begin(), std::make_move_iterator(batch.events.begin()), std::make_move_iterator(batch.events.end()));
        const bool first_failure = m_backoff.is_fresh();
        m_retry_at = base::UnixMilliseconds{m_clock.now().value + m_backoff.next(m_random)};
        if (first_failure) {
            m_events.on_event(api::NoticeEvent{.code = code_of(result.error()), .severity = api::Severity::error});
            m_events.on_event(api::StoreEvent{code_of(result.error())});
        }
        return;
    }
    if (!m_backoff.is_fresh()) m_events.on_event(api::StoreEvent{});
    m_backoff.reset();
    release(std::move(batch));
    start_next();
}

void Effects::release(Batch&& batch)
{
    m_releasing = true;
    for (auto& [session, connection, frame] : batch.frames) session->send(connection, frame);
    for (const auto& event : batch.events) m_events.on_event(event);
    m_releasing = false;
}

void Effects::on_wake()
{
    if (!m_retry_at || *m_retry_at > m_clock.now()) return;
    m_retry_at.reset();
    if (!m_committing) start_next();
}

}  // namespace sinetti::chat
