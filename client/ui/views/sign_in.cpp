// Signing in on any machine, with the passphrase or with the recovery code, and the new passphrase that follows the code.

#include "generated/icons.h"
#include "ui/views/gate.h"
#include "ui/views/new_passphrase.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/check_box.h"

namespace sinetti::ui {

namespace {

constexpr std::uint32_t kSignInNameMax = 256;   // bytes of UTF-8
constexpr float kLowPage = 520;                 // at 200 % zoom: only what is needed
constexpr float kBelowBrand = 12;

bool tried_the_other_way(const Context& c)   // with the code, or without, the last time
{
    if (c.state.opening == Opening::join) return true;
    const bool tried = c.state.opening == Opening::sign_in || c.state.opening == Opening::sign_in_with_code;
    return tried && c.state.with_code != (c.state.opening == Opening::sign_in_with_code) && c.model.session.phase != api::Phase::recovering;
}

bool relay_says_enough(const Context& c) { return c.state.relay != RelayDocument::unknown && c.state.relay != RelayDocument::there; }

// With the code it was not the passphrase.
std::string_view problem_of(const Context& c)
{
    const api::Code code = c.model.session.error;
    if (relay_says_enough(c)) return entry_problem(c);
    if (c.state.opening == Opening::unlock && c.state.beside) return {};   // it was about the seal that is here
    if (tried_the_other_way(c)) return {};
    if (code == api::Code::sign_in_failed && c.state.opening == Opening::sign_in_with_code) return c.say(Say::code_failed);
    return entry_problem(c);
}

bool is_secret_wrong(const Context& c)
{
    const api::Code code = c.model.session.error;
    return c.state.opening != Opening::unlock && !tried_the_other_way(c) && (code == api::Code::sign_in_failed || code == api::Code::recovery_code_mistyped);
}

void change_way(Context& c, bool with_code)
{
    c.state.with_code = with_code;
    c.state.tried = false;
    c.state.sign_in_wanted = false;
    c.changed();
}

FieldResult draw_secret(Context& c, GateScope& gate, bool missing, bool shared)
{
    const bool wrong = is_secret_wrong(c) || missing;
    FieldResult field;
    if (c.state.with_code) {
        // Shown while it is typed: it is copied from paper, character by character.
        field = labelled_secret(c, gate, "code", {.label = Say::recovery_code, .show = Say::show_recovery_code_typed, .hide = Say::hide_recovery_code_typed,
                                                  .autocomplete = "off", .invalid = wrong, .shown = true});
        gate.gap(6);
        gate.paragraph("code hint", kLabel, c.say(Say::recovery_code_hint), c.theme.text_2);
    } else {
        // A browser is not asked to remember a passphrase on a machine that is not one's own.
        field = labelled_secret(c, gate, "passphrase", {.autocomplete = shared ? "off" : "current-password", .invalid = wrong});
    }
    if (missing) {
        gate.gap(6);
        gate.paragraph("secret missing", kLabel, c.say(Say::field_missing), c.theme.danger);
    }
    return field;
}

void send_sign_in(Context& c, std::string name, NodeId secret, bool shared)
{
    c.state.opening = c.state.with_code ? Opening::sign_in_with_code : Opening::sign_in;
    c.state.sign_in_wanted = false;
    c.state.relay = RelayDocument::unknown;
    c.send(api::SignIn{.name = std::move(name), .relay = c.state.relay_document, .device = c.host.device_name(), .with_code = c.state.with_code, .shared = shared}, secret);
    c.state.passwords.erase(secret);
    c.state.turned.clear();
    c.state.relay_document.clear();
}

}  // namespace

// Here nothing waits in an outbox.
std::string_view entry_problem(const Context& c)
{
    if (c.state.relay == RelayDocument::unreachable) return c.say(Say::sign_in_unreachable);
    if (c.state.relay == RelayDocument::not_founded) return c.say(Say::not_founded);
    if (c.state.relay == RelayDocument::asked) return {};
    switch (const api::Code code = c.model.session.error) {
        case api::Code::relay_unreachable: return c.say(Say::sign_in_unreachable);
        case api::Code::relay_key: return c.say(Say::sign_in_other_relay);
        case api::Code::rate_limited: return c.say(Say::sign_in_wait);
        case api::Code::link_mangled: return c.state.opening == Opening::unlock ? c.say(code) : c.say(Say::sign_in_garbled);   // the relay's document
        default: return c.say(code);
    }
}

void draw_way_back(Context& c, GateScope& gate)
{
    if (c.state.joining || c.state.with_code || c.state.beside || c.state.has_account) {
        gate.head([&c](float x, float y) {
            if (!icon_button(c, "back", {x - 12, y, 44, 44}, c.say(Say::back), {.icon = icons::kCaretLeft, .icon_size = 23})) return;
            if (c.state.joining) {
                c.state.joining = false;
            } else if (c.state.with_code) {
                c.state.with_code = false;
            } else {
                c.state.beside = c.state.has_account = false;
            }
            c.state.sign_in_wanted = false;
            c.state.tried = false;
            c.changed();
        });
    } else if (!gate.wide()) {
        gate.head([&c](float x, float y) { draw_brand(c, {x, y, 44, 44}); });
        gate.gap(kBelowBrand);
    }
}

void draw_whose_machine(Context& c, GateScope& gate)
{
    if (c.state.beside) return gate.paragraph("beside", kLabel, c.say(Say::sign_in_other_text), c.theme.text_2);
    std::string hint = c.say(Say::shared_machine_hint);
    if (c.state.on_shared_machine) hint += std::string(" ") + c.say(Say::shared_machine_care);
    const float height = check_box_height(c, gate.width(), c.say(Say::shared_machine), hint);
    if (!check_box(c, "shared", gate.take(height), c.say(Say::shared_machine), hint, c.state.on_shared_machine)) return;
    c.state.on_shared_machine = !c.state.on_shared_machine;
    c.changed();
}

void draw_sign_in(Context& c)
{
    State& state = c.state;
    if (state.joining) return draw_join(c);
    GateScope gate(c, "sign in", true);
    gate.form();
    draw_way_back(c, gate);
    const bool low = c.viewport.height < kLowPage;
    const bool shared = state.on_shared_machine || state.beside;
    const TextStyle& title = low ? kHeading : gate.wide() ? kHero : kLarge;
    const bool emptied = state.seal_was_here && !state.with_code && !state.beside && !state.has_account;
    gate.heading("title", title, c.say(emptied ? Say::emptied_title : state.with_code ? Say::sign_in_code_title : state.beside ? Say::sign_in_other : Say::sign_in_title));
    if (!low || emptied) {
        gate.gap(8);
        gate.paragraph("text", low ? kBody : kLead, c.say(emptied ? Say::emptied_text : state.with_code ? Say::sign_in_code_text : Say::sign_in_text), c.theme.text_2);
    }
    gate.gap(low ? 12.0f : 24.0f);

    const NodeId name_id = c.id("name");
    const std::string name(trimmed(field_text(c, name_id)));
    const FieldOptions name_options{.autocomplete = shared ? "off" : "username", .max_bytes = kSignInNameMax, .autofocus = !c.touch(), .required = true};
    const FieldResult name_field = labelled_field(c, gate, "name", c.say(Say::name), name_options, state.tried && name.empty());
    const NodeId secret_id = c.id(state.with_code ? "code" : "passphrase");
    const bool secret_typed = state.passwords[secret_id].characters > 0;
    const FieldResult secret = draw_secret(c, gate, state.tried && !secret_typed, shared);
    gate.gap(18);

    draw_whose_machine(c, gate);
    gate.gap(18);
    if (const std::string_view problem = problem_of(c); !problem.empty()) {
        draw_gate_error(c, gate, problem);
        gate.gap(14);
    }
    const bool waiting = state.sign_in_wanted && state.relay == RelayDocument::asked;
    const ButtonSpec enter{.label = c.say(waiting ? Say::one_moment : Say::sign_in), .large = true, .disabled = waiting};
    const bool pressed = button(c, "enter", gate.take(kFieldHeight), enter);
    gate.gap(8);
    const Say other = state.with_code ? Say::use_passphrase : Say::use_recovery_code;
    if (text_button(c, "way", gate.take(44), c.say(other), kButton, c.theme.accent_text)) change_way(c, !state.with_code);
    if (emptied && text_button(c, "hide", gate.take(44), c.say(Say::emptied_hide), kButton, c.theme.accent_text)) {
        state.seal_was_here = false;
        c.host.remember_seal(false);
        c.changed();
    }
    if (!state.with_code && text_button(c, "join", gate.take(44), c.say(Say::from_another_device), kButton, c.theme.accent_text)) {
        change_way(c, false);
        state.joining = true;
    }
    if (!emptied && !state.beside && !state.has_account && !state.with_code) {
        gate.gap(8);
        gate.paragraph("new here", kLabel, c.say(Say::new_here), c.theme.text_2);
    }

    if (pressed || name_field.submitted || secret.submitted) {
        if (name.empty() || !secret_typed) {
            state.tried = true;
            state.focus_next = name.empty() ? name_field.id : secret.id;
            c.changed();
            return;
        }
        if (waiting) return;
        state.sign_in_wanted = true;
        state.relay = RelayDocument::asked;
        c.host.request_relay_document();
        c.changed();
    }
    if (state.sign_in_wanted && state.relay == RelayDocument::there && secret_typed) send_sign_in(c, name, secret.id, shared);
}

void draw_recovering(Context& c)
{
    GateScope gate(c, "recovering", true);
    gate.form();
    if (!gate.wide()) {
        gate.head([&c](float x, float y) { draw_brand(c, {x, y, 44, 44}); });
        gate.gap(kBelowBrand);
    }
    const NewPassphrase words{Say::recovering_title, Say::recovering_text, Say::new_passphrase, Say::take_into_use};
    const NodeId field = draw_new_passphrase(c, gate, words, problem_of(c));
    if (field == 0) return;
    c.state.opening = Opening::recover;
    c.send(api::ChoosePassphrase{}, field);
    c.state.passwords.erase(field);
    c.state.turned.clear();
}

}  // namespace sinetti::ui
