#pragma once
// A client's second connection to the relay, for what needs its name: a transport, and what is under way on it.

#include "net/transport.h"
#include "tests/simulation/simulated_relay.h"

#include <deque>

namespace sinetti::simulation {

class SecondLine final : public net::Transport, private RelayConnection {
public:
    explicit SecondLine(SimulatedRelay& relay) : m_relay(relay) {}
    ~SecondLine() override { forget(); }

    void forget();                            // its client has died
    void cut();                               // both ends learn of it
    bool is_connected() const { return m_connected; }
    bool has_incoming() const { return !m_incoming.empty(); }
    bool has_outgoing() const { return !m_outgoing.empty(); }
    void take_incoming();                     // one thing that happened reaches the client,
    void take_outgoing();                     // one frame the relay
    bool is_down = false;                     // nothing can be opened

private:
    void open(net::TransportListener& listener) override;
    void send(base::ByteView frame) override;
    void close() override;
    void deliver(base::Bytes frame) override { m_incoming.push_back({Signal::frame, std::move(frame)}); }
    void drop() override;

    enum class Signal : std::uint8_t { opened, closed, frame };
    struct Incoming {
        Signal signal;
        base::Bytes frame;
    };
    SimulatedRelay& m_relay;
    net::TransportListener* m_listener = nullptr;
    bool m_connected = false;
    std::deque<Incoming> m_incoming;
    std::deque<base::Bytes> m_outgoing;
};

}  // namespace sinetti::simulation
