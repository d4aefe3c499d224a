#pragma once
// What a connection has yet to send, as WebSocket frames in order. Payloads are shared: a message for a thousand followers lies
// in memory once. gather() lists all that is pending for one system call, consume() takes off what the kernel took, which may end
// anywhere in a frame.

#include "relay/store.h"
#include "relay/websocket_frame.h"

#include <sys/uio.h>
#include <vector>

namespace sinetti::relay {

class SendQueue {
public:
    void push(Opcode opcode, SharedBytes payload);

    bool empty() const { return m_first == m_frames.size(); }
    std::size_t bytes() const { return m_bytes; }                      // of payload, a frame that has begun in full
    std::size_t frames() const { return m_frames.size() - m_first; }

    // Fills `parts` from the front; valid until the queue changes.
    std::size_t gather(std::span<iovec> parts) const;
    void consume(std::size_t bytes);
    void clear();

private:
    struct Frame {
        ServerFrameHeader header;
        SharedBytes payload;
        std::size_t size() const { return header.size + payload->size(); }
    };
    std::vector<Frame> m_frames;   // from m_first on; a deque would cost every idle connection half a KiB
    std::size_t m_first = 0;
    std::size_t m_sent = 0;        // bytes of the first frame that are gone
    std::size_t m_bytes = 0;
};

}  // namespace sinetti::relay
