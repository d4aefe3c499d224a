#include "uplink/uplink.h"

#include "uplink/connect.h"
#include "wire/limits.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>

namespace sinetti::uplink {

using base::Unexpected;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kKeptBuffer = 8192;   // bytes of a receive buffer that stays between two messages

// The second parameter leaves permessage-deflate out: what is sealed does not compress.
using Plain = websocket::stream<TcpLayer, false>;
using Tls = websocket::stream<TlsLayer, false>;

}  // namespace

base::Result<Authorities, std::string> Authorities::load(const std::filesystem::path& file)
{
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    error_code error;
    if (file.empty())
        context->set_default_verify_paths(error);
    else
        context->load_verify_file(file.string(), error);
    if (error) return Unexpected(error.message());
    return Authorities(std::move(context));
}

// One connection; it lives until its last handler has run, and speaks to its listener only until that has let it go.
class Uplink::Connection {
public:
    explicit Connection(Listener& listener) : m_listener(&listener) {}
    virtual ~Connection() = default;
    virtual void open() = 0;
    virtual void send(SharedBytes message) = 0;
    virtual void pause() = 0;
    virtual void resume() = 0;
    virtual std::uint16_t local_port() const = 0;
    virtual void finish(std::function<void()> done) = 0;
    virtual void end() = 0;
    void let_go() { m_listener = nullptr; }
    std::size_t unsent() const { return m_unsent; }

protected:
    Listener* m_listener;
    std::size_t m_unsent = 0;
};

template<typename Stream>
class Uplink::StreamConnection final : public Connection, public std::enable_shared_from_this<StreamConnection<Stream>> {
public:
    template<typename... Arguments>
    StreamConnection(asio::io_context& io, const Settings& settings, Listener& listener, Arguments&&... arguments)
        : Connection(listener), m_relay(settings.relay), m_path(settings.path), m_silence_max(settings.silence_max), m_authorities(settings.authorities), m_resolver(io), m_goodbye_timer(io),
          m_stream(io, std::forward<Arguments>(arguments)...)
    {
    }

    void open() override
    {
        connect(m_resolver, m_stream.next_layer(), m_relay, guarded([this] { handshake(); }));
    }

    void send(SharedBytes message) override
    {
        this->m_unsent += message->size();
        m_waiting.push_back(std::move(message));
        if (m_open && m_waiting.size() == 1) write();
    }

    void pause() override { m_paused = true; }
    void resume() override
    {
        m_paused = false;
        if (m_open) read();
    }

    std::uint16_t local_port() const override
    {
        error_code error;
        const auto endpoint = beast::get_lowest_layer(m_stream).socket().local_endpoint(error);
        return error ? std::uint16_t{0} : endpoint.port();
    }

    void finish(std::function<void()> done) override
    {
        this->let_go();
        m_done = std::move(done);
        if (!m_open) return end();
        m_finishing = true;
        m_goodbye_timer.expires_after(kGoodbyeTimeout);
        m_goodbye_timer.async_wait([self = this->shared_from_this()](const error_code& error) {
            if (!error) self->end();
        });
        if (m_waiting.empty()) say_goodbye();
    }

    void end() override
    {
        m_open = false;
        m_resolver.cancel();
        m_goodbye_timer.cancel();
        beast::get_lowest_layer(m_stream).close();
        if (auto done = std::exchange(m_done, nullptr)) done();
    }

private:
    // A handler that keeps us alive, ends the connection at an error, and does nothing once nobody listens.
    template<typename Handler>
    auto guarded(Handler handler)
    {
        return [self = this->shared_from_this(), handler](const error_code& error, const auto&...) {
            if (self->m_listener == nullptr) return;
            if (error) return self->fail(error);
            handler();
        };
    }

    void fail(const error_code& error)
    {
        auto* listener = std::exchange(this->m_listener, nullptr);
        Ended ended{.close_code = {}, .trouble = error.message()};
        if (error == websocket::error::closed && m_stream.reason().code != websocket::close_code::none) ended.close_code = m_stream.reason().code;
        end();
        if (listener != nullptr) listener->on_ended(ended);
    }

    void handshake()
    {
        m_stream.set_option(websocket::stream_base::timeout{kOpenTimeout, m_silence_max ? *m_silence_max : websocket::stream_base::none(), m_silence_max.has_value()});
        beast::get_lowest_layer(m_stream).expires_never();
        // The relay takes sockets of its own origin only, which keeps other sites' pages out; we are no page, and say where we mean to be.
        m_stream.set_option(websocket::stream_base::decorator([origin = m_relay.url()](websocket::request_type& request) { request.set("Origin", origin); }));
        m_stream.read_message_max(wire::kFrameSizeMax);
        m_stream.auto_fragment(false);
        m_stream.binary(true);
        m_stream.async_handshake(m_relay.authority(), m_path, guarded([this] {
            m_open = true;
            read();
            if (!m_waiting.empty()) write();
            this->m_listener->on_opened();
        }));
    }

    void read()
    {
        if (m_reading || m_paused) return;
        m_reading = true;
        m_stream.async_read(m_buffer, guarded([this] {
            m_reading = false;
            const auto bytes = m_buffer.cdata();
            const auto message = base::to_bytes({static_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
            m_buffer.consume(m_buffer.size());
            if (m_buffer.capacity() > kKeptBuffer) m_buffer.shrink_to_fit();
            this->m_listener->on_received(message);
            if (m_open) read();
        }));
    }

    void write()
    {
        m_stream.async_write(asio::buffer(*m_waiting.front()), [self = this->shared_from_this()](const error_code& error, std::size_t) { self->on_written(error); });
    }

    void on_written(const error_code& error)
    {
        if (error) return fail(error);
        this->m_unsent -= m_waiting.front()->size();
        m_waiting.pop_front();
        if (!m_open) return;
        if (!m_waiting.empty())
            write();
        else if (m_finishing)
            return say_goodbye();
        if (this->m_listener != nullptr) this->m_listener->on_sent();
    }

    void say_goodbye()
    {
        m_stream.async_close(websocket::close_code::normal, [self = this->shared_from_this()](const error_code&) { self->end(); });
    }

    RelayAddress m_relay;
    std::string m_path;
    std::optional<std::chrono::seconds> m_silence_max;
    std::optional<Authorities> m_authorities;   // whose context the stream refers to
    tcp::resolver m_resolver;
    asio::steady_timer m_goodbye_timer;
    Stream m_stream;
    beast::flat_buffer m_buffer;
    std::deque<SharedBytes> m_waiting;          // the first is being written, once it is open
    std::function<void()> m_done;               // from finish() on
    bool m_open = false, m_reading = false, m_paused = false, m_finishing = false;
};

Uplink::Uplink(asio::io_context& io, const Settings& settings, Listener& listener)
{
    if (settings.relay.tls)
        m_connection = std::make_shared<StreamConnection<Tls>>(io, settings, listener, settings.authorities->context());
    else
        m_connection = std::make_shared<StreamConnection<Plain>>(io, settings, listener);
    m_connection->open();
}

Uplink::~Uplink()
{
    if (!m_connection) return;
    m_connection->let_go();
    m_connection->end();
}

void Uplink::send(SharedBytes message) { m_connection->send(std::move(message)); }
std::size_t Uplink::unsent() const { return m_connection->unsent(); }
void Uplink::pause() { m_connection->pause(); }
void Uplink::resume() { m_connection->resume(); }
std::uint16_t Uplink::local_port() const { return m_connection->local_port(); }
void Uplink::finish(std::function<void()> done) && { std::exchange(m_connection, nullptr)->finish(std::move(done)); }

}  // namespace sinetti::uplink
