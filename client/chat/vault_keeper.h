#pragma once
// Keeps this person's vault at the relay: makes it, and changes it when they choose another passphrase or recovery code. What it
// wants of the relay is asked for in a device session, one request at a time.
//
//   passphrase ── VaultEvaluate ──► its secret ── sealed, stored here ──► VaultStore ──► done
//                                                       ▲                     │ another version stands there
//                                                       └──── VaultFetch ◄────┘
//
// Invariants: (1) a version is stored here before it is sent, and sent again unchanged until the relay has answered: a store whose
// answer was lost is answered again. (2) It is signed with a key that stands there before it and after it: the recovery code's for a
// new passphrase, the passphrase's for a new code, its own for one that is made. (3) Nothing takes the place of a version we have not opened. (4) A passphrase is
// in memory alone, and only until the relay has what was made with it; one that was lost meanwhile comes with the next Unlock. (5) A root
// key that stands there is in every later version, and becomes the account's with the first answer that says so. (6) What nobody waits
// for, a look and what it leaves, gives way to what its person wants, and to a relay that will not have it. (7) All that the version we know
// of keeps is kept here too, and is in every later one; who was handed only a part of it fetches it first.

#include "api/types.h"
#include "chat/person_vault.h"
#include "net/session.h"
#include "store/record_sealer.h"
#include "vault/sealed_vault.h"

#include <variant>

namespace sinetti::chat {

class Effects;

inline constexpr std::string_view kVaultRecord = "vault";

// Stored: numbers are pinned.
enum class VaultChange : std::uint8_t {
    none = 0,
    making = 1,       // there is no vault of ours at the relay
    passphrase = 2,   // its person chose another one here
    adopting = 3,     // its person chose another one elsewhere, and tells us
    code = 4,         // another recovery code
    showing = 5,      // the recovery code is to be shown: not before we know that it opens what is at the relay
    root = 6,         // its person has become a holder of the organisation's root key
    looking = 7,      // whether it is as we left it; never stored
    seen = 8,         // this device was here today: what a look leaves behind
};

class VaultKeeper {
public:
    // Everything of a vault that is there: after signing in. With the recovery code there is no secret, and a passphrase to be chosen.
    struct Known {
        std::string sign_in_name;
        std::uint64_t version = 0;
        std::optional<vault::VaultSecret> secret;
        vault::RecoveryCode code;
        bool code_shown = false;
        SeenDays seen = {};
        Kept kept = {};
        bool partial = false;                                     // more is kept there
    };
    // What a look goes by.
    struct Today {
        std::uint32_t day = 0;                                    // seen_day()
        std::vector<PublicKey> devices;                           // of this person, as far as the directory was read; not signed out
    };
    VaultKeeper() = default;                                      // an account that has none yet
    explicit VaultKeeper(Known&& known);
    static std::optional<VaultKeeper> load(const store::Records& records);   // nullopt: damaged
    base::SecretBytes serialize() const;
    void persist(Effects& effects) const;

    api::VaultState state() const;
    const std::string& sign_in_name() const { return m_sign_in_name; }
    bool code_shown() const { return m_code_shown; }
    api::Code trouble() const { return m_trouble; }
    VaultChange change() const { return m_change; }
    bool is_busy() const { return m_change != VaultChange::none && (m_change != VaultChange::seen || m_waiting); }   // its person has to wait
    const SeenDays& seen() const { return m_seen; }               // as it was when we last looked
    const Kept& kept() const { return m_kept; }                   // here, and there after the next look
    bool is_unsaved() const { return m_unsaved; }                 // some of it is not there, for all we know
    bool keep(std::string_view key, std::string_view value, base::UnixMilliseconds now);   // false: nothing has changed
    bool keep_old(const Kept& old);                               // of before it was kept; the same
    bool has_made() const { return m_made.has_value(); }          // and the relay may have it
    std::optional<Known> known() const;                           // for another device; nullopt: it is being made or changed
    bool has_code() const { return m_code.has_value(); }
    base::SecretBytes code_text() const { return m_code->text(); }

    bool wants_passphrase() const;                                // to go on
    void give_passphrase(base::SecretBytes&& passphrase);
    void begin_passphrase(base::SecretBytes&& passphrase);        // state saved; adopting when another device has changed it
    void begin_code();                                            // state saved
    void begin_showing();                                         // state saved
    void begin_root(crypto::SignaturePrivateKey&& root);          // state saved
    bool can_look() const;                                        // false: there is nothing to look at, or something else to do
    bool begin_look();                                            // the same
    void cancel();                                                // a change of passphrase whose version was not made yet

    // How many people before ours have the same name: the one to sign in with says so.
    bool wants_name() const { return m_change == VaultChange::making && m_sign_in_name.empty(); }
    void set_name(const std::string& name, std::uint32_t number);

    // --- in a device session
    using Request = std::variant<wire::VaultEvaluate, wire::VaultFetch, wire::VaultStore>;   // without a number
    bool wants_relay() const;
    std::optional<Request> next_request(const Account& account, const wire::Nonce& nonce, base::Random& random);
    void forget_request();                                        // the session it went to has ended

    enum class Outcome : std::uint8_t {
        again,        // there is more to ask
        done,         // the change is
        failed,       // the change is not, and will not be: see error
        postponed,    // the relay cannot now: in another session
        garbled,      // that is no answer
    };
    struct Step {
        Outcome outcome = Outcome::again;
        VaultChange change = VaultChange::none;   // which was done or failed
        api::Code error = api::Code::none;
        std::optional<crypto::SignaturePrivateKey> root = std::nullopt;   // that is in the vault, and was not the account's
    };
    Step on_answer(const Account& account, const Today& today, net::VaultAnswer&& answer, const crypto::PasswordKeyFunction& password_key, base::Random& random);
    Step on_refused(const Account& account, wire::Refusal refusal, base::Random& random);

private:
    struct Made {                                                 // a version as it is sent
        std::uint64_t previous = 0;
        std::uint64_t version = 0;
        vault::VaultSecret secret;
        vault::RecoveryCode code;
        base::Bytes sealed;
    };
    enum class Asked : std::uint8_t { evaluate, fetch, store };

    vault::VaultId id(const Account& account) const;
    bool needs_hardening() const;
    vault::VaultSecret fetch_secret(const vault::VaultId& id) const;   // that should open what stands there
    crypto::SignaturePrivateKey store_key(const vault::VaultId& id) const;
    void make(const Account& account, vault::VaultSecret&& secret, base::Random& random);
    Step on_evaluated(const Account& account, const wire::VaultEvaluated& answer, const crypto::PasswordKeyFunction& password_key, base::Random& random);
    Step on_fetched(const Account& account, const Today& today, const wire::VaultFetched& answer, base::Random& random);
    Step leave(const Account& account, const Today& today, base::Random& random);
    Step on_stored(const wire::VaultStored& answer);
    Step finish();
    Step fail(api::Code error);
    Step fail_elsewhere();
    Step postpone(api::Code reason);
    Step try_next_name();
    void begin(VaultChange change);
    void drop_change();

    std::string m_sign_in_name;
    std::string m_name;                                           // without a number
    std::uint32_t m_number = 1;
    std::uint64_t m_version = 0;                                  // the latest known to stand at the relay; 0: none
    std::optional<vault::VaultSecret> m_secret;                   // of its passphrase
    std::optional<vault::RecoveryCode> m_code;
    bool m_code_shown = false;
    SeenDays m_seen;                                              // as they stand there
    Kept m_kept;
    bool m_partial = false;                                       // of what stands there we know the version, and not all that it keeps
    api::Code m_trouble = api::Code::none;
    VaultChange m_change = VaultChange::making;
    std::optional<Made> m_made;
    std::optional<crypto::SignaturePrivateKey> m_root;            // the organisation's, on its way into the vault, or found there

    // Not stored.
    bool m_unsaved = false;
    base::SecretBytes m_passphrase;                               // of the change
    std::optional<vault::Hardening> m_hardening;
    std::optional<vault::VaultSecret> m_hardened;                 // of m_passphrase, when a vault that is there is to be opened with it
    bool m_conflict = false;                                      // another version stands there
    unsigned m_conflicts = 0;                                     // in this session
    bool m_asked_for = false;                                     // the new code, by somebody who waits for it
    bool m_given_up = false;                                      // until the next Unlock
    bool m_waiting = false;
    Asked m_asked{};
};

}  // namespace sinetti::chat
