// Everything that opens over the rest.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/search.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialog_foot.h"
#include "ui/widgets/field.h"
#include "ui/widgets/qr.h"
#include "ui/widgets/scroll.h"

#include <algorithm>
#include <cmath>

namespace sinetti::ui {

namespace {

// A list to tick people in.
void draw_picker(Context& c, const Rect& area, const std::vector<const api::Person*>& people, bool single)
{
    const FieldResult search = search_field(c, "pick search", {area.x, area.y, area.w, 44}, c.say(Say::search_people), c.theme.sunken, false);
    const SearchWords words(field_text(c, search.id));
    const Rect list_area{area.x, area.y + 52, area.w, area.h - 52};
    ScrollScope list(c, "pick", single ? Role::radiogroup : Role::group, list_area, c.say(Say::choose_people));
    float y = list.top();
    for (const api::Person* p : people) {
        if (!words.empty() && !words.match(p->name) && !words.match(p->title)) continue;
        const Rect row{area.x, y, area.w, 56};
        y += 56;
        if (row.bottom() < list_area.y - 120 || row.y > list_area.bottom() + 120) continue;
        const NodeId node = c.id(p->id);
        const bool on = c.state.chosen.contains(p->id);
        if (on || c.input.hovered(node)) c.paint.fill(row.x, row.y + 1, row.w, row.h - 2, on ? c.theme.selected : c.theme.hover, 14);
        if (on && c.theme.high_contrast) c.paint.outline(row.x, row.y + 1, row.w, row.h - 2, 2, c.theme.accent, 14);
        draw_person(c, {row.x + 8, row.y + 8, 40, 40}, *p);
        const float x = row.x + 60;
        const float room = row.right() - 44 - x;
        c.ink_elided(kBodyStrong, p->name, x, row.y + (p->title.empty() ? 17.5f : 8.0f), room, c.theme.text);
        c.ink_elided(kLabel, p->title, x, row.y + 29, room, c.theme.text_2);
        const Point mark{row.right() - 24, row.y + 28};
        if (on) {
            c.paint.circle(mark.x, mark.y, 11, c.theme.accent);
            c.icon(icons::kCheckBold, 13, {mark.x - 11, mark.y - 11, 22, 22}, c.theme.on_accent);
        } else {
            c.paint.ring(mark.x, mark.y, 10.25f, 1.5f, c.theme.border);
        }
        c.focus_ring(node, row.inset(3), 12);
        MirrorNode& mirrored = c.mirror.add(node, single ? Role::radio : Role::checkbox, row, p->name);
        mirrored.description = p->title;
        mirrored.actions = kClick | kFocus;
        if (on) mirrored.states |= kChecked;
        c.hit(node, row);
        if (c.activated(node)) {
            if (single) c.state.chosen.clear();
            if (on && !single) {
                c.state.chosen.erase(p->id);
            } else {
                c.state.chosen.insert(p->id);
            }
            c.state.tried = false;
        }
    }
    if (people.empty()) {
        c.paragraph("nobody", kBody, c.say(c.state.dialog == Dialog::add_members ? Say::nobody_to_add : Say::nobody_yet), {area.x + 8, y + 12, area.w - 16, 0}, c.theme.text_2);
    }
    list.set_content(y - list.top());
}

float picker_height(const Context& c, float taken)
{
    return std::max(220.0f, std::min(372.0f, c.viewport.height - taken));
}

void draw_new_conversation(Context& c)
{
    std::vector<const api::Person*> people;
    for (const auto& p : c.model.people) {
        if (!p.me && !p.revoked) people.push_back(&p);
    }
    const bool narrow = stacked(c);
    const bool group = !c.state.direct;
    const float title_part = group ? 26 + kFieldHeight + 16 : 0.0f;
    const auto boards = boards_to_choose(c.model);
    std::vector<std::string> board_words;
    for (const auto* board : boards) board_words.push_back(board_title(c, *board));
    std::vector<std::string> board_keys;
    for (const auto* board : boards) board_keys.push_back("board " + std::to_string(board->number));
    std::vector<Choice> board_choices;
    for (std::size_t i = 0; i < boards.size(); ++i) board_choices.push_back({board_keys[i], board_words[i]});
    const float board_part = boards.empty() ? 0.0f : 26 + radios_height(c, board_choices, narrow ? c.viewport.width - 40 : 492.0f) + 16;
    const float pick = picker_height(c, (narrow ? 380 : 330) + title_part + board_part);
    const float height = 44 + 16 + title_part + board_part + pick + 8 + 18 + 12 + DialogFoot::height(narrow, 1);
    DialogScope dialog(c, "new conversation", c.say(Say::new_title), c.say(Say::new_hint), 560, height);
    const Rect& area = dialog.content();
    float y = area.y;
    {
        GroupScope kinds(c, "kind", Role::radiogroup, {area.x, y, area.w, 44}, c.say(Say::kind));
        const Choice choices[] = {{"group", c.say(Say::kind_group), {}, icons::kUsersThree}, {"direct", c.say(Say::kind_direct), {}, icons::kUser}};
        float x = area.x;
        for (int i = 0; i < 2; ++i) {
            const float w = radio_box_width(c, choices[i]);
            if (radio_box(c, {x, y, w, 44}, choices[i], (i == 1) == c.state.direct)) {
                c.state.direct = i == 1;
                c.state.chosen.clear();
                c.state.tried = false;
            }
            x += w + 8;
        }
    }
    y += 60;
    FieldResult title;
    std::string_view title_text;
    if (group) {
        c.ink(kLabelStrong, c.say(Say::group_name), area.x, y, c.theme.text);
        y += 26;
        const api::ConversationSummary* continued = c.model.conversation(c.state.continued);
        c.push(c.state.continued);
        const bool missing = c.state.tried && trimmed(field_text(c, c.id("title"))).empty();
        title = text_field(c, "title", {area.x, y, area.w, kFieldHeight},
                           {.label = c.say(Say::group_name), .initial = continued != nullptr ? std::string_view(continued->title) : std::string_view(), .max_bytes = api::kNameMax,
                            .required = true, .invalid = missing});
        c.pop();
        title_text = trimmed(field_text(c, title.id));
        y += kFieldHeight + 16;
    }
    if (!boards.empty()) {
        c.ink(kLabelStrong, c.say(Say::board), area.x, y, c.theme.text);
        y += 26;
        const auto chosen = std::ranges::find(boards, c.state.new_board, [](const api::Board* board) { return board->number; });
        if (chosen == boards.end()) c.state.new_board = api::kAnyBoard;   // it was closed meanwhile
        const auto current = chosen == boards.end() ? std::size_t{0} : static_cast<std::size_t>(chosen - boards.begin());
        if (const auto pressed = draw_radios(c, "board", c.say(Say::board), {area.x, y, area.w, 0}, board_choices, current)) c.state.new_board = boards[*pressed]->number;
        y += radios_height(c, board_choices, area.w) + 16;
    }
    draw_picker(c, {area.x, y, area.w, pick}, people, c.state.direct);
    y += pick + 8;
    const api::Code problem = c.state.chosen.empty() ? api::Code::no_members : group && title_text.empty() ? api::Code::title_missing : api::Code::none;
    draw_problem(c, "problem", {area.x, y, area.w, 18}, c.state.tried ? c.say(problem) : "");
    DialogFoot foot(c, dialog);
    const bool pressed = foot.add("create", {.label = c.say(group ? Say::create_group : Say::start), .icon = icons::kPencilSimpleLine});
    if (!pressed && !title.submitted) return;
    if (problem != api::Code::none) {
        c.state.tried = true;
        return;
    }
    const std::vector<api::PersonId> members(c.state.chosen.begin(), c.state.chosen.end());
    if (group) {
        c.state.creating = true;
        c.send(api::CreateConversation{api::ConversationKind::group, std::string(title_text), members, c.state.new_board});
        c.state.texts.erase(title.id);
        close_dialog(c);
    } else {
        const auto board = c.state.new_board;
        close_dialog(c);
        start_direct(c, members.front(), board);
    }
}

void draw_add_members(Context& c, const api::ConversationSummary& s)
{
    std::vector<const api::Person*> people;
    for (const auto& p : c.model.people) {
        if (!p.me && !p.revoked && std::find(s.members.begin(), s.members.end(), p.id) == s.members.end()) people.push_back(&p);
    }
    const bool narrow = stacked(c);
    const float pick = picker_height(c, narrow ? 300 : 260);
    DialogScope dialog(c, "add members", c.say(Say::add_members), s.title, 520, pick + 38 + DialogFoot::height(narrow, 1));
    const Rect& area = dialog.content();
    draw_picker(c, {area.x, area.y, area.w, pick}, people, false);
    draw_problem(c, "problem", {area.x, area.y + pick + 8, area.w, 18}, c.state.tried && c.state.chosen.empty() ? c.say(api::Code::no_members) : "");
    DialogFoot foot(c, dialog);
    if (!foot.add("add", {.label = c.say(Say::add), .icon = icons::kUserPlus, .disabled = people.empty()})) return;
    if (c.state.chosen.empty()) {
        c.state.tried = true;
        return;
    }
    c.send(api::AddMembers{s.id, {c.state.chosen.begin(), c.state.chosen.end()}});
    close_dialog(c);
}

void draw_rename(Context& c, const api::ConversationSummary& s)
{
    const bool narrow = stacked(c);
    DialogScope dialog(c, "rename", c.say(Say::rename_group), "", 480, 26 + kFieldHeight + 8 + 18 + 16 + DialogFoot::height(narrow, 1));
    const Rect& area = dialog.content();
    c.push(s.id);
    c.ink(kLabelStrong, c.say(Say::group_name), area.x, area.y, c.theme.text);
    const FieldResult title = text_field(c, "title", {area.x, area.y + 26, area.w, kFieldHeight},
                                         {.label = c.say(Say::group_name), .initial = s.title, .max_bytes = api::kNameMax, .required = true, .invalid = c.state.tried});
    c.pop();
    const std::string_view words = trimmed(field_text(c, title.id));
    draw_problem(c, "problem", {area.x, area.y + 26 + kFieldHeight + 8, area.w, 18}, c.state.tried && words.empty() ? c.say(api::Code::title_missing) : "");
    DialogFoot foot(c, dialog);
    if (!foot.add("save", {.label = c.say(Say::save)}) && !title.submitted) return;
    if (words.empty()) {
        c.state.tried = true;
        return;
    }
    if (words != s.title) c.send(api::RenameConversation{s.id, std::string(words)});
    c.state.texts.erase(title.id);
    close_dialog(c);
}

void draw_protection(Context& c)
{
    const bool narrow = stacked(c);
    const api::Level level = c.model.connection.level;
    const float width = narrow ? c.viewport.width - 40 : 492.0f;
    DialogScope dialog(c, "protection", c.say(Say::relay_view), "", 560, relay_view_height(c, width, level));
    draw_relay_view(c, dialog.content(), level);
}

const api::Invitation* shown_invitation(const Context& c)
{
    if (c.state.shown_invitation.empty()) return nullptr;
    if (c.model.ready_invitation && c.model.ready_invitation->id == c.state.shown_invitation) return &*c.model.ready_invitation;
    const auto found = std::find_if(c.model.invitations.begin(), c.model.invitations.end(), [&](const auto& i) { return i.id == c.state.shown_invitation; });
    return found == c.model.invitations.end() ? nullptr : &*found;
}

void copy_link(Context& c, std::string_view link)
{
    c.host.set_clipboard(link);
    c.state.toasts.insert(c.state.toasts.begin(), {.code = api::Code::link_copied, .severity = api::Severity::success});
    c.changed();
}

void another_invitation(Context& c)
{
    c.state.shown_invitation.clear();
    c.state.texts.erase(c.id("name"));
    c.state.tried = false;
    c.state.dialog_opened = true;
    c.changed();
}

void draw_code_card(Context& c, const Rect& card, const api::Invitation& invitation)
{
    c.paint.shadow(card.x, card.y, card.w, card.h, 24, 1, 3, c.theme.shadow);
    c.paint.fill(card.x, card.y, card.w, card.h, c.theme.surface, 24);
    if (c.theme.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, c.theme.border, 24);
    const float side = card.w - 24;
    draw_qr(c, "code", {card.x + 12, card.y + 12, side, side}, invitation_link(c, invitation), c.say(Say::qr_name, {invitation.name}));
    c.ink_centred(kBodyStrong, invitation.name, {card.x + 12, card.y + side + 18, side, 22}, c.theme.text);
    c.paragraph("in person", kLabel, c.say(Say::show_in_person), {card.x + 12, card.y + side + 42, side, 0}, c.theme.text_2, 0.5f);
}

void draw_invite(Context& c)
{
    const bool narrow = stacked(c);
    const api::Invitation* ready = shown_invitation(c);
    const float code = narrow ? std::min(304.0f, c.viewport.width - 40) : 304.0f;
    const float card_height = code + 52;
    const float hint_height = c.paragraph_height(kBody, c.say(Say::valid_hint), narrow ? c.viewport.width - 72 : 340.0f);
    const float note = 24 + 21 + hint_height;
    float height = 0;
    if (ready != nullptr) {
        height = narrow ? card_height + 16 + note + 20 + DialogFoot::height(true, 3) : std::max(card_height, note) + 24 + 44;
    } else {
        height = 26 + kFieldHeight + 8 + 18 + 12 + 26 + 44 + 24 + DialogFoot::height(narrow, 2);
    }
    DialogScope dialog(c, "invite", c.say(Say::invite_title), c.say(Say::invite_hint), ready != nullptr ? 820.0f : 560.0f, height);
    const Rect& area = dialog.content();
    DialogFoot foot(c, dialog);
    if (ready == nullptr) {
        float y = area.y;
        c.ink(kLabelStrong, c.say(Say::name), area.x, y, c.theme.text);
        y += 26;
        const FieldResult name = text_field(c, "name", {area.x, y, area.w, kFieldHeight},
                                            {.label = c.say(Say::name), .max_bytes = api::kNameMax, .required = true, .invalid = c.state.tried});
        y += kFieldHeight + 8;
        const std::string_view words = trimmed(field_text(c, name.id));
        {
            GroupScope alert(c, "problem", Role::alert, {area.x, y, area.w, 18}, "");
            if (c.state.tried && words.empty()) c.text("text", kLabelMedium, c.say(Say::field_missing), area.x, y, c.theme.danger);
        }
        y += 30;
        c.ink(kLabelStrong, c.say(Say::role), area.x, y, c.theme.text);
        y += 26;
        {
            // Administrators are made by the founder alone.
            GroupScope roles(c, "role", Role::radiogroup, {area.x, y, area.w, 44}, c.say(Say::role));
            if (!c.model.session.founder) c.state.invite_role = api::Role::member;
            const int choosable = c.model.session.founder ? 2 : 1;
            const Choice choices[] = {{"member", c.say(Say::role_member), {}, icons::kUser}, {"administrator", c.say(Say::role_administrator), {}, icons::kKey}};
            float x = area.x;
            for (int i = 0; i < choosable; ++i) {
                const float w = radio_box_width(c, choices[i]);
                if (radio_box(c, {x, y, w, 44}, choices[i], static_cast<int>(c.state.invite_role) == i)) c.state.invite_role = static_cast<api::Role>(i);
                x += w + 8;
            }
        }
        foot.expect(2);
        const bool pressed = foot.add("create", {.label = c.say(c.state.invite_waiting ? Say::creating_invitation : Say::create_invitation), .icon = icons::kPaperPlaneTilt,
                                                 .disabled = c.state.invite_waiting});
        if (foot.add("many", {.label = c.say(Say::invite_many), .icon = icons::kUsersThree, .kind = ButtonKind::ghost})) return ask_for_list(c);
        if ((!pressed && !name.submitted) || c.state.invite_waiting) return;
        if (words.empty()) {
            c.state.tried = true;
            return;
        }
        c.state.invite_waiting = true;
        c.send(api::CreateInvitation{std::string(words), c.state.invite_role});
        c.state.texts.erase(name.id);
        return;
    }
    const std::string link = invitation_link(c, *ready);
    const Rect card = narrow ? Rect{area.x + (area.w - code) / 2, area.y, code, card_height} : Rect{area.right() - code, area.y, code, card_height};
    const float left_width = narrow ? area.w : area.w - code - 30;
    float y = narrow ? card.bottom() + 16 : area.y;
    if (!narrow) {
        c.ink(kLabelStrong, c.say(Say::name), area.x, y, c.theme.text);
        y += 24;
        c.ink_elided(kHeading, ready->name, area.x, y, left_width, c.theme.text);
        c.mirror.add(c.id("name"), Role::heading, {area.x, y, left_width, 28}, ready->name).level = 2;
        y += 38;
        c.paint.icon(ready->role == api::Role::administrator ? icons::kKey : icons::kUser, 18, area.x, y, c.theme.text_2);
        c.text("role", kSmall, c.say(ready->role == api::Role::administrator ? Say::role_administrator : Say::role_member), area.x + 26, y, c.theme.text_2);
        y += 38;
    }
    const Rect box{area.x, y, left_width, note};
    c.paint.fill(box.x, box.y, box.w, box.h, c.theme.canvas, 16);
    if (c.theme.high_contrast) c.paint.outline(box.x, box.y, box.w, box.h, 1.5f, c.theme.border, 16);
    const std::string until = c.say(Say::valid_until, {date_and_time(c.language, c.host.local_time(ready->expires_ms))});
    c.ink_elided(kBodyMedium, until, box.x + 16, box.y + 12, box.w - 32, c.theme.text);
    c.mirror.add(c.id("until"), Role::text, {box.x + 16, box.y + 12, box.w - 32, 21}, until);
    c.paragraph("lapses", kLabel, c.say(Say::valid_hint), {box.x + 16, box.y + 34, box.w - 32, 0}, c.theme.text_2);
    draw_code_card(c, card, *ready);
    foot.expect(3);
    if (narrow) {
        if (foot.add("copy", {.label = c.say(Say::copy_link), .icon = icons::kLinkSimple})) copy_link(c, link);
        if (foot.add("another", {.label = c.say(Say::invite_another), .kind = ButtonKind::quiet})) another_invitation(c);
        if (foot.add("done", {.label = c.say(Say::done), .kind = ButtonKind::outline})) close_dialog(c);
    } else {
        if (foot.add("done", {.label = c.say(Say::done)})) close_dialog(c);
        if (foot.add("copy", {.label = c.say(Say::copy_link), .icon = icons::kLinkSimple, .kind = ButtonKind::outline})) copy_link(c, link);
        if (foot.add("another", {.label = c.say(Say::invite_another), .kind = ButtonKind::ghost})) another_invitation(c);
    }
}

// What is lost depends on what the relay keeps; before the seal is open that is not known.
Question forget_question(const Context& c)
{
    if (c.model.session.phase == api::Phase::locked) return {c.say(Say::forgot_title), c.say(Say::forgot_text), c.say(Say::forget_confirm)};
    const bool saved = c.model.vault.state == api::VaultState::saved;
    return {c.say(Say::forget_title), c.say(saved ? Say::forget_text_saved : Say::forget_text), c.say(Say::forget_confirm)};
}

}  // namespace

void draw_dialogs(Context& c)
{
    const api::ConversationSummary* s = c.model.conversation(c.state.open);
    const api::Person* subject = c.model.person(c.state.subject);
    switch (c.state.dialog) {
        case Dialog::none: return;
        case Dialog::new_conversation: draw_new_conversation(c); return;
        case Dialog::invite: draw_invite(c); return;
        case Dialog::invite_many: draw_invite_many(c); return;
        case Dialog::protection: draw_protection(c); return;
        case Dialog::show_code:
        case Dialog::renew_code: draw_recovery_code(c); return;
        case Dialog::change_passphrase:
        case Dialog::take_passphrase: draw_change_passphrase(c); return;
        case Dialog::link: draw_link(c); return;
        case Dialog::back_up_root: draw_back_up_root(c); return;
        case Dialog::restore_root: draw_restore_root(c); return;
        case Dialog::board:
            if (c.model.session.administrator || c.model.session.founder) return draw_board(c);
            break;
        case Dialog::close_board:
            if (c.model.session.administrator || c.model.session.founder) return draw_close_board(c);
            break;
        case Dialog::release_alarm: draw_release_alarms(c); return;
        case Dialog::message: draw_message_menu(c); return;
        case Dialog::leave:
        case Dialog::idle: draw_leaving_question(c); return;
        case Dialog::forget:
            if (draw_question(c, "forget", forget_question(c)) == Answer::yes) {
                c.send(api::ForgetDevice{});
                close_dialog(c);
            }
            return;
        case Dialog::add_members:
            if (s != nullptr) return draw_add_members(c, *s);
            break;
        case Dialog::rename:
            if (s != nullptr) return draw_rename(c, *s);
            break;
        case Dialog::remove_member:
            if (s == nullptr || subject == nullptr) break;
            if (draw_question(c, "remove", {c.say(Say::remove_member_title, {subject->name}), c.say(Say::remove_member_text), c.say(Say::remove)}) == Answer::yes) {
                c.send(api::RemoveMember{s->id, subject->id});
                close_dialog(c);
            }
            return;
        case Dialog::verify:
            if (subject != nullptr) return draw_verify(c, *subject);
            break;
        case Dialog::manage:
            if (subject != nullptr && may_manage(c, *subject)) return draw_manage(c, *subject);
            break;
        case Dialog::remove_person:
            if (subject == nullptr || subject->revoked) break;
            if (draw_question(c, "remove person", {c.say(Say::remove_person_title, {subject->name}), c.say(Say::remove_person_text), c.say(Say::remove)}) == Answer::yes) {
                c.send(api::RemovePerson{subject->id});
                close_dialog(c);
            }
            return;
        case Dialog::set_role:
            if (subject != nullptr && !subject->revoked && c.model.session.founder) return draw_role_question(c, *subject);
            break;
        case Dialog::sign_out: {
            if (subject == nullptr) break;
            const auto device = std::ranges::find(subject->devices, c.state.device, &api::Device::id);
            if (device == subject->devices.end() || device->revoked) break;
            std::string words(c.say(Say::sign_out_text));
            if (subject->me) words.append(" ").append(c.say(Say::sign_out_lost));
            if (draw_question(c, "sign out", {c.say(Say::sign_out_title, {device_name(c, *device)}), words, c.say(Say::sign_out)}) == Answer::yes) {
                c.send(api::SignOutDevice{device->id});
                close_dialog(c);
            }
            return;
        }
        case Dialog::ended: {
            const bool copy = c.model.connection.reason == api::Code::store_rolled_back;
            if (draw_question(c, "ended", {c.say(copy ? Say::rolled_back_title : Say::revoked_title), c.say(copy ? Say::rolled_back_text : Say::revoked_text), c.say(Say::forget_confirm)}) ==
                Answer::yes) {
                if (c.model.session.shared) {
                    leave_machine(c.state, c.host);
                } else {
                    c.send(api::ForgetDevice{});
                }
                close_dialog(c);
            }
            return;
        }
    }
    close_dialog(c);   // what it was about is gone
}

}  // namespace sinetti::ui
