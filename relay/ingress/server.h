#pragma once
// The whole ingress in one object, as relay/server.h is the whole relay: its own copy of the app's files, a tunnel for each WebSocket,
// and nothing that is kept.

#include "relay/admissions.h"
#include "relay/connection_host.h"
#include "relay/ingress/batch_uplink.h"
#include "relay/ingress/batcher.h"
#include "relay/ingress/config.h"
#include "relay/ingress/public_document.h"
#include "relay/ingress/tunnel.h"
#include "relay/listen.h"
#include "relay/metrics_server.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unordered_map>

namespace sinetti::ingress {

class Server final : private relay::ConnectionHost {
public:
    // Loads the app and the authorities, and listens. Error: a sentence. That the relay is there shows when somebody connects.
    static base::Result<std::unique_ptr<Server>, std::string> create(const Config& config, const base::Clock& clock, base::Random& random);
    ~Server() override;

    void run();                                    // until drained
    void renew_certificate();                      // from any thread: reads it from its files again, and says in the log what came of it
    void drain();                                  // from any thread: nobody new, pass on what was said, close, return from run()

    std::uint16_t port() const { return m_port; }
    std::uint16_t metrics_port() const { return m_metrics_server ? m_metrics_server->port() : 0; }

private:
    Server(const Config& config, base::Random& random, relay::StaticFiles&& files, uplink::Settings&& upstream);
    base::Result<void, std::string> listen(const base::Clock& clock);
    void tick_again();
    void start_draining();
    void stop_when_empty();
    std::string metrics_text();

    const relay::StaticFiles& files() const override { return m_files; }
    void relay_document(std::function<void(std::optional<std::string_view>)> done) override { m_document.ask(std::move(done)); }
    relay::ConnectionFigures& figures() override { return m_figures; }
    void requested(const relay::Socket& socket, const relay::HttpRequest& request) override;
    std::shared_ptr<void> admit_block() override;
    void read_block(const relay::BlockAddress& address, std::function<void(relay::SharedBytes)> done) override;
    std::shared_ptr<relay::ConnectionUser> opened(const relay::Socket& socket, std::string_view agent, relay::Line line, relay::Connection& connection, std::function<void()> close_for_drain) override;
    void closed(relay::ConnectionUser& user) override;
    relay::Flusher& flusher() override { return m_flusher; }
    std::span<std::uint8_t> receive_buffer() override { return m_receive_buffer; }

    struct OpenTunnel {
        Tunnel* tunnel;
        std::function<void()> close_for_drain;
    };

    Config m_config;
    base::Random& m_random;
    relay::StaticFiles m_files;
    relay::ConnectionFigures m_figures;
    std::unique_ptr<relay::Observer> m_observer;
    relay::Admissions m_admissions{m_config.connections, m_config.connections_per_address, m_config.trusted_addresses};
    std::unordered_map<const relay::ConnectionUser*, OpenTunnel> m_tunnels;
    base::Bytes m_receive_buffer = base::Bytes(relay::kReceiveBufferSize);
    Upstream m_upstream;
    boost::asio::io_context m_io{1};               // its end closes what connections there still are: before the end of what they use
    relay::Flusher m_flusher{[this](std::function<void()> work) { boost::asio::post(m_io, std::move(work)); }};
    PublicDocument m_document{m_io, m_upstream.settings};
    relay::Listener m_listener{m_io};
    struct Batching {
        Batching(boost::asio::io_context& io, base::Random& random, const uplink::Settings& upstream) : batcher(random), uplink(io, upstream), timer(io) {}
        Batcher batcher;
        BatchUplink uplink;
        boost::asio::steady_timer timer;
    };
    std::optional<Batching> m_batching;
    bool m_batches_finished = true;
    boost::asio::steady_timer m_drain_timer{m_io};
    std::unique_ptr<relay::MetricsServer> m_metrics_server;
    std::uint16_t m_port = 0;
    bool m_draining = false;
};

}  // namespace sinetti::ingress
