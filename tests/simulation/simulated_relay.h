#pragma once
// A relay in memory that keeps the wire protocol's promises: the sealed channel, idempotent appends, one order per board, the
// hash chain, the directory's rules. Its boards survive restart(); its connections do not. It also misbehaves on request.

#include "base/clock.h"
#include "base/random.h"
#include "channel/channel.h"
#include "directory/board_statement.h"
#include "directory/relay_keys.h"
#include "directory/state.h"
#include "tests/simulation/simulated_meetings.h"
#include "tests/simulation/simulated_vaults.h"
#include "tokens/token.h"
#include "wire/frame.h"

#include <functional>
#include <map>
#include <memory>
#include <set>

namespace sinetti::simulation {

class RelayConnection {   // what the relay keeps for one connection, and the way back
public:
    virtual ~RelayConnection() = default;
    virtual void deliver(base::Bytes frame) = 0;
    virtual void drop() = 0;   // the relay closes it

    std::optional<channel::RelayChannel> channel;
    wire::Nonce nonce{};
    std::optional<wire::SessionKind> kind;
    directory::PublicKey key{};                       // the device's, the invite's or the identity's
    std::set<std::uint32_t> following;                // boards
};

class SimulatedRelay {
public:
    SimulatedRelay(const base::Clock& clock, std::uint64_t seed);

    const base::ByteArray<32>& founder_token() const { return m_token; }
    directory::RelayKeys keys() const { return {m_channel_key.public_key(), m_signing_key.public_key()}; }
    void connect(RelayConnection& connection);
    void disconnect(RelayConnection& connection) { m_connections.erase(&connection); }
    void receive(RelayConnection& connection, base::ByteView frame);
    void restart();

    struct Board {
        std::vector<base::Bytes> entries;            // those before the cut are there, and not given to anybody
        std::vector<wire::Head> heads;               // heads[n] covers entries 0 … n-1
        std::map<wire::Tag, std::uint64_t> tags;
        std::shared_ptr<channel::SharedKey> stream_key;   // of what followers get; another one now and then
        std::uint64_t cut = 0;
    };
    void cut(std::uint32_t board, std::uint64_t position);   // what is before goes, tags and all
    Board& board(std::uint32_t number) { return m_boards.at(number); }
    const directory::DirectoryState& directory() const { return m_directory; }
    std::uint64_t append_raw(std::uint32_t board, base::ByteView entry);   // as some member of staff, past all rules but the tag's

    void swap_directory(SimulatedRelay& other) { std::swap(m_directory, other.m_directory); }
    void swap_keys(SimulatedRelay& other)
    {
        std::swap(m_channel_key, other.m_channel_key);
        std::swap(m_signing_key, other.m_signing_key);
    }

    std::uint16_t cipher_suite = 0;    // the policy of board 1, as the next session hears it

    // An ingress that batches stands before it, in the same place: what it does to times is not looked at here.
    wire::SendingLevel level = wire::SendingLevel::prompt;   // of board 1, as the next session hears it
    bool has_mixing_ingress = true;
    wire::BoardInfo policy(std::uint32_t board) const;       // what administrators have signed; of board 1, otherwise, the above
    std::function<void(std::vector<wire::BoardInfo>& boards)> misreports;   // in what Accepted says
    std::function<bool(base::ByteView cell)> intercepts_cell = [](base::ByteView) { return false; };   // true: it is lost, after whatever was done
    std::function<bool()> loses_mixed = [] { return false; };
    struct MixedMessage {
        const RelayConnection* connection;
        base::UnixMilliseconds at;
        bool is_cell;
    };
    std::vector<MixedMessage> mixed;                 // all that came
    std::size_t cells_in_sessions = 0;               // of board 1, while it was mixed
    std::size_t tokens_issued = 0;

    // Access tokens.
    struct Issuer {
        directory::TokenIssuer record;
        crypto::OprfPrivateKey key;
    };
    std::vector<Issuer> issuers;       // oldest first
    void publish_issuer(base::UnixMilliseconds period);
    std::size_t tokens_per_device = 64;
    bool issues_with_own_key = false;  // marks whoever asks with a key that is not on board 0
    std::size_t sessions_by_device = 0;
    std::size_t sessions_by_token = 0;
    std::size_t tokens_shown_twice = 0;
    std::size_t cells_by_device = 0;   // that came in sessions with a name, and were refused

    // Blobs, by address.
    struct Blob {
        std::uint8_t size_class = 0;
        std::int64_t last_day = 0;     // on which it is kept
        std::vector<base::Bytes> chunks;
    };
    std::map<wire::BlobAddress, Blob> blobs;
    std::optional<wire::Refusal> refuses_blobs;      // makes none, for this reason
    std::size_t blobs_completed = 0;
    std::size_t blobs_refused = 0;
    std::size_t blobs_missed = 0;      // reads of what is not there

    SimulatedVaults vaults;
    SimulatedMeetings meetings;
    std::string document() const;      // /relay.json

    bool storage_full = false;
    bool says_closed = false;          // of every board of cells, whatever board 0 says
    std::size_t cells_refused_closed = 0;
    bool signs_heads = true;
    bool takes_any_record = false;     // append_raw: what no relay should let onto board 0
    std::size_t tags_refused = 0;      // appends under a tag that holds other bytes
    std::uint64_t appended = 0;
    std::size_t entries_per_frame = 64;

private:
    void refuse(RelayConnection& connection, std::uint32_t request, wire::Refusal code, bool close = false);
    void send(RelayConnection& connection, const wire::RelayFrame& frame) { connection.deliver(connection.channel->seal(frame)); }
    void accept(RelayConnection& connection, wire::SessionKind kind, const directory::PublicKey& key);
    void handle(RelayConnection& connection, const wire::AuthenticateDevice& frame);
    void handle(RelayConnection& connection, const wire::AuthenticateInvite& frame);
    void handle(RelayConnection& connection, const wire::AuthenticateFounder& frame);
    void handle(RelayConnection& connection, const wire::AuthenticateIdentity& frame);
    void handle(RelayConnection& connection, const wire::AuthenticateToken& frame);
    void handle(RelayConnection& connection, const wire::TokenRequest& frame);
    void handle(RelayConnection& connection, const wire::BlobCreate& frame);
    void handle(RelayConnection& connection, const wire::BlobWrite& frame);
    void handle(RelayConnection& connection, const wire::BlobRead& frame);
    void handle(RelayConnection& connection, const wire::BlobDelete& frame);
    void drop_old_blobs();
    void send_blob_state(RelayConnection& connection, std::uint32_t request, const Blob& blob);
    void handle(RelayConnection& connection, const wire::AuthenticateVault& frame);
    template<typename VaultFrame>
    void handle(RelayConnection& connection, const VaultFrame& frame);
    void handle(RelayConnection& connection, const wire::MeetingPut& frame) { answer_for_meeting(connection, frame); }
    void handle(RelayConnection& connection, const wire::MeetingGet& frame) { answer_for_meeting(connection, frame); }
    void handle(RelayConnection& connection, const wire::MeetingEnd& frame) { answer_for_meeting(connection, frame); }
    template<typename MeetingFrame>
    void answer_for_meeting(RelayConnection& connection, const MeetingFrame& frame)
    {
        if (connection.kind != wire::SessionKind::token && connection.kind != wire::SessionKind::vault) return refuse(connection, frame.request_id, wire::Refusal::not_authorised);
        const auto answer = meetings.answer(frame, connection.kind == wire::SessionKind::token);
        if (!answer) return refuse(connection, frame.request_id, answer.error());
        send(connection, *answer);
    }
    void handle(RelayConnection& connection, const wire::Append& frame);
    void handle(RelayConnection& connection, const wire::Read& frame);
    void handle(RelayConnection& connection, const wire::Follow& frame);
    void handle(RelayConnection& connection, const wire::Ping& frame);
    void handle(RelayConnection& connection, const wire::Hello& frame);
    void open(RelayConnection& connection, base::ByteView message);
    void receive_mixed(RelayConnection& connection, base::ByteView message);
    bool is_genuine(base::ByteView token) const;
    std::optional<wire::Refusal> check_record(RelayConnection& connection, base::ByteView entry);
    void ensure_issuers();
    std::uint64_t store(std::uint32_t board, base::ByteView entry);
    std::vector<wire::RelayFrame> frames(std::uint32_t board, std::uint32_t request, std::uint64_t from, std::uint64_t to) const;
    wire::SignedHead statement(directory::StatementKind kind, std::uint32_t board, std::uint64_t position) const;
    void renew_stream_key(std::uint32_t board);
    void publish(std::uint32_t board);               // its last entry, to everybody who follows
    void shut_out_revoked();                         // closes the sessions of those the directory has revoked

    const base::Clock& m_clock;
    base::SeededRandom m_random;
    base::ByteArray<32> m_token;
    crypto::DhPrivateKey m_channel_key;
    crypto::SignaturePrivateKey m_signing_key;
    std::map<std::uint32_t, Board> m_boards;
    directory::DirectoryState m_directory;
    std::set<RelayConnection*> m_connections;
    std::set<tokens::TokenNonce> m_spent;
    std::map<std::pair<directory::PublicKey, tokens::ElementBytes>, std::set<base::ByteArray<32>>> m_requests;   // by device and issuer
};

}  // namespace sinetti::simulation
