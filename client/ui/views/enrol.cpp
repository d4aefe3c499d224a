// Founding an organisation, and accepting an invitation: who you are, then a passphrase.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/gate.h"
#include "ui/views/new_passphrase.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/field.h"

namespace sinetti::ui {

namespace {

constexpr float kLowPage = 520;   // at 200 % zoom the button that accepts is still in sight
constexpr int kFounderSteps = 2;
constexpr int kInvitedSteps = 3;

void go_to(Context& c, Step step)
{
    c.state.step = step;
    c.state.step_changed = true;
    c.state.tried = false;
    c.changed();
}

void draw_steps(Context& c, GateScope& gate, int current, int count, std::optional<Step> back)
{
    gate.head([&c, current, count, back](float x, float y) {
        if (back) {
            if (icon_button(c, "back", {x - 12, y, 44, 44}, c.say(Say::back), {.icon = icons::kCaretLeft, .icon_size = 23})) go_to(c, *back);
            x += 36;
        }
        const float from = x;
        for (int i = 0; i < count; ++i) {
            const float w = i == current ? 28.0f : 14.0f;
            c.paint.fill(x, y + 19, w, 6, i <= current ? c.theme.wax : c.theme.wax_faint, 3);
            x += w + 6;
        }
        c.mirror.add(c.id("step"), Role::text, {from, y, x - from, 44}, c.say(Say::step_of, {std::to_string(current + 1), std::to_string(count)}));
    });
}

void draw_welcome_step(Context& c, GateScope& gate)
{
    const api::SessionEvent& session = c.model.session;
    const std::string name = first_name_of(session.invitee);
    const bool low = c.viewport.height < kLowPage;
    const std::string greeting = name.empty() ? std::string(c.say(Say::welcome_plain)) : std::string(c.say(Say::welcome)) + (low ? " " : "\n") + name;
    if (!gate.wide()) {
        draw_steps(c, gate, 0, kInvitedSteps, std::nullopt);
        const float side = low ? 64.0f : std::min(228.0f, c.viewport.height * 0.3f);
        gate.gap(8);
        draw_brand_seal(c, {gate.x() + (gate.width() - side) / 2, gate.y, side, side});
        gate.gap(side + 10);
    } else {
        gate.paragraph("badge", kLabelStrong, c.say(Say::invitation_badge), c.theme.wax);
        gate.gap(12);
    }
    gate.heading("title", gate.wide() ? kWelcome : kWelcomeTouch, greeting);
    gate.gap(gate.wide() ? 16.0f : 12.0f);
    gate.paragraph("text", gate.wide() ? kLeadWide : kLead, c.say(Say::welcome_text, {session.inviter}), c.theme.text_2);
    gate.gap(26);
    const Rect card = gate.take(gate.wide() ? 76.0f : 68.0f);
    const bool raised = !gate.wide();
    if (raised) c.paint.shadow(card.x, card.y, card.w, card.h, 18, 1, 3, c.theme.shadow);
    c.paint.fill(card.x, card.y, card.w, card.h, raised ? c.theme.surface : c.theme.canvas, 18);
    if (c.theme.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, c.theme.border, 18);
    const float side = raised ? 44.0f : 48.0f;
    draw_avatar(c, {card.x + 16, card.y + (card.h - side) / 2, side, side}, initials_of(session.inviter), avatar_colour(session.inviter), AvatarShape::person);
    const float text_x = card.x + 16 + side + 14;
    c.ink_elided(kBodyStrong, session.inviter, text_x, card.y + card.h / 2 - 20, card.right() - 16 - text_x, c.theme.text);
    c.ink_elided(kLabel, session.organisation, text_x, card.y + card.h / 2 + 1, card.right() - 16 - text_x, c.theme.text_2);
    c.mirror.add(c.id("inviter"), Role::text, card, session.inviter + ", " + session.organisation);
    gate.gap(30);
    draw_gate_error(c, gate, session.error);
    if (session.error != api::Code::none) gate.gap(16);
    gate.foot(kFieldHeight + 44);
    Rect place = gate.take(kFieldHeight);
    const ButtonSpec accept{.label = c.say(Say::accept_invitation), .large = true};
    const std::string_view other = c.say(Say::have_account);
    Rect beside = gate.wide() ? Rect{} : gate.take(44);
    if (gate.wide()) {
        place.w = std::min(place.w, button_width(c, accept));
        const float w = c.measure(kButton, other);
        beside = place.w + 28 + w <= gate.width() ? Rect{place.right() + 28, place.y + 4, w, 44} : gate.take(44);
    }
    if (button(c, "accept", place, accept)) go_to(c, Step::identity);
    if (text_button(c, "have account", beside, other, kButton, c.theme.accent_text, gate.wide() ? 0.0f : 0.5f)) {
        c.state.has_account = true;
        c.changed();
    }
}

void draw_identity_step(Context& c, GateScope& gate, bool founder)
{
    const int count = founder ? kFounderSteps : kInvitedSteps;
    gate.form();
    draw_steps(c, gate, count - 2, count, founder ? std::nullopt : std::optional(Step::welcome));
    if (founder) {
        gate.paragraph("badge", kLabelStrong, c.say(Say::founder_badge), c.theme.wax);
        gate.gap(8);
    }
    gate.heading("title", gate.wide() ? kHero : kLarge, c.say(founder ? Say::founder_title : Say::who_are_you));
    gate.gap(8);
    gate.paragraph("text", kLead, c.say(founder ? Say::founder_text : Say::who_are_you_text), c.theme.text_2);
    gate.gap(24);
    const bool tried = c.state.tried;
    NodeId organisation = 0;
    bool submitted = false;
    if (founder) {
        const bool missing = tried && trimmed(field_text(c, c.id("organisation"))).empty();
        const FieldOptions options{.autocomplete = "organization", .max_bytes = api::kNameMax, .autofocus = !c.touch(), .required = true};
        const FieldResult field = labelled_field(c, gate, "organisation", c.say(Say::organisation), options, missing);
        organisation = field.id;
        submitted = field.submitted;
    }
    const bool name_missing = tried && trimmed(field_text(c, c.id("name"))).empty();
    const FieldOptions name_options{.initial = c.model.session.invitee, .autocomplete = "name", .max_bytes = api::kNameMax, .autofocus = !founder && !c.touch(), .required = true};
    const FieldResult name = labelled_field(c, gate, "name", c.say(Say::your_name), name_options, name_missing);
    const FieldResult position = labelled_field(c, gate, "position", c.say(Say::position_optional), {.autocomplete = "organization-title", .max_bytes = api::kNameMax}, false);
    submitted = submitted || name.submitted || position.submitted;
    gate.gap(8);
    draw_gate_error(c, gate, c.model.session.error);
    if (c.model.session.error != api::Code::none) gate.gap(16);
    gate.foot(kFieldHeight);
    const bool pressed = button(c, "continue", gate.take(kFieldHeight), {.label = c.say(Say::continue_), .large = true});
    if (!pressed && !submitted) return;
    const bool complete = !trimmed(field_text(c, name.id)).empty() && (!founder || !trimmed(field_text(c, organisation)).empty());
    if (complete) {
        go_to(c, Step::passphrase);
    } else {
        c.state.tried = true;
        c.state.focus_next = founder && trimmed(field_text(c, organisation)).empty() ? organisation : name.id;
        c.changed();
    }
}

void draw_passphrase_step(Context& c, GateScope& gate, bool founder)
{
    const int count = founder ? kFounderSteps : kInvitedSteps;
    gate.form();
    draw_steps(c, gate, count - 1, count, Step::identity);
    const NewPassphrase words{Say::passphrase_title, Say::passphrase_text, Say::passphrase, Say::seal_it};
    const NodeId field = draw_new_passphrase(c, gate, words, c.say(c.model.session.error));
    if (field == 0) return;
    const std::string name(trimmed(field_text(c, c.id("name"))));
    const std::string position(trimmed(field_text(c, c.id("position"))));
    if (founder) {
        c.send(api::Found{std::string(trimmed(field_text(c, c.id("organisation")))), name, position}, field);
    } else {
        c.send(api::Enrol{name, position}, field);
    }
    c.state.passwords.erase(field);
    c.state.turned.clear();
}

}  // namespace

void draw_enrolment(Context& c)
{
    if (c.state.has_account) return draw_sign_in(c);
    const bool founder = c.model.session.phase == api::Phase::founder;
    if (founder && c.state.step == Step::welcome) c.state.step = Step::identity;
    GateScope gate(c, "enrolment", true);
    switch (c.state.step) {
        case Step::welcome: draw_welcome_step(c, gate); break;
        case Step::identity: draw_identity_step(c, gate, founder); break;
        case Step::passphrase: draw_passphrase_step(c, gate, founder); break;
    }
}

}  // namespace sinetti::ui
