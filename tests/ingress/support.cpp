#include "tests/ingress/support.h"

#include "relay/ingress/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/core/detail/sha1.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <doctest/doctest.h>

namespace sinetti::ingress_test {

using boost::asio::ip::tcp;
using boost::system::error_code;

RunningIngress::RunningIngress(std::uint16_t upstream_port, Adjust adjust, const base::Clock* clock)
{
    make_app(m_folder.path());
    ingress::Config config;
    config.upstream = uplink::RelayAddress{.tls = false, .host = "localhost", .port = upstream_port};
    config.app = m_folder.path();
    config.port = 0;
    config.metrics = {"127.0.0.1", 0};
    if (adjust) adjust(config);
    auto server = ingress::Server::create(config, clock != nullptr ? *clock : m_system_clock, m_random);
    if (!server) FAIL(server.error());
    m_server = std::move(*server);
    m_thread = std::thread([this] { m_server->run(); });
}

RunningIngress::~RunningIngress()
{
    stop();
}

void RunningIngress::stop()
{
    if (!m_server) return;
    m_server->drain();
    m_thread.join();
    m_server.reset();
}

std::uint16_t RunningIngress::port() const { return m_server->port(); }
std::uint16_t RunningIngress::metrics_port() const { return m_server->metrics_port(); }

std::uint64_t RunningIngress::figure(const std::string& name) const
{
    const auto page = get_text(metrics_port(), "/metrics");
    const auto at = page.find("\nsinetti_" + name + " ");
    if (at == std::string::npos) FAIL("no figure " << name);
    return std::stoull(page.substr(at + name.size() + 10));
}

struct ByHand::Sockets {
    boost::asio::io_context io;
    tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
    tcp::socket socket{io};
};

ByHand::ByHand() : m_sockets(std::make_unique<Sockets>()) {}
ByHand::~ByHand() = default;
std::uint16_t ByHand::port() const { return m_sockets->acceptor.local_endpoint().port(); }

std::string ByHand::take_head()
{
    m_sockets->socket = m_sockets->acceptor.accept();
    std::string head;
    while (head.find("\r\n\r\n") == std::string::npos) {
        const auto more = read_some();
        REQUIRE_FALSE(more.empty());
        head += more;
    }
    return head;
}

void ByHand::answer_upgrade(const std::string& head)
{
    constexpr std::string_view kField = "Sec-WebSocket-Key: ";
    const auto at = head.find(kField) + kField.size();
    boost::beast::websocket::detail::sec_ws_accept_type accept;
    boost::beast::websocket::detail::make_sec_ws_accept(accept, head.substr(at, head.find("\r\n", at) - at));
    write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + std::string(accept.data(), accept.size()) + "\r\n\r\n");
}

std::string ByHand::read_some()
{
    char buffer[65536];
    error_code end;
    const auto size = m_sockets->socket.read_some(boost::asio::buffer(buffer), end);
    return {buffer, size};
}

void ByHand::write(std::string_view bytes)
{
    boost::asio::write(m_sockets->socket, boost::asio::buffer(bytes));
}

void ByHand::drop()
{
    m_sockets->socket.set_option(boost::asio::socket_base::linger(true, 0));
    m_sockets->socket.close();
}

void ByHand::drop_in_order()
{
    m_sockets->socket.close();
}

void ByHand::stop_listening()
{
    m_sockets->acceptor.close();
}

struct RawClient::Socket {
    boost::asio::io_context io;
    tcp::socket socket{io};
    std::string read;
};

RawClient::RawClient(std::uint16_t port, const std::string& from) : m_socket(std::make_unique<Socket>())
{
    auto& socket = m_socket->socket;
    socket.open(tcp::v4());
    if (!from.empty()) socket.bind({boost::asio::ip::make_address(from), 0});
    socket.connect({boost::asio::ip::address_v4::loopback(), port});
}

RawClient::~RawClient() = default;

bool RawClient::write(std::string_view bytes)
{
    error_code error;
    boost::asio::write(m_socket->socket, boost::asio::buffer(bytes), error);
    return !error;
}

std::size_t RawClient::write_what_fits(std::string_view bytes)
{
    error_code error;
    m_socket->socket.non_blocking(true);
    return m_socket->socket.write_some(boost::asio::buffer(bytes), error);
}

std::string RawClient::read_until(std::string_view end)
{
    const auto size = boost::asio::read_until(m_socket->socket, boost::asio::dynamic_buffer(m_socket->read), end);
    const auto read = m_socket->read.substr(0, size);
    m_socket->read.erase(0, size);
    return read;
}

std::string RawClient::read_to_the_end()
{
    error_code end;
    boost::asio::read(m_socket->socket, boost::asio::dynamic_buffer(m_socket->read), end);
    return m_socket->read;
}

void eventually(const char* what, const std::function<bool()>& holds)
{
    for (int attempt = 0; attempt < 2000; ++attempt) {
        if (holds()) return;
        std::this_thread::sleep_for(10ms);
    }
    FAIL(what);
}

std::string upgrade_request(std::uint16_t port, const std::string& more_fields)
{
    const auto host = "localhost:" + std::to_string(port);
    return "GET /ws HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://" + host + "\r\n" + more_fields + "\r\n";
}

std::string masked_message(std::string_view payload, char first_byte)
{
    std::string frame{first_byte};
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80 | payload.size());
    } else {
        frame += '\xfe';
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size());
    }
    return frame + std::string(4, '\0') + std::string(payload);   // a mask of zeros changes nothing
}

}  // namespace sinetti::ingress_test
