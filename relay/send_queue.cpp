#include "relay/send_queue.h"

#include "base/check.h"

namespace sinetti::relay {

namespace {

constexpr std::size_t kKeptFrames = 8;   // an empty queue keeps room for so many

}  // namespace

void SendQueue::push(Opcode opcode, SharedBytes payload)
{
    // Frames that are gone make room once they are half of all, so that every frame is moved once or twice at the most.
    if (m_frames.size() == m_frames.capacity() && m_first > m_frames.size() / 2) {
        m_frames.erase(m_frames.begin(), m_frames.begin() + std::ptrdiff_t(m_first));
        m_first = 0;
    }
    m_bytes += payload->size();
    const auto header = server_frame_header(opcode, payload->size());
    m_frames.push_back({header, std::move(payload)});
}

std::size_t SendQueue::gather(std::span<iovec> parts) const
{
    std::size_t count = 0;
    auto skip = m_sent;
    const auto add = [&](const std::uint8_t* data, std::size_t size) {
        if (skip >= size) {
            skip -= size;
            return;
        }
        parts[count++] = {const_cast<std::uint8_t*>(data + skip), size - skip};   // sendmsg(2) only reads
        skip = 0;
    };
    for (auto i = m_first; i < m_frames.size() && count + 2 <= parts.size(); ++i) {
        add(m_frames[i].header.bytes.data(), m_frames[i].header.size);
        add(m_frames[i].payload->data(), m_frames[i].payload->size());
    }
    return count;
}

void SendQueue::consume(std::size_t bytes)
{
    m_sent += bytes;
    while (!empty() && m_sent >= m_frames[m_first].size()) {
        auto& frame = m_frames[m_first++];
        m_sent -= frame.size();
        m_bytes -= frame.payload->size();
        frame.payload.reset();
    }
    if (!empty()) return;
    CHECK_INVARIANT(m_sent == 0);
    m_first = 0;
    m_frames.clear();
    if (m_frames.capacity() > kKeptFrames) m_frames.shrink_to_fit();
}

void SendQueue::clear()
{
    m_frames = {};
    m_first = m_sent = m_bytes = 0;
}

}  // namespace sinetti::relay
