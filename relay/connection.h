#pragma once
// Sockets: an HTTP connection, and the WebSocket it may become. Everything runs on the I/O thread; each object lives as
// long as an operation of its own is under way.

#include "relay/flusher.h"
#include "relay/http.h"
#include "relay/session.h"

#include <boost/asio/ip/tcp.hpp>

namespace sinetti::relay {

using Socket = boost::asio::ip::tcp::socket;

// What connections need from the server.
class ConnectionHost {
public:
    virtual ~ConnectionHost() = default;
    virtual const StaticFiles& files() const = 0;
    virtual const std::string& relay_document() = 0;   // empty until the organisation is founded, and then always the same
    virtual SessionEnvironment session_environment(const Socket& socket) = 0;
    virtual Metrics& metrics() = 0;
    // One more block may be read and sent for as long as the ticket lives; nullptr: too many are.
    virtual std::shared_ptr<void> admit_block() = 0;
    virtual void read_block(const BlockAddress& address, std::function<void(SharedBytes)> done) = 0;   // nullptr: not here
    virtual void opened(Session& session, std::function<void()> close_for_drain) = 0;
    virtual void closed(Session& session) = 0;
    virtual Flusher& flusher() = 0;
    virtual std::span<std::uint8_t> receive_buffer() = 0;   // kReceiveBufferSize, one for all connections: empty again before anybody else runs
    virtual bool admit() = 0;       // one more socket; false: too many
    virtual void released() = 0;    // a socket that was admitted is gone
};

// Serves requests on a fresh socket. The caller has asked host.admit().
void serve_http(Socket&& socket, ConnectionHost& host);

// Completes the upgrade that `request` asks for and runs a session on it; takes over the admission. Beast shakes hands; after that
// the raw socket carries frames of websocket_frame.h, many with one system call, and an idle connection holds no buffer.
void serve_websocket(Socket&& socket, HttpRequest&& request, ConnectionHost& host);

}  // namespace sinetti::relay
