#pragma once
// An ingress before a relay, as a server under test: its clients are the relay's, and what is measured is the ingress's processor.

#include "bench/relay/load.h"

namespace sinetti::bench {

class Ingress final : public Server {
public:
    enum class Batching : std::uint8_t { off, on };
    Ingress(const std::filesystem::path& program, const std::filesystem::path& folder, RelayServer& relay, Batching batching);

    std::unique_ptr<Session> connect(Role role) override { return m_relay.connect_at(m_port, role); }
    RelayServer& relay() { return m_relay; }

private:
    RelayServer& m_relay;
    std::uint16_t m_port = 0;
};

struct MixedFigures {
    double seconds = 0, cpu_seconds = 0, relay_cpu_seconds = 0;
    double messages = 0;                  // that clients sent
    Latencies latencies;                  // of cells, from a client's second to one who reads the board
};

// Each client sends one mixed message a second, at a moment of its own: `cells` of them all a second are cells, the rest is cover. They do
// not follow the board, but for one more who reads it: what deliveries cost is measured apart from this.
MixedFigures mix(Ingress& ingress, unsigned clients, unsigned cells, double seconds);

}  // namespace sinetti::bench
