#pragma once
// The whole relay in one object: store, hub, listener and the I/O thread's loop. The program and the tests run the same one.

#include "relay/config.h"
#include "relay/connection_host.h"
#include "relay/founding.h"
#include "relay/listen.h"
#include "relay/metrics_server.h"
#include "relay/mixed_intake.h"
#include "relay/opening.h"
#include "relay/session.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unordered_map>

namespace sinetti::relay {

class Server final : private ConnectionHost {
public:
    // Opens or makes the data folder, loads the app and the boards, and listens. Error: a sentence.
    static base::Result<std::unique_ptr<Server>, std::string> create(const Config& config, const base::Clock& clock, base::Random& random);
    ~Server() override;

    void run();                                    // until drained
    void renew_certificate();                      // from any thread: reads it from its files again, and says in the log what came of it
    void drain();                                  // from any thread: no new work, answer what is under way, close, return from run()
    void tend();                                   // from any thread: what run() does every minute (hub.h)

    std::uint16_t port() const { return m_port; }
    std::uint16_t metrics_port() const { return m_metrics_server ? m_metrics_server->port() : 0; }
    directory::RelayKeys keys() const { return m_data->keys.public_keys(); }
    std::string administrator_link() const;        // empty once founded

private:
    Server(const Config& config, const base::Clock& clock, base::Random& random);
    base::Result<void, std::string> open();
    base::Result<void, std::string> listen();
    void tend_again();
    void end_old_sessions();
    void start_draining();
    void close_all();
    base::Result<void, std::string> start_tokens();
    void look_at_calendar();
    void on_directory_change(const directory::Applied& applied);
    Post post();

    const StaticFiles& files() const override { return m_files; }
    Health health() const override;
    void relay_document(std::function<void(std::optional<std::string_view>)> done) override;
    void requested(const Socket& socket, const HttpRequest& request) override;
    SessionEnvironment session_environment(const Socket& socket, std::string_view agent);
    const Deadlines& deadlines() const override { return m_config.deadlines; }
    ConnectionFigures& figures() override { return m_metrics; }
    std::shared_ptr<void> admit_block() override;
    void read_block(const BlockAddress& address, std::function<void(SharedBytes)> done) override;
    std::string metrics_text();
    std::shared_ptr<ConnectionUser> opened(const Socket& socket, std::string_view agent, Line line, Connection& connection, std::function<void()> close_for_drain) override;
    bool takes_batches(const Socket& socket) const override;
    std::size_t tokens_per_device() const;
    void closed(ConnectionUser& user) override;
    Flusher& flusher() override { return m_flusher; }
    std::span<std::uint8_t> receive_buffer() override { return m_receive_buffer; }
    void stop_when_empty();

    Config m_config;
    const base::Clock& m_clock;
    base::Random& m_random;
    StaticFiles m_files;
    std::optional<OpenedData> m_data;
    Metrics m_metrics;
    std::unique_ptr<Observer> m_observer;
    std::unique_ptr<Hub> m_hub;
    std::unique_ptr<TokenService> m_tokens;
    std::unique_ptr<MixedIntake> m_mixed;
    std::unique_ptr<Vaults> m_vaults;
    VaultSessions m_vault_sessions{m_clock, m_config.trusted_addresses};
    Meetings m_meetings{m_clock};
    std::unique_ptr<Blobs> m_blobs;
    struct OpenSession {
        Session* session;
        std::function<void()> close_for_drain;
    };
    std::unordered_map<const ConnectionUser*, OpenSession> m_sessions;
    std::unordered_map<const ConnectionUser*, std::function<void()>> m_batch_lines;   // how each is closed for draining
    Admissions m_admissions{kConnectionsMax, m_config.connections_per_address, m_config.trusted_addresses};
    std::size_t m_block_requests = 0;
    base::Bytes m_receive_buffer = base::Bytes(kReceiveBufferSize);
    boost::asio::io_context m_io{1};               // its end closes what connections there still are: before the end of what they use
    Flusher m_flusher{post()};
    Listener m_listener{m_io};
    boost::asio::steady_timer m_drain_timer{m_io};
    boost::asio::steady_timer m_tend_timer{m_io};
    boost::asio::steady_timer m_token_timer{m_io};
    std::unique_ptr<MetricsServer> m_metrics_server;
    std::optional<FounderTokenHash> m_founder_token_hash;
    std::string m_founder_fragment;
    std::string m_relay_document;
    std::uint16_t m_port = 0;
    bool m_draining = false;
    bool m_flushed = false;
};

}  // namespace sinetti::relay
