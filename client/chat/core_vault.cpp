// The passphrase and the recovery code: proven, changed, shown.
//
// A new passphrase comes to two places, this store and the vault at the relay, and they cannot change at once:
//
//   ChangePassphrase ─► the store opens with either ─► VaultStore ─answer─► the store opens with the new one alone
//
// Whoever is cut off in between opens with either. With the old one, and before a vault was made with the new one, the change is
// called off; otherwise it goes on.

#include "chat/core_implementation.h"

namespace sinetti::chat {

namespace {

constexpr std::int64_t kProofMax = 5 * 60 * 1000;   // milliseconds

}  // namespace

void Core::Implementation::report_passphrase(api::PassphraseState state, api::Code error) { m_effects.emit(api::PassphraseEvent{state, error}); }

void Core::Implementation::run(const api::ProvePassphrase&)
{
    if (!m_workspace) return;
    auto opened = store::open_vault(*m_header, m_passphrase.view(), m_environment.password_key);
    if (!opened) return report_passphrase(api::PassphraseState::unproven, opened.error() == store::Error::wrong_passphrase ? api::Code::wrong_passphrase : api::Code::internal);
    m_proof = std::move(*opened);
    m_proof_until = {m_environment.clock.now().value + kProofMax};
    report_passphrase(api::PassphraseState::proven);
}

void Core::Implementation::forget_old_proof()
{
    if (!m_proof || m_proof_until > m_environment.clock.now()) return;
    m_proof.reset();
    report_passphrase(api::PassphraseState::unproven);
}

api::Code Core::Implementation::why_not_change_vault()
{
    forget_old_proof();
    return is_proven() ? why_not_ask_for_vault() : api::Code::not_proven;
}

api::Code Core::Implementation::why_not_ask_for_vault() const
{
    if (m_workspace->vault().is_busy()) return api::Code::vault_unsaved;
    return m_session.is_ready() ? api::Code::none : api::Code::relay_unreachable;
}

// Says why not.
bool Core::Implementation::may_change_vault()
{
    if (!m_workspace) return false;
    if (const auto reason = why_not_change_vault(); reason != api::Code::none) {
        report_passphrase(is_proven() ? api::PassphraseState::proven : api::PassphraseState::unproven, reason);
        return false;
    }
    if (m_host) cancel_link(api::Code::none);   // what it would hand over is about to change
    m_no_hurry_until.reset();   // somebody waits
    return true;
}

void Core::Implementation::run(const api::ChangePassphrase&)
{
    if (!may_change_vault()) return;
    if (!passphrase_fits()) return report_passphrase(api::PassphraseState::proven, api::Code::passphrase_too_short);
    if (!m_header->wrap_next(m_proof->master_key, m_passphrase.view(), m_environment.random, m_environment.password_key))
        return report_passphrase(api::PassphraseState::proven, api::Code::internal);
    put_header();
    m_workspace->vault().begin_passphrase(std::move(m_passphrase));
    m_workspace->on_vault_changed();
    report_passphrase(api::PassphraseState::changing);
}

void Core::Implementation::run(const api::ShowRecoveryCode&)
{
    if (!may_change_vault()) return;
    if (m_workspace->vault().trouble() == api::Code::vault_elsewhere_changed) return report_passphrase(api::PassphraseState::proven, api::Code::vault_elsewhere_changed);
    m_workspace->vault().begin_showing();
    m_workspace->on_vault_changed();
    m_code_awaited = true;
}

void Core::Implementation::run(const api::RenewRecoveryCode&)
{
    if (!may_change_vault()) return;
    if (m_workspace->vault().trouble() == api::Code::vault_elsewhere_changed) return report_passphrase(api::PassphraseState::proven, api::Code::vault_elsewhere_changed);
    m_workspace->vault().begin_code();
    m_workspace->on_vault_changed();
    m_code_awaited = true;
}

// The passphrase that has opened this store, or made it, is at hand: for a vault that is not at the relay yet, or a change that was
// cut off.
void Core::Implementation::begin_vault(bool with_next)
{
    auto passphrase = std::move(m_vault_passphrase);
    auto& vault = m_workspace->vault();
    if (!vault.wants_passphrase()) return;
    if (!m_header->has_next() || with_next) return vault.give_passphrase(std::move(passphrase));
    vault.cancel();
    m_header->drop_next();
    put_header();
    m_workspace->on_vault_changed();
}

void Core::Implementation::on_vault_change_ended(VaultChange change, api::Code error)
{
    const bool done = error == api::Code::none;
    const auto proof = is_proven() ? api::PassphraseState::proven : api::PassphraseState::unproven;
    switch (change) {
    case VaultChange::passphrase:
    case VaultChange::adopting:
        if (!m_header->has_next()) return;   // after the recovery code: it is the only one this store has known
        done ? m_header->keep_next() : m_header->drop_next();
        put_header();
        return report_passphrase(done ? api::PassphraseState::changed : proof, error);
    case VaultChange::code:
    case VaultChange::showing:
        if (!std::exchange(m_code_awaited, false)) return;
        if (!done) return report_passphrase(proof, error);
        return m_effects.emit(api::RecoveryCodeEvent{base::to_text(m_workspace->vault().code_text().view())});
    case VaultChange::root: return report_root(done ? api::RootState::done : api::RootState::none, error);
    case VaultChange::making:
    case VaultChange::looking:
    case VaultChange::seen:
    case VaultChange::none: return;
    }
}

}  // namespace sinetti::chat
