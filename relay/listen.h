#pragma once
// Opens a listening socket on an IP address; port 0 takes any free one.

#include "base/result.h"
#include "relay/config.h"

#include <boost/asio/ip/tcp.hpp>

namespace sinetti::relay {

// Answers the port. `option` is what the address came from, for the sentence of an error.
base::Result<std::uint16_t, std::string> listen_on(boost::asio::ip::tcp::acceptor& acceptor, const Endpoint& endpoint, std::string_view option);

}  // namespace sinetti::relay
