#include "relay/connection_host.h"
#include "relay/limits.h"
#include "relay/receive_share.h"
#include "relay/send_queue.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <optional>

namespace sinetti::relay {

namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kFlushedAtOnce = 128u << 10;   // bytes to one client, before the others have their turn

// Reading: wait until there is something, take it into the buffer that all connections share, keep back what is no whole frame yet.
// Sending: queue; flush() hands everything to the kernel at once, and waits until it can take more when it did not take all.
class WebSocketConnection final : public Connection, public Flusher::Target, public std::enable_shared_from_this<WebSocketConnection> {
public:
    WebSocketConnection(Stream&& stream, Admissions::Ticket&& ticket, Line line, ConnectionHost& host)
        : m_stream(std::move(stream)), m_ticket(std::move(ticket)), m_line(line), m_host(host), m_timer(m_stream.get_executor()), m_heard(SteadyClock::now()), m_taken(m_heard)
    {
    }
    ~WebSocketConnection() override { finish(); }

    void open(std::string_view agent)
    {
        m_open = true;
        m_user = m_host.opened(m_stream.socket(), agent, m_line, *this, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->close(CloseCode::going_away);
        });
        look_after(m_host.deadlines().opening, &WebSocketConnection::look_first);
        wait_readable();
    }

    void send(SharedBytes message) override
    {
        m_share.answered(message->size());
        send(std::move(message), Flusher::Order::answers);
    }
    void send_shared(SharedBytes message) override { send(std::move(message), Flusher::Order::shared); }

    // Behind what is queued. The other side answers with a closing frame of its own.
    void close(CloseCode code) override
    {
        if (m_closing || !m_open) return;
        say_goodbye(std::make_shared<const base::Bytes>(close_payload(code)));
        if (!m_waits_readable)
            boost::asio::post(m_stream.get_executor(), [self = shared_from_this()] { self->go_on_reading(); });
    }

    void resume() override { go_on_reading(); }

    bool busy() const override { return m_queue.bytes() >= kSendQueueBusy; }
    bool lagging() const override { return m_queue.bytes() >= kSendQueueLive || (m_queue.frames() >= kSendQueueFramesMax / 2 && busy()); }

    void flush() override
    {
        m_flush_scheduled.reset();
        if (!m_open || m_queue.empty()) return;
        iovec parts[kGatherMax];
        auto some = std::span(parts).first(m_queue.gather(parts));
        std::size_t gathered = 0;
        for (std::size_t i = 0; i < some.size(); ++i) {
            some[i].iov_len = std::min(some[i].iov_len, kFlushedAtOnce - gathered);
            gathered += some[i].iov_len;
            if (gathered == kFlushedAtOnce) some = some.first(i + 1);
        }
        const auto sent = m_stream.send(some);
        if (sent.step == Stream::Step::ended) return finish();
        if (sent.step == Stream::Step::moved) on_sent(sent.bytes);
        if (!m_open || m_queue.empty()) return;
        // There is more than was gathered: after the others.
        if (sent.bytes == gathered)
            schedule_flush(Flusher::Order::shared);
        else
            wait_writable();
    }

private:
    using Look = void (WebSocketConnection::*)();

    void send(SharedBytes message, Flusher::Order order)
    {
        if (m_closing) return;
        m_host.figures().sent_bytes += message->size();
        push(Opcode::binary, std::move(message), order);
        if (m_queue.bytes() > kSendQueueMax || m_queue.frames() > kSendQueueFramesMax) abandon();
    }

    // --- time --------------------------------------------------------------------------------------------------------
    // Until finish() there is always such a look to come: it is what keeps us while we neither read nor send.
    void look_after(SteadyClock::duration duration, Look how)
    {
        m_timer.expires_after(duration);
        m_timer.async_wait([self = shared_from_this(), how](error_code error) {
            if (!error && self->m_open) (self.get()->*how)();
        });
    }

    void look_first()
    {
        if (!m_user->is_established()) return close(CloseCode::policy_error);
        if (m_user->is_short_lived()) return look_after(m_host.deadlines().vault_session, &WebSocketConnection::close_at_last);
        look();
    }

    void close_at_last() { close(CloseCode::policy_error); }

    void look()
    {
        const auto now = SteadyClock::now();
        if (!m_user->ready()) m_heard = now;   // nothing is asked of the client
        if (!m_waits_readable) m_heard = std::max(m_heard, m_taken);   // we are not listening, but it takes something
        const auto idle = m_host.deadlines().idle;
        if (now - m_heard >= idle || (!m_queue.empty() && now - m_taken >= idle)) return abandon();
        if (now - m_heard >= idle / 2) push(Opcode::ping, std::make_shared<const base::Bytes>());
        look_after(m_host.deadlines().opening, &WebSocketConnection::look);
    }

    // --- reading -----------------------------------------------------------------------------------------------------
    void wait_readable()
    {
        if (m_waits_readable || !m_open) return;
        m_waits_readable = true;
        m_stream.async_wait_readable([self = shared_from_this()](error_code error) {
            self->m_waits_readable = false;
            error ? self->finish() : self->on_readable();
        });
    }

    void on_readable()
    {
        if (!m_open) return;
        const auto buffer = m_host.receive_buffer();
        std::copy(m_rest.begin(), m_rest.end(), buffer.begin());
        const auto received = m_stream.receive(buffer.subspan(m_rest.size()));
        if (received.step == Stream::Step::ended) return finish();
        if (received.step == Stream::Step::wait) return wait_readable();
        m_heard = SteadyClock::now();
        take_in(buffer.first(m_rest.size() + received.bytes));
    }

    void take_in(std::span<std::uint8_t> bytes)
    {
        m_share.begin_turn(SteadyClock::now());
        bool is_turn_over = false;
        while (m_open && !m_deaf && !read_paused() && !is_turn_over) {
            const auto event = m_reader.next(bytes);
            if (event.kind == ClientFrameReader::Kind::incomplete) break;
            on_frame(event);
            bytes = bytes.subspan(event.consumed);
            is_turn_over = m_share.is_turn_over(SteadyClock::now());
        }
        if (m_deaf) bytes = {};
        if (!m_open) return;
        m_rest = base::to_bytes(bytes);
        const auto now = SteadyClock::now();
        const auto next_turn = m_share.end_turn(now);
        if (next_turn > now) ++m_host.figures().slowed;
        if (next_turn > now || (is_turn_over && !m_deaf)) return wait_for_turn(next_turn);
        if (!read_paused()) wait_readable();
    }

    void wait_for_turn(SteadyClock::time_point when)
    {
        m_waits_for_turn = true;
        auto timer = std::make_shared<boost::asio::steady_timer>(m_stream.get_executor(), when);
        timer->async_wait([self = shared_from_this(), timer](error_code) {
            self->m_waits_for_turn = false;
            self->go_on_reading();
        });
    }

    // A client that does not take its answers is not asked for more, until it has; nor is one whose last word is still being passed on.
    bool read_paused() const { return (busy() || !m_user->ready()) && !m_closing; }

    void go_on_reading()
    {
        if (m_waits_readable || m_waits_for_turn || !m_open) return;
        m_heard = SteadyClock::now();
        const auto buffer = m_host.receive_buffer();
        std::copy(m_rest.begin(), m_rest.end(), buffer.begin());
        take_in(buffer.first(m_rest.size()));
    }

    void on_frame(const ClientFrameReader::Event& event)
    {
        using Kind = ClientFrameReader::Kind;
        switch (event.kind) {
        case Kind::message:
        case Kind::text:
            if (m_closing) return;   // only the other side's closing frame is waited for
            m_host.figures().received_bytes += event.payload.size();
            event.kind == Kind::message ? m_user->on_message(event.payload) : m_user->on_garbage();
            return;
        case Kind::ping:
            if (m_closing) return;
            m_pong = std::make_shared<const base::Bytes>(base::to_bytes(event.payload));
            answer_ping();
            return;
        case Kind::close: return on_close(event.payload);
        case Kind::malformed: m_deaf = true; return close(CloseCode::protocol_error);
        case Kind::too_large: m_deaf = true; return close(CloseCode::too_big);
        case Kind::pong:
        case Kind::nothing:
        case Kind::incomplete: return;
        }
    }

    // --- sending -----------------------------------------------------------------------------------------------------
    void push(Opcode opcode, SharedBytes payload, Flusher::Order order = Flusher::Order::answers)
    {
        if (m_queue.empty()) m_taken = SteadyClock::now();
        m_queue.push(opcode, std::move(payload));
        schedule_flush(order);
    }

    // One pong is queued at the most. RFC 6455 §5.5.3: "If an endpoint receives a Ping frame and has not yet sent Pong frame(s) in response to
    // previous Ping frame(s), the endpoint MAY elect to send a Pong frame for only the most recently processed Ping frame."
    void answer_ping()
    {
        if (m_pong == nullptr || !m_pong_queued.expired()) return;
        m_pong_queued = m_pong;
        push(Opcode::pong, std::move(m_pong));
    }

    void schedule_flush(Flusher::Order order)
    {
        // Again, further in front, when it has something to answer meanwhile.
        if (m_flush_scheduled && *m_flush_scheduled <= order) return;
        if (m_waits_writable || !m_open) return;
        m_flush_scheduled = order;
        m_host.flusher().schedule(shared_from_this(), order);
    }

    void wait_writable()
    {
        if (m_waits_writable) return;
        m_waits_writable = true;
        m_stream.async_wait_writable([self = shared_from_this()](error_code error) {
            self->m_waits_writable = false;
            error ? self->finish() : self->schedule_flush(Flusher::Order::shared);
        });
    }

    void on_sent(std::size_t bytes)
    {
        m_taken = SteadyClock::now();
        const bool was_busy = busy();
        m_queue.consume(bytes);
        if (m_closing) return end_when_closed();
        answer_ping();
        if (!was_busy || busy()) return;
        m_user->on_writable();
        go_on_reading();
    }

    // --- the end -----------------------------------------------------------------------------------------------------
    void on_close(base::ByteView payload)
    {
        m_deaf = true;
        if (!m_closing) say_goodbye(std::make_shared<const base::Bytes>(base::to_bytes(payload.first(std::min<std::size_t>(payload.size(), 2)))));
        m_answered = true;
        end_when_closed();
    }

    void say_goodbye(SharedBytes payload)
    {
        push(Opcode::close, std::move(payload));
        m_closing = true;
        look_after(kCloseDeadline, &WebSocketConnection::abandon);
    }

    void end_when_closed()
    {
        if (!m_queue.empty() || !m_deaf) return;
        m_stream.shut_down();
        if (m_answered) finish();
    }

    // A client too slow, or one that does not answer the closing handshake: the socket goes, whatever is queued. Possibly in
    // the middle of publishing, so the session hears of it later.
    void abandon()
    {
        if (m_abandoned || !m_open) return;
        m_abandoned = m_closing = true;
        ++m_host.figures().abandoned;
        boost::asio::post(m_stream.get_executor(), [self = shared_from_this()] { self->finish(); });
    }

    void finish()
    {
        m_closing = true;
        if (!m_open) return;
        m_open = false;
        m_timer.cancel();
        m_stream.close();
        m_queue.clear();
        m_pong.reset();
        m_rest = {};
        m_host.closed(*m_user);
        m_user->on_closed();
    }

    Stream m_stream;
    Admissions::Ticket m_ticket;
    Line m_line;
    ConnectionHost& m_host;
    boost::asio::steady_timer m_timer;
    ClientFrameReader m_reader{kClientFrameSizeMax};
    base::Bytes m_rest;                   // what was received and is no whole frame, or not read yet
    ReceiveShare m_share;
    SendQueue m_queue;
    SharedBytes m_pong;                   // to the newest ping, while an older one's is queued
    std::weak_ptr<const base::Bytes> m_pong_queued;   // the queue lets go of it as it is sent
    SteadyClock::time_point m_heard;      // when the client last said anything
    SteadyClock::time_point m_taken;      // when it last took something, or something was first there to take
    bool m_open = false, m_waits_readable = false, m_waits_writable = false, m_waits_for_turn = false;
    std::optional<Flusher::Order> m_flush_scheduled;
    bool m_closing = false;               // the closing frame is queued, or nothing is sent any more
    bool m_deaf = false;                  // what may still come is thrown away
    bool m_answered = false;              // the other side's closing frame has come
    bool m_abandoned = false;
    std::shared_ptr<ConnectionUser> m_user;   // from open() on
};

// The opening handshake; what it takes is gone before the session begins.
class Handshake : public std::enable_shared_from_this<Handshake> {
public:
    Handshake(Stream&& stream, Admissions::Ticket&& ticket, HttpRequest&& request, Line line, ConnectionHost& host)
        : m_stream(std::move(stream)), m_ticket(std::move(ticket)), m_request(std::move(request)), m_line(line), m_host(host)
    {
    }

    void accept()
    {
        websocket::stream_base::timeout timeouts{};
        timeouts.handshake_timeout = kHandshakeDeadline;
        timeouts.idle_timeout = websocket::stream_base::none();
        m_stream.set_option(timeouts);
        m_stream.async_accept(m_request, [self = shared_from_this()](error_code error) {
            if (error) return;
            const auto agent = self->m_request[boost::beast::http::field::user_agent];
            std::make_shared<WebSocketConnection>(std::move(self->m_stream.next_layer()), std::move(self->m_ticket), self->m_line, self->m_host)->open({agent.data(), agent.size()});
        });
    }

private:
    // The second parameter of the stream leaves permessage-deflate out: cells do not compress, and it costs memory per client.
    websocket::stream<Stream, false> m_stream;
    Admissions::Ticket m_ticket;
    HttpRequest m_request;
    Line m_line;
    ConnectionHost& m_host;
};

}  // namespace

void serve_websocket(Stream&& stream, Admissions::Ticket&& ticket, HttpRequest&& request, Line line, ConnectionHost& host)
{
    std::make_shared<Handshake>(std::move(stream), std::move(ticket), std::move(request), line, host)->accept();
}

}  // namespace sinetti::relay
