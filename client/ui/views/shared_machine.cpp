// A machine that is not one's own: the mark that says so, and the ways to leave it.

#include "generated/icons.h"
#include "ui/views/views.h"
#include "ui/widgets/dialog_foot.h"

namespace sinetti::ui {

void leave_machine(State& state, Host& host)
{
    if (state.left) return;
    state.left = true;
    state.dialog = Dialog::none;
    host.send_command(api::Lock{}, std::nullopt);
}

void ask_to_leave(Context& c)
{
    if (c.model.connection.unsent > 0) {
        open_dialog(c, Dialog::leave);
    } else {
        leave_machine(c.state, c.host);
        c.changed();
    }
}

void draw_shared_strip(Context& c, const Rect& strip)
{
    const Theme& t = c.theme;
    const bool narrow = strip.w < kMediumWidth;
    c.paint.fill(strip.x, strip.y, strip.w, strip.h, t.wax_tint);
    if (t.high_contrast) c.paint.line({strip.x, strip.bottom()}, {strip.right(), strip.bottom()}, 1.5f, t.border);
    GroupScope group(c, "shared machine", Role::region, strip, c.say(Say::shared_mark));
    const float control = narrow ? 44.0f : 32.0f;
    const ButtonSpec leave{.label = c.say(Say::leave_machine), .icon = icons::kSignOut, .kind = narrow ? ButtonKind::ghost : ButtonKind::outline, .small = true};
    const float w = button_width(c, leave);
    const Rect place{strip.right() - w - (narrow ? 8.0f : 16.0f), strip.y + (strip.h - control) / 2, w, control};
    const float left = strip.x + (narrow ? 14.0f : 24.0f);
    c.paint.icon(icons::kDesktop, 20, left, strip.y + (strip.h - 20) / 2, t.wax);
    const float x = left + 30;
    const float room = place.x - 12 - x;
    const float y = strip.y + (strip.h - kLabelStrong.line) / 2;
    const std::string mark = c.paint.texts().elide(kLabelStrong, c.say(Say::shared_mark), room);
    const float mark_width = c.measure(kLabelStrong, mark) + 10;
    c.ink(kLabelStrong, mark, x, y, t.wax);
    if (room - mark_width > c.measure(kLabel, c.say(Say::shared_mark_hint))) c.ink(kLabel, c.say(Say::shared_mark_hint), x + mark_width, y, t.text_2);
    c.mirror.add(c.id("mark"), Role::text, {left, strip.y, room + 30, strip.h}, std::string(c.say(Say::shared_mark)) + ". " + c.say(Say::shared_mark_hint));
    if (button(c, "leave", place, leave)) ask_to_leave(c);
}

void draw_leaving_question(Context& c)
{
    const bool idle = c.state.dialog == Dialog::idle;
    const std::string words = idle ? std::string(c.say(Say::idle_text)) : c.count(Say::leave_unsent_one, Say::leave_unsent_many, c.model.connection.unsent);
    const Question question{c.say(idle ? Say::idle_title : Say::leave_title), words, c.say(idle ? Say::stay : Say::leave_machine),
                            idle ? c.say(Say::leave_machine) : "", idle ? ButtonKind::primary : ButtonKind::danger};
    const Answer answer = draw_question(c, idle ? "idle" : "leave", question);
    if (answer == Answer::none) return;
    if (idle && answer == Answer::yes) return close_dialog(c);
    if (idle || answer == Answer::yes) {
        leave_machine(c.state, c.host);
        c.changed();
    }
}

}  // namespace sinetti::ui
