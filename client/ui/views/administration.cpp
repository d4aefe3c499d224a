// What an administrator can do about somebody: their devices, their role, their place in the organisation.

#include "generated/icons.h"
#include "ui/views/views.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialog_foot.h"

namespace sinetti::ui {

// Administrators are the founder's to deal with.
bool may_manage(const Context& c, const api::Person& person)
{
    const auto& session = c.model.session;
    return !person.me && !person.revoked && (session.founder || (session.administrator && person.role == api::Role::member));
}

void draw_manage(Context& c, const api::Person& p)
{
    const bool narrow = stacked(c);
    const bool founder = c.model.session.founder;
    const bool is_administrator = p.role == api::Role::administrator;
    const float width = narrow ? c.viewport.width - 40 : 492.0f;
    const float hint = c.paragraph_height(kLabel, c.say(Say::remove_person_text), width);
    const std::string_view about_role = c.say(is_administrator ? Say::end_administrator_text : Say::make_administrator_text);
    const float role_hint = founder ? c.paragraph_height(kLabel, about_role, width) : 0;
    const float role_height = founder ? 26 + role_hint + 12 + 44 + 22 : 0;
    const float height = 26 + devices_height(p) + 20 + role_height + hint + 24 + DialogFoot::height(narrow, 2);
    DialogScope dialog(c, "manage", p.name, p.title, 560, height);
    const Rect& area = dialog.content();
    float y = area.y;
    c.heading("devices title", 3, kLabelStrong, c.say(Say::devices), area.x, y, c.theme.text);
    y += 26;
    draw_devices(c, {area.x, y, area.w, 0}, p);
    y += devices_height(p) + 20;
    if (founder) {
        const std::string title = std::string(c.say(Say::role)) + ": " + c.say(is_administrator ? Say::role_administrator : Say::role_member);
        c.heading("role title", 3, kLabelStrong, title, area.x, y, c.theme.text);
        y += 26;
        c.paragraph("about role", kLabel, about_role, {area.x, y, area.w, 0}, c.theme.text_2);
        y += role_hint + 12;
        const ButtonSpec change{.label = c.say(is_administrator ? Say::end_administrator : Say::make_administrator),
                                .icon = is_administrator ? icons::kUser : icons::kKey,
                                .kind = ButtonKind::outline};
        if (button(c, "role", {area.x, y, narrow ? area.w : button_width(c, change), 44}, change)) {
            open_dialog(c, Dialog::set_role);
            c.state.subject = p.id;
        }
        y += 44 + 22;
    }
    c.paragraph("about", kLabel, c.say(Say::remove_person_text), {area.x, y, area.w, 0}, c.theme.text_2);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    if (foot.add("done", {.label = c.say(Say::done), .kind = ButtonKind::outline})) return close_dialog(c);
    if (foot.add("remove", {.label = c.say(Say::remove_person), .icon = icons::kUserMinus, .kind = ButtonKind::ghost_danger})) {
        open_dialog(c, Dialog::remove_person);
        c.state.subject = p.id;
    }
}

void draw_role_question(Context& c, const api::Person& p)
{
    const bool ends = p.role == api::Role::administrator;
    const std::string title = c.say(ends ? Say::end_administrator_title : Say::make_administrator_title, {p.name});
    const Question question{.title = title,
                            .words = c.say(ends ? Say::end_administrator_text : Say::make_administrator_text),
                            .yes = c.say(ends ? Say::end_administrator : Say::make_administrator),
                            .kind = ends ? ButtonKind::danger : ButtonKind::primary};
    if (draw_question(c, "set role", question) != Answer::yes) return;
    c.send(api::SetRole{p.id, ends ? api::Role::member : api::Role::administrator});
    close_dialog(c);
}

}  // namespace sinetti::ui
