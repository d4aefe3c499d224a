#include "cli/client.h"

#include "api/people.h"
#include "cli/sentences.h"

#include <algorithm>
#include <csignal>

namespace sinetti::cli {

using base::Unexpected;

Client::Client(boost::asio::io_context& io, base::Random& random, store::Backend& backend, const RelayAddress& relay, const std::filesystem::path& authorities)
    : m_io(io),
      m_timer(io),
      m_signals(io, SIGINT, SIGTERM),
      m_transport(io, relay, authorities),
      m_errand_transport(io, relay, authorities),
      m_core({.clock = m_clock, .random = random, .transport = m_transport, .alarm = *this, .backend = backend, .events = *this,
              .errand_transport = &m_errand_transport})
{
    m_signals.async_wait([this](const boost::system::error_code& error, int) { m_interrupted = m_interrupted || !error; });
}

Result<void> Client::submit(api::Command&& command, base::SecretBytes&& passphrase)
{
    refusal.reset();
    m_core.submit(std::move(command), std::move(passphrase));
    if (m_store_failure) return Unexpected(*m_store_failure);
    return {};
}

Result<bool> Client::wait(const std::function<bool()>& done, Deadline deadline)
{
    for (;;) {
        if (m_store_failure) return Unexpected(*m_store_failure);
        if (done()) return true;
        if (m_interrupted) return false;
        if (const auto trouble = final_trouble()) return Unexpected(*trouble);
        if (deadline && *deadline <= std::chrono::steady_clock::now()) {
            auto sentence = cli::sentence(connection.reason == api::Code::none ? api::Code::relay_unreachable : connection.reason);
            if (connection.state == api::ConnectionState::connected)
                sentence = "the relay has not answered in time";
            else if (!m_transport.trouble().empty()) sentence += ": " + m_transport.trouble();
            return Unexpected(Failure{Exit::unreachable, std::move(sentence)});
        }
        if (deadline)
            m_io.run_one_until(*deadline);
        else
            m_io.run_one();
    }
}

// What no waiting mends.
std::optional<Failure> Client::final_trouble() const
{
    if (connection.state != api::ConnectionState::refused || connection.reason == api::Code::none) return std::nullopt;
    return Failure{Exit::failed, sentence(connection.reason)};
}

void Client::on_event(const api::Event& event)
{
    if (const auto* known = std::get_if<api::SessionEvent>(&event)) session = *known;
    if (const auto* known = std::get_if<api::ConnectionEvent>(&event)) connection = *known;
    if (const auto* known = std::get_if<api::PeopleEvent>(&event)) api::take_in(people, *known);
    if (const auto* known = std::get_if<api::ConversationsEvent>(&event)) conversations = known->conversations;
    if (const auto* known = std::get_if<api::BoardsEvent>(&event)) boards = known->boards;
    if (const auto* known = std::get_if<api::InvitationReadyEvent>(&event)) invitation = known->invitation;
    if (const auto* known = std::get_if<api::InvitationsEvent>(&event)) invitations = known->invitations;
    if (const auto* known = std::get_if<api::InvitationsReadyEvent>(&event)) made_invitations = known->invitations;
    if (const auto* known = std::get_if<api::ConversationReadyEvent>(&event)) created = known->conversation;
    if (const auto* known = std::get_if<api::VaultEvent>(&event)) vault = *known;
    if (const auto* known = std::get_if<api::PassphraseEvent>(&event)) passphrase_event = *known;
    if (const auto* known = std::get_if<api::RecoveryCodeEvent>(&event)) recovery_code = known->code;
    if (const auto* known = std::get_if<api::RootSharesEvent>(&event)) root_shares = known->shares;
    if (const auto* known = std::get_if<api::RootRestoreEvent>(&event)) root_restore = *known;
    if (const auto* known = std::get_if<api::ExportEvent>(&event)) exported = known->messages;
    if (const auto* known = std::get_if<api::NoticeEvent>(&event)) {
        const Failure failure{Exit::failed, sentence(known->code, known->subject)};
        switch (known->code) {
        case api::Code::store_full:
        case api::Code::store_broken:
        case api::Code::store_unavailable: m_store_failure = failure; break;
        case api::Code::new_device:
        case api::Code::person_new_key: break;   // news, whatever was asked for
        default:
            if (known->severity >= api::Severity::warning && !refusal) refusal = failure;
        }
    }
    if (observer) observer(event);
}

void Client::wake_after(std::int64_t milliseconds)
{
    m_timer.expires_after(std::chrono::milliseconds(milliseconds));
    m_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) m_core.on_alarm();
    });
}

}  // namespace sinetti::cli
