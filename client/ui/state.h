#pragma once
// What the user interface remembers by itself: where we are, what is typed, what floats on top. Nothing of it is stored.

#include "api/event.h"
#include "roster/roster.h"
#include "ui/geometry.h"
#include "ui/relay_document.h"
#include "ui/strings.h"
#include "ui/text_field.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sinetti::ui {

enum class Place : std::uint8_t { chats, people, settings };
enum class Dialog : std::uint8_t {
    none, new_conversation, add_members, rename, remove_member, invite, verify, forget, protection, manage, remove_person, set_role, invite_many, sign_out, ended,
    show_code, renew_code, change_passphrase, take_passphrase, link, leave, idle, back_up_root, restore_root, board, close_board, release_alarm, message,
};
enum class Filter : std::uint8_t { all, unread, groups };
enum class PeopleFilter : std::uint8_t { all, administrators, invited };
enum class Step : std::uint8_t { welcome, identity, passphrase };
enum class Opening : std::uint8_t { unlock, sign_in, sign_in_with_code, recover, leave, join };   // what the phase `opening` is about
enum class Asked : std::uint8_t { no, proof, deed };   // of the core, by a dialog: is the passphrase right; then what the dialog is for

struct Toast {
    api::Code code = api::Code::none;
    std::vector<std::string> subjects;   // what the sentence mentions; several things of one kind share one notice
    std::string text;              // instead of the code's sentence
    api::Severity severity = api::Severity::information;
    api::ConversationId conversation;
    double until_ms = 0;           // 0: not shown yet
};

struct PasswordState {
    std::uint32_t characters = 0;   // code points
    std::uint32_t words = 0;
    Strength strength = Strength::none;
};

// Inviting many at once: a list, what it says, and the links.
struct InviteMany {
    NodeId field = 0;                            // the list, as it is typed or pasted
    std::string list;                            // as it was last read, from the field or a file
    std::optional<roster::Roster> roster;        // what it says; absent: it is being written
    std::string problem;                         // why it cannot be read
    bool waiting = false;                        // for the links
    bool ready = false;
};

// The organisation's key on paper, while its dialogs are open. The shares are wiped with theirs.
struct RootPaper {
    std::vector<std::string> shares;
    std::size_t shown = 0;                       // the one on the screen
    bool is_new = false;                         // there, and wants the focus
    api::RootRestoreEvent restore;               // how far restoring has come
};

// A board in its dialog.
struct BoardForm {
    std::uint32_t number = api::kAnyBoard;       // kAnyBoard: a new one
    api::Level level = api::Level::prompt;
    bool post_quantum = true;
    std::uint16_t days = 30;                     // that it is kept; 0: for ever
    std::uint16_t days_before = 30;              // which may be none of the usual ones
    NodeId field = 0;                            // its name
    std::string name;                            // that it has, or is to have, where it is to be closed
};

struct State {
    std::optional<Language> language;            // chosen here, until the core's settings say so
    Place place = Place::chats;
    api::ConversationId open;                    // the conversation on the screen; empty: none
    bool details_wide = true;                    // beside the conversation, where there is room
    bool details_over = false;                   // over it, where there is not
    Dialog dialog = Dialog::none;
    NodeId focus_before_dialog = 0;
    bool dialog_opened = false;                  // just now: the first control wants the focus
    api::PersonId subject;                       // of the dialog
    api::PersonId scanned;                       // whose key a code held that was scanned: their dialog asks for that
    api::DeviceId device;                        // of the dialog
    api::MessageId message;                      // of its menu
    bool end_said = false;                       // that this device was signed out, or is an older copy
    std::set<api::PersonId> chosen;
    bool direct = false;
    std::uint32_t new_board = api::kAnyBoard;    // where a new conversation is to be; kAnyBoard: nobody has chosen
    api::ConversationId continued;               // the closed conversation that a new one is to go on for; empty: none
    BoardForm board_form;
    api::Role invite_role = api::Role::member;
    std::string shown_invitation;                // id of the one in the dialog; empty: a new one is being made
    bool invite_waiting = false;
    InviteMany invite_many;
    bool creating = false;                       // a conversation we asked for is on its way: open it
    Filter filter = Filter::all;
    PeopleFilter people_filter = PeopleFilter::all;
    Step step = Step::welcome;
    bool step_changed = false;
    bool tried = false;                          // the form was submitted: show what is missing
    std::set<NodeId> turned;                     // secret fields that were shown, or hidden, by their button
    std::vector<Toast> toasts;
    std::unordered_map<NodeId, std::string> texts;        // of text fields, as the page reports them
    bool page_seen = true;                       // it is in sight and has the focus
    std::unordered_map<NodeId, PasswordState> passwords;
    std::unordered_map<NodeId, float> heights;            // of growing fields
    std::set<NodeId> submitted;                           // Enter was pressed there; views take it in their next frame
    std::map<api::ConversationId, std::string> drafts;    // newer than the core's
    bool draft_unsaved = false;
    double draft_changed_ms = 0;
    bool stick_to_end = true;                    // the timeline follows new messages
    std::uint32_t below = 0;                     // messages that came while it did not
    double unread_seen_ms = 0;                   // when the unread line was first in sight at the end
    NodeId search = 0;                           // the search field of the list
    std::string searched;                        // what messages were last searched for; empty: for nothing
    std::uint64_t searched_revision = 0;         // of the conversations when that was asked
    NodeId composer = 0;                         // the message field on the screen
    NodeId focus_next = 0;                       // give this node the focus at the end of the frame
    bool dismissed_offline = false;
    RelayDocument relay = RelayDocument::unknown;
    std::string relay_document;                  // where `relay` is `there`
    bool with_code = false;                      // signing in with the recovery code
    bool on_shared_machine = false;              // "This is not my machine" is ticked
    bool beside = false;                         // signing in beside the seal that is locked here
    bool has_account = false;                    // signing in instead of accepting an invitation
    bool joining = false;                        // being let in by another device instead of signing in
    bool sign_in_wanted = false;                 // as soon as the relay's document is here
    Opening opening = Opening::unlock;
    Asked asked = Asked::no;
    api::Code answer = api::Code::none;          // why the core did not do what a dialog asked for
    NodeId new_passphrase = 0;                   // the field of that dialog
    std::string recovery_code;                   // while its dialog shows it; wiped when it is gone
    api::LinkEvent link;                         // letting a device in, or being let in; its code is wiped when its dialog is gone
    RootPaper root_paper;
    bool changing = false;                       // of the passphrase: on its way to the relay
    std::size_t release_alarms_shown = 0;        // by the dialog that is open
    std::size_t release_alarms_told = 0;         // of those the core does not know to be told yet
    bool reminder_put_off = false;
    bool left = false;                           // this machine, which is not one's own: asked once
    bool lock_wanted = false;                    // by the keyboard
    bool locking = false;                        // the core was asked to close the seal
    bool seal_was_here = false;                  // in this browser, and is not any more unless it is locked
    int locked_minutes = 0;                      // why it is closed: nobody did anything for so long; 0: for another reason
    double started_ms = 0;
    double opened_timeline_ms = 0;
};

}  // namespace sinetti::ui
