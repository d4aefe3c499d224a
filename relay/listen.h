#pragma once
// Listening on an IP address, with TLS or without; port 0 takes any free one.

#include "relay/stream.h"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <string>

namespace sinetti::relay {

struct Endpoint {
    std::string address;                     // an IP address; empty: not wanted
    std::uint16_t port = 0;
};

// Answers the port. `option` is what the address came from, for the sentence of an error.
base::Result<std::uint16_t, std::string> listen_on(boost::asio::ip::tcp::acceptor& acceptor, const Endpoint& endpoint, std::string_view option);

// Takes one socket after the other until it is closed. Without file descriptors left it waits for some to come back.
class Listener {
public:
    using Taker = std::function<void(Socket&& socket, const boost::asio::ip::address& from)>;
    explicit Listener(boost::asio::io_context& io) : m_acceptor(io), m_pause(io) {}

    base::Result<std::uint16_t, std::string> listen(const Endpoint& endpoint, std::string_view option, const TlsFiles& tls, Taker taker);
    void close();
    // The certificate and its key from their files again; connections that are open keep what they have. Error: nothing has changed.
    base::Result<void, std::string> renew(const TlsFiles& tls);
    std::optional<Stream> stream(Socket&& socket) const;   // what a taken socket speaks; nullopt: there is no memory for it

private:
    void accept_next();

    boost::asio::ip::tcp::acceptor m_acceptor;
    boost::asio::steady_timer m_pause;
    Taker m_taker;
    std::optional<Tls> m_tls;
};

}  // namespace sinetti::relay
