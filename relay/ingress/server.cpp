#include "relay/ingress/server.h"

#include "relay/ingress/limits.h"
#include "relay/log.h"

namespace sinetti::ingress {

using base::Unexpected;
using boost::system::error_code;

Server::Server(const Config& config, base::Random& random, relay::StaticFiles&& files, uplink::Settings&& upstream)
    : m_config(config), m_random(random), m_files(std::move(files)), m_upstream{m_io, std::move(upstream)}
{
    m_upstream.on_finished = [this] { stop_when_empty(); };
}

Server::~Server()
{
    for (const auto& [user, open] : m_tunnels) open.tunnel->cut();
    m_upstream.batcher = nullptr;   // what is closed from here on has nobody to tell
}

base::Result<std::unique_ptr<Server>, std::string> Server::create(const Config& config, const base::Clock& clock, base::Random& random)
{
    uplink::Settings upstream{.relay = *config.upstream, .authorities = {}, .silence_max = relay::kIdleTimeout};
    if (upstream.relay.tls) {
        auto authorities = uplink::Authorities::load(config.upstream_authorities);
        if (!authorities) return Unexpected("cannot read the authorities for " + upstream.relay.url() + ": " + authorities.error());
        upstream.authorities = std::move(*authorities);
    }
    auto files = TRY(relay::StaticFiles::load(config.app));
    auto server = std::unique_ptr<Server>(new Server(config, random, std::move(files), std::move(upstream)));
    TRY(server->listen(clock));
    return server;
}

base::Result<void, std::string> Server::listen(const base::Clock& clock)
{
    if (!m_config.observe.empty()) {
        m_observer = TRY(relay::Observer::open(m_config.observe, clock));
        m_upstream.observer = m_observer.get();
        relay::log_line("EVERYTHING THIS INGRESS SEES OF ITS USERS IS BEING WRITTEN TO " + m_config.observe.string() + " (--observe). Tell them, and end it when the audit ends.");
    }
    if (m_config.batching) {
        m_batching.emplace(m_io, m_random, m_upstream.settings);
        m_upstream.batcher = &m_batching->batcher;
        m_batching->timer.expires_after(m_config.batch_period);
        tick_again();
    }
    if (!m_config.upstream->tls) relay::log_line("the relay is reached without TLS: whoever is on the way sees how much passes, and when");
    if (!m_config.metrics.address.empty()) m_metrics_server = TRY(relay::MetricsServer::listen(m_io, m_config.metrics, [this] { return metrics_text(); }));
    m_port = TRY(m_listener.listen({m_config.address, m_config.port}, "--address", m_config.tls, [this](relay::Socket&& socket, const boost::asio::ip::address& from) {
        auto ticket = m_admissions.admit(from);
        if (!ticket) return;
        if (auto stream = m_listener.stream(std::move(socket))) relay::serve_http(std::move(*stream), std::move(*ticket), *this);
    }));
    return {};
}

// By a clock that does not drift with what a tick takes.
void Server::tick_again()
{
    m_batching->timer.async_wait([this](error_code error) {
        if (error || m_draining) return;
        m_batching->uplink.pass_on(m_batching->batcher.tick(), m_observer.get());
        const auto now = boost::asio::steady_timer::clock_type::now();
        auto next = m_batching->timer.expiry() + m_config.batch_period;
        if (next < now) next = now + m_config.batch_period;   // the machine slept
        m_batching->timer.expires_at(next);
        tick_again();
    });
}

std::string Server::metrics_text()
{
    relay::MetricsPage page;
    m_figures.write(page, m_admissions);
    page.single("tunnels", "gauge", "Open WebSockets of clients.", m_tunnels.size());
    page.single("upstream_opened_total", "counter", "Connections to the relay that were opened.", m_upstream.opened);
    page.single("upstream_failed_total", "counter", "Connections to the relay that could not be opened.", m_upstream.failed);
    page.single("upstream_lost_total", "counter", "Open connections to the relay that ended without a word.", m_upstream.lost);
    page.single("upstream_reachable", "gauge", "1 unless the last connection to the relay could not be opened.", m_upstream.reached ? 1 : 0);
    if (m_batching) {
        page.single("mixed_passed_on_total", "counter", "Mixed messages passed on in batches.", m_batching->uplink.passed_on());
        page.single("mixed_dropped_total", "counter", "Mixed messages the relay did not take.", m_batching->uplink.dropped());
        page.single("batches_open", "gauge", "1 while there is a connection for batches.", m_batching->uplink.is_open() ? 1 : 0);
    }
    return page.take();
}

void Server::run()
{
    m_io.run();
}

void Server::renew_certificate()
{
    if (!m_config.tls.wanted()) return;
    boost::asio::post(m_io, [this] {
        const auto renewed = m_listener.renew(m_config.tls);
        relay::log_line(renewed ? "the certificate was read again" : "the certificate stays as it was: " + renewed.error());
    });
}

void Server::drain()
{
    boost::asio::post(m_io, [this] { start_draining(); });
}

void Server::start_draining()
{
    if (m_draining) return;
    m_draining = true;
    m_listener.close();
    if (m_metrics_server) m_metrics_server->close();
    m_drain_timer.expires_after(relay::kDrainDeadline);
    m_drain_timer.async_wait([this](error_code error) {
        if (!error) m_io.stop();
    });
    // What was taken and waits goes on now; a second later nobody would be here to do it.
    if (m_batching) {
        m_batching->timer.cancel();
        m_batches_finished = false;
        for (std::size_t i = 0; i < kMixedWaiting; ++i) m_batching->uplink.pass_on(m_batching->batcher.tick(), m_observer.get());
        m_batching->uplink.finish([this] {
            m_batches_finished = true;
            stop_when_empty();
        });
    }
    const auto tunnels = m_tunnels;
    for (const auto& [user, open] : tunnels) open.close_for_drain();
    stop_when_empty();
}

void Server::stop_when_empty()
{
    // Idle HTTP connections are not waited for.
    if (m_draining && m_tunnels.empty() && m_upstream.finishing == 0 && m_batches_finished) m_io.stop();
}

void Server::requested(const relay::Socket& socket, const relay::HttpRequest& request)
{
    if (m_observer) relay::observe_request(*m_observer, socket, request);
}

std::shared_ptr<void> Server::admit_block()
{
    return {this, [](void*) {}};
}

// Who asks for a block names a board; here that is not for asking.
void Server::read_block(const relay::BlockAddress&, std::function<void(relay::SharedBytes)> done)
{
    done(nullptr);
}

std::shared_ptr<relay::ConnectionUser> Server::opened(const relay::Socket& socket, std::string_view agent, relay::Line, relay::Connection& connection, std::function<void()> close_for_drain)
{
    error_code ignored;
    const auto observed = m_observer ? m_observer->opened(socket.remote_endpoint(ignored).address().to_string(), agent) : 0;
    auto tunnel = std::make_shared<Tunnel>(m_upstream, connection, observed);
    if (m_draining) close_for_drain();
    m_tunnels.emplace(tunnel.get(), OpenTunnel{tunnel.get(), std::move(close_for_drain)});
    return tunnel;
}

void Server::closed(relay::ConnectionUser& user)
{
    m_tunnels.erase(&user);
    if (m_draining) boost::asio::post(m_io, [this] { stop_when_empty(); });   // it has something to pass on, perhaps
}

}  // namespace sinetti::ingress
