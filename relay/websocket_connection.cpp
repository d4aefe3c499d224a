#include "relay/connection.h"
#include "relay/limits.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>

namespace sinetti::relay {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

namespace {

// The second parameter of the stream leaves permessage-deflate out: cells do not compress, and it costs memory per client.
using WebSocket = websocket::stream<Socket, false>;

class WebSocketConnection final : public Connection, public std::enable_shared_from_this<WebSocketConnection> {
public:
    WebSocketConnection(Socket&& socket, ConnectionHost& host)
        : m_socket(std::move(socket)), m_host(host), m_timer(m_socket.get_executor()),
          m_session(std::make_shared<Session>(host.session_environment(beast::get_lowest_layer(m_socket)), *this))
    {
    }
    ~WebSocketConnection() override
    {
        finish();
        m_host.released();
    }

    void accept(HttpRequest&& request)
    {
        websocket::stream_base::timeout timeouts{};
        timeouts.handshake_timeout = kHandshakeDeadline;
        timeouts.idle_timeout = kIdleTimeout;
        timeouts.keep_alive_pings = true;
        m_socket.set_option(timeouts);
        m_socket.read_message_max(kClientFrameSizeMax);
        m_socket.auto_fragment(false);
        m_socket.binary(true);
        auto shared_request = std::make_shared<HttpRequest>(std::move(request));
        m_socket.async_accept(*shared_request, [self = shared_from_this(), shared_request](error_code error) {
            if (!error) self->open();
        });
    }

    void send(SharedBytes frame) override
    {
        if (m_closing) return;
        m_host.metrics().sent_bytes += frame->size();
        m_queued_bytes += frame->size();
        m_queue.push_back(std::move(frame));
        if (m_queued_bytes > kSendQueueMax || m_queue.size() > kSendQueueFramesMax) return abandon();
        if (!m_writing) write_next();
    }

    void close() override { close_with(websocket::close_code::policy_error); }

    bool busy() const override { return m_queued_bytes >= kSendQueueBusy; }

private:
    void open()
    {
        m_open = true;
        m_host.opened(*m_session, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->close_with(websocket::close_code::going_away);
        });
        arm(kAuthenticationDeadline, [](WebSocketConnection& self) {
            if (!self.m_session->authenticated()) return self.close_with(websocket::close_code::policy_error);
            if (!self.m_session->is_short_lived()) return;
            self.arm(kVaultSessionDeadline, [](WebSocketConnection& late) { late.close_with(websocket::close_code::policy_error); });
        });
        read_next();
    }

    template<typename Duration, typename Action>
    void arm(Duration duration, Action action)
    {
        m_timer.expires_after(duration);
        m_timer.async_wait([weak = weak_from_this(), action](error_code error) {
            if (error) return;
            if (const auto self = weak.lock()) action(*self);
        });
    }

    void read_next()
    {
        m_reading = true;
        m_socket.async_read(m_buffer, [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
    }

    void on_read(error_code error)
    {
        m_reading = false;
        if (error) return finish();
        // After close() this only waits for the other side's closing frame.
        if (!m_closing) {
            m_host.metrics().received_bytes += m_buffer.size();
            if (m_socket.got_binary())
                m_session->on_message({static_cast<const std::uint8_t*>(m_buffer.data().data()), m_buffer.size()});
            else
                m_session->on_garbage();
        }
        m_buffer.consume(m_buffer.size());
        if (busy())
            m_read_paused = true;   // a client that does not take its answers asks for no more
        else
            read_next();
    }

    void write_next()
    {
        m_writing = true;
        m_socket.async_write(boost::asio::buffer(*m_queue.front()), [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
    }

    void on_written(error_code error)
    {
        m_writing = false;
        if (error || m_abandoned) return finish();
        const bool was_busy = busy();
        m_queued_bytes -= m_queue.front()->size();
        m_queue.pop_front();
        if (!m_queue.empty()) write_next();
        if (m_closing) return close_when_written();
        if (was_busy && !busy()) {
            m_session->on_writable();
            if (m_read_paused) {
                m_read_paused = false;
                if (!m_reading) read_next();
            }
        }
    }

    void close_with(websocket::close_code code)
    {
        if (m_closing) return;
        m_closing = true;
        m_close_code = code;
        arm(kCloseDeadline, [](WebSocketConnection& self) { self.abandon(); });
        boost::asio::post(m_socket.get_executor(), [self = shared_from_this()] { self->close_when_written(); });
    }

    void close_when_written()
    {
        if (!m_queue.empty() || m_close_started || !m_open) return;
        m_close_started = true;
        if (m_read_paused) {
            m_read_paused = false;
            read_next();
        }
        m_socket.async_close(m_close_code, [self = shared_from_this()](error_code) { self->finish(); });
    }

    // A client too slow, or one that does not answer the closing handshake: the socket goes, whatever is queued. Possibly in
    // the middle of publishing, so the session hears of it later.
    void abandon()
    {
        if (m_abandoned) return;
        m_abandoned = true;
        ++m_host.metrics().abandoned;
        m_closing = true;
        boost::asio::post(m_socket.get_executor(), [self = shared_from_this()] {
            error_code ignored;
            beast::get_lowest_layer(self->m_socket).close(ignored);
            self->finish();
        });
    }

    void finish()
    {
        m_closing = true;
        if (!m_open) return;
        m_open = false;
        m_timer.cancel();
        m_host.closed(*m_session);
        m_session->on_closed();
        if (!m_writing) {
            m_queue.clear();
            m_queued_bytes = 0;
        }
    }

    WebSocket m_socket;
    ConnectionHost& m_host;
    boost::asio::steady_timer m_timer;
    beast::flat_buffer m_buffer{kClientFrameSizeMax};
    std::deque<SharedBytes> m_queue;      // the first one is being written when m_writing
    std::size_t m_queued_bytes = 0;
    websocket::close_code m_close_code = websocket::close_code::normal;
    bool m_open = false, m_reading = false, m_writing = false, m_read_paused = false;
    bool m_closing = false, m_close_started = false, m_abandoned = false;
    std::shared_ptr<Session> m_session;
};

}  // namespace

void serve_websocket(Socket&& socket, HttpRequest&& request, ConnectionHost& host)
{
    std::make_shared<WebSocketConnection>(std::move(socket), host)->accept(std::move(request));
}

}  // namespace sinetti::relay
