#include "cli/websocket_transport.h"

#include "wire/limits.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>

namespace sinetti::cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kOpenTimeout{15};
using Plain = websocket::stream<beast::tcp_stream>;
using Tls = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

}  // namespace

// One connection; it lives until its last handler has run, and speaks to its transport only until that has let it go.
class WebSocketTransport::Connection {
public:
    explicit Connection(WebSocketTransport& transport) : m_transport(&transport) {}
    virtual ~Connection() = default;
    virtual void open() = 0;
    virtual void send(base::Bytes frame) = 0;
    virtual void end() = 0;
    void let_go() { m_transport = nullptr; }

protected:
    WebSocketTransport* m_transport;
};

template<typename Stream>
class WebSocketTransport::StreamConnection final : public Connection, public std::enable_shared_from_this<StreamConnection<Stream>> {
public:
    template<typename... Arguments>
    explicit StreamConnection(WebSocketTransport& transport, Arguments&&... arguments)
        : Connection(transport), m_relay(transport.m_relay), m_resolver(transport.m_io), m_stream(transport.m_io, std::forward<Arguments>(arguments)...)
    {
    }

    void open() override
    {
        m_resolver.async_resolve(m_relay.host, std::to_string(m_relay.port),
                                 [self = this->shared_from_this()](const error_code& error, const tcp::resolver::results_type& addresses) {
                                     self->guarded([&] { self->connect(addresses); })(error);
                                 });
    }

    void send(base::Bytes frame) override
    {
        m_waiting.push_back(std::move(frame));
        if (m_waiting.size() == 1) write();
    }

    void end() override
    {
        m_resolver.cancel();
        beast::get_lowest_layer(m_stream).close();
    }

private:
    // A handler that keeps us alive, ends the connection at an error, and does nothing once nobody listens.
    template<typename Handler>
    auto guarded(Handler handler)
    {
        return [self = this->shared_from_this(), handler](const error_code& error, const auto&...) {
            if (self->m_transport == nullptr) return;
            if (error) return self->fail(error);
            handler();
        };
    }

    void fail(const error_code& error)
    {
        auto* transport = std::exchange(this->m_transport, nullptr);
        end();
        transport->m_trouble = error.message();
        transport->closed();
    }

    void connect(const tcp::resolver::results_type& addresses)
    {
        auto& socket = beast::get_lowest_layer(m_stream);
        socket.expires_after(kOpenTimeout);
        socket.async_connect(addresses, guarded([this] {
            error_code ignored;
            beast::get_lowest_layer(m_stream).socket().set_option(tcp::no_delay(true), ignored);
            if constexpr (std::is_same_v<Stream, Tls>)
                tls_handshake();
            else
                handshake();
        }));
    }

    void tls_handshake()
        requires std::is_same_v<Stream, Tls>
    {
        auto& stream = m_stream.next_layer();
        error_code not_an_address;
        asio::ip::make_address(m_relay.host, not_an_address);
        if (not_an_address && SSL_set_tlsext_host_name(stream.native_handle(), m_relay.host.c_str()) != 1) return fail(asio::error::invalid_argument);
        error_code error;
        stream.set_verify_mode(asio::ssl::verify_peer, error);
        if (!error) stream.set_verify_callback(asio::ssl::host_name_verification(m_relay.host), error);
        if (error) return fail(error);
        stream.async_handshake(asio::ssl::stream_base::client, guarded([this] { handshake(); }));
    }

    void handshake()
    {
        m_stream.set_option(websocket::stream_base::timeout{kOpenTimeout, websocket::stream_base::none(), false});
        beast::get_lowest_layer(m_stream).expires_never();
        // The relay takes sockets of its own origin only, which keeps other sites' pages out; we are no page, and say where we mean to be.
        m_stream.set_option(websocket::stream_base::decorator([origin = m_relay.url()](websocket::request_type& request) { request.set("Origin", origin); }));
        m_stream.read_message_max(wire::kFrameSizeMax);
        m_stream.binary(true);
        m_stream.async_handshake(m_relay.authority(), "/ws", guarded([this] {
            read();
            this->m_transport->m_listener->on_opened();
        }));
    }

    void read()
    {
        m_stream.async_read(m_buffer, guarded([this] {
            const auto bytes = m_buffer.cdata();
            const auto frame = base::to_bytes({static_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
            m_buffer.consume(m_buffer.size());
            read();
            this->m_transport->m_listener->on_frame(frame);
        }));
    }

    void write()
    {
        m_stream.async_write(asio::buffer(m_waiting.front()), guarded([this] {
            m_waiting.pop_front();
            if (!m_waiting.empty()) write();
        }));
    }

    RelayAddress m_relay;
    tcp::resolver m_resolver;
    Stream m_stream;
    beast::flat_buffer m_buffer;
    std::deque<base::Bytes> m_waiting;   // the first is being written
};

WebSocketTransport::WebSocketTransport(asio::io_context& io, RelayAddress relay, std::filesystem::path authorities)
    : m_io(io), m_relay(std::move(relay)), m_authorities(std::move(authorities))
{
}

WebSocketTransport::~WebSocketTransport()
{
    if (!m_connection) return;
    m_connection->let_go();
    m_connection->end();
}

void WebSocketTransport::open(net::TransportListener& listener)
{
    m_listener = &listener;
    m_trouble.clear();
    if (!m_relay.tls) {
        m_connection = std::make_shared<StreamConnection<Plain>>(*this);
    } else {
        asio::ssl::context context(asio::ssl::context::tls_client);
        error_code error;
        SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
        if (m_authorities.empty())
            context.set_default_verify_paths(error);
        else
            context.load_verify_file(m_authorities.string(), error);
        if (error) {
            m_trouble = error.message();
            return asio::post(m_io, [this, alive = std::weak_ptr(m_alive)] {
                if (!alive.expired()) closed();
            });
        }
        m_connection = std::make_shared<StreamConnection<Tls>>(*this, context);
    }
    m_connection->open();
}

void WebSocketTransport::send(base::ByteView frame)
{
    if (m_connection) m_connection->send(base::to_bytes(frame));
}

void WebSocketTransport::close()
{
    if (!m_connection) return;
    m_connection->let_go();
    std::exchange(m_connection, nullptr)->end();
    asio::post(m_io, [this, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired()) closed();
    });
}

void WebSocketTransport::closed()
{
    m_connection.reset();
    if (auto* listener = std::exchange(m_listener, nullptr)) listener->on_closed();   // it may open again from within
}

}  // namespace sinetti::cli
