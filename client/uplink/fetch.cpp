#include "uplink/fetch.h"

#include "uplink/connect.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace sinetti::uplink {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kHeadSizeMax = 8192;   // bytes

template<typename Layer>
class Fetch : public std::enable_shared_from_this<Fetch<Layer>> {
public:
    using Done = std::function<void(std::optional<Fetched>)>;

    template<typename... Arguments>
    Fetch(boost::asio::io_context& io, const Settings& settings, const std::string& target, std::size_t size_max, Done done, Arguments&&... arguments)
        : m_settings(settings), m_done(std::move(done)), m_resolver(io), m_layer(io, std::forward<Arguments>(arguments)...), m_request(http::verb::get, target, 11)
    {
        m_request.set(http::field::host, settings.relay.authority());
        m_request.set(http::field::connection, "close");
        m_parser.header_limit(kHeadSizeMax);
        m_parser.body_limit(size_max);
    }

    void run()
    {
        connect(m_resolver, m_layer, m_settings.relay, [self = this->shared_from_this()](const error_code& error) { error ? self->end({}) : self->ask(); });
    }

private:
    void ask()
    {
        http::async_write(m_layer, m_request, [self = this->shared_from_this()](const error_code& error, std::size_t) { error ? self->end({}) : self->read(); });
    }

    void read()
    {
        http::async_read(m_layer, m_buffer, m_parser, [self = this->shared_from_this()](const error_code& error, std::size_t) {
            if (error) return self->end({});
            auto response = self->m_parser.release();
            self->end(Fetched{response.result_int(), std::move(response.body())});
        });
    }

    void end(std::optional<Fetched> fetched)
    {
        beast::get_lowest_layer(m_layer).close();
        m_done(std::move(fetched));
    }

    Settings m_settings;
    Done m_done;
    boost::asio::ip::tcp::resolver m_resolver;
    Layer m_layer;
    http::request<http::empty_body> m_request;
    http::response_parser<http::string_body> m_parser;
    beast::flat_buffer m_buffer;
};

}  // namespace

void fetch(boost::asio::io_context& io, const Settings& settings, const std::string& target, std::size_t size_max, std::function<void(std::optional<Fetched>)> done)
{
    if (settings.relay.tls)
        std::make_shared<Fetch<TlsLayer>>(io, settings, target, size_max, std::move(done), settings.authorities->context())->run();
    else
        std::make_shared<Fetch<TcpLayer>>(io, settings, target, size_max, std::move(done))->run();
}

}  // namespace sinetti::uplink
