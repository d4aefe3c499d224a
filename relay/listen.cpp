#include "relay/listen.h"

#include "relay/limits.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>

namespace sinetti::relay {

using base::Unexpected;
using boost::asio::ip::tcp;

base::Result<std::uint16_t, std::string> listen_on(tcp::acceptor& acceptor, const Endpoint& endpoint, std::string_view option)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(endpoint.address, error);
    if (error) return Unexpected(std::string(option) + " wants an IP address, not \"" + endpoint.address + "\"");
    const tcp::endpoint place(address, endpoint.port);
    acceptor.open(place.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(place, error);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return Unexpected("cannot listen on port " + std::to_string(endpoint.port) + ": " + error.message());
    return acceptor.local_endpoint(error).port();
}

base::Result<std::uint16_t, std::string> Listener::listen(const Endpoint& endpoint, std::string_view option, const TlsFiles& tls, Taker taker)
{
    TRY(renew(tls));
    const auto port = TRY(listen_on(m_acceptor, endpoint, option));
    m_taker = std::move(taker);
    accept_next();
    return port;
}

base::Result<void, std::string> Listener::renew(const TlsFiles& tls)
{
    if (tls.wanted()) m_tls = TRY(Tls::load(tls));
    return {};
}

std::optional<Stream> Listener::stream(Socket&& socket) const
{
    if (!m_tls) return Stream(std::move(socket));
    auto connection = m_tls->accept(socket.native_handle());
    if (connection == nullptr) return {};
    return Stream(std::move(socket), std::move(connection));
}

void Listener::close()
{
    boost::system::error_code ignored;
    m_acceptor.close(ignored);
    m_pause.cancel();
}

void Listener::accept_next()
{
    m_acceptor.async_accept([this](boost::system::error_code error, Socket socket) {
        if (!m_acceptor.is_open()) return;
        if (error) {
            m_pause.expires_after(kAcceptPause);
            m_pause.async_wait([this](boost::system::error_code) {
                if (m_acceptor.is_open()) accept_next();
            });
            return;
        }
        const auto from = socket.remote_endpoint(error).address();
        if (!error) m_taker(std::move(socket), from);   // otherwise it has gone again
        accept_next();
    });
}

}  // namespace sinetti::relay
