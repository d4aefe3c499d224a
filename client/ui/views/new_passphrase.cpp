#include "ui/views/new_passphrase.h"

#include "ui/widgets/button.h"
#include "ui/widgets/strength.h"

namespace sinetti::ui {

NodeId draw_new_passphrase(Context& c, GateScope& gate, const NewPassphrase& words, std::string_view problem)
{
    gate.heading("title", gate.wide() ? kHero : kLarge, c.say(words.title));
    gate.gap(8);
    gate.paragraph("text", kLead, c.say(words.text), c.theme.text_2);
    gate.gap(26);
    const FieldResult field = labelled_secret(c, gate, "passphrase",
                                              {.label = words.label, .autocomplete = "new-password", .autofocus = !c.touch(), .invalid = c.state.tried});
    gate.gap(14);
    const PasswordState typed = c.state.passwords[field.id];
    draw_strength(c, gate.take(kStrengthHeight), typed);
    gate.gap(22);
    draw_rules(c, gate.take(kRulesHeight), typed);
    gate.gap(20);
    if (!problem.empty()) {
        draw_gate_error(c, gate, problem);
        gate.gap(16);
    }
    gate.foot(kFieldHeight);
    const bool pressed = button(c, "take", gate.take(kFieldHeight), {.label = c.say(words.button), .large = true});
    if (!pressed && !field.submitted) return 0;
    if (is_good_passphrase(typed)) return field.id;
    c.state.tried = true;
    c.state.focus_next = field.id;
    c.changed();
    return 0;
}

}  // namespace sinetti::ui
