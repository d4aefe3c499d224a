#pragma once
// What the user interface remembers by itself: where we are, what is typed, what floats on top. Nothing of it is stored.

#include "api/types.h"
#include "ui/geometry.h"
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
enum class Dialog : std::uint8_t { none, new_conversation, add_members, rename, remove_member, invite, verify, forget, protection, manage, remove_person, sign_out, revoked };
enum class Filter : std::uint8_t { all, unread, groups };
enum class PeopleFilter : std::uint8_t { all, administrators, invited };
enum class Step : std::uint8_t { welcome, identity, passphrase };

struct Toast {
    api::Code code = api::Code::none;
    std::vector<std::string> subjects;   // what the sentence mentions; several things of one kind share one notice
    std::string text;              // instead of the code's sentence
    api::Severity severity = api::Severity::information;
    api::ConversationId conversation;
    double until_ms = 0;           // 0: not shown yet
};

struct PasswordState {
    std::uint32_t bytes = 0;
    std::uint32_t words = 0;
    Strength strength = Strength::none;
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
    api::DeviceId device;                        // of the dialog
    bool revoked_said = false;                   // that this device was signed out
    std::set<api::PersonId> chosen;
    bool direct = false;
    api::Role invite_role = api::Role::member;
    std::string shown_invitation;                // id of the one in the dialog; empty: a new one is being made
    bool invite_waiting = false;
    bool creating = false;                       // a conversation we asked for is on its way: open it
    Filter filter = Filter::all;
    PeopleFilter people_filter = PeopleFilter::all;
    Step step = Step::welcome;
    bool step_changed = false;
    bool tried = false;                          // the form was submitted: show what is missing
    bool reveal = false;
    std::vector<Toast> toasts;
    std::unordered_map<NodeId, std::string> texts;        // of text fields, as the page reports them
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
    std::string announcement;
    bool dismissed_offline = false;
    double started_ms = 0;
    double opened_timeline_ms = 0;
};

}  // namespace sinetti::ui
