// When the session beside is there for the archive: opened with a token, like the one in which we read and write, and never together with
// the one that is opened with our name, nor with another.

#include "chat/core_implementation.h"

namespace sinetti::chat {

namespace {
constexpr std::int64_t kArchiveRunMax = 10 * 60 * 1000;   // milliseconds, of one session
}

void Core::Implementation::plan_archive()
{
    if (m_environment.errand_transport == nullptr || !m_workspace) return;
    const auto now = m_environment.clock.now();
    if (m_errand_session.is_started()) {
        if (m_beside != Beside::archive) return;
        if (*m_archive_until <= now) m_workspace->postpone_archive();
        if (std::exchange(m_archive_finished, false) || *m_archive_until <= now) end_archive();
        return;
    }
    if (!is_member_session() || !m_workspace->is_caught_up() || !m_workspace->is_archive_due()) return;
    if (!take_token_beside()) return m_workspace->postpone_archive();
    m_beside = Beside::archive;
    m_archive_until = base::UnixMilliseconds{now.value + kArchiveRunMax};
    m_archive_finished = false;
    m_errand_session.start();
}

// Not the last one: that is for the session in which we read and write.
bool Core::Implementation::take_token_beside()
{
    auto& wallet = m_workspace->wallet();
    m_beside_token = wallet.take(m_environment.clock.now());
    if (m_beside_token && wallet.is_empty()) wallet.put_back(std::move(*std::exchange(m_beside_token, std::nullopt)));
    wallet.persist(m_effects);
    return m_beside_token.has_value();
}

std::optional<base::UnixMilliseconds> Core::Implementation::archive_wake() const
{
    if (!m_workspace || m_environment.errand_transport == nullptr) return {};
    if (m_errand_session.is_started()) return m_beside == Beside::archive ? m_archive_until : std::nullopt;
    return is_member_session() && m_workspace->is_caught_up() ? m_workspace->archive_wake() : std::nullopt;
}

void Core::Implementation::end_archive()
{
    m_errand_session.stop();
    if (m_workspace) {
        if (m_beside_token) m_workspace->wallet().put_back(std::move(*m_beside_token));   // it was never shown
        m_workspace->wallet().persist(m_effects);
        m_workspace->on_archive_closed();
    }
    m_beside_token.reset();
    m_archive_until.reset();
    m_archive_finished = false;
    m_beside = Beside::errands;
}

// That this token is no longer ours to use must be durable first; if the store is slower than the relay, we come again.
std::optional<wire::ClientFrame> Core::Implementation::answer_beside()
{
    if (!m_beside_token || !m_effects.is_stored()) return std::nullopt;
    wire::AuthenticateToken answer;
    std::ranges::copy(m_beside_token->view(), answer.token.begin());
    m_beside_token.reset();
    return answer;
}

void Core::Implementation::on_archive_closed(net::CloseReason reason)
{
    if (reason == net::CloseReason::ours && m_beside_token) return;   // the store was slow
    end_archive();
}

}  // namespace sinetti::chat
