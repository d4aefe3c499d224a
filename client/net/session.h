#pragma once
// A session with the relay that keeps coming back: connects, opens a sealed channel, hands the challenge to its owner, watches over silence, and
// after every end tries again with backoff until it is stopped.
//
//   stopped ─start()─► waiting ─(backoff)─► connecting ─► authenticating ─Accepted─► ready ─┐
//                         ▲                                                                 │ closed, silent, garbled
//                         └─────────────────────────────────────────────────────────────────┘
//
// Every connection has a number; what was meant for an earlier one is never sent on a later one.

#include "base/clock.h"
#include "base/random.h"
#include "channel/channel.h"
#include "net/backoff.h"
#include "net/transport.h"
#include "wire/frame.h"

#include <optional>
#include <variant>

namespace sinetti::net {

inline constexpr std::int64_t kConnectTimeout = 15'000;      // milliseconds, until Accepted
inline constexpr std::int64_t kPingAfterSilence = 25'000;
inline constexpr std::int64_t kSilenceMax = 45'000;          // nothing heard for so long: the connection is dead

using ConnectionNumber = std::uint64_t;

enum class CloseReason : std::uint8_t {
    unreachable,   // never got as far as Accepted
    lost,          // was ready, then closed or silent
    wrong_key,     // what answers does not hold the key the relay is known by
    garbled,       // what came is no message of the relay's, or does not belong at that point; or so the relay found of ours
    version,       // the relay speaks another version
    refused,       // the relay refused to authenticate us: see on_refused, which came before
    ours,          // stop() or restart()
};

using VaultAnswer = std::variant<wire::VaultEvaluated, wire::VaultFetched, wire::VaultStored>;

class SessionListener {
public:
    virtual ~SessionListener() = default;
    // The keys of the relay that is meant; nullopt ends the connection (as CloseReason::ours).
    virtual std::optional<directory::RelayKeys> relay_keys() = 0;
    // The answer to the challenge; nullopt ends the connection (as CloseReason::ours).
    virtual std::optional<wire::ClientFrame> on_challenge(const wire::Challenge& challenge) = 0;
    virtual void on_accepted(const wire::Accepted& accepted) = 0;
    virtual void on_refused(const wire::Refused& refused) = 0;         // of the authentication or of a request
    virtual void on_appended(const wire::Appended& appended) = 0;
    virtual void on_entries(wire::Entries&& entries) = 0;
    virtual void on_signed_head(const wire::SignedHead& statement) = 0;   // its signature is for its owner to verify
    virtual void on_gone(const wire::Gone& gone) = 0;                     // the same
    virtual void on_token_response(const wire::TokenResponse& response) = 0;
    virtual void on_blob_state(const wire::BlobState& state) = 0;
    virtual void on_blob_data(wire::BlobData&& data) = 0;
    virtual void on_vault_answer(VaultAnswer&& answer) = 0;
    virtual void on_meeting_state(wire::MeetingState&& state) = 0;
    virtual void on_session_closed(CloseReason reason) = 0;            // it waits for its next attempt unless it was stopped
};

class Session final : private TransportListener {
public:
    Session(const base::Clock& clock, base::Random& random, Transport& transport, SessionListener& listener);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void start();                       // connects at once
    void stop();
    void restart();                     // ends this connection and connects again at once
    void close();                       // ends this connection; tries again later
    void close_garbled();               // the same, because its owner found fault with what the relay sent
    void mark_healthy() { m_backoff.reset(); }   // the relay did something useful: the next failure starts with a short wait

    bool is_started() const { return m_state != State::stopped; }
    bool is_ready() const { return m_state == State::ready; }
    bool is_connecting() const { return m_state == State::connecting || m_state == State::authenticating; }
    ConnectionNumber connection() const { return m_connection; }
    void send(ConnectionNumber connection, const wire::ClientFrame& frame);   // nothing, unless that connection is ready
    // A message beside the channel, sealed to the relay by itself (channel/mixed_message.h), for an ingress on the way.
    void send_mixed(ConnectionNumber connection, base::ByteView message);

    std::optional<base::UnixMilliseconds> next_wake() const;
    void on_wake();                     // does what is due by the clock

private:
    enum class State : std::uint8_t { stopped, waiting, connecting, authenticating, ready };

    void on_opened() override;
    void on_frame(base::ByteView frame) override;
    void on_closed() override;

    void open();
    void close(CloseReason reason);
    void handle(wire::RelayFrame&& frame);
    void transmit(const wire::ClientFrame& frame) { m_transport.send(m_channel->seal(frame)); }

    const base::Clock& m_clock;
    base::Random& m_random;
    Transport& m_transport;
    SessionListener& m_listener;
    Backoff m_backoff;
    State m_state = State::stopped;
    bool m_transport_open = false;      // between Transport::open and on_closed
    bool m_reopen_at_once = false;
    std::optional<CloseReason> m_close_reason;
    ConnectionNumber m_connection = 0;
    std::optional<channel::ClientChannel> m_channel;   // of this connection, once it is open
    base::UnixMilliseconds m_deadline;    // waiting: of the next attempt; connecting, authenticating: of giving up
    base::UnixMilliseconds m_heard;       // ready: when the relay last said something
    bool m_ping_sent = false;
};

}  // namespace sinetti::net
