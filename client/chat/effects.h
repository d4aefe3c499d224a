#pragma once
// The barrier between what the core has decided and what the world sees of it: state is stored before it is sent.
//
//   a turn (one command, frame or alarm) ── put, erase, send, emit ──► end_turn() ─► batch ─commit─► durable ─► frames, events
//
// Invariants: (1) a frame or event leaves only when every record put before it is durable. (2) They leave in the order in
// which they were decided. (3) One batch is being committed at a time; turns that end meanwhile join into the next.
// (4) When the store fails, nothing leaves but word of that; the batch is kept and tried again with backoff.
// Records are sealed when they are put: no plaintext waits here.

#include "api/event.h"
#include "base/clock.h"
#include "net/backoff.h"
#include "net/session.h"
#include "store/record_sealer.h"

#include <functional>
#include <map>
#include <memory>

namespace sinetti::chat {

class EventSink;

class Effects {
public:
    // `after_commit` is called when the store has answered, in case nothing else is going on.
    Effects(const base::Clock& clock, base::Random& random, store::Backend& backend, net::Session& session, EventSink& events,
            std::function<void()> after_commit);
    Effects(const Effects&) = delete;
    Effects& operator=(const Effects&) = delete;

    void use_sealer(std::optional<store::RecordSealer>&& sealer) { m_sealer = std::move(sealer); }   // before put and erase
    const store::RecordSealer* sealer() const { return m_sealer ? &*m_sealer : nullptr; }

    void use_backend(store::Backend& backend) { m_backend = &backend; }   // when nothing is put or being committed
    store::Backend& backend() { return *m_backend; }

    void put(std::string_view name, base::ByteView value);
    void erase(std::string_view name);
    void put_unsealed(const store::RecordId& id, base::Bytes&& value);   // the vault header alone
    void send(wire::ClientFrame&& frame) { send(m_session, std::move(frame)); }   // on the connection of now, or not at all
    void send(net::Session& session, wire::ClientFrame&& frame);         // the same, of a session that outlives this
    void emit(api::Event&& event);
    void emit_latest(api::Event&& event);   // replaces an event of the same kind that has not left yet

    void end_turn();
    void forget();                          // drops what is not being committed; for wiping the store
    bool has_writes() const { return !m_next.writes.empty(); }       // put, and not being committed yet
    bool is_stored() const { return !m_committing && m_next.writes.empty(); }   // everything put is durable

    std::optional<base::UnixMilliseconds> next_wake() const { return m_retry_at; }
    void on_wake();

private:
    struct Frame {
        net::Session* session;
        net::ConnectionNumber connection;
        wire::ClientFrame frame;
    };
    struct Batch {
        std::map<store::RecordId, std::optional<base::Bytes>> writes;
        std::vector<Frame> frames;
        std::vector<api::Event> events;
        bool is_empty() const { return writes.empty() && frames.empty() && events.empty(); }
    };

    void start_next();
    void on_committed(base::Result<void, store::BackendError> result);
    void release(Batch&& batch);

    const base::Clock& m_clock;
    base::Random& m_random;
    store::Backend* m_backend;
    net::Session& m_session;
    EventSink& m_events;
    std::optional<store::RecordSealer> m_sealer;
    Batch m_next;
    std::optional<Batch> m_committing;
    net::Backoff m_backoff;
    std::optional<base::UnixMilliseconds> m_retry_at;
    std::function<void()> m_after_commit;
    bool m_releasing = false;
    bool m_forgotten = false;           // what is being committed must not be tried again
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);   // a callback that comes after our end finds nobody
};

api::Code code_of(store::BackendError error);

}  // namespace sinetti::chat
