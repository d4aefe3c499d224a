#pragma once
// What stands between a client's WebSocket and what it is connected to: a session of the relay, or an ingress's way to it. Without
// any socket.

#include "relay/store.h"
#include "relay/websocket_frame.h"

namespace sinetti::relay {

// The way back to the client: a WebSocket, or a test.
class Connection {
public:
    virtual ~Connection() = default;
    virtual void send(SharedBytes message) = 0;   // queued, in this order; a queue that grows over its limit closes the connection
    virtual void send_shared(SharedBytes message) = 0;   // the same, of what goes to many: others may be served first
    virtual void close(CloseCode code) = 0;       // after what is queued; on_closed() follows later, never from within
    virtual bool busy() const = 0;                // so much is queued that no more should be fetched; on_writable() follows
    virtual bool lagging() const = 0;             // so much that not even what is published should be added; implies busy()
    virtual void resume() = 0;                    // its user was not ready(), and is now. Not from within a call
};

class ConnectionUser {
public:
    virtual ~ConnectionUser() = default;
    virtual void on_message(base::ByteView message) = 0;
    virtual void on_garbage() = 0;                // a message that is not binary
    virtual void on_writable() = 0;               // no longer busy()
    virtual void on_closed() = 0;                 // the last call
    virtual bool ready() const { return true; }   // for another message; otherwise nothing is read until resume()
    virtual bool is_established() const = 0;      // who is not, kAuthenticationDeadline after connecting, is closed
    virtual bool is_short_lived() const { return false; }   // kVaultSessionDeadline
};

}  // namespace sinetti::relay
