#pragma once
// One client's session with the relay, without any socket: messages in, messages out.
//
//   connected ── opens the channel ──► opened, Challenge ── Authenticate… ──► accepted ── Append, Read, Follow, Ping ──► closed
//
// Anything malformed, or not allowed in the state the session is in, is refused with bad_frame and closes it.

#include "base/random.h"
#include "channel/channel.h"
#include "relay/auth.h"
#include "relay/blobs.h"
#include "relay/connection.h"
#include "relay/hub.h"
#include "relay/keys.h"
#include "relay/meetings.h"
#include "relay/metrics.h"
#include "relay/observer.h"
#include "relay/token_service.h"
#include "relay/vault_sessions.h"
#include "relay/vaults.h"

#include <memory>

namespace sinetti::relay {

struct SessionEnvironment {
    Hub& hub;
    const base::Clock& clock;
    base::Random& random;
    const std::optional<FounderTokenHash>& founder_token_hash;
    const RelayPrivateKeys& keys;
    const bool& draining;                         // true: no new entries are taken
    Metrics& metrics;
    TokenService& tokens;
    Vaults& vaults;
    VaultSessions& vault_sessions;
    Blobs& blobs;
    Meetings& meetings;
    boost::asio::ip::address from;                // where the client, or its ingress, is
    double cell_rate = kCellRate;
    Observer* observer = nullptr;                 // nullptr: nothing is written down
    std::uint64_t connection = 0;                 // the observer's id for it
};

class Session final : public Follower, public ConnectionUser, public std::enable_shared_from_this<Session> {
public:
    Session(SessionEnvironment environment, Connection& connection);
    ~Session() override;

    void on_message(base::ByteView message) override;
    void on_garbage() override;                   // a message that is no frame at all
    void on_writable() override;                  // goes on with what is being followed
    void on_closed() override;
    bool is_established() const override { return m_rights.has_value(); }
    bool is_short_lived() const override { return m_rights && std::holds_alternative<VaultSession>(*m_rights); }

    void on_directory_change(const directory::Applied& applied);
    void end_if_old();                            // a token does not last for ever

    bool on_live(std::uint32_t board, std::uint64_t position, const SharedBytes& message) override;
    void on_stream_key(const wire::SharedKey& key) override { send(key); }

private:
    struct Following {
        std::uint64_t next = 0;
        bool reading = false;
        bool live = false;
    };

    void handle(const wire::AuthenticateDevice& frame) { finish_authentication(authenticate(frame, context())); }
    void handle(const wire::AuthenticateInvite& frame) { finish_authentication(authenticate(frame, context())); }
    void handle(const wire::AuthenticateFounder& frame) { finish_authentication(authenticate(frame, context())); }
    void handle(const wire::AuthenticateIdentity& frame) { finish_authentication(authenticate(frame, context())); }
    void handle(const wire::AuthenticateToken& frame);
    void handle(wire::Append& frame);
    void handle(const wire::Read& frame);
    void handle(const wire::Follow& frame);
    void handle(const wire::Ping& frame);
    void handle(const wire::Hello&) { refuse_and_close(wire::Refusal::bad_frame); }
    void handle(wire::TokenRequest& frame);
    void handle(const wire::AuthenticateVault& frame);
    void handle(const wire::VaultEvaluate& frame);
    void handle(const wire::VaultFetch& frame);
    void handle(wire::VaultStore& frame);
    void handle(const wire::BlobCreate& frame);
    void handle(wire::BlobWrite& frame);
    void handle(const wire::BlobRead& frame);
    void handle(const wire::BlobDelete& frame);

    void handle(wire::MeetingPut& frame);
    void handle(const wire::MeetingGet& frame);
    void handle(const wire::MeetingEnd& frame);

    void open_channel(base::ByteView message);
    AuthenticationContext context() const;
    void finish_authentication(Allowed<SessionRights>&& rights);
    void accept(SessionRights&& rights);
    std::optional<wire::Refusal> start_append(wire::Append& frame);
    bool may_ask_for_vault(std::uint32_t request_id);
    template<typename Answer>
    std::function<void(base::Result<Answer, wire::Refusal>)> vault_callback(std::uint32_t request_id, const Observation& observation);
    bool may_ask_for_blob(std::uint32_t request_id);
    template<typename Answer>
    std::function<void(base::Result<Answer, wire::Refusal>)> blob_callback(std::uint32_t request_id, const Observation& observation);
    bool may_ask_for_meeting(std::uint32_t request_id, const Observation& observation);
    void answer_for_meeting(std::uint32_t request_id, Meetings::Answer&& answer);
    AppendCallback append_callback(std::uint32_t request_id, std::uint32_t board, std::size_t size);
    bool waits_for_directory(std::uint32_t board) const;
    void continue_following(std::uint32_t board, Following& following);
    void end_following(std::uint32_t board);
    void send(const wire::RelayFrame& frame);
    void send_shared(const SharedBytes& message);
    void send_all(const Frames& frames);
    void refuse(std::uint32_t request_id, wire::Refusal refusal);
    void observe(const Observation& observation);
    void refuse_and_close(wire::Refusal refusal);

    SessionEnvironment m_environment;
    Connection* m_connection;                     // nullptr once closed
    std::optional<channel::RelayChannel> m_channel;
    wire::Nonce m_nonce{};
    std::optional<SessionRights> m_rights;
    base::UnixMilliseconds m_accepted_at;
    bool m_authenticating = false;                // a token is being looked at
    bool m_closing = false;
    std::map<std::uint32_t, Following> m_following;
    std::size_t m_outstanding_appends = 0;
    std::size_t m_outstanding_reads = 0;
    std::size_t m_outstanding_token_requests = 0;
    std::size_t m_outstanding_blob_requests = 0;
    std::uint64_t m_blob_bytes = 0;               // of the blobs it has made
    TokenBucket m_cells{m_environment.cell_rate, m_environment.cell_rate * kCellBurstSeconds};
    TokenBucket m_records{kRecordRate, kRecordBurst};
    TokenBucket m_reads{kReadRate, kReadBurst};
    TokenBucket m_vault_requests{kVaultSessionRate, kVaultSessionBurst};
    std::size_t m_vault_creations = 0;
    MeetingAllowance m_meetings;
    std::unique_ptr<VaultSessions::Place> m_vault_place;   // of a session for vaults alone
};

}  // namespace sinetti::relay
