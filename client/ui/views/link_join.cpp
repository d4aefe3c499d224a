// Being let in by another device: its code is typed, or came with the address that was opened.

#include "ui/views/gate.h"
#include "ui/widgets/button.h"

namespace sinetti::ui {

namespace {

constexpr float kLowPage = 520;   // at 200 % zoom: only what is needed

std::string_view problem_of(const Context& c)
{
    const bool about_this = c.state.opening == Opening::join || c.model.session.error == api::Code::device_code_mistyped;
    const bool about_relay = c.state.relay == RelayDocument::unreachable || c.state.relay == RelayDocument::not_founded;
    return about_this || about_relay ? entry_problem(c) : std::string_view();
}

FieldResult draw_code(Context& c, GateScope& gate, bool missing)
{
    const api::Code error = c.model.session.error;
    const bool wrong = c.state.opening == Opening::join && (error == api::Code::device_code_mistyped || error == api::Code::device_code_unknown);
    // Shown while it is typed: it is copied from another screen, character by character.
    const FieldResult field = labelled_secret(c, gate, "code", {.label = Say::join_code, .show = Say::join_show_code, .hide = Say::join_hide_code, .autocomplete = "off",
                                                                .autofocus = !c.touch(), .invalid = wrong || missing, .shown = true});
    gate.gap(6);
    gate.paragraph("code hint", kLabel, c.say(Say::join_code_hint), c.theme.text_2);
    if (missing) {
        gate.gap(6);
        gate.paragraph("code missing", kLabel, c.say(Say::field_missing), c.theme.danger);
    }
    return field;
}

}  // namespace

void draw_join(Context& c)
{
    State& state = c.state;
    GateScope gate(c, "join", true);
    gate.form();
    draw_way_back(c, gate);
    const bool low = c.viewport.height < kLowPage;
    const bool shared = state.on_shared_machine || state.beside;
    const bool given = state.link.state == api::LinkState::given;
    gate.heading("title", low ? kHeading : gate.wide() ? kHero : kLarge, c.say(Say::from_another_device));
    gate.gap(8);
    gate.paragraph("text", low ? kBody : kLead, c.say(given ? Say::join_given : Say::join_text), c.theme.text_2);
    gate.gap(low ? 12.0f : 24.0f);
    FieldResult code;
    if (!given) {
        code = draw_code(c, gate, state.tried && state.passwords[c.id("code")].characters == 0);
        gate.gap(18);
    }
    draw_whose_machine(c, gate);
    if (!shared) {
        gate.gap(12);
        gate.paragraph("opens", kLabel, c.say(Say::join_opens), c.theme.text_2);
    }
    gate.gap(18);
    if (const std::string_view problem = problem_of(c); !problem.empty()) {
        draw_gate_error(c, gate, problem);
        gate.gap(14);
    }
    const bool waiting = state.sign_in_wanted && state.relay == RelayDocument::asked;
    const bool pressed = button(c, "enter", gate.take(kFieldHeight), {.label = c.say(waiting ? Say::one_moment : Say::continue_), .large = true, .disabled = waiting});
    const bool typed = given || state.passwords[code.id].characters > 0;
    if ((pressed || code.submitted) && !waiting) {
        if (!typed) {
            state.tried = true;
            state.focus_next = code.id;
        } else {
            state.sign_in_wanted = true;
            state.relay = RelayDocument::asked;
            c.host.request_relay_document();
        }
        c.changed();
        return;
    }
    if (!state.sign_in_wanted || state.relay != RelayDocument::there || !typed) return;
    state.opening = Opening::join;
    state.sign_in_wanted = false;
    state.relay = RelayDocument::unknown;
    const std::optional<NodeId> secret = given ? std::nullopt : std::optional(code.id);
    c.send(api::JoinDevice{.relay = state.relay_document, .device = c.host.device_name(), .shared = shared}, secret);
    if (secret) state.passwords.erase(*secret);
    state.turned.clear();
    state.relay_document.clear();
}

}  // namespace sinetti::ui
