#pragma once
// One client's way to the relay. Messages go on as they are in both directions, sealed to keys nobody here has, and so does the end:
//
//   client ── WebSocket ──► relay::Connection ──► Tunnel ──► uplink::Uplink ── WebSocket ──► relay
//
// A mixed message goes another way, to the Batcher, if there is one. The uplink is opened by the client's first message, so that who
// connects and says nothing costs the relay nothing. A message that has none of the seven sizes (docs/protocol.md §2) is nobody's, and
// ends the connection. Neither side is read from while the other does not take.

#include "relay/connection.h"
#include "relay/observer.h"
#include "uplink/uplink.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>

namespace sinetti::ingress {

class Batcher;

// What all tunnels share: where they lead, and what has become of them.
struct Upstream {
    boost::asio::io_context& io;
    uplink::Settings settings;
    Batcher* batcher = nullptr;                   // nullptr: mixed messages go on like all others, to a relay that says they should not
    std::uint64_t tunnels = 0;                    // so far
    relay::Observer* observer = nullptr;          // nullptr: nothing is written down
    std::function<void()> on_finished = [] {};    // one of `finishing` less

    std::size_t opening = 0;
    std::size_t finishing = 0;                    // the client has gone, and the relay has not got all it said
    std::uint64_t opened = 0, failed = 0, lost = 0;
    bool reached = true;                          // the last time one was opened; logged when it changes
};

class Tunnel final : public relay::ConnectionUser, private uplink::Listener {
public:
    Tunnel(Upstream& upstream, relay::Connection& connection, std::uint64_t observed) : m_upstream(upstream), m_connection(&connection), m_observed(observed) {}
    ~Tunnel() override;

    void cut();                                   // at once; the client hears nothing of it

private:
    void on_message(base::ByteView message) override;
    void on_garbage() override;
    void on_writable() override;
    void on_closed() override;
    bool ready() const override;
    bool is_established() const override { return m_opened; }

    void on_opened() override;
    void on_received(base::ByteView message) override;
    void on_sent() override;
    void on_ended(const uplink::Ended& ended) override;

    void open();
    void mix(base::ByteView message);
    void end(relay::CloseCode code);
    void observe(std::string_view operation, std::size_t bytes);

    Upstream& m_upstream;
    relay::Connection* m_connection;              // nullptr once closed
    std::uint64_t m_observed;                     // the observer's id for it
    std::uint64_t m_number = ++m_upstream.tunnels;   // the batcher's
    std::optional<uplink::Uplink> m_uplink;       // from the first message on
    bool m_opened = false;
    bool m_ending = false;
};

}  // namespace sinetti::ingress
