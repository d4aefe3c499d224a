#include "relay/connection_host.h"
#include "relay/limits.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <optional>

namespace sinetti::relay {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

namespace {

// Who has come here over TLS comes back over TLS: a year.
constexpr const char* kStrictTransportSecurity = "max-age=31536000";

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(Stream&& stream, Admissions::Ticket&& ticket, ConnectionHost& host)
        : m_stream(std::move(stream)), m_ticket(std::move(ticket)), m_host(host), m_deadline(m_stream.get_executor())
    {
    }

    void read_request()
    {
        m_parser.emplace();
        m_parser->header_limit(kHeaderSizeMax);
        m_parser->body_limit(0);
        begin_deadline();
        http::async_read(m_stream, m_buffer, *m_parser, [self = shared_from_this()](error_code error, std::size_t) { self->on_request(error); });
    }

private:
    // Until the next one begins.
    void begin_deadline()
    {
        m_deadline.expires_after(m_host.deadlines().request);
        m_deadline.async_wait([weak = weak_from_this()](error_code error) {
            if (const auto self = weak.lock(); self && !error) self->on_deadline();
        });
    }

    // Who takes a response slowly is given time for it, also where all of it is the kernel's already.
    void on_deadline()
    {
        const auto before = std::exchange(m_taken, taken());
        if (m_stream.unacknowledged() > 0 && m_taken > before && SteadyClock::now() < m_response_end) return begin_deadline();
        m_stream.close();
    }

    // Bytes of all responses. What TLS adds is in the second number alone, which makes a difference of a thousandth.
    std::int64_t taken() { return static_cast<std::int64_t>(m_written) - static_cast<std::int64_t>(m_stream.unacknowledged()); }

    void on_request(error_code error)
    {
        if (error == http::error::header_limit) return write(refuse(http::status::request_header_fields_too_large, "headers too large\n", 11, false));
        if (error == http::error::body_limit) return write(refuse(http::status::payload_too_large, "no request here has a body\n", 11, false));
        if (error == http::error::end_of_stream) return m_stream.shut_down();
        if (error) {
            // Whatever is not HTTP gets one answer; a socket that broke gets none.
            if (error.category() == http::make_error_code(http::error::bad_method).category())
                return write(refuse(http::status::bad_request, "not a request\n", 11, false));
            return;
        }
        ++m_host.figures().requests;
        auto request = m_parser->release();
        if (request.target() == beast::string_view(kWebSocketPath.data(), kWebSocketPath.size())) return upgrade(std::move(request), Line::session);
        if (request.target() == beast::string_view(kBatchPath.data(), kBatchPath.size()) && m_host.takes_batches(m_stream.socket())) return upgrade(std::move(request), Line::batches);
        m_host.requested(m_stream.socket(), request);
        m_is_head = request.method() == http::verb::head;
        const bool reads = m_is_head || request.method() == http::verb::get;
        if (reads && request.target() == beast::string_view(kRelayDocumentPath.data(), kRelayDocumentPath.size())) return serve_relay_document(std::move(request));
        const auto address = block_address(request);
        if (address && reads) return serve_block(std::move(request), *address);
        write(answer(request, m_host.files(), m_host.health()));
    }

    void serve_relay_document(HttpRequest&& request)
    {
        m_host.relay_document([self = shared_from_this(), request = std::move(request)](std::optional<std::string_view> document) {
            self->write(answer_relay_document(request, document));
        });
    }

    void serve_block(HttpRequest&& request, const BlockAddress& address)
    {
        m_block_ticket = m_host.admit_block();
        if (m_block_ticket == nullptr) {
            auto response = refuse(http::status::service_unavailable, "too many blocks at once\n", request.version(), request.keep_alive());
            response.set(http::field::retry_after, "1");
            return write(std::move(response));
        }
        m_host.read_block(address, [self = shared_from_this(), request = std::move(request)](SharedBytes block) {
            self->m_block = std::move(block);
            self->write(answer_block(request, self->m_block));
        });
    }

    void upgrade(HttpRequest&& request, Line line)
    {
        if (!beast::websocket::is_upgrade(request)) return write(refuse(http::status::upgrade_required, "a WebSocket lives here\n", 11, false));
        if (!is_same_origin(request)) return write(refuse(http::status::forbidden, "only for pages of this origin\n", 11, false));
        m_deadline.cancel();
        serve_websocket(std::move(m_stream), std::move(m_ticket), std::move(request), line, m_host);
    }

    void write(HttpResponse&& response)
    {
        m_response.emplace(std::move(response));
        if (m_stream.is_tls()) m_response->set(http::field::strict_transport_security, kStrictTransportSecurity);
        m_serializer.emplace(*m_response);
        m_serializer->split(m_is_head || m_response->result() == http::status::not_modified);   // then the header is all
        m_taken = taken();
        m_response_end = SteadyClock::now() + m_host.deadlines().response;
        begin_deadline();
        write_some();
    }

    void write_some()
    {
        http::async_write_some(m_stream, *m_serializer, [self = shared_from_this()](error_code error, std::size_t bytes) {
            if (error) return;
            self->m_written += bytes;
            const bool is_done = self->m_serializer->split() ? self->m_serializer->is_header_done() : self->m_serializer->is_done();
            is_done ? self->on_written() : self->write_some();
        });
    }

    void on_written()
    {
        const bool again = m_response->keep_alive();
        m_serializer.reset();
        m_response.reset();
        m_block.reset();
        m_block_ticket.reset();
        if (again)
            read_request();
        else
            m_stream.shut_down();
    }

    Stream m_stream;
    Admissions::Ticket m_ticket;
    ConnectionHost& m_host;
    boost::asio::steady_timer m_deadline;
    beast::flat_buffer m_buffer{kHeaderSizeMax * 2};
    std::optional<http::request_parser<http::empty_body>> m_parser;
    std::optional<HttpResponse> m_response;
    std::optional<http::serializer<false, http::span_body<const char>>> m_serializer;
    SharedBytes m_block;                    // the response's body, when it is one
    std::shared_ptr<void> m_block_ticket;
    bool m_is_head = false;
    std::uint64_t m_written = 0;            // bytes of all responses
    std::int64_t m_taken = 0;               // of them, when it was last looked at
    SteadyClock::time_point m_response_end; // the latest for the one that is written
};

}  // namespace

void observe_request(Observer& observer, const Socket& socket, const HttpRequest& request)
{
    error_code ignored;
    const auto agent = request[http::field::user_agent];
    observer.requested(socket.remote_endpoint(ignored).address().to_string(), {request.target().data(), request.target().size()}, {agent.data(), agent.size()});
}

void serve_http(Stream&& stream, Admissions::Ticket&& ticket, ConnectionHost& host)
{
    std::make_shared<HttpConnection>(std::move(stream), std::move(ticket), host)->read_request();
}

}  // namespace sinetti::relay
