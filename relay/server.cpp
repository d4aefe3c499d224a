#include "relay/server.h"

#include "directory/relay_document.h"
#include "relay/limits.h"
#include "relay/log.h"
#include "relay/token_store_sqlite.h"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace sinetti::relay {

using base::Unexpected;
using boost::system::error_code;

Server::Server(const Config& config, const base::Clock& clock, base::Random& random) : m_config(config), m_clock(clock), m_random(random) {}

Server::~Server()
{
    if (m_mixed) m_mixed->stop();   // the threads first: they post to m_io
    m_tokens.reset();
    m_blobs.reset();
    if (m_hub) m_hub->stop();
}

base::Result<std::unique_ptr<Server>, std::string> Server::create(const Config& config, const base::Clock& clock, base::Random& random)
{
    auto server = std::unique_ptr<Server>(new Server(config, clock, random));
    TRY(server->open());
    return server;
}

base::Result<void, std::string> Server::open()
{
    m_files = TRY(StaticFiles::load(m_config.app));
    m_data = TRY(open_data(m_config, m_random));
    m_hub = std::make_unique<Hub>(*m_data->store, post(), m_clock, m_random, m_data->keys.signing);
    m_hub->on_directory_change([this](const directory::Applied& applied) { on_directory_change(applied); });
    if (const auto loaded = m_hub->load(); !loaded) return Unexpected(sentence(loaded.error(), database_file(m_config.data)));

    m_vaults = std::make_unique<Vaults>(m_clock, std::move(m_data->vault_key), [this](auto chore) { m_hub->submit_chore(std::move(chore)); }, post());
    m_blobs = std::make_unique<Blobs>(m_clock, std::move(m_data->blobs), BlobPolicy{std::uint64_t{m_config.blob_space} << 20, m_config.blob_days}, post());

    if (m_hub->directory().founded()) {
        forget_founder_token(m_config.data);
    } else {
        auto token = prepare_founder_token(*m_data->store, m_config.data, m_data->keys.public_keys(), m_random);
        if (!token) return Unexpected(sentence(token.error(), database_file(m_config.data)));
        m_founder_token_hash = token->hash;
        m_founder_fragment = token->fragment;
    }
    TRY(start_tokens());
    return listen();
}

base::Result<void, std::string> Server::start_tokens()
{
    auto publish = [this](const directory::TokenIssuer& record, std::function<void(std::optional<wire::Refusal>)> done) {
        m_hub->append_record(directory::encode(directory::Record(record)), directory::Record(record), [done = std::move(done)](const AppendAnswer& answer) { done(answer.refusal); });
    };
    auto tokens = TokenService::create({m_clock, m_random, std::make_unique<base::SystemRandom>(), post(), m_hub->directory(), m_data->keys.signing, std::move(publish), [this] { return tokens_per_device(); }},
                                       std::move(m_data->tokens));
    if (!tokens) return Unexpected(sentence(tokens.error(), token_database_file(m_config.data)));
    m_tokens = std::move(*tokens);
    if (!m_config.batches_from.empty()) m_mixed = std::make_unique<MixedIntake>(MixedEnvironment{*m_hub, *m_tokens, m_data->keys, m_draining, m_metrics, m_observer, post()});
    look_at_calendar();
    return {};
}

void Server::look_at_calendar()
{
    m_tokens->tick();
    m_token_timer.expires_after(kTokenTick);
    m_token_timer.async_wait([this](error_code error) {
        if (!error && !m_draining) look_at_calendar();
    });
}

base::Result<void, std::string> Server::listen()
{
    if (!m_config.observe.empty()) {
        m_observer = TRY(Observer::open(m_config.observe, m_clock));
        log_line("EVERYTHING THIS RELAY SEES OF ITS USERS IS BEING WRITTEN TO " + m_config.observe.string() + " (--observe). Tell them, and end it when the audit ends.");
    }
    if (!m_config.metrics.address.empty()) m_metrics_server = TRY(MetricsServer::listen(m_io, m_config.metrics, [this] { return metrics_text(); }));
    m_port = TRY(m_listener.listen({m_config.address, m_config.port}, "--address", m_config.tls, [this](Socket&& socket, const boost::asio::ip::address& from) {
        auto ticket = m_admissions.admit(from);
        if (!ticket) return;
        if (auto stream = m_listener.stream(std::move(socket))) serve_http(std::move(*stream), std::move(*ticket), *this);
    }));
    tend_again();
    return {};
}

void Server::tend()
{
    boost::asio::post(m_io, [this] {
        m_hub->tend();
        m_blobs->tend();
        m_tokens->tick();
        end_old_sessions();
    });
}

void Server::end_old_sessions()
{
    const auto sessions = m_sessions;
    for (const auto& [user, open] : sessions) open.session->end_if_old();
}

void Server::tend_again()
{
    m_hub->tend();
    m_blobs->tend();
    end_old_sessions();
    m_tend_timer.expires_after(kTendInterval);
    m_tend_timer.async_wait([this](error_code error) {
        if (!error) tend_again();
    });
}

std::shared_ptr<void> Server::admit_block()
{
    if (m_block_requests >= kBlockRequestsMax) return nullptr;
    ++m_block_requests;
    return {this, [this](void*) { --m_block_requests; }};
}

void Server::read_block(const BlockAddress& address, std::function<void(SharedBytes)> done)
{
    if (!m_config.blocks_open) return done(nullptr);
    m_hub->block(address.board, address.block, std::move(done));
}

// A full disk, and servers that are away, come and go by themselves, and what is there is served meanwhile.
Health Server::health() const
{
    const bool copies_stand = std::ranges::any_of(m_data->copies, [](const WatchedCopy& copy) { return copy.figures().trouble == StoreError::broken; });
    return copies_stand || m_hub->trouble() == StoreError::broken ? Health::ill : Health::well;
}

std::string Server::metrics_text()
{
    m_metrics.sessions = m_sessions.size();
    m_metrics.store_trouble = m_hub->trouble();
    m_metrics.copies.clear();
    for (const auto& copy : m_data->copies) m_metrics.copies.emplace_back(copy.of, copy.figures());
    std::vector<BoardState> boards;
    for (const auto& info : m_hub->board_infos()) boards.push_back(*m_hub->board(info.board));
    return m_metrics.text(boards, m_admissions);
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
        log_line(renewed ? "the certificate was read again" : "the certificate stays as it was: " + renewed.error());
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
    m_tend_timer.cancel();
    m_token_timer.cancel();
    m_drain_timer.expires_after(kDrainDeadline);
    m_drain_timer.async_wait([this](error_code error) {
        if (!error) m_io.stop();
    });
    // The boards last: a token that is spent may be a cell's.
    m_blobs->when_flushed([this] {
        m_tokens->when_flushed([this] { m_hub->when_flushed([this] { close_all(); }); });
    });
}

void Server::close_all()
{
    m_flushed = true;
    const auto sessions = m_sessions;
    for (const auto& [user, open] : sessions) open.close_for_drain();
    const auto lines = m_batch_lines;
    for (const auto& [user, close_for_drain] : lines) close_for_drain();
    stop_when_empty();
}

void Server::stop_when_empty()
{
    // Idle HTTP connections are not waited for.
    if (m_flushed && m_sessions.empty() && m_batch_lines.empty()) m_io.stop();
}

Post Server::post()
{
    return [this](std::function<void()> work) { boost::asio::post(m_io, std::move(work)); };
}

void Server::on_directory_change(const directory::Applied& applied)
{
    if (std::holds_alternative<directory::Founded>(applied)) {
        m_founder_token_hash.reset();
        m_founder_fragment.clear();
        forget_founder_token(m_config.data);
        log_line("the organisation is founded");
    }
    if (m_tokens && std::holds_alternative<directory::TokenIssuerPublished>(applied)) m_tokens->on_directory_change();
    // A revocation by the root ends every issuer key; a person's own sign-out does not.
    if (m_tokens && std::holds_alternative<directory::Revoked>(applied) && m_hub->directory().token_issuers(m_data->keys.signing.public_key()).empty()) m_tokens->on_issuers_retired();
    if (std::holds_alternative<directory::Revoked>(applied)) {
        for (const auto& [user, open] : m_sessions) open.session->on_directory_change(applied);
    }
}

std::string Server::administrator_link() const
{
    if (m_founder_fragment.empty()) return {};
    return url_of(m_config, m_port) + "/" + m_founder_fragment;
}

void Server::relay_document(std::function<void(std::optional<std::string_view>)> done)
{
    const auto& organisation = m_hub->directory().organisation();
    if (m_relay_document.empty() && organisation) m_relay_document = directory::encode(directory::RelayDocument{organisation->root_public_key, keys()});
    done(m_relay_document);
}

void Server::requested(const Socket& socket, const HttpRequest& request)
{
    if (m_observer) observe_request(*m_observer, socket, request);
}

SessionEnvironment Server::session_environment(const Socket& socket, std::string_view agent)
{
    error_code ignored;
    const auto from = socket.remote_endpoint(ignored).address();
    SessionEnvironment environment{*m_hub, m_clock, m_random, m_founder_token_hash, m_data->keys, m_draining, m_metrics, *m_tokens, *m_vaults, m_vault_sessions, *m_blobs, m_meetings, from, double(m_config.cell_rate)};
    if (m_observer) {
        environment.observer = m_observer.get();
        environment.connection = m_observer->opened(from.to_string(), agent);
    }
    return environment;
}

bool Server::takes_batches(const Socket& socket) const
{
    error_code error;
    const auto from = socket.remote_endpoint(error);
    return !error && m_config.batches_from.contains(from.address()) && m_batch_lines.size() < kBatchLinesMax;
}

std::size_t Server::tokens_per_device() const
{
    const auto boards = m_hub->board_infos();
    const bool is_mixed = std::ranges::any_of(boards, [](const auto& info) { return info.level == wire::SendingLevel::mixed; });
    return is_mixed ? wire::kTokensPerDeviceMixed : kTokensPerDevice;
}

std::shared_ptr<ConnectionUser> Server::opened(const Socket& socket, std::string_view agent, Line line, Connection& connection, std::function<void()> close_for_drain)
{
    if (line == Line::batches) {
        error_code ignored;
        const auto observed = m_observer ? m_observer->opened(socket.remote_endpoint(ignored).address().to_string(), agent) : 0;
        auto batches = std::make_shared<BatchLine>(*m_mixed, connection, m_clock, observed);
        if (m_flushed) close_for_drain();
        m_batch_lines.emplace(batches.get(), std::move(close_for_drain));
        return batches;
    }
    auto session = std::make_shared<Session>(session_environment(socket, agent), connection);
    if (m_flushed) close_for_drain();
    m_sessions.emplace(session.get(), OpenSession{session.get(), std::move(close_for_drain)});
    return session;
}

void Server::closed(ConnectionUser& user)
{
    m_sessions.erase(&user);
    m_batch_lines.erase(&user);
    stop_when_empty();
}

}  // namespace sinetti::relay
