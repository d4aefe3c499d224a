#pragma once
// From a relay's address to a connection, over TCP or TLS; for the two that need one, uplink.cpp and fetch.cpp.

#include "uplink/uplink.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl.hpp>

namespace sinetti::uplink {

using TcpLayer = boost::beast::tcp_stream;
using TlsLayer = boost::beast::ssl_stream<boost::beast::tcp_stream>;

// Calls done(error). The caller keeps everything that is given alive until then. kOpenTimeout begins with connecting, and goes on.
template<typename Layer, typename Done>
void connect(boost::asio::ip::tcp::resolver& resolver, Layer& layer, const RelayAddress& relay, Done done)
{
    using boost::asio::ip::tcp;
    using boost::system::error_code;
    resolver.async_resolve(relay.host, std::to_string(relay.port), [&, done](const error_code& unknown, const tcp::resolver::results_type& addresses) {
        if (unknown) return done(unknown);
        auto& socket = boost::beast::get_lowest_layer(layer);
        socket.expires_after(kOpenTimeout);
        socket.async_connect(addresses, [&, done](error_code error, const tcp::endpoint&) {
            if (error) return done(error);
            error_code ignored;
            boost::beast::get_lowest_layer(layer).socket().set_option(tcp::no_delay(true), ignored);
            if constexpr (std::is_same_v<Layer, TlsLayer>) {
                error_code not_an_address;
                boost::asio::ip::make_address(relay.host, not_an_address);
                if (not_an_address && SSL_set_tlsext_host_name(layer.native_handle(), relay.host.c_str()) != 1) return done(boost::asio::error::invalid_argument);
                layer.set_verify_mode(boost::asio::ssl::verify_peer, error);
                if (!error) layer.set_verify_callback(boost::asio::ssl::host_name_verification(relay.host), error);
                if (error) return done(error);
                layer.async_handshake(boost::asio::ssl::stream_base::client, done);
            } else {
                done(error_code());
            }
        });
    });
}

}  // namespace sinetti::uplink
