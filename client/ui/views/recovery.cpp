// What a person needs so that they can sign in anywhere, and get in when the passphrase is forgotten: what the settings say of it,
// the reminder to keep the recovery code, the code itself, and the change of passphrase.

#include "base/secret.h"
#include "generated/icons.h"
#include "ui/views/views.h"
#include "ui/widgets/card.h"
#include "ui/widgets/dialog_foot.h"
#include "ui/widgets/field.h"
#include "ui/widgets/strength.h"

#include <array>

namespace sinetti::ui {

namespace {

constexpr std::size_t kGroup = 4;             // characters of a recovery code that stand together
constexpr std::size_t kGroupsInRow = 4;
constexpr float kCell = 20;                   // one character
constexpr float kGroupGap = 18;
constexpr std::size_t kShortCode = 4;         // rows; a longer one is closer, and its rows are numbered
constexpr float kCodeRow = 38;
constexpr float kLongCodeRow = 30;
constexpr float kRowNumber = 30;
constexpr TextStyle kCodeStyle{Face::semibold, 20, 26};
constexpr TextStyle kCodeStyleNarrow{Face::semibold, 16, 26};

// The new code or passphrase waits for the relay: say so when it cannot be reached.
std::string_view waiting_words(const Context& c)
{
    return c.model.connection.state == api::ConnectionState::connected ? "" : c.say(Say::relay_later);
}

std::string_view problem_of(const Context& c)
{
    if (c.state.asked != Asked::no) return {};
    if (c.state.dialog == Dialog::take_passphrase && c.state.answer == api::Code::sign_in_failed) return c.say(Say::take_failed);
    return c.say(c.state.answer);
}

float problem_height(Context& c, std::string_view words, float width)
{
    return words.empty() ? 0 : c.paragraph_height(kLabelMedium, words, width - 24) + 12;
}

std::string sheet_of(const Context& c, std::string_view code)
{
    std::string sheet = std::string(c.say(Say::app)) + " · " + c.say(Say::recovery_code) + "\n\n";
    const auto line = [&](Say label, std::string_view value) { sheet.append(c.say(label)).append(": ").append(value).append("\n"); };
    line(Say::organisation, c.model.session.organisation);
    line(Say::address, c.host.page_origin());
    line(Say::name, c.model.vault.sign_in_name);
    line(Say::recovery_code, code);
    return sheet + "\n" + c.say(Say::code_keep) + "\n";
}

std::size_t rows_of(std::string_view code)
{
    const std::size_t groups = (code.size() + 1) / (kGroup + 1);
    return (groups + kGroupsInRow - 1) / kGroupsInRow;
}

float row_height(std::string_view code) { return rows_of(code) > kShortCode ? kLongCodeRow : kCodeRow; }

bool shows_code(const State& state) { return state.dialog == Dialog::show_code || state.dialog == Dialog::renew_code; }

}  // namespace

void wipe_text(std::string& text)
{
    base::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    text.clear();
}

void on_recovery_code(State& state, const api::RecoveryCodeEvent& event)
{
    if (!shows_code(state) || state.asked != Asked::deed) return;
    wipe_text(state.recovery_code);
    state.recovery_code = event.code;
    state.asked = Asked::no;
    state.dialog_opened = true;
}

void settle_recovery_code(State& state)
{
    if (!shows_code(state)) wipe_text(state.recovery_code);
}

float code_card_height(std::string_view code) { return static_cast<float>(rows_of(code)) * row_height(code) + 24; }

std::string code_row(std::string_view code, std::size_t row)
{
    constexpr std::size_t kRow = kGroupsInRow * (kGroup + 1);
    return std::to_string(row + 1) + ": " + std::string(code.substr(row * kRow, kRow - 1));
}

// Each character in a cell of its own, so that nothing is mistaken while it is copied by hand.
void draw_code_card(Context& c, const Rect& card, std::string_view code, std::string_view name)
{
    const Theme& t = c.theme;
    c.paint.fill(card.x, card.y, card.w, card.h, t.wax_tint, 18);
    if (t.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, t.border, 18);
    const NodeId node = c.id("code");
    c.mirror.add(node, Role::group, card, name).actions = kFocusOnly;
    c.mirror.open(node);
    c.push("code");
    const bool numbered = rows_of(code) > kShortCode;
    const float number_width = numbered ? kRowNumber : 0;
    const float row_width = number_width + static_cast<float>(kGroupsInRow * kGroup) * kCell + static_cast<float>(kGroupsInRow - 1) * kGroupGap;
    const float shrink = std::min(1.0f, (card.w - 24) / row_width);
    const TextStyle& style = shrink < 1 ? kCodeStyleNarrow : kCodeStyle;
    const float left = card.x + (card.w - row_width * shrink) / 2;
    const float height = row_height(code);
    const float y = card.y + 12 + (height - style.line) / 2;
    for (std::size_t row = 0; numbered && row < rows_of(code); ++row) {
        const float row_y = y + static_cast<float>(row) * height;
        c.ink(kLabel, std::to_string(row + 1), left, row_y + (style.line - kLabel.line) / 2, t.text_2);
        c.mirror.add(c.id("row " + std::to_string(row)), Role::text, {card.x, row_y, card.w, height}, code_row(code, row));
    }
    std::size_t index = 0;
    for (const char ch : code) {
        if (ch == '-') continue;
        const std::size_t of_group = index / kGroup;
        const float x = left + shrink * (number_width + static_cast<float>(of_group % kGroupsInRow) * (kGroup * kCell + kGroupGap) + static_cast<float>(index % kGroup) * kCell);
        const std::string_view one(&ch, 1);
        c.ink(style, one, x + (kCell * shrink - c.measure(style, one)) / 2, y + static_cast<float>(of_group / kGroupsInRow) * height, t.text);
        ++index;
    }
    if (!numbered) c.mirror.add(c.id("text"), Role::text, card, code);
    c.pop();
    c.mirror.close();
}

namespace {

void draw_shown_code(Context& c)
{
    const std::string_view code = c.state.recovery_code;
    const bool shared = c.model.session.shared;
    const bool narrow = stacked(c);
    const int buttons = shared ? 1 : 4;
    const float width = narrow ? c.viewport.width - 40 : 572.0f;
    const std::string_view keep = c.say(Say::code_keep);
    const std::string name = c.say(Say::sign_in_as, {c.model.vault.sign_in_name});
    const float card_height = code_card_height(code);
    const float note = shared ? c.paragraph_height(kLabelMedium, c.say(Say::code_shared), width) + 12 : 0;
    const float text = c.paragraph_height(kBody, keep, width);
    const float name_height = c.paragraph_height(kLabel, name, width);
    DialogScope dialog(c, "recovery code", c.say(c.state.dialog == Dialog::renew_code ? Say::new_recovery_code : Say::recovery_code), "", 640,
                       card_height + 12 + name_height + 18 + text + note + 26 + DialogFoot::height(narrow, buttons));
    const Rect& area = dialog.content();
    float y = area.y;
    draw_code_card(c, {area.x, y, area.w, card_height}, code, c.say(Say::recovery_code));
    if (c.state.dialog_opened) {
        c.state.dialog_opened = false;   // the code itself is read first
        c.state.focus_next = c.id("code");
    }
    y += card_height + 12;
    y += c.paragraph("name", kLabel, name, {area.x, y, area.w, 0}, c.theme.text_2, 0.5f) + 18;
    y += c.paragraph("keep", kBody, keep, {area.x, y, area.w, 0}, c.theme.text);
    if (shared) c.paragraph("by hand", kLabelMedium, c.say(Say::code_shared), {area.x, y + 12, area.w, 0}, c.theme.text);
    DialogFoot foot(c, dialog);
    foot.expect(buttons);
    const bool done = foot.add("done", {.label = c.say(Say::done)});
    if (!shared) {
        if (foot.add("copy", {.label = c.say(Say::copy), .icon = icons::kCopy, .kind = ButtonKind::outline})) {
            c.host.set_clipboard(code);
            c.state.toasts.insert(c.state.toasts.begin(), {.text = c.say(Say::code_copied), .severity = api::Severity::success});
            c.changed();
        }
        if (foot.add("print", {.label = c.say(Say::print), .icon = icons::kPrinter, .kind = ButtonKind::outline})) c.host.print(sheet_of(c, code));
        if (foot.add("save", {.label = c.say(Say::save_file), .icon = icons::kDownloadSimple, .kind = ButtonKind::outline})) {
            c.host.save_file(std::string(c.say(Say::code_file)) + ".txt", sheet_of(c, code));
        }
    }
    if (done) close_dialog(c);
}

void ask_for_proof(Context& c, NodeId secret)
{
    c.state.asked = Asked::proof;
    c.state.answer = api::Code::none;
    c.state.tried = false;
    c.send(api::ProvePassphrase{}, secret);
    c.state.passwords.erase(secret);
    c.state.turned.clear();
    c.changed();
}

struct LabelledSecret {
    FieldResult field;
    PasswordState typed;
};

LabelledSecret labelled_secret(Context& c, std::string_view key, const Rect& area, SecretFieldOptions options)
{
    options.labelled = true;
    c.ink(kLabelStrong, c.say(options.label), area.x, area.y, c.theme.text);
    const FieldResult field = secret_field(c, key, {area.x, area.y + 26, area.w, kFieldHeight}, options);
    return {field, c.state.passwords[field.id]};
}

constexpr float kLabelled = 26 + kFieldHeight;

}  // namespace

void draw_recovery_code(Context& c)
{
    if (!c.state.recovery_code.empty()) return draw_shown_code(c);
    constexpr Proof kShow{"recovery code", Say::show_recovery_code, Say::prove_to_show, Say::show_the_code};
    constexpr Proof kRenew{"recovery code", Say::new_recovery_code, Say::prove_to_renew, Say::make_new_code};
    draw_proof(c, c.state.dialog == Dialog::renew_code ? kRenew : kShow);
}

void draw_proof(Context& c, const Proof& proof)
{
    State& state = c.state;
    const bool waiting = state.asked != Asked::no;
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 412.0f;
    const std::string_view words = c.say(proof.words);
    const std::string_view problem = state.asked == Asked::deed ? waiting_words(c) : problem_of(c);
    const float text = c.paragraph_height(kLead, words, width);
    DialogScope dialog(c, proof.key, c.say(proof.title), "", 480,
                       text + 20 + kLabelled + 10 + problem_height(c, problem, width) + 16 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    float y = area.y;
    y += c.paragraph("words", kLead, words, {area.x, y, area.w, 0}, c.theme.text_2) + 20;
    const auto [field, typed] = labelled_secret(c, "passphrase", {area.x, y, area.w, 0}, {.invalid = (state.tried || state.answer == api::Code::wrong_passphrase) && !waiting});
    y += kLabelled + 10;
    draw_problem(c, "problem", {area.x, y, area.w, problem_height(c, problem, area.w)}, problem);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    const ButtonSpec go{.label = c.say(waiting ? Say::one_moment : proof.go), .disabled = waiting};
    const bool pressed = foot.add("go", go);
    if (foot.add("cancel", {.label = c.say(Say::cancel), .kind = ButtonKind::outline})) return close_dialog(c);
    if ((!pressed && !field.submitted) || waiting) return;
    if (typed.characters == 0) {
        state.tried = true;
        state.focus_next = field.id;
        c.changed();
        return;
    }
    ask_for_proof(c, field.id);
}

void draw_change_passphrase(Context& c)
{
    State& state = c.state;
    const bool take = state.dialog == Dialog::take_passphrase;   // the one that was chosen on another device
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 412.0f;
    const std::string_view title = c.say(take ? Say::type_new_passphrase : Say::change_passphrase);
    if (state.changing) {
        const std::string_view words = c.say(Say::changing_passphrase);
        const std::string_view offline = waiting_words(c);
        const float text = c.paragraph_height(kLead, words, width);
        DialogScope dialog(c, "change passphrase", title, "", 480, text + 12 + problem_height(c, offline, width) + 26 + DialogFoot::height(narrow, 1));
        const Rect& area = dialog.content();
        {
            GroupScope status(c, "status", Role::status, {area.x, area.y, area.w, text}, "");
            c.paragraph("words", kLead, words, {area.x, area.y, area.w, 0}, c.theme.text_2);
        }
        draw_problem(c, "problem", {area.x, area.y + text + 12, area.w, problem_height(c, offline, area.w)}, offline);
        DialogFoot foot(c, dialog);
        if (foot.add("done", {.label = c.say(Say::done)})) close_dialog(c);
        return;
    }
    const bool waiting = state.asked != Asked::no;
    const std::string_view words = c.say(take ? Say::type_new_passphrase_text : Say::change_hint);
    const std::string_view problem = problem_of(c);
    const float text = c.paragraph_height(kBody, words, width);
    const float meter = take ? 0 : 14 + kStrengthHeight;
    DialogScope dialog(c, "change passphrase", title, "", 480,
                       text + 20 + kLabelled + 16 + kLabelled + meter + 10 + problem_height(c, problem, width) + 16 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    float y = area.y;
    y += c.paragraph("words", kBody, words, {area.x, y, area.w, 0}, c.theme.text_2) + 20;
    const bool current_wrong = state.answer == api::Code::wrong_passphrase;
    const bool next_wrong = state.answer == api::Code::sign_in_failed || state.answer == api::Code::passphrase_too_short;
    const auto [current, current_typed] = labelled_secret(c, "current", {area.x, y, area.w, 0},
        {.label = take ? Say::passphrase_here : Say::current_passphrase, .invalid = !waiting && (current_wrong || (state.tried && c.state.passwords[c.id("current")].characters == 0))});
    y += kLabelled + 16;
    const auto will_do = [take](const PasswordState& typed) { return take ? typed.characters > 0 : is_good_passphrase(typed); };
    const auto [next, next_typed] = labelled_secret(c, "new", {area.x, y, area.w, 0},
        {.label = Say::new_passphrase, .autocomplete = take ? "off" : "new-password", .invalid = !waiting && (next_wrong || (state.tried && !will_do(c.state.passwords[c.id("new")])))});
    y += kLabelled;
    if (!take) draw_strength(c, {area.x, y + 14, area.w, kStrengthHeight}, next_typed);
    y += meter + 10;
    draw_problem(c, "problem", {area.x, y, area.w, problem_height(c, problem, area.w)}, problem);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    const bool pressed = foot.add("go", {.label = c.say(waiting ? Say::one_moment : Say::take_into_use), .disabled = waiting});
    if (foot.add("cancel", {.label = c.say(Say::cancel), .kind = ButtonKind::outline})) return close_dialog(c);
    if ((!pressed && !current.submitted && !next.submitted) || waiting) return;
    if (current_typed.characters == 0 || !will_do(next_typed)) {
        state.tried = true;
        state.focus_next = current_typed.characters == 0 ? current.id : next.id;
        c.changed();
        return;
    }
    state.new_passphrase = next.id;
    ask_for_proof(c, current.id);
}

void on_passphrase(State& state, Host& host, const api::PassphraseEvent& event)
{
    const Asked asked = state.asked;
    if (event.state == api::PassphraseState::changed) {
        if (state.dialog == Dialog::change_passphrase || state.dialog == Dialog::take_passphrase) {
            state.dialog = Dialog::none;
            state.focus_next = state.focus_before_dialog;
        }
        state.changing = false;
        state.asked = Asked::no;
        state.toasts.insert(state.toasts.begin(), {.code = api::Code::passphrase_changed, .severity = api::Severity::success});
        return;
    }
    if (asked == Asked::no) return;
    if (event.error != api::Code::none) {
        state.answer = event.error;
        state.asked = Asked::no;
        state.changing = false;
        state.dialog_opened = true;   // the first field again
        return;
    }
    if (event.state == api::PassphraseState::changing) {
        state.changing = true;
        state.dialog_opened = true;
        return;
    }
    if (asked != Asked::proof || event.state != api::PassphraseState::proven) return;
    state.asked = Asked::deed;
    switch (state.dialog) {
        case Dialog::show_code: host.send_command(api::ShowRecoveryCode{}, std::nullopt); break;
        case Dialog::renew_code: host.send_command(api::RenewRecoveryCode{}, std::nullopt); break;
        case Dialog::link: host.send_command(api::LinkDevice{}, std::nullopt); break;
        case Dialog::back_up_root: host.send_command(api::BackUpRoot{}, std::nullopt); break;
        case Dialog::change_passphrase:
        case Dialog::take_passphrase: host.send_command(api::ChangePassphrase{}, state.new_passphrase); break;
        default: state.asked = Asked::no; break;
    }
}

float draw_sign_in_settings(Context& c, const Rect& area)
{
    if (!c.model.vault_known) return 0;
    const Theme& t = c.theme;
    const api::VaultEvent& vault = c.model.vault;
    const float pad = area.w < 608 ? 16.0f : 22.0f;
    const float inner = area.w - 2 * pad;
    const NodeId height_key = c.id("sign in height");
    const float known = c.state.heights.contains(height_key) ? c.state.heights[height_key] : 260.0f;
    draw_card(c, {area.x, area.y, area.w, known});
    GroupScope group(c, "sign in", Role::group, {area.x, area.y, area.w, known}, c.say(Say::signing_in_section));
    const float x = area.x + pad;
    float y = area.y + pad;
    c.heading("title", 2, kLabelStrong, c.say(Say::signing_in_section), x, y, t.text);
    y += 26;
    if (!vault.sign_in_name.empty()) y += c.paragraph("name", kBodyMedium, c.say(Say::sign_in_as, {vault.sign_in_name}), {x, y, inner, 0}, t.text) + 6;

    const auto line = [&](std::string_view key, const char* icon, std::string_view words, Colour ink) {
        c.paint.icon(icon, 18, x, y, ink);
        y += std::max(18.0f, c.paragraph(key, kLabel, words, {x + 26, y, inner - 26, 0}, ink)) + 6;
    };
    {
        GroupScope status(c, "state", Role::status, {x, y, inner, 18}, "");
        switch (vault.state) {
            case api::VaultState::none: line("text", icons::kWarningFill, c.say(Say::vault_none), t.warn); break;
            case api::VaultState::saving: line("text", icons::kHourglassMedium, c.say(Say::vault_saving), t.text_2); break;
            case api::VaultState::saved: line("text", icons::kCheckCircleFill, c.say(Say::vault_saved), t.ok); break;
        }
        if (vault.reason != api::Code::none) line("reason", icons::kWarningFill, c.say(vault.reason), t.warn);
        if (vault.state == api::VaultState::saved && !vault.code_shown) line("unkept", icons::kKey, c.say(Say::code_unkept), t.wax);
    }
    y += 4;
    y += c.paragraph("limits", kLabel, c.say(Say::vault_limits), {x, y, inner, 0}, t.text_2) + 16;

    const float control = c.touch() ? 44.0f : 40.0f;
    float at = x;
    const auto add = [&](std::string_view key, Say label, Dialog dialog, bool enabled, ButtonKind kind) {
        const ButtonSpec spec{.label = c.say(label), .kind = kind, .disabled = !enabled};
        const float w = std::min(button_width(c, spec), inner);
        if (at > x && at + w > x + inner + 0.5f) {
            at = x;
            y += control + 8;
        }
        if (button(c, key, {at, y, w, control}, spec)) open_dialog(c, dialog);
        at += w + 8;
    };
    const bool saved = vault.state == api::VaultState::saved;
    if (vault.reason == api::Code::vault_elsewhere_changed) add("take", Say::type_new_passphrase, Dialog::take_passphrase, true, ButtonKind::primary);
    add("show code", Say::show_recovery_code, Dialog::show_code, saved, ButtonKind::outline);
    add("new code", Say::new_recovery_code, Dialog::renew_code, saved, ButtonKind::outline);
    add("change", Say::change_passphrase, Dialog::change_passphrase, saved, ButtonKind::outline);
    const float height = y + control + pad - area.y;
    if (height != known) {
        c.state.heights[height_key] = height;
        c.changed();
    }
    return height;
}

float reminder_height(Context& c, float width)
{
    const api::VaultEvent& vault = c.model.vault;
    const bool due = c.model.vault_known && vault.state == api::VaultState::saved && !vault.code_shown && vault.reason == api::Code::none;
    if (!due || c.model.session.shared || c.state.reminder_put_off) return 0;
    const float room = width - 2 * 14 - 30;
    return 14 + c.paragraph_height(kLabelStrong, c.say(Say::reminder_title), room) + 2 + c.paragraph_height(kLabel, c.say(Say::reminder_text), room) + 8 + (c.touch() ? 44.0f : 34.0f) + 10;
}

void draw_reminder(Context& c, const Rect& card)
{
    const Theme& t = c.theme;
    c.paint.fill(card.x, card.y, card.w, card.h, t.wax_tint, 16);
    if (t.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, t.border, 16);
    GroupScope group(c, "reminder", Role::group, card, c.say(Say::reminder_title));
    c.paint.icon(icons::kKey, 20, card.x + 14, card.y + 14, t.wax);
    const float x = card.x + 14 + 30;
    const float room = card.right() - 14 - x;
    float y = card.y + 14;
    y += c.paragraph("title", kLabelStrong, c.say(Say::reminder_title), {x, y, room, 0}, t.text) + 2;
    y += c.paragraph("text", kLabel, c.say(Say::reminder_text), {x, y, room, 0}, t.text_2) + 8;
    const float control = c.touch() ? 44.0f : 34.0f;
    const ButtonSpec show{.label = c.say(Say::show_the_code), .kind = ButtonKind::ghost, .small = true};
    const ButtonSpec later{.label = c.say(Say::later), .kind = ButtonKind::ghost, .small = true};
    const float w = button_width(c, show);
    if (button(c, "show", {x - 13, y, w, control}, show)) open_dialog(c, Dialog::show_code);
    if (button(c, "later", {x - 13 + w + 4, y, button_width(c, later), control}, later)) {
        c.state.reminder_put_off = true;
        c.changed();
    }
}

}  // namespace sinetti::ui
