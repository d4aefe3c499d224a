// What needs our name, fetching tokens above all: when, and in which session.

#include "chat/core_implementation.h"

namespace sinetti::chat {

namespace {

// Tokens are fetched long before they are needed, at a random moment that has nothing to do with when a connection began.
constexpr std::int64_t kErrandDelayMax = 30 * 60 * 1000;   // milliseconds
constexpr std::int64_t kErrandDelayUrgent = 60 * 1000;     // milliseconds; when there is no token, as after a revocation, which is so for everybody
constexpr std::int64_t kErrandPostponed = 10 * 1000;       // milliseconds, while messages wait to be sent
constexpr std::int64_t kErrandsMax = 60 * 1000;            // milliseconds, of one device session
constexpr std::int64_t kErrandsRetry = 10 * 60 * 1000;     // milliseconds, before urgent errands that failed are urgent again

}  // namespace

// A token for the next session leaves the wallet before that session begins.
void Core::Implementation::draw_token()
{
    if (!m_workspace || m_token || m_token_shown || m_errands_now || !m_session.is_started() || m_session.is_ready()) return;
    m_token = m_workspace->wallet().take(m_environment.clock.now());
    m_workspace->wallet().persist(m_effects);
}

void Core::Implementation::plan_errands()
{
    const auto now = m_environment.clock.now();
    if (!m_workspace || !m_session.is_started()) return end_errands();
    if (m_session.is_ready() && m_session_kind == wire::SessionKind::device) {
        if (std::exchange(m_errands_finished, false)) {
            m_errands_now = false;
            m_errands_at.reset();
            if (!m_workspace->wallet().is_empty() || m_token) return m_session.restart();
            return on_errands_failed(wire::Refusal::no_tokens_left);
        }
        if (!m_errands_at) m_errands_at = base::UnixMilliseconds{now.value + kErrandsMax};
        if (*m_errands_at <= now) on_errands_failed(wire::Refusal::no_tokens_left);
        return;
    }
    if (m_errand_session.is_started()) {
        if (m_beside != Beside::errands) return;
        if (std::exchange(m_errands_finished, false)) return end_errands();
        if (*m_errands_at <= now) fail_errands();
        return;
    }
    if (!m_workspace->has_errands()) return m_errands_at.reset();
    if (!is_member_session() || !m_workspace->is_caught_up()) return;
    const bool is_urgent = m_workspace->has_urgent_errands() && (!m_no_hurry_until || *m_no_hurry_until <= now);
    const auto delay_max = m_workspace->is_short_of_tokens() ? kErrandDelayUrgent : kErrandDelayMax;
    if (is_urgent)
        m_errands_at = now;
    else if (!m_errands_at || m_errands_at->value > now.value + delay_max)
        m_errands_at = base::UnixMilliseconds{now.value + static_cast<std::int64_t>(m_environment.random.below(static_cast<std::uint64_t>(delay_max)))};
    if (*m_errands_at > now) return;
    if (m_environment.errand_transport != nullptr) {
        m_errands_at = base::UnixMilliseconds{now.value + kErrandsMax};
        m_errand_session.start();
    } else if (!is_urgent && m_workspace->waiting_messages() > 0) {
        m_errands_at = base::UnixMilliseconds{now.value + kErrandPostponed};
    } else {
        m_errands_at.reset();
        m_errands_now = true;
        m_session.restart();
    }
}

// While nothing could be begun or ended, nobody need be woken for it.
std::optional<base::UnixMilliseconds> Core::Implementation::errands_wake() const
{
    const bool named = m_session.is_ready() && !is_member_session();
    if (m_beside != Beside::errands && !named) return std::nullopt;
    const bool matters = named || m_errand_session.is_started() || (m_session.is_ready() && m_workspace->is_caught_up());
    return matters ? m_errands_at : std::nullopt;
}

void Core::Implementation::on_errands_done() { m_errands_finished = true; }

// The moment was drawn without regard to when connections end and begin, and stays. One that went by meanwhile would fall
// together with this connection: another is drawn.
void Core::Implementation::keep_or_plan_errands_anew()
{
    if (m_errand_session.is_started()) return;
    m_errands_finished = false;
    if (m_errands_at && (m_session_kind == wire::SessionKind::device || *m_errands_at <= m_environment.clock.now())) m_errands_at.reset();
}

void Core::Implementation::end_errands()
{
    if (m_beside == Beside::archive) end_archive();
    if (m_beside != Beside::link)
        m_errand_session.stop();
    else if (!m_session.is_started())
        end_link();
    if (m_workspace) m_workspace->on_errands_closed();
    m_errands_at.reset();
    m_errands_finished = false;
}

// At another moment again; there are tokens meanwhile.
void Core::Implementation::fail_errands()
{
    end_errands();
    m_no_hurry_until = base::UnixMilliseconds{m_environment.clock.now().value + kErrandsRetry};
}

void Core::Implementation::on_errands_failed(wire::Refusal code)
{
    if (m_errand_session.is_started() && m_beside != Beside::link) return fail_errands();
    m_errands_now = false;
    m_errands_at.reset();
    m_no_hurry_until = base::UnixMilliseconds{m_environment.clock.now().value + kErrandsRetry};
    // Tokens that are left open sessions still; without any this is what people should know.
    if (m_workspace->wallet().is_empty() && !m_token) {
        const auto reason = code_of(code);
        if (m_connection_reason != reason) m_effects.emit(api::NoticeEvent{.code = reason, .severity = api::Severity::warning});
        m_connection_reason = reason;
    }
    m_session.close();
}

// --- the session beside ------------------------------------------------------------------------------------------------

std::optional<wire::ClientFrame> Core::Implementation::ErrandListener::on_challenge(const wire::Challenge& challenge)
{
    const Turn turn(m_core);
    if (!m_core.m_workspace || challenge.organisation != m_core.m_workspace->account().root_public_key) return std::nullopt;
    if (m_core.m_beside != Beside::errands) return m_core.answer_beside();
    m_core.m_workspace->set_errand_nonce(challenge.nonce);
    return m_core.answer_as_device(challenge, m_core.m_workspace->account());
}

void Core::Implementation::ErrandListener::on_accepted(const wire::Accepted& accepted)
{
    const Turn turn(m_core);
    const bool named = m_core.m_beside == Beside::errands;
    if (!m_core.m_workspace || accepted.session_kind != (!named ? wire::SessionKind::token : wire::SessionKind::device)) return m_core.on_errands_garbled();
    m_core.m_errand_session.mark_healthy();
    if (m_core.m_beside == Beside::archive) return m_core.m_workspace->on_archive_accepted();
    if (m_core.m_beside == Beside::link) return;
    m_core.m_workspace->on_errands_accepted();
}

void Core::Implementation::ErrandListener::on_refused(const wire::Refused& refused)
{
    const Turn turn(m_core);
    if (!m_core.m_workspace || refused.request_id == wire::kNoRequest) return;
    if (m_core.m_beside == Beside::archive) return m_core.m_workspace->on_archive_refused(refused);
    if (m_core.m_beside == Beside::link) return m_core.on_link_refused(refused.code);
    m_core.m_workspace->on_errand_refused(refused);
}

void Core::Implementation::ErrandListener::on_blob_state(const wire::BlobState& state)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_blob_state(state);
}

void Core::Implementation::ErrandListener::on_blob_data(wire::BlobData&& data)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_blob_data(std::move(data));
}

void Core::Implementation::ErrandListener::on_appended(const wire::Appended& appended)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_errand_appended(appended);
}

void Core::Implementation::ErrandListener::on_token_response(const wire::TokenResponse& response)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_errand_token_response(response);
}

void Core::Implementation::ErrandListener::on_vault_answer(net::VaultAnswer&& answer)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_errand_vault_answer(std::move(answer));
}

void Core::Implementation::ErrandListener::on_meeting_state(wire::MeetingState&& state)
{
    const Turn turn(m_core);
    if (m_core.m_host && m_core.m_beside == Beside::link) m_core.on_link_state(std::move(state));
}

void Core::Implementation::ErrandListener::on_session_closed(net::CloseReason reason)
{
    const Turn turn(m_core);
    if (m_core.m_workspace) m_core.m_workspace->on_errands_closed();
    if (m_core.m_beside == Beside::archive) m_core.on_archive_closed(reason);
    if (m_core.m_beside == Beside::link) m_core.on_link_closed(reason);
    if (reason == net::CloseReason::garbled) m_core.m_effects.emit(api::NoticeEvent{.code = api::Code::relay_garbled, .severity = api::Severity::warning});
    if (reason != net::CloseReason::ours && m_core.m_errand_session.is_started()) m_core.fail_errands();
}

}  // namespace sinetti::chat
