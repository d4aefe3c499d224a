#pragma once
// A device that is signed in (the host) lets a new one (the guest) in by a code: docs/protocol.md §14. Neither stores anything of it:
// whoever is cut off begins anew.
//
//   host                          the relay                          guest
//   offer: its key ──────────────────►  0  ──────────────────────► opened with the code
//   asks its person  ◄─────────────────  1  ◄──────────────────────── answer: its key, what it is called
//   hand-over, or no ─────────────────►  2  ──────────────────────► a device of this person's
//
// Every message is sealed under what the code gives, answer and hand-over to the other's one-time key too, and bound to what came before. Both
// show a number made of offer and answer: the person sees that the device that asks is the one before them.

#include "api/command.h"
#include "chat/person_vault.h"
#include "chat/vault_keeper.h"
#include "crypto/hpke.h"
#include "directory/relay_document.h"
#include "store/vault_header.h"
#include "vault/link_code.h"

namespace sinetti::chat {

inline constexpr std::int64_t kLinkLifetime = 10 * 60 * 1000;   // milliseconds; the relay forgets a meeting after as long

inline constexpr std::string_view kDeviceCodePrefix = "#l=";   // of the address that a code may come in
inline bool is_device_code(std::string_view fragment) { return fragment.starts_with(kDeviceCodePrefix); }

// What a new device is given: all that its person's other devices have in common, and what makes its store open with the passphrase
// of the device that gives it.
struct HandOver {
    PersonVault person;
    VaultKeeper::Known vault;
    store::PassphraseKey passphrase_key;

    void trim();   // to the size of a message: the oldest of what is kept stays behind, and the new device fetches it
    base::SecretBytes serialize() const;
    static std::optional<HandOver> parse(base::ByteView contents);   // nullopt: damaged, or of a later version
};

// How a new device describes itself.
struct LinkApplicant {
    std::string device;
    bool shared = false;
    base::Bytes public_key;
};

// The three messages, each of wire::kMeetingMessageSize bytes. Opening answers nullopt for one that is damaged, of a later version, or
// not of this meeting.
base::Bytes seal_offer(const vault::LinkKeys& keys, base::ByteView public_key, base::Random& random);
std::optional<base::Bytes> open_offer(const vault::LinkKeys& keys, base::ByteView offer);
// Error: the host's key is none.
std::optional<base::Bytes> seal_answer(const vault::LinkKeys& keys, base::ByteView offer, base::ByteView host_key, const LinkApplicant& applicant, base::Random& random);
std::optional<LinkApplicant> open_answer(const vault::LinkKeys& keys, base::ByteView offer, const crypto::HpkePrivateKey& host_key, base::ByteView answer);
// nullptr: the person has said no. nullopt: it is too large, or the guest's key is none.
std::optional<base::Bytes> seal_hand_over(const vault::LinkKeys& keys, base::ByteView offer, base::ByteView answer, base::ByteView guest_key, const HandOver* contents,
                                          base::Random& random);
struct OpenedHandOver {
    bool admitted = false;
    base::SecretBytes contents;
};
std::optional<OpenedHandOver> open_hand_over(const vault::LinkKeys& keys, base::ByteView offer, base::ByteView answer, const crypto::HpkePrivateKey& guest_key,
                                             base::ByteView hand_over);
std::string link_number(base::ByteView offer, base::ByteView answer);   // six digits

base::Bytes relay_identity(const directory::RelayDocument& relay);   // as LinkCode::keys wants it

using MeetingRequest = std::variant<wire::MeetingPut, wire::MeetingGet, wire::MeetingEnd>;
inline constexpr std::uint32_t kMeetingRequest = 1;   // one request at a time

class LinkHost {
public:
    // Error: internal (no memory for Argon2id).
    static base::Result<LinkHost, api::Code> begin(const directory::RelayDocument& relay, store::PassphraseKey&& passphrase_key, base::UnixMilliseconds now,
                                                   const crypto::PasswordKeyFunction& password_key, base::Random& random);

    api::LinkState state() const;
    std::string code_text() const { return base::to_text(m_code.text().view()); }
    base::UnixMilliseconds until() const { return m_until; }
    const LinkApplicant& applicant() const { return *m_applicant; }              // when asked
    std::string number() const { return link_number(m_offer, m_answer); }        // the same
    const store::PassphraseKey& passphrase_key() const { return m_passphrase_key; }

    bool admit(const HandOver* contents, base::Random& random);   // when asked; nullptr: no. false: it cannot be
    void cancel();
    bool is_over() const { return m_stage == Stage::over; }       // nothing is to be asked any more

    bool wants_relay() const { return m_stage != Stage::over; }
    std::optional<MeetingRequest> next_request(base::UnixMilliseconds now);
    base::UnixMilliseconds wake(bool connected) const;
    void forget_request() { m_waiting = false; }                  // the session it went to has ended
    // What it has come to; not none: it has failed, and is over.
    api::Code on_state(wire::MeetingState&& state, base::UnixMilliseconds now);
    api::Code on_refused(wire::Refusal refusal);

private:
    enum class Stage : std::uint8_t { offering, offered, asked, handing_over, ending, over };
    LinkHost(vault::LinkCode&& code, vault::LinkKeys&& keys, store::PassphraseKey&& passphrase_key, base::UnixMilliseconds until, base::Random& random);

    vault::LinkCode m_code;
    vault::LinkKeys m_keys;
    store::PassphraseKey m_passphrase_key;
    crypto::HpkeKeyPair m_key;
    base::Bytes m_offer, m_answer, m_hand_over;
    std::optional<LinkApplicant> m_applicant;
    Stage m_stage = Stage::offering;
    bool m_placed = false;            // the relay has had the offer, perhaps
    bool m_admitted = false;
    bool m_waiting = false;
    base::UnixMilliseconds m_ask_at;
    base::UnixMilliseconds m_until;
};

class LinkGuest {
public:
    // Errors: link_mangled (no relay document), link_outdated (of a later version), device_code_mistyped.
    static base::Result<LinkGuest, api::Code> begin(const api::JoinDevice& command, base::ByteView code, base::UnixMilliseconds now);
    bool prepare(const crypto::PasswordKeyFunction& password_key, base::Random& random);   // false: no memory for Argon2id

    const directory::RelayDocument& relay() const { return m_relay; }
    bool is_shared() const { return m_shared; }
    base::UnixMilliseconds until() const { return m_until; }
    bool is_looking() const { return m_stage == Stage::fetching; }    // nothing of it has been said yet
    bool is_waiting() const { return m_stage == Stage::answered; }    // for the person to say yes, on the other device
    std::string number() const { return link_number(m_offer, m_answer); }

    std::optional<MeetingRequest> next_request(base::UnixMilliseconds now);
    base::UnixMilliseconds wake(bool connected) const;
    void forget_request() { m_asking = false; }
    api::Code on_state(wire::MeetingState&& state, base::UnixMilliseconds now, base::Random& random);   // not none: it has failed
    api::Code code_of(wire::Refusal refusal) const;

    bool is_let_in() const { return m_hand_over.has_value(); }
    // Once, when let in. Error: name_missing (the device's).
    NewAccountResult add_device(base::UnixMilliseconds now, base::Random& random);
    VaultKeeper take_vault();
    store::PassphraseKey take_passphrase_key() { return std::move(m_hand_over->passphrase_key); }

private:
    enum class Stage : std::uint8_t { fetching, answering, answered };
    LinkGuest(directory::RelayDocument&& relay, vault::LinkCode&& code) : m_relay(std::move(relay)), m_code(std::move(code)) {}

    directory::RelayDocument m_relay;
    vault::LinkCode m_code;
    vault::LinkKeys m_keys;
    crypto::HpkeKeyPair m_key;
    std::string m_device;
    bool m_shared = false;
    base::Bytes m_offer, m_answer;
    std::optional<HandOver> m_hand_over;
    Stage m_stage = Stage::fetching;
    bool m_asking = false;
    base::UnixMilliseconds m_ask_at;
    base::UnixMilliseconds m_until;
};

}  // namespace sinetti::chat
