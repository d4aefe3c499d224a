#pragma once
// The relay's end of a channel, for tests of whoever is at the other one.

#include "base/check.h"
#include "channel/channel.h"

namespace sinetti::channel_test {

class RelayEnd {
public:
    explicit RelayEnd(std::uint64_t seed = 77)
        : m_random(seed), m_key(crypto::DhPrivateKey::generate(m_random)), m_signing(crypto::SignaturePrivateKey::generate(m_random))
    {
    }

    directory::RelayKeys keys() const { return {m_key.public_key(), m_signing.public_key()}; }
    channel::Result<channel::RelayChannel::Accepted> accept(base::ByteView message) const { return channel::RelayChannel::accept(m_key, keys(), message); }

    void begin() { m_channel.reset(); }          // a new connection
    // nullopt: what the client sent first. Anything that is wrong with a message ends the test.
    std::optional<wire::ClientFrame> receive(base::ByteView message)
    {
        if (!m_channel) {
            auto accepted = accept(message);
            CHECK_INVARIANT(accepted.has_value());
            m_channel.emplace(std::move(accepted->channel));
            return std::nullopt;
        }
        auto frame = m_channel->receive(message);
        CHECK_INVARIANT(frame.has_value());
        return std::move(*frame);
    }
    channel::RelayChannel& channel() { return *m_channel; }
    base::Random& random() { return m_random; }

private:
    base::SeededRandom m_random;
    crypto::DhPrivateKey m_key;
    crypto::SignaturePrivateKey m_signing;
    std::optional<channel::RelayChannel> m_channel;
};

}  // namespace sinetti::channel_test
