#include "chat/sign_in.h"

#include "vault/access.h"

namespace sinetti::chat {

using base::Unexpected;

base::Result<SignInAttempt, api::Code> SignInAttempt::begin(const api::SignIn& command, base::SecretBytes&& secret)
{
    SignInAttempt attempt;
    auto relay = directory::parse_relay_document(command.relay);
    if (!relay) return Unexpected(relay.error() == directory::Error::unknown_version ? api::Code::link_outdated : api::Code::link_mangled);
    attempt.m_relay = *relay;
    const auto normalised = vault::normalised_name(command.name);
    if (!normalised) return Unexpected(api::Code::name_missing);
    attempt.m_id = vault::vault_id(attempt.m_relay.root_public_key, *normalised);
    if (command.with_code) {
        attempt.m_code = TRY_OR(vault::RecoveryCode::parse(secret.view()), api::Code::recovery_code_mistyped);
    } else {
        if (secret.size() < api::kPassphraseMin || secret.size() > api::kPassphraseMax) return Unexpected(api::Code::passphrase_too_short);
        attempt.m_passphrase = std::move(secret);
    }
    attempt.m_name = command.name;
    const bool has_device_name = !command.device.empty() && command.device.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(command.device));
    attempt.m_device = has_device_name ? command.device : std::string(kUnnamedDevice);
    attempt.m_shared = command.shared;
    return attempt;
}

SignInAttempt::Request SignInAttempt::first_request(base::Random& random)
{
    if (m_code) {
        m_secret = m_code->secret(m_id);
        return fetch();
    }
    m_hardening.emplace(vault::Hardening::begin(m_id, m_passphrase.clone(), random));
    return wire::VaultEvaluate{.request_id = kRequest, .vault = m_id, .blinded_element = m_hardening->blinded_element()};
}

SignInAttempt::Request SignInAttempt::fetch() const
{
    const auto key = vault::access_key(*m_secret);
    return wire::VaultFetch{.request_id = kRequest, .vault = m_id, .access_public_key = key.public_key(), .signature = vault::sign_fetch(key, m_nonce, m_id)};
}

base::Result<std::optional<SignInAttempt::Request>, api::Code> SignInAttempt::on_answer(net::VaultAnswer&& answer, const crypto::PasswordKeyFunction& password_key)
{
    if (const auto* evaluated = std::get_if<wire::VaultEvaluated>(&answer); evaluated != nullptr && evaluated->request_id == kRequest && m_hardening) {
        const auto hardening = std::exchange(m_hardening, std::nullopt);
        auto secret = hardening->finish(evaluated->evaluated_element, password_key);
        if (!secret) return Unexpected(secret.error() == vault::Error::bad_answer ? api::Code::relay_garbled : api::Code::internal);
        m_secret = std::move(*secret);
        return std::optional(fetch());
    }
    const auto* fetched = std::get_if<wire::VaultFetched>(&answer);
    if (fetched == nullptr || fetched->request_id != kRequest || !m_secret || m_person) return Unexpected(api::Code::relay_garbled);
    auto opened = TRY_OR(vault::open_vault(m_id, fetched->sealed, *m_secret, 0), api::Code::vault_damaged);
    auto person = PersonVault::parse(opened.contents.view());
    if (!person || opened.version != fetched->version || opened.version == 0) return Unexpected(api::Code::vault_damaged);
    if (person->person.root_public_key != m_relay.root_public_key || person->person.relay_keys != m_relay.relay_keys) return Unexpected(api::Code::relay_key);
    m_person = std::move(*person);
    m_vault_code = std::move(opened.recovery_code);
    m_version = opened.version;
    return std::optional<Request>();
}

api::Code SignInAttempt::code_of(wire::Refusal refusal)
{
    switch (refusal) {
    case wire::Refusal::not_authorised: return api::Code::sign_in_failed;
    case wire::Refusal::vault_guesses_spent: return api::Code::guesses_spent;
    case wire::Refusal::too_many_requests:
    case wire::Refusal::overloaded: return api::Code::rate_limited;
    case wire::Refusal::storage_full: return api::Code::relay_full;
    default: return api::Code::relay_refused;
    }
}

NewAccountResult SignInAttempt::add_device(base::UnixMilliseconds now, base::Random& random)
{
    return chat::add_device(std::move(m_person->person), m_device, now, random, m_shared ? DeviceOwner::shared : DeviceOwner::own);
}

VaultKeeper SignInAttempt::take_vault()
{
    return VaultKeeper({m_name, m_version, m_code ? std::nullopt : std::move(m_secret), std::move(*m_vault_code), m_person->code_shown, m_person->seen, m_person->kept});
}

}  // namespace sinetti::chat
