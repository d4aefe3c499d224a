#pragma once
// An ingress in this process, on a port of its own, in front of whatever is there; and what may stand there instead of a relay.

#include "relay/ingress/config.h"
#include "tests/relay/support.h"

#include <functional>
#include <memory>
#include <thread>

namespace sinetti::ingress {
class Server;
}

namespace sinetti::ingress_test {

using namespace sinetti::relay_test;

class RunningIngress {
public:
    using Adjust = std::function<void(ingress::Config&)>;
    explicit RunningIngress(std::uint16_t upstream_port, Adjust adjust = {}, const base::Clock* clock = nullptr);
    ~RunningIngress();

    void stop();
    std::uint16_t port() const;
    std::uint16_t metrics_port() const;
    RelayAddress to(const RunningRelay& relay, std::string from = {}) const { return {port(), relay.address().keys, std::move(from)}; }
    std::uint64_t figure(const std::string& name) const;   // of its metrics

private:
    TemporaryFolder m_folder;
    base::SystemClock m_system_clock;
    base::SystemRandom m_random;
    std::unique_ptr<ingress::Server> m_server;
    std::thread m_thread;
};

// Takes one connection after the other, by hand and blocking.
class ByHand {
public:
    ByHand();
    ~ByHand();
    std::uint16_t port() const;

    std::string take_head();                       // accepts, and reads an HTTP head
    void answer_upgrade(const std::string& head);  // 101
    std::string read_some();                       // empty: it has ended
    void write(std::string_view bytes);
    void drop();                                   // resets the connection
    void drop_in_order();
    void stop_listening();

private:
    struct Sockets;
    std::unique_ptr<Sockets> m_sockets;
};

// Until it holds; fails the test when it takes too long.
void eventually(const char* what, const std::function<bool()>& holds);

// One socket that sends what it is told; blocking.
class RawClient {
public:
    explicit RawClient(std::uint16_t port, const std::string& from = {});
    ~RawClient();
    bool write(std::string_view bytes);
    std::size_t write_what_fits(std::string_view bytes);
    std::string read_until(std::string_view end);   // that included
    std::string read_head() { return read_until("\r\n\r\n"); }
    std::string read_to_the_end();

private:
    struct Socket;
    std::unique_ptr<Socket> m_socket;
};

// What a browser sends: an upgrade, and after the answer masked messages.
std::string upgrade_request(std::uint16_t port, const std::string& more_fields = {});
std::string masked_message(std::string_view payload, char first_byte = '\x82');

}  // namespace sinetti::ingress_test
