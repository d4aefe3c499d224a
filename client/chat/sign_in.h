#pragma once
// Somebody sits down at a machine that knows nothing: from a name and a passphrase, or a recovery code, to what their vault holds.
//
//   begin ─► (VaultEvaluate ─►) VaultFetch ─► opened
//
// The relay is the one its /relay.json names, trusted as far as TLS goes, until the vault is open: that names the relay of this
// person, and if it is another one, nothing of theirs goes further.

#include "api/command.h"
#include "chat/person_vault.h"
#include "chat/vault_keeper.h"
#include "directory/relay_document.h"

namespace sinetti::chat {

class SignInAttempt {
public:
    using Request = std::variant<wire::VaultEvaluate, wire::VaultFetch>;
    static constexpr std::uint32_t kRequest = 1;   // one request at a time

    // `secret` is the passphrase or the recovery code. Errors: link_mangled (no relay document), link_outdated (of a later version),
    // name_missing, passphrase_too_short, recovery_code_mistyped.
    static base::Result<SignInAttempt, api::Code> begin(const api::SignIn& command, base::SecretBytes&& secret);

    const directory::RelayDocument& relay() const { return m_relay; }
    bool is_shared() const { return m_shared; }
    bool with_code() const { return m_code.has_value(); }
    void set_nonce(const wire::Nonce& nonce) { m_nonce = nonce; }

    // In the vault session, once it is accepted.
    Request first_request(base::Random& random);
    // The next request; nullopt: the vault is open. Errors: relay_garbled, sign_in_failed, guesses_spent, vault_damaged, relay_key …
    base::Result<std::optional<Request>, api::Code> on_answer(net::VaultAnswer&& answer, const crypto::PasswordKeyFunction& password_key);
    static api::Code code_of(wire::Refusal refusal);

    bool is_open() const { return m_person.has_value(); }
    const std::string& organisation() const { return m_person->person.organisation; }
    // A new device of this person's, and its vault as it now stands at the relay. Once, when open. Error: name_missing (the device's).
    NewAccountResult add_device(base::UnixMilliseconds now, base::Random& random);
    VaultKeeper take_vault();
    base::SecretBytes take_passphrase() { return std::move(m_passphrase); }   // empty with a code

private:
    SignInAttempt() = default;
    Request fetch() const;

    std::string m_name;
    std::string m_device;
    bool m_shared = false;
    directory::RelayDocument m_relay;
    vault::VaultId m_id{};
    base::SecretBytes m_passphrase;
    std::optional<vault::RecoveryCode> m_code;
    wire::Nonce m_nonce{};
    std::optional<vault::Hardening> m_hardening;
    std::optional<vault::VaultSecret> m_secret;
    std::optional<PersonVault> m_person;
    std::optional<vault::RecoveryCode> m_vault_code;
    std::uint64_t m_version = 0;
};

}  // namespace sinetti::chat
