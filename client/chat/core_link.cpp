// One device lets another in by a code: on the one that is signed in, in a session beside that a token opens, and on the new one, in a
// session of nobody's. Nothing of it is stored, until the new one is a device of its person's.

#include "chat/core_implementation.h"

namespace sinetti::chat {

namespace {

constexpr unsigned kLinkSessionsMax = 4;   // of one code: connections get lost

api::LinkEvent link_event(api::LinkState state, api::Code error = api::Code::none)
{
    api::LinkEvent event;
    event.state = state;
    event.error = error;
    return event;
}

}  // namespace

// --- the device that is signed in ----------------------------------------------------------------------------------------

void Core::Implementation::run(const api::LinkDevice&)
{
    if (!m_workspace) return;
    if (m_host && m_host->state() != api::LinkState::none) return report_link();
    const auto fail = [this](api::Code reason) { m_effects.emit(link_event(api::LinkState::none, reason)); };
    if (const auto reason = why_not_change_vault(); reason != api::Code::none) return fail(reason);
    if (m_workspace->vault().trouble() == api::Code::vault_elsewhere_changed) return fail(api::Code::vault_elsewhere_changed);
    if (m_environment.errand_transport == nullptr) return fail(api::Code::relay_unreachable);
    end_link();
    m_effects.emit(link_event(api::LinkState::preparing));
    m_effects.end_turn();   // Argon2id takes a while: the screen should say so first
    const auto& account = m_workspace->account();
    auto host = LinkHost::begin({account.root_public_key, account.relay_keys}, m_header->with(m_proof->passphrase_key), m_environment.clock.now(),
                                m_environment.password_key, m_environment.random);
    if (!host) return fail(host.error());
    m_host = std::move(*host);
    m_link_sessions = 0;
}

void Core::Implementation::run(const api::AnswerLink& command)
{
    if (!m_host || m_host->state() != api::LinkState::asked) return;
    std::optional<HandOver> contents;
    if (command.admit) {
        auto known = m_workspace->vault().known();
        if (!known) return cancel_link(api::Code::vault_unsaved);
        PersonVault person{person_keys_of(m_workspace->account()), known->code_shown, known->seen, known->kept};
        contents.emplace(HandOver{std::move(person), std::move(*known), m_host->passphrase_key().clone()});
        contents->trim();
    }
    if (!m_host->admit(contents ? &*contents : nullptr, m_environment.random)) return cancel_link(api::Code::internal);
    report_link();
}

void Core::Implementation::run(const api::CancelLink&)
{
    if (m_host) cancel_link(api::Code::none);
}

// The code opens nothing any more: the relay is told so, as soon as it can be.
void Core::Implementation::cancel_link(api::Code reason)
{
    m_host->cancel();
    m_effects.emit(link_event(api::LinkState::none, reason));
}

void Core::Implementation::plan_link()
{
    if (!m_host) return;
    const auto now = m_environment.clock.now();
    if (!m_workspace || m_host->is_over()) return end_link();
    if (m_host->until() <= now) return give_up_link(api::Code::device_code_expired);
    if (m_errand_session.is_started()) {
        if (m_beside == Beside::link) {
            if (!m_errand_session.is_ready()) return;
            if (auto request = m_host->next_request(now)) std::visit([this](auto& frame) { m_effects.send(m_errand_session, std::move(frame)); }, *request);
            return;
        }
        if (m_beside == Beside::errands) return;   // they take a minute at the most
        m_workspace->postpone_archive();
        end_archive();
    }
    if (!is_member_session()) return;
    if (++m_link_sessions > kLinkSessionsMax) return give_up_link(api::Code::relay_unreachable);
    if (!take_token_beside()) return give_up_link(api::Code::no_tokens);
    m_beside = Beside::link;
    m_errand_session.start();
}

std::optional<base::UnixMilliseconds> Core::Implementation::link_wake() const
{
    if (m_host) return m_host->wake(m_beside == Beside::link && m_errand_session.is_ready());
    if (m_guest) return m_guest->wake(m_session.is_ready());
    return std::nullopt;
}

void Core::Implementation::close_link_session()
{
    if (m_beside != Beside::link) return;
    m_beside = Beside::errands;
    if (m_beside_token && m_workspace) {
        m_workspace->wallet().put_back(std::move(*m_beside_token));   // it was never shown
        m_workspace->wallet().persist(m_effects);
    }
    m_beside_token.reset();
    m_errand_session.stop();
}

void Core::Implementation::give_up_link(api::Code reason)
{
    if (m_host && m_host->state() != api::LinkState::none) m_effects.emit(link_event(api::LinkState::none, reason));
    end_link();
}

void Core::Implementation::end_link()
{
    m_host.reset();
    close_link_session();
}

void Core::Implementation::report_link()
{
    auto event = link_event(m_host->state());
    using enum api::LinkState;
    if (event.state == offered || event.state == asked) event.until_ms = m_host->until().value;
    if (event.state == offered) event.code = m_host->code_text();
    if (event.state == asked) {
        event.device = m_host->applicant().device;
        event.shared = m_host->applicant().shared;
        event.number = m_host->number();
    }
    m_effects.emit(std::move(event));
}

void Core::Implementation::on_link_state(wire::MeetingState&& state)
{
    const auto before = m_host->state();
    const auto error = m_host->on_state(std::move(state), m_environment.clock.now());
    if (error == api::Code::relay_garbled) return m_errand_session.close_garbled();
    if (error != api::Code::none) return m_effects.emit(link_event(api::LinkState::none, error));
    if (m_host->state() != before) report_link();
}

void Core::Implementation::on_link_refused(wire::Refusal refusal)
{
    if (!m_host) return;
    const auto error = m_host->on_refused(refusal);
    if (error != api::Code::none) m_effects.emit(link_event(api::LinkState::none, error));
}

// Another session goes on with it, unless there have been too many.
void Core::Implementation::on_link_closed(net::CloseReason reason)
{
    if (reason == net::CloseReason::ours && m_beside_token) return;   // the store was slow
    if (m_host) m_host->forget_request();
    close_link_session();
}

// --- the new device ------------------------------------------------------------------------------------------------------

// The code came with the address; JoinDevice takes it from here.
void Core::Implementation::open_device_code(std::string_view fragment)
{
    base::SecretBytes code(base::view_of(fragment.substr(kDeviceCodePrefix.size())));
    if (!vault::LinkCode::parse(code.view())) return set_phase(api::Phase::no_account, api::Code::device_code_mistyped);
    m_given_code = std::move(code);
    set_phase(api::Phase::no_account);
    report_given();
}

void Core::Implementation::report_given() { m_effects.emit(link_event(api::LinkState::given)); }

void Core::Implementation::run(const api::JoinDevice& command)
{
    if (!may_sign_in(command.shared)) return;
    const bool given = m_passphrase.empty() && !m_given_code.empty();
    auto guest = LinkGuest::begin(command, given ? m_given_code.view() : m_passphrase.view(), m_environment.clock.now());
    if (!guest) return set_phase(m_phase, guest.error());
    m_given_code.clear();
    if (given) m_effects.emit(link_event(api::LinkState::none));
    leave_for_sign_in();
    m_guest = std::move(*guest);
    set_phase(api::Phase::opening);
    m_effects.end_turn();
    if (!m_guest->prepare(m_environment.password_key, m_environment.random)) return end_guest(api::Code::internal);
    m_session.start();
}

void Core::Implementation::ask_as_guest()
{
    const auto now = m_environment.clock.now();
    if (m_guest->until() <= now) return end_guest(api::Code::device_code_expired);
    if (!m_session.is_ready()) return;
    if (auto request = m_guest->next_request(now)) std::visit([this](auto& frame) { m_effects.send(std::move(frame)); }, *request);
}

void Core::Implementation::on_guest_state(wire::MeetingState&& state)
{
    m_session.mark_healthy();
    const bool was_waiting = m_guest->is_waiting();
    if (const auto error = m_guest->on_state(std::move(state), m_environment.clock.now(), m_environment.random); error != api::Code::none) return end_guest(error);
    if (m_guest->is_let_in()) return begin_linked_device();
    if (m_guest->is_waiting() && !was_waiting) {
        set_phase(api::Phase::linking);
        report_guest();
    }
    ask_as_guest();
}

void Core::Implementation::begin_linked_device()
{
    auto created = m_guest->add_device(m_environment.clock.now(), m_environment.random);
    if (!created) return end_guest(created.error());
    const auto vault = m_guest->take_vault();
    const auto passphrase_key = m_guest->take_passphrase_key();
    m_shared = m_guest->is_shared();
    m_guest.reset();
    if (m_shared) m_effects.use_backend(*m_environment.shared_backend);
    set_phase(api::Phase::opening);
    begin_account(std::move(created), &vault, &passphrase_key);
}

void Core::Implementation::report_guest()
{
    if (!m_guest->is_waiting()) return;
    auto event = link_event(api::LinkState::waiting);
    event.until_ms = m_guest->until().value;
    event.number = m_guest->number();
    m_effects.emit(std::move(event));
}

void Core::Implementation::on_guest_closed(net::CloseReason reason)
{
    m_guest->forget_request();
    switch (reason) {
    case net::CloseReason::ours: return;
    case net::CloseReason::wrong_key: return end_guest(api::Code::relay_key);
    case net::CloseReason::garbled: return end_guest(api::Code::relay_garbled);
    case net::CloseReason::version: return end_guest(api::Code::relay_version);
    case net::CloseReason::refused: return end_guest(api::Code::relay_refused);
    case net::CloseReason::unreachable:
    case net::CloseReason::lost:   // once it has answered it comes back
        if (m_guest->is_looking()) return end_guest(api::Code::relay_unreachable);
    }
}

void Core::Implementation::end_guest(api::Code reason)
{
    m_guest.reset();
    m_session.stop();
    set_phase(m_home, reason);
}

}  // namespace sinetti::chat
