// The organisation's root key on paper: handed out as three shares to who holds it, and taken back out of two of them. Nothing of
// a share is stored or sent; the key that two of them give counts once the relay has the vault it is in.

#include "chat/core_implementation.h"

namespace sinetti::chat {

namespace {

api::Code code_of(vault::ShareError error)
{
    switch (error) {
    case vault::ShareError::mistyped: return api::Code::root_share_mistyped;
    case vault::ShareError::later_version: return api::Code::root_share_outdated;
    case vault::ShareError::other_set: return api::Code::root_share_other_set;
    case vault::ShareError::same_share: return api::Code::root_share_same;
    case vault::ShareError::no_such_root: return api::Code::root_shares_wrong;
    }
    return api::Code::internal;
}

}  // namespace

void Core::Implementation::run(const api::BackUpRoot&)
{
    if (!m_workspace) return;
    forget_old_proof();
    if (!is_proven()) return report_passphrase(api::PassphraseState::unproven, api::Code::not_proven);
    const auto& root = m_workspace->account().root;
    if (!root) return report_passphrase(api::PassphraseState::proven, api::Code::only_root);
    api::RootSharesEvent event;
    for (const auto& share : vault::share_root(*root, m_environment.random)) event.shares.push_back(base::to_text(share.text().view()));
    m_effects.emit(std::move(event));
}

void Core::Implementation::run(const api::GiveRootShare&)
{
    using enum api::RootState;
    if (!m_workspace) return;
    if (m_workspace->vault().change() == VaultChange::root) return report_root(saving);
    const auto held = m_root_share ? one_given : none;
    if (const auto reason = why_not_ask_for_vault(); reason != api::Code::none) return report_root(held, reason);
    if (const auto trouble = m_workspace->vault().trouble(); trouble == api::Code::vault_elsewhere_changed) return report_root(held, trouble);
    auto share = vault::RootShare::parse(m_passphrase.view());
    if (!share) return report_root(held, code_of(share.error().error), share.error().line);
    const auto& account = m_workspace->account();
    if (!share->is_of(account.root_public_key)) return report_root(held, api::Code::root_share_other_organisation);
    if (!m_root_share) {
        m_root_share = std::move(*share);
        return report_root(one_given);
    }
    auto root = vault::restore_root(*m_root_share, *share, account.root_public_key);
    const bool can_try_another = !root && root.error() != vault::ShareError::no_such_root;
    if (can_try_another) return report_root(one_given, code_of(root.error()));
    m_root_share.reset();
    if (!root) return report_root(none, code_of(root.error()));
    if (account.root) return report_root(done);   // the paper is good; there is nothing to keep
    if (m_host) cancel_link(api::Code::none);     // what it would hand over is about to change
    m_no_hurry_until.reset();                     // somebody waits
    m_workspace->vault().begin_root(std::move(*root));
    m_workspace->on_vault_changed();
    report_root(saving);
}

void Core::Implementation::run(const api::ForgetRootShares&) { m_root_share.reset(); }

void Core::Implementation::report_root(api::RootState state, api::Code error, std::size_t line)
{
    m_effects.emit(api::RootRestoreEvent{.state = state, .error = error, .line = static_cast<std::uint32_t>(line), .number = m_root_share ? m_root_share->number() : 0});
}

}  // namespace sinetti::chat
