#pragma once
// What the user interface asks of the core. A passphrase never is part of a command: it travels beside it (see app/), and the
// commands that need one say so.

#include "api/types.h"

#include <optional>
#include <string_view>
#include <variant>

namespace sinetti::api {

struct Start {};                                                             // answers with a SessionEvent
struct OpenLink { std::string fragment; };                                   // "#f=…", "#i=…", "#l=…" or "#v=…", as the address bar had it
struct Found { std::string organisation; std::string name; std::string title; };   // + passphrase; phase founder
struct Enrol { std::string name; std::string title; };                       // + passphrase; phase invited
struct Unlock {};                                                            // + passphrase; phase locked
struct Lock {};
struct ForgetDevice {};                                                      // erases everything this browser holds
struct CreateInvitation { std::string name; Role role = Role::member; };     // answers with an InvitationReadyEvent
struct CreateInvitations { std::vector<InvitationWish> people; };            // all of them or none; answers with an InvitationsReadyEvent
struct CreateConversation { ConversationKind kind = ConversationKind::group; std::string title; std::vector<PersonId> members; std::uint32_t board = kAnyBoard; };
struct OpenConversation { ConversationId conversation; };                    // answers with a TimelineEvent; marks as read while open; empty id: none is open
struct Look { bool looks = true; };                                          // whether anybody looks at what is open; what comes while nobody does is unread until they do
struct LoadOlder { ConversationId conversation; };                           // answers with a longer TimelineEvent
struct LoadNewer { ConversationId conversation; };                           // the same, where the newest messages are not shown
struct OpenMessage { ConversationId conversation; MessageId message; };      // OpenConversation, with what was said around this message
struct Search { std::string text; };                                         // in all messages; answers with a SearchEvent
struct SendText { ConversationId conversation; std::string text; };
struct SaveDraft { ConversationId conversation; std::string text; };
struct AddMembers { ConversationId conversation; std::vector<PersonId> members; };
struct RemoveMember { ConversationId conversation; PersonId member; };
struct RenameConversation { ConversationId conversation; std::string title; };
struct SetVerified { PersonId person; bool verified = false; };
struct SetSetting { std::string key; std::string value; };                   // language, theme, density: stored sealed, echoed by SettingsEvent
struct SignOutDevice { DeviceId device; };                                   // one of ours, or a member's by an administrator, or anybody's by the founder; for good
struct RemovePerson { PersonId person; };                                    // from the organisation: a member by an administrator, anybody by the founder; for good
struct SetRole { PersonId person; Role role = Role::member; };               // by the founder
struct SetBoard {                                                            // by an administrator: makes it, or changes how it is used from now on
    std::uint32_t board = kAnyBoard;                                         // which; kAnyBoard: a new one
    std::string name;
    Level level = Level::prompt;                                             // prompt or mixed
    bool post_quantum = true;                                                // new conversations
    std::uint16_t retention_days = 0;                                        // 0: for ever
    bool closed = false;                                                     // never the last that is open
};
struct SignIn {                                                              // + passphrase, or the recovery code; phase no_account; locked too when shared
    std::string name;                                                        // the one to sign in with: VaultEvent::sign_in_name
    std::string relay;                                                       // the body of /relay.json
    std::string device;                                                      // what this device is to be called: "Firefox, Linux"
    bool with_code = false;                                                  // what came beside this is the recovery code
    bool shared = false;                                                     // not this person's own machine: nothing is kept when it ends
};
struct ChoosePassphrase {};                                                  // + the new passphrase; phase recovering
struct ProvePassphrase {};                                                   // + passphrase; phase open; answers with a PassphraseEvent
struct ChangePassphrase {};                                                  // + the new passphrase; proven; answers with PassphraseEvents
struct ShowRecoveryCode {};                                                  // proven; answers with a RecoveryCodeEvent
struct RenewRecoveryCode {};                                                 // proven; the old one opens nothing any more; answers with a RecoveryCodeEvent
struct BackUpRoot {};                                                        // proven, by a founder; answers with a RootSharesEvent
struct GiveRootShare {};                                                     // + one of the shares; answers with RootRestoreEvents
struct ForgetRootShares {};                                                  // that were given so far
struct LinkDevice {};                                                        // proven; shows a code that lets another device in; answers with LinkEvents
struct AnswerLink { bool admit = false; };                                   // to LinkState::asked
struct CancelLink {};
struct JoinDevice {                                                          // + the code that another device shows, or nothing after LinkState::given; phases as SignIn
    std::string relay;                                                       // the rest as in SignIn
    std::string device;
    bool shared = false;
};
struct WatchConversations {};                                                // from now on MessagesEvents come of every conversation, not of the open one alone
struct ReportReleases { Release running; Release offered; };                 // by the page, each time it has looked; a release without a number is not known
struct SawReleaseAlarms {};                                                  // all of them are told now
struct ExportConversation { ConversationId conversation; };                  // answers with an ExportEvent; marks nothing as read

using Command = std::variant<Start, OpenLink, Found, Enrol, Unlock, Lock, ForgetDevice, CreateInvitation, CreateConversation, OpenConversation, LoadOlder, LoadNewer, OpenMessage, Search,
                             SendText, SaveDraft, AddMembers, RemoveMember, RenameConversation, SetVerified, SetSetting, SignOutDevice, RemovePerson,
                             WatchConversations, ExportConversation, SignIn, ChoosePassphrase, ProvePassphrase, ChangePassphrase, ShowRecoveryCode,
                             RenewRecoveryCode, LinkDevice, AnswerLink, CancelLink, JoinDevice, SetRole, CreateInvitations, BackUpRoot, GiveRootShare, ForgetRootShares, SetBoard,
                             ReportReleases, SawReleaseAlarms, Look>;

inline constexpr std::size_t kCommandSizeMax = 1u << 20;   // bytes of JSON
inline constexpr std::size_t kMessageTextMax = 32u << 10;  // bytes of UTF-8
inline constexpr std::size_t kSearchTextMax = 256;         // bytes of UTF-8; more finds nothing
inline constexpr std::size_t kSearchFoundMax = 50;         // messages in an answer
inline constexpr std::size_t kSnippetSizeMax = 240;        // bytes of UTF-8
inline constexpr std::size_t kNameMax = 64;                // bytes of UTF-8: names, titles of groups and of people
inline constexpr std::size_t kInvitationsAtOnceMax = 500;
inline constexpr std::size_t kPassphraseMin = 12;          // characters, when one is chosen
inline constexpr std::size_t kPassphraseMax = 1024;        // bytes

std::string to_json(const Command& command);
std::optional<Command> command_from_json(std::string_view json);   // nullopt: malformed, unknown or too large

}  // namespace sinetti::api
