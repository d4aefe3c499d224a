// Founding an organisation, and accepting an invitation: who you are, then a passphrase.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/gate.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/field.h"

namespace sinetti::ui {

namespace {

constexpr std::uint32_t kWordsWanted = 4;
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

FieldResult labelled_field(Context& c, GateScope& gate, std::string_view key, std::string_view label, const FieldOptions& base, bool missing)
{
    FieldOptions options = base;
    options.label = label;
    options.invalid = missing;
    c.ink(kLabelStrong, label, gate.x(), gate.y, c.theme.text);
    gate.gap(26);
    const FieldResult result = text_field(c, key, gate.take(kFieldHeight), options);
    if (missing) {
        gate.gap(6);
        gate.paragraph(std::string(key) + " missing", kLabel, c.say(Say::field_missing), c.theme.danger);
    }
    gate.gap(18);
    return result;
}

void draw_strength(Context& c, GateScope& gate, const PasswordState& typed)
{
    constexpr Say kNames[] = {Say::strength_weak, Say::strength_weak, Say::strength_fair, Say::strength_strong, Say::strength_excellent};
    const int level = static_cast<int>(typed.strength);
    const Colour colours[] = {c.theme.line, c.theme.danger, c.theme.warn, c.theme.ok, c.theme.ok};
    const float part = (gate.width() - 18) / 4;
    for (int i = 0; i < 4; ++i) {
        c.paint.fill(gate.x() + static_cast<float>(i) * (part + 6), gate.y, part, 8, i < level ? colours[level] : c.theme.line, 4);
    }
    gate.gap(16);
    const Rect strip = gate.take(18);
    const float missing = typed.bytes < api::kPassphraseMin ? static_cast<float>(api::kPassphraseMin - typed.bytes) : 0;
    if (level > 0) {
        const std::string_view words = c.say(kNames[level]);
        c.paint.icon(level >= 3 ? icons::kCheckCircleFill : icons::kInfoFill, 17, strip.x, strip.y + 0.5f, colours[level]);
        c.ink(kLabelStrong, words, strip.x + 22, strip.y, colours[level]);
    }
    const std::string hint = typed.bytes > 0 && missing > 0 ? c.say(Say::too_short, {std::to_string(api::kPassphraseMin - typed.bytes)}) : std::string();
    if (!hint.empty()) c.ink(kLabel, hint, strip.right() - c.measure(kLabel, hint), strip.y, c.theme.text_2);
    GroupScope status(c, "strength", Role::status, strip, "");
    std::string spoken = level > 0 ? c.say(Say::strength, {c.say(kNames[level])}) : std::string();
    if (!hint.empty()) spoken += " " + hint;
    if (!spoken.empty()) c.mirror.add(c.id("text"), Role::text, strip, spoken);
}

void draw_rules(Context& c, GateScope& gate, const PasswordState& typed)
{
    struct Rule {
        Say words;
        int met;   // 1 met, 0 not yet, -1 advice that nobody can check
    };
    const Rule rules[] = {
        {Say::rule_length, typed.bytes >= api::kPassphraseMin ? 1 : 0},
        {Say::rule_words, typed.words >= kWordsWanted ? 1 : 0},
        {Say::rule_names, -1},
        {Say::rule_only_here, -1},
    };
    const Rect card = gate.take(12 + 4 * 40);
    c.paint.fill(card.x, card.y, card.w, card.h, c.theme.canvas, 18);
    if (c.theme.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, c.theme.border, 18);
    GroupScope list(c, "rules", Role::list, card, c.say(Say::passphrase));
    float y = card.y + 6;
    for (const Rule& rule : rules) {
        const Rect row{card.x + 16, y, card.w - 32, 40};
        const char* icon = rule.met == 1 ? icons::kCheckBold : rule.met == 0 ? icons::kCircle : icons::kInfo;
        c.paint.icon(icon, 19, row.x, row.y + 10.5f, rule.met == 1 ? c.theme.ok : c.theme.text_3);
        c.ink_elided(kBody, c.say(rule.words), row.x + 31, row.y + 9.5f, row.w - 31, c.theme.text);
        std::string name = c.say(rule.words);
        if (rule.met >= 0) name += std::string(", ") + c.say(rule.met == 1 ? Say::rule_met : Say::rule_open);
        c.mirror.add(c.id(std::to_string(static_cast<int>(rule.words))), Role::listitem, row, name);
        y += 40;
    }
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
    gate.foot(kFieldHeight);
    Rect place = gate.take(kFieldHeight);
    const ButtonSpec accept{.label = c.say(Say::accept_invitation), .large = true};
    if (gate.wide()) place.w = std::min(place.w, button_width(c, accept));
    if (button(c, "accept", place, accept)) go_to(c, Step::identity);
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
    gate.heading("title", gate.wide() ? kHero : kLarge, c.say(Say::passphrase_title));
    gate.gap(8);
    gate.paragraph("text", kLead, c.say(Say::passphrase_text), c.theme.text_2);
    gate.gap(26);
    c.ink(kLabelStrong, c.say(Say::passphrase), gate.x(), gate.y, c.theme.text);
    gate.gap(26);
    const FieldResult field = passphrase_field(c, "passphrase", gate.take(kFieldHeight), true, !c.touch(), c.state.tried);
    gate.gap(14);
    const PasswordState typed = c.state.passwords[field.id];
    draw_strength(c, gate, typed);
    gate.gap(22);
    draw_rules(c, gate, typed);
    gate.gap(20);
    draw_gate_error(c, gate, c.model.session.error);
    if (c.model.session.error != api::Code::none) gate.gap(16);
    gate.foot(kFieldHeight);
    const bool pressed = button(c, "seal", gate.take(kFieldHeight), {.label = c.say(Say::seal_it), .large = true});
    if (!pressed && !field.submitted) return;
    if (typed.bytes < api::kPassphraseMin) {
        c.state.tried = true;
        c.state.focus_next = field.id;
        c.changed();
        return;
    }
    const std::string name(trimmed(field_text(c, c.id("name"))));
    const std::string position(trimmed(field_text(c, c.id("position"))));
    if (founder) {
        c.send(api::Found{std::string(trimmed(field_text(c, c.id("organisation")))), name, position}, field.id);
    } else {
        c.send(api::Enrol{name, position}, field.id);
    }
    c.state.passwords.erase(field.id);
    c.state.reveal = false;
}

}  // namespace

void draw_enrolment(Context& c)
{
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
