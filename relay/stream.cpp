#include "relay/stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/sockios.h>
#include <openssl/err.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace sinetti::relay {

using boost::system::error_code;

namespace {

constexpr std::size_t kTlsRecordSize = 16384;   // bytes of content, RFC 8446 §5.1

bool is_passing(int number)
{
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

}  // namespace

Stream::Stream(Socket&& socket, TlsConnection tls) : m_socket(std::move(socket)), m_tls(std::move(tls))
{
    error_code ignored;   // one that fails is a socket that has gone: the first operation says so
    m_socket.native_non_blocking(true, ignored);
    m_socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Stream::Moved Stream::receive(std::span<std::uint8_t> room)
{
    if (m_tls == nullptr) {
        const auto received = ::recv(m_socket.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
        if (received > 0) return {Step::moved, static_cast<std::size_t>(received)};
        return {received < 0 && is_passing(errno) ? Step::wait : Step::ended};
    }
    if (m_broken) return {Step::ended};
    ERR_clear_error();
    std::size_t received = 0;
    m_receive_waits_for = Socket::wait_read;
    const int result = SSL_read_ex(m_tls.get(), room.data(), room.size(), &received);
    return result == 1 ? Moved{Step::moved, received} : Moved{step_after(result, m_receive_waits_for)};
}

Stream::Moved Stream::send(std::span<const iovec> parts)
{
    if (m_tls != nullptr) return send_sealed(parts);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = parts.size();
    const auto sent = ::sendmsg(m_socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return {Step::moved, static_cast<std::size_t>(sent)};
    return {is_passing(errno) ? Step::wait : Step::ended};
}

std::size_t Stream::unacknowledged()
{
    int bytes = 0;
    return ::ioctl(m_socket.native_handle(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

// Whole records: a frame's header does not go in one of its own.
Stream::Moved Stream::send_sealed(std::span<const iovec> parts)
{
    if (m_broken) return {Step::ended};
    m_send_waits_for = Socket::wait_write;
    std::array<std::uint8_t, kTlsRecordSize> record;
    std::size_t total = 0, part = 0, offset = 0;
    for (;;) {
        std::size_t filled = 0;
        while (part < parts.size() && filled < record.size()) {
            const auto size = std::min(parts[part].iov_len - offset, record.size() - filled);
            std::memcpy(record.data() + filled, static_cast<const std::uint8_t*>(parts[part].iov_base) + offset, size);
            filled += size;
            offset += size;
            if (offset == parts[part].iov_len) ++part, offset = 0;
        }
        if (filled == 0) return {Step::moved, total};
        ERR_clear_error();
        std::size_t sent = 0;
        const int result = SSL_write_ex(m_tls.get(), record.data(), filled, &sent);
        if (result != 1) {
            const auto step = step_after(result, m_send_waits_for);
            return total > 0 && step == Step::wait ? Moved{Step::moved, total} : Moved{step};
        }
        total += sent;
        if (sent < filled) return {Step::moved, total};
    }
}

Stream::Step Stream::step_after(int result, Socket::wait_type& waits_for)
{
    switch (SSL_get_error(m_tls.get(), result)) {
    case SSL_ERROR_WANT_READ: waits_for = Socket::wait_read; return Step::wait;
    case SSL_ERROR_WANT_WRITE: waits_for = Socket::wait_write; return Step::wait;
    case SSL_ERROR_ZERO_RETURN: return Step::ended;
    default: m_broken = true; return Step::ended;
    }
}

void Stream::shut_down()
{
    ERR_clear_error();
    if (m_tls != nullptr && !m_broken && SSL_is_init_finished(m_tls.get())) (void)SSL_shutdown(m_tls.get());
    error_code ignored;
    m_socket.shutdown(Socket::shutdown_send, ignored);
}

void Stream::close()
{
    m_broken = true;
    error_code ignored;
    m_socket.close(ignored);
}

}  // namespace sinetti::relay
