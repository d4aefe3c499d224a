#pragma once
// The screens. Each draws itself into the whole viewport or the rectangle it is given, and sends commands when something is done.

#include "ui/context.h"
#include "ui/widgets/button.h"

#include <optional>
#include <span>
#include <vector>

namespace sinetti::ui {

// Before the seal is open (gate.cpp, enrol.cpp, sign_in.cpp).
void draw_starting(Context& c);
void draw_no_account(Context& c);
void draw_unlock(Context& c);
void draw_opening(Context& c);
void draw_elsewhere(Context& c);
void draw_failed(Context& c);
void draw_enrolment(Context& c);       // phases founder and invited
void draw_recovering(Context& c);      // a new passphrase after the recovery code
void draw_linking(Context& c);         // let in by a code, as soon as the other device says yes

// The open seal.
void draw_main(Context& c);
void draw_rail(Context& c, const Rect& area);
void draw_tab_bar(Context& c, const Rect& area);
void draw_sidebar(Context& c, const Rect& area);
void draw_conversation(Context& c, const Rect& area, bool with_back, bool details_shown);
void draw_empty(Context& c, const Rect& area);
void draw_details(Context& c, const Rect& area, bool full_page);
void draw_people(Context& c, const Rect& area);
void draw_settings(Context& c, const Rect& area);
void draw_dialogs(Context& c);

// What the protection at this level means, and what the relay sees; returns the height.
float draw_relay_view(Context& c, const Rect& area, api::Level level);
float relay_view_height(Context& c, float width, api::Level level);
Say level_name(api::Level level);
Say level_hint(api::Level level);
Say connection_hint(const Context& c);   // of the level that goes for all conversations together
void draw_level_chip(Context& c, const Rect& rect, api::Level level, bool small);
float level_chip_width(Context& c, api::Level level, bool small);

// What can be done with a message: a menu beside it, over everything (message_menu.cpp).
void open_message_menu(Context& c, const api::MessageId& message);
void draw_message_menu(Context& c);

// The digits of a fingerprint, each in a cell of its own, three groups a row; and a code for others to scan (verify.cpp).
inline constexpr float kDigitCell = 13;
inline constexpr float kDigitsGap = 16;                           // between groups
inline constexpr float kDigitsWidth = 3 * 5 * kDigitCell + 2 * kDigitsGap;
inline constexpr float kDigitsHeight = 3 * 38 + 26;
void draw_digits(Context& c, std::string_view key, const Rect& area, std::string_view fingerprint, float align);
void draw_own_code(Context& c, const Rect& square, const api::Person& me);
void draw_verify(Context& c, const api::Person& person);
Say trust_in(const api::Person& person);                           // verified, not, or not with the key of now
void on_scanned(State& state, const Model& model, Language language, const api::ScannedEvent& event);

// The live devices of a person, each with a button that asks whether to sign it out; not this one.
float devices_height(const api::Person& person);
void draw_devices(Context& c, const Rect& area, const api::Person& person);
std::string device_name(const Context& c, const api::Device& device);

// What an administrator can do about somebody (administration.cpp).
bool may_manage(const Context& c, const api::Person& person);
void draw_manage(Context& c, const api::Person& person);
void draw_role_question(Context& c, const api::Person& person);

// Boards, and which of them a new conversation is to be on (boards.cpp).
float draw_boards_settings(Context& c, const Rect& area);          // height
void draw_board(Context& c);
void draw_close_board(Context& c);
std::string board_title(const Context& c, const api::Board& board);
std::vector<const api::Board*> boards_to_choose(const Model& model);
float radios_height(Context& c, std::span<const Choice> choices, float width);
std::optional<std::size_t> draw_radios(Context& c, std::string_view key, std::string_view name, const Rect& area, std::span<const Choice> choices, std::size_t current);   // the one that was pressed

// Many invitations out of a list (invite_many.cpp).
void ask_for_list(Context& c);
void take_list(State& state, const Model& model, Language language, std::string list);
void draw_invite_many(Context& c);

// Signing in anywhere: what the settings say of it, the reminder to keep the recovery code, and their dialogs (recovery.cpp).
float draw_sign_in_settings(Context& c, const Rect& area);         // height
float reminder_height(Context& c, float width);                    // 0: nothing to remind of
void draw_reminder(Context& c, const Rect& card);
void draw_recovery_code(Context& c);
float code_card_height(std::string_view code);
void draw_code_card(Context& c, const Rect& card, std::string_view code, std::string_view name);   // a code that is copied by hand
std::string code_row(std::string_view code, std::size_t row);      // "1: XXXX-XXXX-XXXX-XXXX"
void wipe_text(std::string& text);
void on_recovery_code(State& state, const api::RecoveryCodeEvent& event);
void settle_recovery_code(State& state);                           // wipes it when its dialog is gone
// A dialog that wants the passphrase before it goes on; its field while it asks the core whether it is right.
struct Proof {
    std::string_view key;
    Say title;
    Say words;
    Say go;
};
void draw_proof(Context& c, const Proof& proof);
void draw_change_passphrase(Context& c);
void on_passphrase(State& state, Host& host, const api::PassphraseEvent& event);   // goes on with what a dialog began

// The organisation's key on three sheets of paper (root_paper.cpp).
float draw_root_settings(Context& c, const Rect& area);            // height
void draw_back_up_root(Context& c);
void draw_restore_root(Context& c);
void on_root(State& state, Host& host, const api::Event& event);
void settle_root(State& state, Host& host);                        // wipes and forgets what is of a dialog that is gone

// Which release of the app this is, and the alarm about another one (releases.cpp).
float draw_release_settings(Context& c, const Rect& area);         // height; 0: nothing is known
void draw_release_alarms(Context& c);
void raise_release_alarm(Context& c);                              // once in a frame

// Letting a new device in by a code (link.cpp).
void draw_link(Context& c);
void on_link(State& state, Host& host, const api::LinkEvent& event);
void settle_link(State& state, Host& host);                        // ends what its dialog began, when that is gone
bool is_counting_down(const State& state);

// A machine that is not one's own (shared_machine.cpp).
inline constexpr float kSharedStripHeight = 44;
inline constexpr std::int64_t kIdleMs = 15LL * 60 * 1000;          // without anybody doing anything; then it is left
inline constexpr std::int64_t kIdleWarningMs = 60LL * 1000;        // before that
void draw_shared_strip(Context& c, const Rect& strip);
void ask_to_leave(Context& c);                                     // at once, unless something unsent would be lost
void draw_leaving_question(Context& c);
void leave_machine(State& state, Host& host);

// Shared deeds.
void open_conversation(Context& c, const api::ConversationId& id);
void open_message(Context& c, const api::ConversationId& conversation, const api::MessageId& message);
void leave_conversation(Context& c);
void go_on_elsewhere(Context& c, const api::ConversationSummary& closed);   // asks for a new conversation with the same people
inline bool can_write(const api::ConversationSummary& s) { return s.active && !s.closed; }
void start_direct(Context& c, const api::PersonId& person, std::uint32_t board = api::kAnyBoard);
std::string invitation_link(const Context& c, const api::Invitation& invitation);
std::string name_of(const Context& c, const api::PersonId& id);
std::string system_line(const Context& c, const api::Message& message, api::ConversationKind kind);

}  // namespace sinetti::ui
