// That somebody's key is theirs: their digits, the picture of their key, and a code that another device scans from their screen.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/dialog_foot.h"
#include "ui/widgets/qr.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

constexpr std::string_view kFragment = "#v=";   // and the fingerprint, in hexadecimal digits

}  // namespace

void draw_digits(Context& c, std::string_view key, const Rect& area, std::string_view fingerprint, float align)
{
    const std::string digits = digits_of(fingerprint);
    const TextStyle style{Face::medium, 20, 26};
    const float left = area.x + (area.w - kDigitsWidth) * align;
    for (std::size_t group = 0; group * 6 + 5 <= digits.size(); ++group) {
        const float gx = left + static_cast<float>(group % 3) * (5 * kDigitCell + kDigitsGap);
        const float gy = area.y + static_cast<float>(group / 3) * 38;
        for (std::size_t i = 0; i < 5; ++i) {
            const std::string_view digit = std::string_view(digits).substr(group * 6 + i, 1);
            c.ink(style, digit, gx + static_cast<float>(i) * kDigitCell + (kDigitCell - c.measure(style, digit)) / 2, gy, c.theme.text);
        }
    }
    c.mirror.add(c.id(key), Role::text, {left, area.y, kDigitsWidth, kDigitsHeight}, digits);
}

void draw_own_code(Context& c, const Rect& square, const api::Person& me)
{
    draw_qr(c, "own code", square, c.host.page_origin() + std::string(kFragment) + me.fingerprint, c.say(Say::my_code));
}

void draw_verify(Context& c, const api::Person& p)
{
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 412.0f;
    const float seal = std::min(200.0f, std::max(96.0f, c.viewport.height * 0.24f));
    // The key is the one that was scanned: what is left to ask is whose screen that was.
    const auto question = c.say(c.state.scanned == p.id ? Say::scanned_question : Say::verify_question);
    const std::string hint = std::string(c.say(Say::verify_hint)) + " " + c.say(Say::verify_where);
    const float hint_height = c.paragraph_height(kLabel, hint, width);
    const float height = seal + 8 + c.paragraph_height(kTitleTouch, question, width) + 15 + kDigitsHeight + 12 + hint_height + 20 + DialogFoot::height(narrow, 2);
    DialogScope dialog(c, "verify", c.say(Say::verify_title, {first_name_of(p.name)}), "", 480, height);
    const Rect& area = dialog.content();
    float y = area.y;
    draw_seal(c, "seal", {area.x + (area.w - seal) / 2, y, seal, seal}, p.fingerprint);
    y += seal + 8;
    y += c.paragraph("question", kTitleTouch, question, {area.x, y, area.w, 0}, c.theme.text, 0.5f) + 15;
    draw_digits(c, "digits", {area.x, y, area.w, 0}, p.fingerprint, 0.5f);
    y += kDigitsHeight + 12;
    c.paragraph("how", kLabel, hint, {area.x, y, area.w, 0}, c.theme.text_2, 0.5f);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    if (foot.add("matches", {.label = c.say(Say::everything_matches), .icon = icons::kSealCheckFill})) {
        c.send(api::SetVerified{p.id, true});
        close_dialog(c);
        return;
    }
    if (foot.add("differs", {.label = c.say(Say::something_differs), .kind = ButtonKind::ghost_danger})) {
        c.send(api::SetVerified{p.id, false});
        c.state.toasts.insert(c.state.toasts.begin(), {.text = c.say(Say::differs_notice, {p.name}), .severity = api::Severity::warning});
        close_dialog(c);
    }
}

Say trust_in(const api::Person& person)
{
    if (person.verified) return Say::verified;
    return person.new_key ? Say::new_key : Say::not_verified;
}

// What was scanned has been compared: with whose key, or nobody's.
void on_scanned(State& state, const Model& model, Language language, const api::ScannedEvent& event)
{
    if (event.person.empty() || event.person == model.session.me) {
        const bool own = !event.person.empty();
        state.toasts.insert(state.toasts.begin(), {.text = say(language, own ? Say::scanned_own : Say::scanned_nobody), .severity = own ? api::Severity::information : api::Severity::error});
        return;
    }
    if (state.dialog == Dialog::none) state.focus_before_dialog = 0;   // nothing on the screen led here
    state.dialog = Dialog::verify;
    state.dialog_opened = true;
    state.subject = event.person;
    state.scanned = event.person;
}

}  // namespace sinetti::ui
