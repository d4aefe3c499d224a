#pragma once
// The way to the relay natively: client/uplink as the core wants it. Silence is the session's to notice. Callbacks come from the
// io_context, never from within a call.

#include "net/transport.h"
#include "uplink/uplink.h"

namespace sinetti::cli {

using uplink::RelayAddress;

class WebSocketTransport final : public net::Transport, private uplink::Listener {
public:
    // authorities: a PEM file of certificate authorities, or empty.
    WebSocketTransport(boost::asio::io_context& io, RelayAddress relay, std::filesystem::path authorities);

    void open(net::TransportListener& listener) override;
    void send(base::ByteView frame) override;
    void close() override;

    const std::string& trouble() const { return m_trouble; }   // why the last connection ended, in the system's words; or empty

private:
    void on_opened() override;
    void on_received(base::ByteView message) override;
    void on_ended(const uplink::Ended& ended) override;
    void close_later();
    void closed();

    boost::asio::io_context& m_io;
    RelayAddress m_relay;
    std::filesystem::path m_authorities;
    net::TransportListener* m_listener = nullptr;
    std::optional<uplink::Uplink> m_uplink;
    std::string m_trouble;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);   // a handler that runs after our end finds nobody
};

}  // namespace sinetti::cli
