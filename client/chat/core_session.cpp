// The session with the relay: who we are in it, and what it says.

#include "chat/core_implementation.h"
#include "directory/session_auth.h"

namespace sinetti::chat {

namespace {

enum EnrolmentRequest : std::uint32_t { kOrganisationRequest = 1, kEnrolmentRequest = 2 };

bool is_final(wire::Refusal refusal)
{
    switch (refusal) {
    case wire::Refusal::storage_full:
    case wire::Refusal::too_many_requests:
    case wire::Refusal::overloaded:
    case wire::Refusal::internal:
    case wire::Refusal::token_invalid:
    case wire::Refusal::token_spent: return false;
    default: return true;
    }
}

}  // namespace

api::Code code_of(wire::Refusal refusal)
{
    switch (refusal) {
    case wire::Refusal::already_founded: return api::Code::already_founded;
    case wire::Refusal::invite_used: return api::Code::link_used;
    case wire::Refusal::invite_expired: return api::Code::link_expired;
    case wire::Refusal::invite_invalid: return api::Code::link_revoked;
    case wire::Refusal::not_founded: return api::Code::link_other_organisation;
    case wire::Refusal::storage_full: return api::Code::relay_full;
    case wire::Refusal::too_many_requests: return api::Code::rate_limited;
    case wire::Refusal::revoked: return api::Code::device_revoked;
    case wire::Refusal::too_many_devices: return api::Code::too_many_devices;
    case wire::Refusal::no_tokens_left:
    case wire::Refusal::unknown_issuer: return api::Code::no_tokens;
    default: return api::Code::relay_refused;
    }
}

std::optional<directory::RelayKeys> Core::Implementation::relay_keys()
{
    if (m_workspace) return m_workspace->account().relay_keys;
    if (m_account) return m_account->relay_keys;
    if (m_link) return std::visit([](const auto& link) { return link.relay_keys; }, *m_link);
    if (m_sign_in) return m_sign_in->relay().relay_keys;
    if (m_guest) return m_guest->relay().relay_keys;
    if (m_farewell) return m_farewell->from.account.relay_keys;
    return std::nullopt;
}

std::optional<wire::ClientFrame> Core::Implementation::on_challenge(const wire::Challenge& challenge)
{
    const Turn turn(*this);
    if (m_workspace) return answer_as_member(challenge);
    if (m_account) return m_try_device ? answer_as_device(challenge, *m_account) : answer_as_newcomer(challenge);
    if (m_link) return answer_with_link(challenge);
    if (m_sign_in || m_guest || m_farewell) return answer_without_account(challenge);
    m_session.stop();
    return std::nullopt;
}

// With a token, as somebody; without one, or for errands, as this device.
std::optional<wire::ClientFrame> Core::Implementation::answer_as_member(const wire::Challenge& challenge)
{
    const auto& account = m_workspace->account();
    m_workspace->set_session_nonce(challenge.nonce);
    if (m_errands_now || !m_token || challenge.organisation != account.root_public_key) return answer_as_device(challenge, account);
    // That this token is no longer ours to use must be durable first; if the store is slower than the relay, we come again.
    if (!m_effects.is_stored()) return std::nullopt;
    m_token_shown = std::move(*std::exchange(m_token, std::nullopt));
    wire::AuthenticateToken answer;
    std::ranges::copy(m_token_shown->view(), answer.token.begin());
    return answer;
}

std::optional<wire::ClientFrame> Core::Implementation::answer_as_device(const wire::Challenge& challenge, const Account& account)
{
    if (challenge.organisation != account.root_public_key) {
        m_refused = true;
        m_connection_reason = api::Code::link_other_organisation;
        return std::nullopt;
    }
    return wire::AuthenticateDevice{account.device.public_key(), directory::sign_session(account.device, challenge.nonce)};
}

std::optional<wire::ClientFrame> Core::Implementation::answer_as_newcomer(const wire::Challenge& challenge)
{
    if (m_account->stage == AccountStage::founding && !challenge.organisation) {
        wire::AuthenticateFounder answer;
        std::ranges::copy(pending().founder_token->view(), answer.token.begin());
        return answer;
    }
    if (challenge.organisation != m_account->root_public_key) {
        abandon_enrolment(m_account->stage == AccountStage::founding ? api::Code::already_founded : api::Code::link_other_organisation);
        return std::nullopt;
    }
    if (m_account->stage == AccountStage::adding_device)
        return wire::AuthenticateIdentity{m_account->identity.public_key(), directory::sign_session(m_account->identity, challenge.nonce)};
    const auto& invite = *pending().invite;
    return wire::AuthenticateInvite{directory::encode(invite.certificate), directory::sign_session(invite.key, challenge.nonce)};
}

std::optional<wire::ClientFrame> Core::Implementation::answer_with_link(const wire::Challenge& challenge)
{
    const auto give_up = [this](api::Code reason) -> std::optional<wire::ClientFrame> {
        m_session.stop();
        m_link.reset();
        set_phase(api::Phase::no_account, reason);
        return std::nullopt;
    };
    if (const auto* link = std::get_if<directory::FounderLink>(&*m_link)) {
        if (challenge.organisation) return give_up(api::Code::already_founded);
        wire::AuthenticateFounder answer;
        std::ranges::copy(link->token.view(), answer.token.begin());
        return answer;
    }
    const auto& link = std::get<directory::InviteLink>(*m_link);
    if (challenge.organisation != link.certificate.root_public_key) return give_up(api::Code::link_other_organisation);
    const auto invite_key = crypto::SignaturePrivateKey::from_seed(link.invite_seed.view());
    if (!invite_key) return give_up(api::Code::link_mangled);
    return wire::AuthenticateInvite{directory::encode(link.certificate), directory::sign_session(*invite_key, challenge.nonce)};
}

void Core::Implementation::on_accepted(const wire::Accepted& accepted)
{
    const Turn turn(*this);
    m_refused = false;
    m_session_kind = accepted.session_kind;
    m_token_shown.reset();
    if (m_session_kind == wire::SessionKind::device) end_errands();   // they are what this one is for
    keep_or_plan_errands_anew();
    if (!m_workspace || m_session_kind == wire::SessionKind::token) m_connection_reason = api::Code::none;
    if (m_workspace) return m_workspace->on_accepted(accepted);
    if (m_sign_in) return accepted.session_kind == wire::SessionKind::vault ? ask_for_sign_in(m_sign_in->first_request(m_environment.random)) : on_garbled();
    if (m_guest) return accepted.session_kind == wire::SessionKind::vault ? ask_as_guest() : on_garbled();
    if (m_farewell) return go_on_with_farewell();
    if (!m_account) return m_session.mark_healthy();   // a link, and the relay takes it
    switch (accepted.session_kind) {
    case wire::SessionKind::founder:
        return m_effects.send(wire::Append{kOrganisationRequest, wire::kDirectoryBoard, pending().organisation_record});
    case wire::SessionKind::invite:
    case wire::SessionKind::identity: return m_effects.send(wire::Append{kEnrolmentRequest, wire::kDirectoryBoard, pending().enrolment_record});
    case wire::SessionKind::device: return complete_enrolment();   // it was us who used the invite
    case wire::SessionKind::token: return on_garbled();            // nobody has one who has not enrolled
    case wire::SessionKind::vault: return on_garbled();
    }
}

void Core::Implementation::on_appended(const wire::Appended& appended)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_appended(appended);
    if (m_farewell) return end_farewell();
    if (!m_account) return on_garbled();
    if (appended.request_id == kOrganisationRequest && m_account->stage == AccountStage::founding) {
        m_account->stage = AccountStage::enrolling;
        m_effects.put(kAccountRecord, m_account->serialize().view());
        m_effects.send(wire::Append{kEnrolmentRequest, wire::kDirectoryBoard, pending().enrolment_record});
    } else if (appended.request_id == kEnrolmentRequest) {
        complete_enrolment();
    } else {
        on_garbled();
    }
}

void Core::Implementation::complete_enrolment()
{
    const bool signed_in = m_account->stage == AccountStage::adding_device;
    m_account->stage = AccountStage::complete;
    m_account->pending.reset();
    m_try_device = false;
    m_effects.put(kAccountRecord, m_account->serialize().view());
    const auto records = std::move(*std::exchange(m_first_records, std::nullopt));
    m_workspace = load_workspace(std::move(*std::exchange(m_account, std::nullopt)), records);
    CHECK_INVARIANT(m_workspace != nullptr);
    begin_vault(false);
    if (signed_in) m_workspace->sign_out_shared_devices();
    set_phase(api::Phase::open);
    report_settings();
    m_workspace->announce();
    m_session.restart();
}

void Core::Implementation::on_refused(const wire::Refused& refused)
{
    const Turn turn(*this);
    if (m_account) return on_newcomer_refused(refused);
    if (m_sign_in) return end_sign_in(SignInAttempt::code_of(refused.code));
    if (m_guest) return end_guest(m_guest->code_of(refused.code));
    if (m_farewell && m_farewell->leaves_kept && refused.request_id != wire::kNoRequest)
        return on_farewell_step(m_farewell->from.vault.on_refused(m_farewell->from.account, refused.code, m_environment.random));
    if (m_farewell) return end_farewell();
    if (m_workspace && refused.request_id != wire::kNoRequest) return m_workspace->on_refused(refused);
    if (m_workspace && refused.code == wire::Refusal::not_mixed) return m_workspace->on_not_mixed();
    if (m_workspace) {
        if (m_token_shown) return on_token_refused(refused);
        if (!is_final(refused.code)) return;
        m_refused = true;
        m_connection_reason = code_of(refused.code);
        return m_session.close();
    }
    if (!is_final(refused.code)) return;
    const bool founder_link = m_link && std::holds_alternative<directory::FounderLink>(*m_link);
    m_session.stop();
    m_link.reset();
    // A token this relay does not know was made by another one.
    set_phase(api::Phase::no_account, founder_link && refused.code == wire::Refusal::not_authorised ? api::Code::link_other_organisation : code_of(refused.code));
}

void Core::Implementation::on_token_refused(const wire::Refused& refused)
{
    auto token = std::move(*std::exchange(m_token_shown, std::nullopt));
    switch (refused.code) {
    case wire::Refusal::token_spent: return;
    case wire::Refusal::storage_full:
    case wire::Refusal::overloaded:
    case wire::Refusal::internal:   // it was not written down as spent
        m_connection_reason = code_of(refused.code);
        return m_workspace->wallet().put_back(std::move(token));
    default: return m_workspace->wallet().drop_tokens_like(token);
    }
}

void Core::Implementation::on_newcomer_refused(const wire::Refused& refused)
{
    if (!is_final(refused.code)) {
        m_connection_reason = code_of(refused.code);
        if (m_connection_reason == api::Code::relay_full) m_effects.emit(api::NoticeEvent{.code = m_connection_reason, .severity = api::Severity::warning});
        return m_session.close();
    }
    if (m_try_device) return abandon_enrolment(api::Code::link_used);   // and not by us
    switch (refused.code) {
    case wire::Refusal::invite_used:
        m_try_device = true;
        return m_session.restart();
    case wire::Refusal::already_founded: return m_session.restart();   // the challenge will say by whom
    default: return abandon_enrolment(code_of(refused.code));
    }
}

void Core::Implementation::on_entries(wire::Entries&& entries)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_entries(std::move(entries));
    on_garbled();
}

void Core::Implementation::on_signed_head(const wire::SignedHead& statement)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_signed_head(statement);
    on_garbled();
}

void Core::Implementation::on_gone(const wire::Gone& gone)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_gone(gone);
    on_garbled();
}

void Core::Implementation::on_token_response(const wire::TokenResponse& response)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_token_response(response);
    on_garbled();
}

void Core::Implementation::on_vault_answer(net::VaultAnswer&& answer)
{
    const Turn turn(*this);
    if (m_workspace) return m_workspace->on_vault_answer(std::move(answer));
    if (m_sign_in) return on_sign_in_answer(std::move(answer));
    if (m_farewell && m_farewell->leaves_kept) {
        auto& [account, vault, today] = m_farewell->from;
        return on_farewell_step(vault.on_answer(account, today, std::move(answer), m_environment.password_key, m_environment.random));
    }
    on_garbled();
}

void Core::Implementation::on_meeting_state(wire::MeetingState&& state)
{
    const Turn turn(*this);
    if (m_guest) return on_guest_state(std::move(state));
    on_garbled();
}

void Core::Implementation::on_session_closed(net::CloseReason reason)
{
    const Turn turn(*this);
    if (m_sign_in) return on_sign_in_closed(reason);
    if (m_guest) return on_guest_closed(reason);
    if (m_farewell && reason != net::CloseReason::ours) return end_farewell();
    if (m_workspace) m_workspace->on_session_closed();
    m_token_shown.reset();   // perhaps it was spent, perhaps not: we shall not show it twice
    keep_or_plan_errands_anew();
    switch (reason) {
    case net::CloseReason::unreachable:
    case net::CloseReason::lost:
        m_refused = false;
        m_connection_reason = api::Code::relay_unreachable;
        break;
    case net::CloseReason::garbled:
        m_connection_reason = api::Code::relay_garbled;
        m_effects.emit(api::NoticeEvent{.code = api::Code::relay_garbled, .severity = api::Severity::warning});
        break;
    case net::CloseReason::wrong_key: return on_wrong_key();
    case net::CloseReason::version:
        m_refused = true;
        m_connection_reason = api::Code::relay_version;
        break;
    case net::CloseReason::refused:
    case net::CloseReason::ours: break;
    }
}

// Another relay answers, or somebody in between does. Nothing of ours was shown to it; it may be the right one next time.
void Core::Implementation::on_wrong_key()
{
    if (!m_workspace && !m_account) {
        m_session.stop();
        m_link.reset();
        return set_phase(api::Phase::no_account, api::Code::relay_key);
    }
    m_refused = true;
    if (std::exchange(m_connection_reason, api::Code::relay_key) != api::Code::relay_key)
        m_effects.emit(api::NoticeEvent{.code = api::Code::relay_key, .severity = api::Severity::error});
}

void Core::Implementation::stop_talking(api::Code reason)
{
    m_session.stop();   // and with it what runs errands
    if (m_beside == Beside::archive) end_archive();
    give_up_link(reason);
    m_refused = true;
    m_connection_reason = reason;
}

void Core::Implementation::refuse_relay(api::Code reason)
{
    stop_talking(reason);
    m_effects.emit(api::NoticeEvent{.code = reason, .severity = api::Severity::error});
}

void Core::Implementation::on_fork() { refuse_relay(api::Code::relay_fork); }

void Core::Implementation::on_fraud(Evidence&& evidence)
{
    if (m_evidence) return;
    m_evidence = std::move(evidence);
    m_effects.put(kEvidenceRecord, m_evidence->serialize().view());
    m_effects.emit(api::EvidenceEvent{m_evidence->text()});
    refuse_relay(api::Code::relay_fraud);
}

// Going on would seal other words under keys that are used: nothing is sent any more, whatever is stored here later.
void Core::Implementation::on_later_self()
{
    if (std::exchange(m_rolled_back, true)) return;
    m_effects.put(kRolledBackRecord, {});
    stop_talking(api::Code::store_rolled_back);
}

void Core::Implementation::on_garbled() { m_session.close_garbled(); }

void Core::Implementation::on_follow_refused()
{
    m_connection_reason = api::Code::relay_refused;
    m_session.close();
}

// Signed out, or its person was removed: there is nobody to talk to any more, and what is here can only be read or erased.
bool Core::Implementation::stop_if_revoked()
{
    if (!m_workspace || !m_workspace->is_revoked()) return false;
    stop_talking(api::Code::device_revoked);
    return true;
}
}  // namespace sinetti::chat
