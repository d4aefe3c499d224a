// Letting a new device in: the passphrase, then a code and its picture, then the question whether it is the right device. And on the
// new one: the wait for the other's yes.

#include "ui/views/gate.h"
#include "ui/views/views.h"
#include "ui/widgets/dialog_foot.h"
#include "ui/widgets/qr.h"

#include <cstdio>

namespace sinetti::ui {

namespace {

using api::LinkState;

constexpr float kPicture = 264;      // the QR code, where there is room beside it
constexpr float kBeside = 28;
constexpr float kWide = 780;
constexpr float kNumberHeight = 88;
constexpr TextStyle kNumber{Face::semibold, 36, 44};
constexpr std::string_view kPrefix = "#l=";   // of the fragment of the address that brings the code

bool is_of_host(LinkState state)
{
    return state != LinkState::none && state != LinkState::waiting && state != LinkState::given;
}

std::string time_left(const Context& c)
{
    const std::int64_t seconds = std::max<std::int64_t>(0, (c.state.link.until_ms - c.host.now_ms() + 999) / 1000);
    char text[24];
    std::snprintf(text, sizeof text, "%lld:%02d", static_cast<long long>(seconds / 60), static_cast<int>(seconds % 60));
    return c.say(Say::link_valid, {text});
}

void draw_number(Context& c, const Rect& card, std::string_view number)
{
    const Theme& t = c.theme;
    c.paint.fill(card.x, card.y, card.w, card.h, t.wax_tint, 18);
    if (t.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, t.border, 18);
    const std::string shown = std::string(number.substr(0, 3)) + " " + std::string(number.substr(std::min<std::size_t>(3, number.size())));
    c.ink_centred(kNumber, shown, card, t.text);
    GroupScope group(c, "number", Role::group, card, c.say(Say::link_number));
    c.mirror.add(c.id("text"), Role::text, card, shown);
}

// One paragraph and a button, for what only takes a moment or is over.
bool draw_state(Context& c, std::string_view title, std::string_view words, std::string_view action, bool failed)
{
    const bool narrow = stacked(c);
    const int buttons = failed ? 2 : 1;
    const float width = narrow ? c.viewport.width - 40 : 412.0f;
    const float text = failed ? c.paragraph_height(kLabelMedium, words, width - 24) + 12 : c.paragraph_height(kLead, words, width);
    DialogScope dialog(c, "link", title, "", 480, text + 26 + DialogFoot::height(narrow, buttons));
    const Rect& area = dialog.content();
    if (failed) {
        draw_problem(c, "problem", {area.x, area.y, area.w, text}, words);
    } else {
        GroupScope status(c, "status", Role::status, {area.x, area.y, area.w, text}, "");
        c.paragraph("words", kLead, words, {area.x, area.y, area.w, 0}, c.theme.text_2);
    }
    DialogFoot foot(c, dialog);
    foot.expect(buttons);
    const bool pressed = foot.add("go", {.label = action, .kind = action == c.say(Say::cancel) ? ButtonKind::outline : ButtonKind::primary});
    if (failed && foot.add("cancel", {.label = c.say(Say::cancel), .kind = ButtonKind::outline})) close_dialog(c);
    return pressed;
}

void draw_offered(Context& c)
{
    const bool narrow = stacked(c);
    const std::string& code = c.state.link.code;
    const std::string how = c.say(Say::link_how, {c.host.page_origin()});
    const std::string left = time_left(c);
    const float page = narrow ? c.viewport.width - 40 : kWide - 68;
    const float picture = narrow ? std::min(kPicture, page) : kPicture;
    const float column = narrow ? page : page - kPicture - kBeside;
    const float words = c.paragraph_height(kBody, how, column) + 18 + code_card_height(code) + 12 + c.paragraph_height(kLabelStrong, left, column) + 8 +
                        c.paragraph_height(kLabel, c.say(Say::link_care), column);
    const float height = narrow ? words + 20 + picture : std::max(words, picture);
    DialogScope dialog(c, "link", c.say(Say::link_device), "", kWide, height + 26 + DialogFoot::height(narrow, 1));
    const Rect& area = dialog.content();
    const float x = narrow ? area.x : area.x + kPicture + kBeside;
    const float w = narrow ? area.w : area.w - kPicture - kBeside;
    const Rect square{narrow ? area.x + (area.w - picture) / 2 : area.x, narrow ? area.y + words + 20 : area.y, picture, picture};
    if (!narrow) draw_qr(c, "picture", square, c.host.page_origin() + std::string(kPrefix) + code, c.say(Say::link_qr_name));
    float y = area.y;
    y += c.paragraph("how", kBody, how, {x, y, w, 0}, c.theme.text) + 18;
    draw_code_card(c, {x, y, w, code_card_height(code)}, code, c.say(Say::link_code));
    if (c.state.dialog_opened) {
        c.state.dialog_opened = false;   // the code itself is read first
        c.state.focus_next = c.id("code");
    }
    y += code_card_height(code) + 12;
    y += c.paragraph("left", kLabelStrong, left, {x, y, w, 0}, c.theme.text) + 8;
    c.paragraph("care", kLabel, c.say(Say::link_care), {x, y, w, 0}, c.theme.text_2);
    if (narrow) draw_qr(c, "picture", square, c.host.page_origin() + std::string(kPrefix) + code, c.say(Say::link_qr_name));
    DialogFoot foot(c, dialog);
    foot.expect(1);
    if (foot.add("cancel", {.label = c.say(Say::cancel), .kind = ButtonKind::outline})) close_dialog(c);
}

void draw_asked(Context& c)
{
    const api::LinkEvent& link = c.state.link;
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 452.0f;
    std::string words = c.say(Say::link_asks_text);
    if (link.shared) words += std::string(" ") + c.say(Say::link_asks_shared);
    const float text = c.paragraph_height(kLead, words, width);
    DialogScope dialog(c, "link", c.say(Say::link_asks, {link.device}), "", 520, text + 18 + kNumberHeight + 26 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    {
        GroupScope alert(c, "asks", Role::alert, {area.x, area.y, area.w, text}, "");
        c.paragraph("words", kLead, words, {area.x, area.y, area.w, 0}, c.theme.text_2);
    }
    draw_number(c, {area.x, area.y + text + 18, area.w, kNumberHeight}, link.number);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    if (foot.add("admit", {.label = c.say(Say::link_let_in)})) c.send(api::AnswerLink{true});
    if (!foot.add("refuse", {.label = c.say(Say::link_refuse), .kind = ButtonKind::ghost_danger})) return;
    c.send(api::AnswerLink{false});
    c.state.link = {};
    close_dialog(c);
}

}  // namespace

void draw_link(Context& c)
{
    State& state = c.state;
    switch (state.link.state) {
        case LinkState::preparing:
            if (draw_state(c, c.say(Say::link_device), c.say(Say::link_preparing), c.say(Say::cancel), false)) close_dialog(c);
            return;
        case LinkState::offered: return draw_offered(c);
        case LinkState::asked: return draw_asked(c);
        case LinkState::handing_over:
            if (draw_state(c, c.say(Say::link_device), c.say(Say::link_handing), c.say(Say::close), false)) close_dialog(c);
            return;
        case LinkState::done:
            if (draw_state(c, c.say(Say::link_device), c.say(state.link.shared ? Say::link_done_shared : Say::link_done), c.say(Say::done), false)) close_dialog(c);
            return;
        case LinkState::none:
        case LinkState::waiting:
        case LinkState::given: break;
    }
    if (state.link.error == api::Code::none) return draw_proof(c, {"link", Say::link_device, Say::link_prove, Say::show_the_code});
    if (!draw_state(c, c.say(Say::link_device), c.say(state.link.error), c.say(Say::make_new_code), true)) return;
    state.link = {};
    state.asked = Asked::deed;
    c.send(api::LinkDevice{});   // if the passphrase was typed too long ago, it is asked for again
    c.changed();
}

void on_link(State& state, Host& host, const api::LinkEvent& event)
{
    const bool shared = state.link.shared;
    wipe_text(state.link.code);
    if (is_of_host(event.state) && state.dialog != Dialog::link) {   // nobody waits for it any more
        if (event.state == LinkState::preparing || event.state == LinkState::offered || event.state == LinkState::asked) host.send_command(api::CancelLink{}, std::nullopt);
        state.link = {};
        return;
    }
    const bool moved = state.link.state != event.state;
    state.link = event;
    if (event.state == LinkState::given) state.joining = true;
    if (state.dialog != Dialog::link) return;
    state.asked = Asked::no;
    if (event.error == api::Code::not_proven) state.link = {};
    if (event.state == LinkState::handing_over || event.state == LinkState::done) state.link.shared = shared;
    state.dialog_opened = state.dialog_opened || moved;
}

void settle_link(State& state, Host& host)
{
    if (state.dialog == Dialog::link) return;
    if (!is_of_host(state.link.state)) {
        if (state.link.state == LinkState::none) state.link = {};
        return;
    }
    const LinkState before = state.link.state;
    wipe_text(state.link.code);
    state.link = {};
    if (before == LinkState::preparing || before == LinkState::offered || before == LinkState::asked) host.send_command(api::CancelLink{}, std::nullopt);
}

bool is_counting_down(const State& state)
{
    return state.link.state == LinkState::offered || state.link.state == LinkState::waiting;
}

void draw_linking(Context& c)
{
    GateScope gate(c, "linking", false);
    draw_notice_head(c, gate, c.say(Say::join_waiting), c.say(Say::join_waiting_text));
    draw_number(c, gate.take(kNumberHeight), c.state.link.number);
    gate.gap(14);
    gate.paragraph("left", kLabelStrong, time_left(c), c.theme.text_2);
    gate.gap(18);
    if (button(c, "cancel", gate.take(kFieldHeight), {.label = c.say(Say::cancel), .kind = ButtonKind::outline, .large = true})) c.send(api::Lock{});
}

}  // namespace sinetti::ui
