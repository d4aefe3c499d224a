#include "cli/websocket_transport.h"

#include <boost/asio/post.hpp>

namespace sinetti::cli {

WebSocketTransport::WebSocketTransport(boost::asio::io_context& io, RelayAddress relay, std::filesystem::path authorities)
    : m_io(io), m_relay(std::move(relay)), m_authorities(std::move(authorities))
{
}

void WebSocketTransport::open(net::TransportListener& listener)
{
    m_listener = &listener;
    m_trouble.clear();
    uplink::Settings settings{.relay = m_relay, .authorities = {}, .silence_max = {}};
    if (m_relay.tls) {
        auto authorities = uplink::Authorities::load(m_authorities);
        if (!authorities) {
            m_trouble = authorities.error();
            return close_later();
        }
        settings.authorities = std::move(*authorities);
    }
    m_uplink.emplace(m_io, settings, static_cast<uplink::Listener&>(*this));
}

void WebSocketTransport::send(base::ByteView frame)
{
    if (m_uplink) m_uplink->send(std::make_shared<const base::Bytes>(base::to_bytes(frame)));
}

void WebSocketTransport::close()
{
    if (!m_uplink) return;
    m_uplink.reset();
    close_later();
}

void WebSocketTransport::on_opened()
{
    m_listener->on_opened();
}

void WebSocketTransport::on_received(base::ByteView message)
{
    m_listener->on_frame(message);
}

void WebSocketTransport::on_ended(const uplink::Ended& ended)
{
    m_trouble = ended.trouble;
    closed();
}

void WebSocketTransport::close_later()
{
    boost::asio::post(m_io, [this, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired()) closed();
    });
}

void WebSocketTransport::closed()
{
    m_uplink.reset();
    if (auto* listener = std::exchange(m_listener, nullptr)) listener->on_closed();   // it may open again from within
}

}  // namespace sinetti::cli
