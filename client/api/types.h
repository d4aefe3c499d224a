#pragma once
// The words that core and user interface share. Plain values; no keys, no text of the user interface: what must be said to a
// person travels as a code, and ui/ has the sentences in three languages.
// Identifiers are lower-case hex: a person is an identity public key, a device its own, a conversation is an MLS group id.

#include <cstdint>
#include <string>
#include <vector>

namespace sinetti::api {

using PersonId = std::string;
using DeviceId = std::string;
using ConversationId = std::string;
using MessageId = std::string;

enum class Phase : std::uint8_t {
    starting,      // nothing is known yet
    no_account,    // no seal in this browser and no link opened
    founder,       // an administrator link: found the organisation
    invited,       // an invitation link: enrol
    locked,        // a seal is here, its passphrase is not
    opening,       // Argon2id, loading, or enrolling is under way
    open,
    elsewhere,     // another tab of this browser has the seal open
    failed,        // the store is broken or unavailable: see SessionEvent::error
    recovering,    // signed in with the recovery code: a new passphrase has to be chosen
    linking,       // a code was given that another device of this person's shows: it has to say yes
};

enum class Code : std::uint8_t {
    none,
    // links and enrolment
    link_mangled, link_outdated, link_used, link_expired, link_revoked, link_other_organisation, already_founded, already_enrolled, name_missing, passphrase_too_short,
    // opening
    wrong_passphrase, store_unavailable, store_full, store_broken, store_outdated, store_rolled_back,
    // relay
    relay_unreachable, relay_full, relay_refused, relay_garbled, relay_key, relay_version, relay_fork, relay_fraud, messages_gone, device_revoked, rate_limited, no_tokens,
    // conversations
    no_members, unknown_conversation, unknown_person, not_a_member, message_too_long, title_missing, removed_from_conversation, conversation_damaged,
    too_many_members, no_key_package, suite_unsupported,
    // confirmations
    link_copied, member_added, member_removed, enrolled,
    internal,
    // devices
    too_many_devices, new_device, device_signed_out, person_removed,
    history_restored, archive_damaged,
    // signing in anywhere
    sign_in_failed,            // no such name, or another passphrase: not told apart
    guesses_spent,             // ten today, at this name
    recovery_code_mistyped, vault_damaged, vault_rolled_back,
    vault_unsaved,             // not before the vault is at the relay
    vault_elsewhere_changed,   // another device has chosen another passphrase: this one has to be told it
    not_proven, passphrase_changed,
    // administration
    not_administrator,         // nothing was changed: the right is not there, or not there any more
    only_root,                 // the holder of the organisation's key alone may do that
    administrator_made, administrator_ended,   // of somebody else, by us
    now_administrator, no_administrator,       // of ourselves
    too_many_invitations,      // at once
    directory_refused,         // board 0 has a record nobody with the right to it has signed: ignored
    // linking a device
    device_code_mistyped,
    device_code_unknown,       // nothing is to be had by it here: expired, cancelled, or of another organisation
    device_code_used,          // another device has answered to it
    device_code_expired,       // before it was done
    device_not_admitted,       // its person said no
    device_link_damaged,       // what came from the other device does not open
    // an ingress that batches
    not_mixed,                 // there is none on the way to this relay, and the board wants one: nothing is sent
    mixing_ended,              // the relay has taken the level "mixed" from a board
    cells_used_up,             // as many as one may send have been sent; what waits goes out when there are tokens again
    cells_unheard,             // what is sent does not come back
    // the organisation's root key on paper
    root_share_mistyped,
    root_share_outdated,             // made by a later version
    root_share_other_organisation,
    root_share_same,                 // as the one before
    root_share_other_set,            // than the one before: made at another time
    root_shares_wrong,               // the two give another key than the organisation's
    root_restored,                   // we hold it now
    // boards
    board_added, board_changed,
    board_waiting,             // what was decided about it goes to the relay when that can be reached
    board_refused,             // somebody else has changed it meanwhile, or the relay takes no such thing
    unknown_board, too_many_boards,
    board_closed, board_opened,
    last_open_board,           // no other that administrators have said something about is open: nothing was changed
    closed_board,              // nothing new is written on it: nothing was changed
    conversations_closed, conversations_opened,   // of ours on a board that an administrator has closed, or opened again
    relay_policy,              // the relay says another policy of a board than administrators have signed: theirs is kept to
    // verifying
    person_new_key,            // somebody of a name that was there before has enrolled, with a key of their own
};
inline constexpr Code kLastCode = Code::person_new_key;

enum class ConversationKind : std::uint8_t { direct, group };
enum class Role : std::uint8_t { member, administrator };
enum class Level : std::uint8_t { prompt = 1, shielded = 2, silent = 3, mixed = 4 };
enum class Severity : std::uint8_t { information, success, warning, error };

enum class ConnectionState : std::uint8_t { offline, connecting, connected, refused };

// What of this person is kept at the relay, so that they can sign in anywhere.
enum class VaultState : std::uint8_t {
    none,     // nothing yet; begun at the next Unlock
    saving,   // made here, or changed, and not at the relay yet
    saved,
};

enum class PassphraseState : std::uint8_t {
    unproven,
    proven,     // typed within the last minutes: it, and the recovery code, may be changed
    changing,   // either one opens this device, until the relay has the new one
    changed,
};

// Letting a device in by a code: on the one that is signed in, and (waiting) on the new one.
enum class LinkState : std::uint8_t {
    none,          // nothing goes on
    preparing,
    offered,       // the code is to be shown
    asked,         // a device has given it: shall it be let in?
    handing_over,
    done,          // it has been given all it needs
    waiting,       // on the new device: for the other one to say yes
    given,         // on the new device: the address that was opened brought a code, which JoinDevice may use
};

// The organisation's root key out of two of its shares.
enum class RootState : std::uint8_t {
    none,        // no share was given, or those that were have come to nothing
    one_given,
    saving,      // the key is on its way into the vault; only what is there counts
    done,
};

enum class ReleaseAlarmKind : std::uint8_t {
    fork,     // two releases of one number
    lonely,   // offered to somebody and, on kLonelyReleaseDays, not here
};
inline constexpr std::uint8_t kLonelyReleaseDays = 7;   // on which we looked, after the day on which we heard of it

enum class MessageKind : std::uint8_t {
    text, created, member_added, member_removed, renamed, removed_us, unreadable, messages_gone,
    device_joined,       // the subject goes on with a new device; ours: this one
    device_signed_out,   // a device of the subject's was signed out
    member_revoked,      // an administrator removed the subject from the organisation
};

enum class Delivery : std::uint8_t {
    received,   // somebody else's
    waiting,    // ours, in the outbox
    sent,       // ours, durable on the board
};

struct Device {
    DeviceId id;
    std::string name;               // empty: the one this person enrolled with
    std::int64_t created_ms = 0;
    std::int64_t seen_ms = 0;       // of our person's other devices: when it was last there, as far as we know; 0: never
    bool seen_day_only = false;     // all that is known of that is the day (UTC): seen_ms is its noon, the same date nearly everywhere
    bool revoked = false;
    bool here = false;              // this one
    bool shared = false;            // not this person's own: nothing is kept on it
};

struct Person {
    PersonId id;
    std::string name;
    std::string title;              // position, may be empty
    std::string fingerprint;        // hex, 32 bytes: the key picture and its digits come from it
    Role role = Role::member;
    std::int64_t enrolled_ms = 0;   // of the device certificate
    bool verified = false;
    bool new_key = false;           // somebody of this name enrolled before, with another key; until this one is verified. Not of me
    bool revoked = false;
    bool me = false;
    std::vector<Device> devices;    // in order of enrolment, revoked ones too
};

struct Message {
    MessageId id;
    PersonId sender;
    MessageKind kind = MessageKind::text;
    Delivery delivery = Delivery::received;
    std::string text;               // text, or the new title of `renamed`
    PersonId subject;               // whom lines about members and their devices are about
    std::int64_t sent_ms = 0;       // what the sender says, clamped to when its block was seen
    std::uint64_t order = 0;        // position on the board; waiting messages sort after everything
};

struct TextRange {                  // bytes of a UTF-8 text, at the edges of characters
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    friend bool operator==(const TextRange&, const TextRange&) = default;
};

struct Snippet {
    std::string text;
    std::vector<TextRange> places;  // of what was searched for, in order, apart from each other
    bool cut_before = false;        // the message has more before it
    bool cut_after = false;
};

struct FoundMessage {
    ConversationId conversation;
    MessageId message;
    PersonId sender;
    std::int64_t sent_ms = 0;
    Snippet snippet;
};

struct ConversationSummary {
    ConversationId id;
    ConversationKind kind = ConversationKind::group;
    std::string title;              // of a group; of a direct conversation the other person's name
    PersonId other;                 // of a direct conversation
    std::string fingerprint;        // hex, 32 bytes; of the group id
    std::vector<PersonId> members;  // in leaf order
    Level level = Level::prompt;
    bool post_quantum = true;       // its keys come from ML-KEM-768 too; of one that is not active any more nothing is known
    bool active = true;             // false: we were removed; history stays
    std::uint32_t board = 0;        // its number
    bool closed = false;            // the board is: nothing can be written, and what waits stays where it is
    std::uint32_t unread = 0;
    std::string draft;
    bool has_last = false;
    Message last;                   // preview
    std::int64_t changed_ms = 0;    // sort key, newest first
};

inline constexpr std::uint32_t kAnyBoard = 0;   // the first one; of a board to be made: the next number

struct Board {                      // of cells: where conversations are
    std::uint32_t number = 0;
    std::string name;               // empty: nobody has given it one
    Level level = Level::prompt;
    bool post_quantum = true;       // new conversations
    std::uint16_t retention_days = 0;   // 0: for ever
    bool is_signed = false;         // by administrators; else it is as the relay says
    bool waiting = false;           // and the relay may not have it yet
    bool closed = false;            // what is there can be read, and nothing is written on it any more
};

struct InvitationWish {
    std::string name;
    Role role = Role::member;
};

struct Invitation {
    std::string id;                 // hex of the invite public key
    std::string name;
    Role role = Role::member;
    std::int64_t expires_ms = 0;
    bool used = false;
    std::string fragment;           // "#i=…", to be appended to the page's own address; empty once used
};

struct Release {                    // of the app
    std::string name;               // "0.1.0"; empty: not known
    std::uint64_t number = 0;       // later ones are larger; 0: not known
    std::string hash;               // hex, 32 bytes, over every file of it
};

struct ReleaseAlarm {
    ReleaseAlarmKind kind = ReleaseAlarmKind::fork;
    std::uint64_t number = 0;
    std::string hash;               // of the release it is about
    std::string other;              // of the other one with that number
    bool ours = false;              // that is one of this device's
    std::vector<PersonId> people;   // whose messages speak of it; nobody: the relay offered it to this device
    std::int64_t found_ms = 0;      // the day
    bool told = false;              // it has been on the screen
};

}  // namespace sinetti::api
