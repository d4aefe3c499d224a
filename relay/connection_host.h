#pragma once
// Sockets: an HTTP connection, and the WebSocket it may become. Everything runs on the I/O thread; each object lives as
// long as an operation of its own is under way.

#include "relay/admissions.h"
#include "relay/connection.h"
#include "relay/deadlines.h"
#include "relay/flusher.h"
#include "relay/http.h"
#include "relay/metrics_page.h"
#include "relay/observer.h"
#include "relay/stream.h"

namespace sinetti::relay {

// What a WebSocket is for: /ws, or /batch.
enum class Line : std::uint8_t { session, batches };

// What connections need from the server.
class ConnectionHost {
public:
    virtual ~ConnectionHost() = default;
    virtual const StaticFiles& files() const = 0;
    virtual Health health() const { return Health::well; }
    // Empty until the organisation is founded, and then always the same; nullopt: it cannot be had now. It lasts as long as we do.
    virtual void relay_document(std::function<void(std::optional<std::string_view>)> done) = 0;
    virtual const Deadlines& deadlines() const { return kDeadlines; }
    virtual ConnectionFigures& figures() = 0;
    virtual void requested(const Socket&, const HttpRequest&) {}   // anything but a WebSocket
    virtual bool takes_batches(const Socket&) const { return false; }   // where not, there is no such path
    // One more block may be read and sent for as long as the ticket lives; nullptr: too many are.
    virtual std::shared_ptr<void> admit_block() = 0;
    virtual void read_block(const BlockAddress& address, std::function<void(SharedBytes)> done) = 0;   // nullptr: not here
    // A WebSocket is open: what it is connected to. It may be closed for draining until closed(). `agent`: what the client's head says it is.
    virtual std::shared_ptr<ConnectionUser> opened(const Socket& socket, std::string_view agent, Line line, Connection& connection, std::function<void()> close_for_drain) = 0;
    virtual void closed(ConnectionUser& user) = 0;
    virtual Flusher& flusher() = 0;
    virtual std::span<std::uint8_t> receive_buffer() = 0;   // kReceiveBufferSize, one for all connections: empty again before anybody else runs
};

// As what was asked for, by whom and with which program: everything but a WebSocket.
void observe_request(Observer& observer, const Socket& socket, const HttpRequest& request);

// Serves requests on a fresh stream.
void serve_http(Stream&& stream, Admissions::Ticket&& ticket, ConnectionHost& host);

// Completes the upgrade that `request` asks for and opens the connection. Beast shakes hands; after that the bare stream carries
// frames of websocket_frame.h, many with one system call, and an idle connection holds no buffer.
void serve_websocket(Stream&& stream, Admissions::Ticket&& ticket, HttpRequest&& request, Line line, ConnectionHost& host);

}  // namespace sinetti::relay
