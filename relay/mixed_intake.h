#pragma once
// The relay's end of an ingress that batches: messages that each hold a cell or nothing, from all its clients, shuffled.
//
//   ingress ── batch ──► BatchLine ──► a thread opens each ──► cover: dropped
//                                                          └─► a cell: its token is spent, durably ──► appended
//
// Nobody is answered: a client sees its cell come back on the board, or sends it again under another token. So what cannot be taken
// now is dropped. Opening takes as long for cover as for a cell, and happens before anybody can tell which is which.

#include "channel/mixed_message.h"
#include "relay/connection.h"
#include "relay/hub.h"
#include "relay/keys.h"
#include "relay/metrics.h"
#include "relay/observer.h"
#include "relay/token_bucket.h"
#include "relay/token_service.h"

namespace sinetti::relay {

struct MixedEnvironment {
    Hub& hub;
    TokenService& tokens;
    const RelayPrivateKeys& keys;
    const bool& draining;                             // true: no new entries are taken
    Metrics& metrics;
    const std::unique_ptr<Observer>& observer;        // nullptr: nothing is written down
    Post post;
};

class MixedIntake {
public:
    explicit MixedIntake(MixedEnvironment&& environment);
    ~MixedIntake() { stop(); }
    void stop();                                      // joins the thread; what waits is forgotten
    MixedIntake(const MixedIntake&) = delete;
    MixedIntake& operator=(const MixedIntake&) = delete;

    // `count` whole messages, one behind the other. `connection`: the observer's id of where they came from.
    void take(base::Bytes&& messages, std::size_t count, std::uint64_t connection);
    void drop(std::size_t count) { m_environment.metrics.mixed_dropped += count; }   // they came too fast
    void closed(std::uint64_t connection);

private:
    using Opened = channel::Result<std::optional<channel::MixedCell>>;
    struct Job {
        base::Bytes messages;
        std::size_t count;
        std::uint64_t connection;
    };

    void run();
    void finish(std::vector<Opened>&& opened, std::uint64_t connection);
    void append(channel::MixedCell&& cell, std::uint64_t connection);
    void observe(std::uint64_t connection, const Observation& observation);

    MixedEnvironment m_environment;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Job> m_jobs;
    std::size_t m_waiting = 0;                        // messages in them
    bool m_stopping = false;
    std::thread m_thread;
};

// One ingress's connection. It brings batches of 1 … kMixedMessagesPerBatch messages; anything else closes it.
class BatchLine final : public ConnectionUser {
public:
    BatchLine(MixedIntake& intake, Connection& connection, const base::Clock& clock, std::uint64_t observed)
        : m_intake(intake), m_connection(connection), m_clock(clock), m_observed(observed)
    {
    }

    void on_message(base::ByteView message) override;
    void on_garbage() override { m_connection.close(CloseCode::policy_error); }
    void on_writable() override {}
    void on_closed() override { m_intake.closed(m_observed); }
    bool is_established() const override { return true; }   // by its address

private:
    MixedIntake& m_intake;
    Connection& m_connection;
    const base::Clock& m_clock;
    std::uint64_t m_observed;
    TokenBucket m_messages{kMixedRate, kMixedBurst};
};

}  // namespace sinetti::relay
