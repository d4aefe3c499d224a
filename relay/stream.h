#pragma once
// A client's bytes in both directions: a socket, or TLS on one. receive() and send() do what can be done at once, as recv(2) and
// sendmsg(2); with the same bytes again after `wait`. The async_ operations are what Beast wants for as long as it speaks HTTP.
//
// TLS writes with write(2): whoever uses it ignores SIGPIPE.

#include "relay/limits.h"
#include "relay/tls.h"

#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/role.hpp>

#include <array>
#include <span>
#include <sys/uio.h>

namespace sinetti::relay {

using Socket = boost::asio::ip::tcp::socket;

class Stream {
public:
    using executor_type = Socket::executor_type;

    explicit Stream(Socket&& socket, TlsConnection tls = nullptr);   // the socket neither blocks nor delays from now on

    executor_type get_executor() { return m_socket.get_executor(); }
    const Socket& socket() const { return m_socket; }
    bool is_tls() const { return m_tls != nullptr; }

    enum class Step : std::uint8_t { moved, wait, ended };
    struct Moved {
        Step step = Step::wait;
        std::size_t bytes = 0;
    };
    Moved receive(std::span<std::uint8_t> room);      // room for one byte at the least
    Moved send(std::span<const iovec> parts);
    std::size_t unacknowledged();                     // bytes sent that the other side's kernel has not taken

    void shut_down();                                 // nothing more will be sent
    void close();

    // handler(error_code): there is something to receive(), or room to send().
    template<typename Handler>
    void async_wait_readable(Handler&& handler)
    {
        if (holds_received())
            boost::asio::post(m_socket.get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler), boost::system::error_code()));
        else
            m_socket.async_wait(m_receive_waits_for, std::forward<Handler>(handler));
    }
    template<typename Handler>
    void async_wait_writable(Handler&& handler)
    {
        m_socket.async_wait(m_send_waits_for, std::forward<Handler>(handler));
    }

    template<typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token)
    {
        return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(Reading<Buffers>{*this, buffers}, token, m_socket);
    }
    template<typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token)
    {
        return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(Writing<Buffers>{*this, buffers}, token, m_socket);
    }

private:
    template<typename Buffers>
    struct Reading {
        Stream& stream;
        Buffers buffers;
        bool waited = false;

        template<typename Self>
        void operator()(Self& self, boost::system::error_code error = {})
        {
            if (error) return self.complete(error, 0);
            if (std::exchange(waited, true)) {
                std::span<std::uint8_t> room;
                for (const boost::asio::mutable_buffer buffer : boost::beast::buffers_range_ref(buffers))
                    if (room.empty()) room = {static_cast<std::uint8_t*>(buffer.data()), buffer.size()};
                if (room.empty()) return self.complete({}, 0);
                const auto moved = stream.receive(room);
                if (moved.step == Step::moved) return self.complete({}, moved.bytes);
                if (moved.step == Step::ended) return self.complete(boost::asio::error::eof, 0);
            }
            stream.async_wait_readable(std::move(self));
        }
    };

    template<typename Buffers>
    struct Writing {
        Stream& stream;
        Buffers buffers;
        bool waited = false;

        template<typename Self>
        void operator()(Self& self, boost::system::error_code error = {})
        {
            if (error) return self.complete(error, 0);
            if (std::exchange(waited, true)) {
                std::array<iovec, kGatherMax> parts;
                std::size_t count = 0;
                for (const boost::asio::const_buffer buffer : boost::beast::buffers_range_ref(buffers))
                    if (count < parts.size() && buffer.size() > 0) parts[count++] = {const_cast<void*>(buffer.data()), buffer.size()};
                if (count == 0) return self.complete({}, 0);
                const auto moved = stream.send(std::span(parts).first(count));
                if (moved.step == Step::moved) return self.complete({}, moved.bytes);
                if (moved.step == Step::ended) return self.complete(boost::asio::error::broken_pipe, 0);
            }
            stream.async_wait_writable(std::move(self));
        }
    };

    bool holds_received() const { return m_tls != nullptr && SSL_pending(m_tls.get()) > 0; }
    Step step_after(int result, Socket::wait_type& waits_for);
    Moved send_sealed(std::span<const iovec> parts);

    Socket m_socket;
    TlsConnection m_tls;
    bool m_broken = false;                            // TLS: nothing more may be said on it
    // TLS may have to send before it can receive, and the other way round.
    Socket::wait_type m_receive_waits_for = Socket::wait_read;
    Socket::wait_type m_send_waits_for = Socket::wait_write;
};

// How Beast's WebSocket handshake ends a stream under it.
template<typename Handler>
void async_teardown(boost::beast::role_type, Stream& stream, Handler&& handler)
{
    stream.close();
    boost::asio::post(stream.get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler), boost::system::error_code()));
}
inline void beast_close_socket(Stream& stream) { stream.close(); }

}  // namespace sinetti::relay
