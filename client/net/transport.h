#pragma once
// The way to the relay, handed in: a WebSocket in the browser's worker, Boost.Beast or a simulator natively.
// Calls and callbacks happen on one thread. After on_closed no further callback comes until open() is called again.

#include "base/bytes.h"

namespace sinetti::net {

class TransportListener {
public:
    virtual ~TransportListener() = default;
    virtual void on_opened() = 0;
    virtual void on_frame(base::ByteView frame) = 0;   // one whole WebSocket message
    virtual void on_closed() = 0;                      // also when open() could not connect
};

class Transport {
public:
    virtual ~Transport() = default;
    virtual void open(TransportListener& listener) = 0;   // connects to the one relay this transport was made for
    virtual void send(base::ByteView frame) = 0;          // only between on_opened and on_closed
    virtual void close() = 0;                             // on_closed follows
};

// Wake-ups, handed in beside the clock. One is pending at the most; a new call replaces it.
class Alarm {
public:
    virtual ~Alarm() = default;
    virtual void wake_after(std::int64_t milliseconds) = 0;
};

}  // namespace sinetti::net
