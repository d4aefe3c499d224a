#pragma once
// A second's worth of mixed messages, one of each client, in an order that nobody outside knows. Without any socket or clock: take()
// what comes, and tick() once a second.
//
// What is passed on says nothing of who sent it or when within the second. All of it goes on: an ingress cannot tell a cell from cover.

#include "base/bytes.h"
#include "base/random.h"

#include <deque>
#include <map>
#include <vector>

namespace sinetti::ingress {

class Batcher {
public:
    using Client = std::uint64_t;

    explicit Batcher(base::Random& random) : m_random(random) {}

    enum class Taken : std::uint8_t {
        yes,
        early,      // more of this client's wait already than may: it was dropped
        too_many,   // the same, and not for the first time; or there is no room for anybody's
    };
    Taken take(Client client, base::ByteView message);   // wire::kMixedMessageSize bytes
    void forget(Client client);                          // it has gone; what it said goes on, second by second

    // One message of each client that has any, shuffled, as batches for the relay: full ones, and a last one.
    std::vector<base::Bytes> tick();

private:
    struct Waiting {
        std::deque<base::Bytes> messages;
        std::size_t early = 0;
        bool gone = false;
    };
    base::Random& m_random;
    std::map<Client, Waiting> m_clients;
    std::size_t m_held = 0;                              // messages
};

}  // namespace sinetti::ingress
