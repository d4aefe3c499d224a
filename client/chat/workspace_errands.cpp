// What needs our name: fresh access tokens, a key package of ours on board 0, and revocations. It is done in a short device
// session, and never in the one in which we read and write: beside it when there is one, otherwise before it, following board 0
// and nothing else.

#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

bool Workspace::has_errands() const
{
    // What the vault is to keep waits for a session that comes anyway, since when it was decided is nobody's business. A shared machine
    // may be gone by then.
    const bool keeps_soon = m_vault.is_unsaved() && is_look_due() && m_people.is_shared(m_account.device.public_key());
    return !m_wallet.issuers_to_ask(false).empty() || wants_key_package_published() || m_key_packages.is_due(now()) || has_urgent_errands() || keeps_soon;
}

bool Workspace::is_revoked() const
{
    const auto* device = m_people.directory().device(m_account.device.public_key());
    return device != nullptr && device->revoked;
}

bool Workspace::wants_key_package_published() const
{
    const auto* device = m_people.directory().device(m_account.device.public_key());
    return device != nullptr && !device->revoked && device->key_packages != publish(m_key_packages.newest());
}

void Workspace::run_errands()
{
    if (m_errands_failed || (!m_errands_beside && !m_boards.at(wire::kDirectoryBoard).is_caught_up())) return;
    append_revocations();
    publish_key_package();
    request_tokens();
    look_at_vault();
    ask_for_vault();
    const auto& requests = m_errands_beside ? m_errand_requests : m_requests;
    const bool waiting = std::ranges::any_of(requests, [](const auto& pending) { return !std::holds_alternative<FollowRequest>(pending.second); });
    // Right after the organisation was founded the relay's first issuer key is still on its way.
    if (!waiting && !m_issuers.empty()) m_environment.host.on_errands_done();
}

void Workspace::publish_key_package()
{
    if (m_key_packages.is_due(now())) {
        m_key_packages.renew(leaf_identity_of(m_account), now(), m_environment.random);
        m_effects.put(kKeyPackagesRecord, m_key_packages.serialize().view());
        m_key_package_sent = false;
    }
    if (m_key_package_sent || !wants_key_package_published()) return;
    m_key_package_sent = true;
    const auto record = directory::sign_key_package(m_account.device, publish(m_key_packages.newest()));
    errand(wire::Append{.request_id = 0, .board = wire::kDirectoryBoard, .entry = directory::encode(directory::Record(record))}, KeyPackageRequest{});
}

void Workspace::request_tokens()
{
    for (const auto& issuer : m_wallet.issuers_to_ask(!m_errands_beside && m_errands_brief)) {
        const bool asked = std::ranges::any_of(m_errands_beside ? m_errand_requests : m_requests, [&](const auto& pending) {
            const auto* known = std::get_if<TokenRequestFor>(&pending.second);
            return known != nullptr && known->issuer == issuer;
        });
        if (asked) continue;
        const auto* batch = m_wallet.request_for(issuer, tokens::access_challenge(m_account.root_public_key), m_environment.random);
        if (batch == nullptr) continue;
        errand(wire::TokenRequest{.request_id = 0,
                                  .token_type = tokens::kTokenType,
                                  .truncated_token_key_id = tokens::truncated(tokens::token_key_id(issuer)),
                                  .blinded_elements = batch->blinded()},
               TokenRequestFor{issuer});
    }
}

// The issuer keys as board 0 now has them.
void Workspace::follow_issuers()
{
    m_issuers = m_people.directory().token_issuers(m_account.relay_keys.signing_public_key);
    m_wallet.follow_issuers(m_issuers);
}

template<typename T>
void Workspace::errand(T&& frame, Request&& about)
{
    if (!m_errands_beside) return request(std::move(frame), std::move(about));
    frame.request_id = m_next_errand++;
    m_errand_requests.emplace(frame.request_id, std::move(about));
    m_effects.send(*m_environment.errands, std::move(frame));
}

template void Workspace::errand(wire::Append&&, Request&&);
template void Workspace::errand(wire::VaultEvaluate&&, Request&&);
template void Workspace::errand(wire::VaultFetch&&, Request&&);
template void Workspace::errand(wire::VaultStore&&, Request&&);

void Workspace::forget_errands_sent()
{
    m_key_package_sent = false;
    for (auto& revocation : m_revocations) revocation.sent = false;
    m_vault.forget_request();
}

bool Workspace::finish_token_request(Requests& requests, const wire::TokenResponse& response)
{
    const auto found = requests.find(response.request_id);
    if (found == requests.end() || !std::holds_alternative<TokenRequestFor>(found->second)) return false;
    const auto issuer = std::get<TokenRequestFor>(found->second).issuer;
    requests.erase(found);
    // A key of our own would mark us: an answer that was not made with the key everybody sees is no answer.
    return m_wallet.finish_request(issuer, response.evaluated_elements, response.proof);
}

void Workspace::on_token_response(const wire::TokenResponse& response)
{
    if (!finish_token_request(m_requests, response)) m_environment.host.on_garbled();
}

// --- the session beside ------------------------------------------------------------------------------------------------

void Workspace::on_errands_accepted()
{
    m_errands_beside = true;
    m_errands_failed = false;
    forget_errands_sent();
}

void Workspace::on_errand_appended(const wire::Appended& appended)
{
    const auto found = m_errand_requests.find(appended.request_id);
    if (found == m_errand_requests.end()) return m_environment.host.on_errands_garbled();
    const auto about = std::move(found->second);
    m_errand_requests.erase(found);
    if (const auto* revocation = std::get_if<RevocationRequest>(&about)) finish_revocation(*revocation, std::nullopt);
}

void Workspace::on_errand_refused(const wire::Refused& refused)
{
    const auto found = m_errand_requests.find(refused.request_id);
    if (found == m_errand_requests.end()) return m_environment.host.on_errands_garbled();
    const auto about = std::move(found->second);
    m_errand_requests.erase(found);
    if (const auto* tokens = std::get_if<TokenRequestFor>(&about)) return on_token_request_refused(tokens->issuer, refused.code);
    if (const auto* revocation = std::get_if<RevocationRequest>(&about)) finish_revocation(*revocation, refused.code);
    if (std::holds_alternative<VaultRequest>(about)) {
        if (!take_vault_step(m_vault.on_refused(m_account, refused.code, m_environment.random))) m_environment.host.on_errands_garbled();
        return;
    }
    using enum wire::Refusal;
    if (refused.code != storage_full && refused.code != too_many_requests && refused.code != overloaded && refused.code != internal) return;
    m_errands_failed = true;
    m_environment.host.on_errands_failed(refused.code);
}

void Workspace::on_errand_token_response(const wire::TokenResponse& response)
{
    if (!finish_token_request(m_errand_requests, response)) m_environment.host.on_errands_garbled();
}

void Workspace::on_errands_closed()
{
    if (m_errands_beside) forget_errands_sent();
    m_errands_beside = false;
    m_errand_requests.clear();
    m_next_errand = 1;
}

void Workspace::on_token_request_refused(const tokens::ElementBytes& issuer, wire::Refusal code)
{
    if (code == wire::Refusal::no_tokens_left) return m_wallet.mark_used_up(issuer);
    m_errands_failed = true;
    m_environment.host.on_errands_failed(code);
}

}  // namespace sinetti::chat
