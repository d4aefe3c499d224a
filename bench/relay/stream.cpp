#include "bench/relay/stream.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sinetti::bench {

namespace {

constexpr int kPatience = 30'000;              // milliseconds; what takes longer has failed
constexpr std::size_t kChunk = 256u << 10;
constexpr std::uint8_t kMask[4] = {0x12, 0x34, 0x56, 0x78};

void wait_for(int fd, short events)
{
    pollfd entry{fd, events, 0};
    if (::poll(&entry, 1, kPatience) <= 0) give_up("a server does not answer");
}

}  // namespace

base::Bytes masked_frame(base::ByteView payload)
{
    base::Bytes frame{0x82};
    if (payload.size() < 126) {
        frame.push_back(static_cast<std::uint8_t>(0x80 | payload.size()));
    } else {
        if (payload.size() > 0xffff) give_up("a message larger than any client's");
        frame.insert(frame.end(), {0xfe, static_cast<std::uint8_t>(payload.size() >> 8), static_cast<std::uint8_t>(payload.size())});
    }
    frame.insert(frame.end(), std::begin(kMask), std::end(kMask));
    const auto start = frame.size();
    frame.insert(frame.end(), payload.begin(), payload.end());
    for (std::size_t i = 0; i < payload.size(); ++i) frame[start + i] ^= kMask[i % 4];
    return frame;
}

std::string upgrade_request(std::uint16_t port, const std::string& path, const std::string& subprotocol)
{
    const auto host = "localhost:" + std::to_string(port);
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
           (subprotocol.empty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n") + "\r\n";
}

void give_up(const std::string& why)
{
    std::fprintf(stderr, "bench-relay: %s\n", why.c_str());
    std::exit(1);
}

Stream::Stream(std::uint16_t port, const std::string& path, const std::string& subprotocol)
{
    m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (m_fd < 0 || ::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up(std::string("cannot connect: ") + std::strerror(errno));
    const int on = 1;
    ::setsockopt(m_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto request = upgrade_request(port, path, subprotocol);
    if (::send(m_fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) give_up("cannot send");
    std::string head;
    for (auto end = std::string::npos; end == std::string::npos;) {
        char chunk[4096];
        wait_for(m_fd, POLLIN);
        const auto received = ::recv(m_fd, chunk, sizeof chunk, 0);
        if (received <= 0) give_up("a server closed in the handshake");
        head.append(chunk, static_cast<std::size_t>(received));
        end = head.find("\r\n\r\n");
        if (end != std::string::npos) m_in.assign(head.begin() + std::ptrdiff_t(end) + 4, head.end());
    }
    if (head.find("101") == std::string::npos) give_up("no WebSocket there: " + head.substr(0, head.find('\r')));
}

Stream::~Stream()
{
    if (m_fd >= 0) ::close(m_fd);
}

bool Stream::take_frame(base::Bytes& payload)
{
    const auto left = m_in.size() - m_read;
    const auto* data = m_in.data() + m_read;
    if (left < 2) return false;
    std::uint64_t size = data[1] & 0x7f;
    const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (left < 2 + extra) return false;
    if (extra > 0) {
        size = 0;
        for (std::size_t i = 0; i < extra; ++i) size = size << 8 | data[2 + i];
    }
    if (left < 2 + extra + size) return false;
    if ((data[0] & 0x0f) == 0x8) {
        m_closed = true;
        return false;
    }
    const bool is_control = (data[0] & 0x08) != 0;
    payload.assign(data + 2 + extra, data + 2 + extra + size);
    if (is_control) payload.clear();
    m_read += 2 + extra + static_cast<std::size_t>(size);
    return true;
}

void Stream::send(base::ByteView payload)
{
    queue(payload);
    while (!flush()) wait_for(m_fd, POLLOUT);
}

base::Bytes Stream::receive()
{
    base::Bytes payload;
    for (;;) {
        if (take_frame(payload)) {
            if (payload.empty()) continue;
            return payload;
        }
        m_in.erase(m_in.begin(), m_in.begin() + std::ptrdiff_t(m_read));
        m_read = 0;
        std::uint8_t chunk[16384];
        wait_for(m_fd, POLLIN);
        const auto received = ::recv(m_fd, chunk, sizeof chunk, 0);
        if (received <= 0 || m_closed) give_up("a server closed a session");
        m_in.insert(m_in.end(), chunk, chunk + received);
    }
}

void Stream::set_non_blocking()
{
    ::fcntl(m_fd, F_SETFL, ::fcntl(m_fd, F_GETFL) | O_NONBLOCK);
}

void Stream::queue(base::ByteView payload)
{
    const auto frame = masked_frame(payload);
    m_out.insert(m_out.end(), frame.begin(), frame.end());
}

void Stream::stay()
{
    m_out.insert(m_out.end(), {0x8a, 0x80});   // a pong that nobody has asked for (RFC 6455 §5.5.3)
    m_out.insert(m_out.end(), std::begin(kMask), std::end(kMask));
    (void)flush();
}

bool Stream::flush()
{
    while (m_written < m_out.size()) {
        const auto sent = ::send(m_fd, m_out.data() + m_written, m_out.size() - m_written, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
        if (sent <= 0) {
            m_closed = true;
            break;
        }
        m_written += static_cast<std::size_t>(sent);
    }
    m_out.clear();
    m_written = 0;
    return true;
}

std::size_t Stream::receive_all(const OnPayload& on_payload)
{
    std::size_t total = 0;
    base::Bytes payload;
    for (bool more = true; more;) {
        const auto size = m_in.size();
        m_in.resize(size + kChunk);
        const auto received = ::recv(m_fd, m_in.data() + size, kChunk, MSG_DONTWAIT);
        m_in.resize(size + static_cast<std::size_t>(std::max<ssize_t>(received, 0)));
        if (received == 0 || (received < 0 && errno != EAGAIN)) m_closed = true;
        more = received == static_cast<ssize_t>(kChunk);
        total += static_cast<std::size_t>(std::max<ssize_t>(received, 0));
        while (take_frame(payload)) {
            if (!payload.empty()) on_payload(payload);
        }
        m_in.erase(m_in.begin(), m_in.begin() + std::ptrdiff_t(m_read));
        m_read = 0;
    }
    return total;
}

std::size_t Stream::discard_all()
{
    std::size_t total = 0;
    for (;;) {
        const auto received = ::recv(m_fd, nullptr, 16u << 20, MSG_TRUNC | MSG_DONTWAIT);   // tcp(7): thrown away
        if (received <= 0) {
            m_closed = received == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
            return total;
        }
        total += static_cast<std::size_t>(received);
        if (received < 16 << 20) return total;
    }
}

}  // namespace sinetti::bench
