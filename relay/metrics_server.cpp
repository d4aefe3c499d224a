#include "relay/metrics_server.h"

#include "relay/limits.h"
#include "relay/listen.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace sinetti::relay {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

// One request, one answer.
class Scrape : public std::enable_shared_from_this<Scrape> {
public:
    Scrape(tcp::socket&& socket, const std::function<std::string()>& text) : m_stream(std::move(socket)), m_text(text) {}

    void run()
    {
        m_parser.header_limit(kHeaderSizeMax);
        m_parser.body_limit(0);
        m_stream.expires_after(kRequestDeadline);
        http::async_read(m_stream, m_buffer, m_parser, [self = shared_from_this()](error_code error, std::size_t) {
            if (!error) self->answer();
        });
    }

private:
    void answer()
    {
        const auto& request = m_parser.get();
        const bool known = request.method() == http::verb::get && request.target() == "/metrics";
        m_response.result(known ? http::status::ok : http::status::not_found);
        m_response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
        m_response.body() = known ? m_text() : "GET /metrics\n";
        m_response.keep_alive(false);
        m_response.prepare_payload();
        http::async_write(m_stream, m_response, [self = shared_from_this()](error_code, std::size_t) {
            error_code ignored;
            self->m_stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
        });
    }

    beast::tcp_stream m_stream;
    std::function<std::string()> m_text;
    beast::flat_buffer m_buffer{kHeaderSizeMax * 2};
    http::request_parser<http::empty_body> m_parser;
    http::response<http::string_body> m_response;
};

}  // namespace

base::Result<std::unique_ptr<MetricsServer>, std::string> MetricsServer::listen(boost::asio::io_context& io, const Endpoint& endpoint,
                                                                                std::function<std::string()> text)
{
    auto server = std::unique_ptr<MetricsServer>(new MetricsServer(io, std::move(text)));
    server->m_port = TRY(server->m_listener.listen(endpoint, "--metrics", {}, [raw = server.get()](Socket&& socket, const boost::asio::ip::address&) {
        std::make_shared<Scrape>(std::move(socket), raw->m_text)->run();
    }));
    return server;
}

}  // namespace sinetti::relay
