#include "tests/simulation/second_line.h"

#include <utility>

namespace sinetti::simulation {

void SecondLine::forget()
{
    m_relay.disconnect(*this);
    m_connected = false;
    m_listener = nullptr;
    m_incoming.clear();
    m_outgoing.clear();
}

void SecondLine::cut()
{
    if (!m_connected) return;
    m_relay.disconnect(*this);
    m_incoming.clear();
    drop();
}

void SecondLine::take_incoming()
{
    const auto incoming = std::move(m_incoming.front());
    m_incoming.pop_front();
    if (m_listener == nullptr) return;
    switch (incoming.signal) {
    case Signal::opened: return m_listener->on_opened();
    case Signal::closed: return std::exchange(m_listener, nullptr)->on_closed();
    case Signal::frame: return m_listener->on_frame(incoming.frame);
    }
}

void SecondLine::take_outgoing()
{
    const auto frame = std::move(m_outgoing.front());
    m_outgoing.pop_front();
    m_relay.receive(*this, frame);
}

void SecondLine::open(net::TransportListener& listener)
{
    m_listener = &listener;
    m_outgoing.clear();
    m_incoming.clear();
    kind.reset();
    following.clear();
    m_connected = !is_down;
    m_incoming.push_back({m_connected ? Signal::opened : Signal::closed, {}});
    if (m_connected) m_relay.connect(*this);
}

void SecondLine::send(base::ByteView frame)
{
    if (m_connected) m_outgoing.push_back(base::to_bytes(frame));
}

void SecondLine::close()
{
    m_relay.disconnect(*this);
    m_connected = false;
    m_outgoing.clear();
    m_incoming.clear();
    m_incoming.push_back({Signal::closed, {}});
}

void SecondLine::drop()
{
    m_connected = false;
    m_outgoing.clear();
    if (m_listener != nullptr) m_incoming.push_back({Signal::closed, {}});
}

}  // namespace sinetti::simulation
