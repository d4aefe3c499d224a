#pragma once
// The way to the relay natively: a WebSocket over TCP or TLS. TLS verifies the certificate against the host's name, with the
// system's authorities or those of one file. Connecting and both handshakes have a limit together; silence after them is the
// session's to notice. Callbacks come from the io_context, never from within a call.

#include "cli/relay_address.h"
#include "net/transport.h"

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>

namespace sinetti::cli {

class WebSocketTransport final : public net::Transport {
public:
    // authorities: a PEM file of certificate authorities, or empty.
    WebSocketTransport(boost::asio::io_context& io, RelayAddress relay, std::filesystem::path authorities);
    ~WebSocketTransport() override;

    void open(net::TransportListener& listener) override;
    void send(base::ByteView frame) override;
    void close() override;

    const std::string& trouble() const { return m_trouble; }   // why the last connection ended, in the system's words; or empty

private:
    class Connection;
    template<typename Stream>
    class StreamConnection;

    void closed();

    boost::asio::io_context& m_io;
    RelayAddress m_relay;
    std::filesystem::path m_authorities;
    net::TransportListener* m_listener = nullptr;
    std::shared_ptr<Connection> m_connection;
    std::string m_trouble;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);   // a handler that runs after our end finds nobody
};

}  // namespace sinetti::cli
