#include "platform/host_transport.h"

#include "platform/worker_host.h"

#include <algorithm>
#include <utility>

namespace sinetti::platform {

HostTransport::~HostTransport()
{
    if (m_state == State::connecting || m_state == State::open) sinetti_host_socket_close(m_connection);
}

void HostTransport::open(net::TransportListener& listener)
{
    CHECK_INVARIANT(m_state == State::closed);
    m_listener = &listener;
    m_state = State::connecting;
    sinetti_host_socket_open(m_connection);
}

void HostTransport::send(base::ByteView frame)
{
    if (m_state == State::open) sinetti_host_socket_send(m_connection, frame.data(), frame.size());
}

void HostTransport::close()
{
    if (m_state != State::connecting && m_state != State::open) return;
    m_state = State::closing;
    sinetti_host_socket_close(m_connection);
}

void HostTransport::opened()
{
    if (m_state != State::connecting) return;
    m_state = State::open;
    m_listener->on_opened();
}

void HostTransport::received(base::ByteView frame)
{
    if (m_state == State::open) m_listener->on_frame(frame);
}

void HostTransport::closed()
{
    if (m_state == State::closed) return;
    m_state = State::closed;
    // The listener may open again from within the callback.
    std::exchange(m_listener, nullptr)->on_closed();
}

void HostAlarm::wake_after(std::int64_t milliseconds)
{
    sinetti_host_alarm(static_cast<double>(std::max<std::int64_t>(milliseconds, 0)));
}

}  // namespace sinetti::platform
