#pragma once
// The sealed channel between client and relay, inside the WebSocket: whoever reads along there, a proxy that ends TLS included,
// sees messages of a few sizes and noise in them. docs/protocol.md §9 is the text.
//
//   client ── enc ‖ sealed Hello ──────────────► relay       HPKE (RFC 9180, base mode) to the relay's pinned key
//          ◄── sealed frames ── shared frames ──             under secrets exported from the HPKE context, one for
//          ─── sealed frames ──────────────────►             each direction (as RFC 9458 does for its response)
//
// A channel that has met an error is good for nothing more.

#include "channel/message_key.h"
#include "channel/shared_key.h"
#include "directory/relay_keys.h"

#include <map>
#include <optional>

namespace sinetti::channel {

// What the relay answers to a first message it cannot open, before it closes: it looks like any other answer to everybody but
// the client, to whom it says that this relay has not the key.
base::Bytes noise(base::Random& random);

class ClientChannel {
public:
    struct Opened;
    static Result<Opened> open(const directory::RelayKeys& keys, base::Random& random, const wire::Hello& hello = {});   // wrong_key: no X25519 key

    base::Bytes seal(const wire::ClientFrame& frame);
    base::Bytes seal_encoded(base::ByteView frame) { return m_sending.seal({}, frame); }   // as encoded with Seal::session
    // nullopt: a message for the channel itself. Errors: wrong_key for the first message, garbled.
    Result<std::optional<wire::RelayFrame>> receive(base::ByteView message);

private:
    ClientChannel(MessageKey&& sending, MessageKey&& receiving) : m_sending(std::move(sending)), m_receiving(std::move(receiving)) {}
    Result<wire::RelayFrame> receive_shared(SharedKey& key, base::ByteView message);

    MessageKey m_sending;
    MessageKey m_receiving;
    std::map<std::uint32_t, SharedKey> m_shared_keys;   // by board, of each the latest
    std::uint64_t m_shared_count = 0;
    bool m_heard = false;                               // something of the relay's has opened
};

struct ClientChannel::Opened {
    ClientChannel channel;
    base::Bytes message;                                // the first one
};

class RelayChannel {
public:
    struct Accepted;
    // Errors: wrong_key, garbled.
    static Result<Accepted> accept(const crypto::DhPrivateKey& key, const directory::RelayKeys& keys, base::ByteView message);

    Result<wire::ClientFrame> receive(base::ByteView message);   // garbled
    base::Bytes seal(const wire::RelayFrame& frame);
    base::Bytes seal_encoded(base::ByteView frame);              // as encoded with Seal::session

    // A shared message goes out on this channel now. It is counted in, so that one that is held back or dropped shows at the
    // next message of the channel's own.
    void count_shared() { ++m_shared_count; }

private:
    RelayChannel(MessageKey&& sending, MessageKey&& receiving) : m_sending(std::move(sending)), m_receiving(std::move(receiving)) {}

    MessageKey m_sending;
    MessageKey m_receiving;
    std::uint64_t m_shared_count = 0;
};

struct RelayChannel::Accepted {
    RelayChannel channel;
    wire::Hello hello;
};

}  // namespace sinetti::channel
