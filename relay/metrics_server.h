#pragma once
// GET /metrics on an address of its own, so that nothing of it can be reached where people are.

#include "relay/listen.h"

#include <boost/asio/io_context.hpp>

#include <functional>

namespace sinetti::relay {

class MetricsServer {
public:
    // `text` is called for each request, on the I/O thread. Error: a sentence.
    static base::Result<std::unique_ptr<MetricsServer>, std::string> listen(boost::asio::io_context& io, const Endpoint& endpoint, std::function<std::string()> text);

    void close() { m_listener.close(); }
    std::uint16_t port() const { return m_port; }

private:
    MetricsServer(boost::asio::io_context& io, std::function<std::string()> text) : m_listener(io), m_text(std::move(text)) {}

    Listener m_listener;
    std::function<std::string()> m_text;
    std::uint16_t m_port = 0;
};

}  // namespace sinetti::relay
