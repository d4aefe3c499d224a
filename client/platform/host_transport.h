#pragma once
// One of the worker's WebSockets as a net::Transport, and its timer as a net::Alarm.

#include "base/check.h"
#include "net/transport.h"

namespace sinetti::platform {

class HostTransport final : public net::Transport {
public:
    explicit HostTransport(std::uint32_t connection) : m_connection(connection) {}   // one object for each number
    ~HostTransport() override;

    void open(net::TransportListener& listener) override;
    void send(base::ByteView frame) override;
    void close() override;

    // From the worker. Out of turn they are ignored.
    void opened();
    void received(base::ByteView frame);
    void closed();

private:
    enum class State : std::uint8_t { closed, connecting, open, closing };
    const std::uint32_t m_connection;
    State m_state = State::closed;
    net::TransportListener* m_listener = nullptr;
};

class HostAlarm final : public net::Alarm {
public:
    void wake_after(std::int64_t milliseconds) override;
};

}  // namespace sinetti::platform
