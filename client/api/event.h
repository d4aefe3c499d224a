#pragma once
// What the core tells the user interface. Each event replaces the whole slice it names, except MessagesEvent, which adds or
// replaces single messages of an open or watched conversation, and PeopleEvent, which says when it does so.

#include "api/types.h"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace sinetti::api {

struct SessionEvent {
    Phase phase = Phase::starting;
    Code error = Code::none;         // why the last attempt did not get further; the phase says where we stand
    std::string organisation;        // phases invited and open
    std::string invitee;             // phase invited: the name the inviter wrote
    std::string inviter;
    PersonId me;                     // phase open
    bool administrator = false;      // may invite and remove members; changes while the phase stays open
    bool founder = false;            // holds the organisation's key: makes administrators, and removes them
    bool shared = false;             // phases opening and open: nothing of this is kept when it ends
};
struct ConnectionEvent {
    ConnectionState state = ConnectionState::offline;
    Code reason = Code::none;
    std::uint32_t waiting = 0;       // messages in the outbox that can go
    Level level = Level::prompt;     // the weakest among the conversations' boards
    std::uint32_t unsent = 0;        // everything in the outbox: messages, changes of conversations, invitations into them
    bool caught_up = false;          // everything was read that the relay has
    std::uint32_t held = 0;          // of what is unsent: what is for a board that is closed
    friend bool operator==(const ConnectionEvent&, const ConnectionEvent&) = default;
};
struct PeopleEvent {
    std::vector<Person> people;     // by name
    bool whole = true;              // everybody; otherwise who is new, and who has changed (people.h)
};
struct ConversationsEvent { std::vector<ConversationSummary> conversations; };   // newest first
struct TimelineEvent {
    ConversationId conversation;
    std::vector<Message> messages;   // oldest first
    bool has_older = false;
    std::uint32_t unread = 0;        // how many of the last were unread when it was opened
    bool has_newer = false;          // the newest are not among them, and MessagesEvents bring none either
    MessageId target;                // the one OpenMessage asked for; empty: this is no answer to it
};
struct MessagesEvent { ConversationId conversation; std::vector<Message> messages; };
struct SearchEvent {
    std::string text;                // as it was asked for
    std::vector<FoundMessage> found; // newest first, kSearchFoundMax at most
    std::uint32_t total = 0;         // how many there are
};
struct InvitationsEvent { std::vector<Invitation> invitations; };
struct InvitationReadyEvent { Invitation invitation; };
struct InvitationsReadyEvent { std::vector<Invitation> invitations; };       // in the order of the wishes
struct ConversationReadyEvent { ConversationId conversation; };              // the one CreateConversation made
struct SettingsEvent { std::vector<std::pair<std::string, std::string>> settings; };
// "#v=…": whose key it is in the directory, as far as that was read; empty: nobody's. Only when the phase is open and all was read.
struct ScannedEvent { PersonId person; };
struct StoreEvent { Code trouble = Code::none; };                            // nothing is stored, and so nothing sent or shown, until it says none
struct EvidenceEvent { std::string text; };                                  // proof that the relay has kept two histories: to be carried elsewhere
struct NoticeEvent {
    Code code = Code::none;
    Severity severity = Severity::information;
    std::string subject;             // a name or title the sentence mentions
    ConversationId conversation;
};
struct ExportEvent { ConversationId conversation; std::vector<Message> messages; };   // all of them, oldest first
struct VaultEvent {                                                          // phase open
    VaultState state = VaultState::none;
    std::string sign_in_name;        // empty: not known yet
    bool code_shown = false;         // the recovery code has been on a screen, as far as this device knows
    Code reason = Code::none;        // why it is not as it should be
};
struct PassphraseEvent {
    PassphraseState state = PassphraseState::unproven;
    Code error = Code::none;         // why what was asked for was not done
};
struct RecoveryCodeEvent { std::string code; };                              // XXXX-XXXX-…: for its dialog, and kept nowhere
struct RootSharesEvent { std::vector<std::string> shares; };                 // three, XXXX-XXXX-… of 36 groups: for their dialog, and kept nowhere
struct RootRestoreEvent {
    RootState state = RootState::none;
    Code error = Code::none;         // why the share that was given last does not do, or why nothing has come of them
    std::uint32_t line = 0;          // the one in which it is mistyped, from 1; 0: not known
    std::uint32_t number = 0;        // of the share that was given first
};
struct BoardsEvent { std::vector<Board> boards; };                           // by number
struct LinkEvent {
    LinkState state = LinkState::none;
    std::string code;                // offered: XXXX-XXXX-…, for its dialog, and kept nowhere
    std::int64_t until_ms = 0;       // offered, asked and waiting: it is good no longer
    std::string device;              // asked: what the new device says it is
    bool shared = false;             // asked: it is one that keeps nothing
    std::string number;              // asked and waiting: six digits, the same on both screens
    Code error = Code::none;         // none: why it came to nothing
};

struct ReleasesEvent {                                                       // phase open
    Release running;
    Release offered;                 // by the relay, when it was last looked at
    std::uint32_t others = 0;        // people whose messages speak of the same release as ours
    std::vector<ReleaseAlarm> alarms;   // oldest first
};

using Event = std::variant<SessionEvent, ConnectionEvent, PeopleEvent, ConversationsEvent, TimelineEvent, MessagesEvent, SearchEvent, InvitationsEvent, InvitationReadyEvent,
                           ConversationReadyEvent, SettingsEvent, EvidenceEvent, NoticeEvent, ExportEvent, VaultEvent, PassphraseEvent, RecoveryCodeEvent, LinkEvent, InvitationsReadyEvent, RootSharesEvent, RootRestoreEvent, BoardsEvent, ReleasesEvent, ScannedEvent, StoreEvent>;

std::string to_json(const Event& event);
std::optional<Event> event_from_json(std::string_view json);

}  // namespace sinetti::api
