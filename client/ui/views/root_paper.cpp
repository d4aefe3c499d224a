// The organisation's key on three sheets of paper, any two of which give it back: making them, one after the other, and typing two of
// them in again.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/views.h"
#include "ui/widgets/card.h"
#include "ui/widgets/dialog_foot.h"
#include "ui/widgets/field.h"

#include <charconv>

namespace sinetti::ui {

namespace {

using api::RootState;

constexpr std::string_view kMadeSetting = "root_paper";   // when, Unix milliseconds
constexpr std::size_t kLines = 9;                         // of a share
constexpr float kSheetField = kLines * 21 + 30;

// With its year, and without its weekday.
std::string date(const Context& c, std::int64_t unix_ms)
{
    const std::string day = long_date(c.language, c.host.local_time(unix_ms), LocalTime{.year = 0});
    return day.substr(day.find(' ') + 1);
}

std::optional<std::int64_t> made_ms(const Model& model)
{
    const std::string_view text = model.setting(kMadeSetting);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string paper(const Context& c, std::string_view number, std::string_view share)
{
    std::string text = std::string(c.say(Say::app)) + " · " + c.say(Say::root_sheet_name, {number}) + "\n\n";
    const auto line = [&](Say label, std::string_view value) { text.append(c.say(label)).append(": ").append(value).append("\n"); };
    line(Say::organisation, c.model.session.organisation);
    line(Say::address, c.host.page_origin());
    line(Say::root_made, date(c, c.host.now_ms()));
    text += "\n";
    for (std::size_t row = 0; row < kLines; ++row) text.append(code_row(share, row)).append("\n");
    return text + "\n" + c.say(Say::root_sheet_keep) + "\n";
}

void show_sheet(Context& c, std::size_t index)
{
    c.state.root_paper.shown = index;
    c.state.root_paper.is_new = true;
    c.changed();
}

void draw_sheet(Context& c)
{
    RootPaper& root = c.state.root_paper;
    const bool narrow = stacked(c);
    const bool last = root.shown + 1 == root.shares.size();
    const int buttons = root.shown == 0 ? 2 : 3;
    const float width = narrow ? c.viewport.width - 40 : 572.0f;
    const std::string number = std::to_string(root.shown + 1);
    const std::string_view share = root.shares[root.shown];
    const std::string_view words = c.say(Say::root_sheet_text);
    const std::string name = c.say(Say::root_sheet_name, {number});
    const float card = code_card_height(share);
    const float text = c.paragraph_height(kBody, words, width);
    DialogScope dialog(c, "root sheet " + number, c.say(Say::root_sheet, {number}), "", 640, card + 18 + text + 26 + DialogFoot::height(narrow, buttons));
    const Rect& area = dialog.content();
    draw_code_card(c, {area.x, area.y, area.w, card}, share, name);
    if (root.is_new) {
        root.is_new = c.state.dialog_opened = false;   // the share itself is read first
        c.state.focus_next = c.id("code");
    }
    c.paragraph("words", kBody, words, {area.x, area.y + card + 18, area.w, 0}, c.theme.text);
    DialogFoot foot(c, dialog);
    foot.expect(buttons);
    const bool forward = foot.add("forward", {.label = c.say(last ? Say::done : Say::root_next_sheet)});
    if (foot.add("print", {.label = c.say(Say::print), .icon = icons::kPrinter, .kind = ButtonKind::outline})) {
        std::string sheet = paper(c, number, share);
        c.host.print(sheet);
        wipe_text(sheet);
    }
    if (root.shown > 0 && foot.add("previous", {.label = c.say(Say::root_previous_sheet), .kind = ButtonKind::outline})) return show_sheet(c, root.shown - 1);
    if (!forward) return;
    if (!last) return show_sheet(c, root.shown + 1);
    c.send(api::SetSetting{std::string(kMadeSetting), std::to_string(c.host.now_ms())});
    close_dialog(c);
}

std::string problem_of(const Context& c)
{
    const api::RootRestoreEvent& restore = c.state.root_paper.restore;
    if (c.state.tried) return c.say(Say::field_missing);
    if (c.state.asked != Asked::no || restore.error == api::Code::none) return {};
    if (restore.error == api::Code::root_share_mistyped && restore.line > 0) return c.say(Say::root_line_wrong, {std::to_string(restore.line)});
    return c.say(restore.error);
}

void draw_saving(Context& c)
{
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 452.0f;
    const std::string_view words = c.say(Say::root_saving);
    const std::string_view offline = c.model.connection.state == api::ConnectionState::connected ? "" : c.say(Say::relay_later);
    const auto strip = [&](float w) { return offline.empty() ? 0 : c.paragraph_height(kLabelMedium, offline, w - 24) + 12; };
    const float text = c.paragraph_height(kLead, words, width);
    DialogScope dialog(c, "restore root", c.say(Say::restore_root), "", 520, text + 12 + strip(width) + 26 + DialogFoot::height(narrow, 1));
    const Rect& area = dialog.content();
    {
        GroupScope status(c, "status", Role::status, {area.x, area.y, area.w, text}, "");
        c.paragraph("words", kLead, words, {area.x, area.y, area.w, 0}, c.theme.text_2);
    }
    draw_problem(c, "problem", {area.x, area.y + text + 12, area.w, strip(area.w)}, offline);
    DialogFoot foot(c, dialog);
    if (foot.add("close", {.label = c.say(Say::close), .kind = ButtonKind::outline})) close_dialog(c);
}

}  // namespace

void draw_back_up_root(Context& c)
{
    if (!c.state.root_paper.shares.empty()) return draw_sheet(c);
    draw_proof(c, {"root proof", Say::back_up_root, Say::root_prove, Say::root_show_sheets});
}

void draw_restore_root(Context& c)
{
    State& state = c.state;
    const api::RootRestoreEvent& restore = state.root_paper.restore;
    if (restore.state == RootState::saving) return draw_saving(c);
    const bool second = restore.state == RootState::one_given;
    const bool waiting = state.asked != Asked::no;
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 452.0f;
    const std::string words = second ? c.say(Say::root_type_second, {std::to_string(restore.number)}) : std::string(c.say(Say::root_type_first));
    const std::string problem = problem_of(c);
    const auto strip = [&](float w) { return problem.empty() ? 0 : c.paragraph_height(kLabelMedium, problem, w - 24) + 12; };
    const float text = c.paragraph_height(kLead, words, width);
    DialogScope dialog(c, "restore root", c.say(Say::restore_root), "", 520, text + 18 + 26 + kSheetField + 10 + strip(width) + 16 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    float y = area.y;
    {
        GroupScope status(c, "step", Role::status, {area.x, y, area.w, text}, "");
        y += c.paragraph("words", kLead, words, {area.x, y, area.w, 0}, c.theme.text_2) + 18;
    }
    c.ink(kLabelStrong, c.say(Say::root_characters), area.x, y, c.theme.text);
    // A field of its own for each sheet: what is typed for the first is gone from the page when the second is asked for.
    const FieldResult field = text_field(c, second ? "second" : "first", {area.x, y + 26, area.w, kSheetField},
                                         {.kind = FieldKind::secret_lines, .label = c.say(Say::root_characters), .max_bytes = api::kPassphraseMax, .required = true, .invalid = !problem.empty()});
    y += 26 + kSheetField + 10;
    draw_problem(c, "problem", {area.x, y, area.w, strip(area.w)}, problem);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    const bool pressed = foot.add("go", {.label = c.say(waiting ? Say::one_moment : second ? Say::root_restore : Say::continue_), .disabled = waiting});
    if (foot.add("cancel", {.label = c.say(Say::cancel), .kind = ButtonKind::outline})) return close_dialog(c);
    if (!pressed || waiting) return;
    state.tried = state.passwords[field.id].characters == 0;
    if (state.tried) {
        state.focus_next = field.id;
    } else {
        state.asked = Asked::deed;
        c.send(api::GiveRootShare{}, field.id);
    }
    c.changed();
}

void on_root(State& state, Host& host, const api::Event& event)
{
    RootPaper& root = state.root_paper;
    if (const auto* made = std::get_if<api::RootSharesEvent>(&event); made != nullptr && state.dialog == Dialog::back_up_root && state.asked == Asked::deed) {
        root.shares = made->shares;
        root.shown = 0;
        root.is_new = true;
        state.asked = Asked::no;
    }
    const auto* restore = std::get_if<api::RootRestoreEvent>(&event);
    if (restore == nullptr) return;
    if (state.dialog != Dialog::restore_root) {   // nobody waits for it any more
        if (restore->state == RootState::one_given) host.send_command(api::ForgetRootShares{}, std::nullopt);
        return;
    }
    root.restore = *restore;
    state.asked = Asked::no;
    state.tried = false;
    state.dialog_opened = true;   // the field again, or the next one
    if (restore->state != RootState::done) return;
    state.dialog = Dialog::none;   // a notice says that it is done
    state.focus_next = state.focus_before_dialog;
}

void settle_root(State& state, Host& host)
{
    RootPaper& root = state.root_paper;
    if (state.dialog != Dialog::back_up_root) {
        for (std::string& share : root.shares) wipe_text(share);
        root.shares.clear();
    }
    if (state.dialog == Dialog::restore_root) return;
    if (root.restore.state == RootState::one_given) host.send_command(api::ForgetRootShares{}, std::nullopt);
    root.restore = {};
}

float draw_root_settings(Context& c, const Rect& area)
{
    if (!c.model.vault_known || c.model.session.shared) return 0;   // a machine that is not one's own is no place for it
    const Theme& t = c.theme;
    const bool holder = c.model.session.founder;
    const float pad = area.w < 608 ? 16.0f : 22.0f;
    const float inner = area.w - 2 * pad;
    const float control = c.touch() ? 44.0f : 40.0f;
    const std::string_view about = c.say(holder ? Say::root_holder : Say::root_restore_section);
    const auto made = made_ms(c.model);
    const std::string status = made ? c.say(Say::root_backed_up, {date(c, *made)}) : std::string(c.say(Say::root_not_backed_up));
    const float about_height = c.paragraph_height(kLabel, about, inner);
    const float status_height = holder ? std::max(18.0f, c.paragraph_height(kLabel, status, inner - 26)) + 12 : 0;
    const float height = pad + 26 + about_height + 12 + status_height + 4 + control + pad;
    draw_card(c, {area.x, area.y, area.w, height});
    GroupScope group(c, "root", Role::group, {area.x, area.y, area.w, height}, c.say(Say::root_section));
    const float x = area.x + pad;
    float y = area.y + pad;
    c.heading("title", 2, kLabelStrong, c.say(Say::root_section), x, y, t.text);
    y += 26;
    y += c.paragraph("about", kLabel, about, {x, y, inner, 0}, t.text_2) + 12;
    if (holder) {
        const Colour ink = made ? t.ok : t.warn;
        c.paint.icon(made ? icons::kCheckCircleFill : icons::kWarningFill, 18, x, y, ink);
        c.paragraph("status", kLabel, status, {x + 26, y, inner - 26, 0}, ink);
        y += status_height;
    }
    y += 4;
    const ButtonSpec spec{.label = c.say(holder ? Say::back_up_root : Say::restore_root),
                          .icon = holder ? icons::kPrinter : icons::kKey,
                          .kind = ButtonKind::outline,
                          .disabled = !holder && c.model.vault.state != api::VaultState::saved};
    if (button(c, "open", {x, y, std::min(button_width(c, spec), inner), control}, spec)) open_dialog(c, holder ? Dialog::back_up_root : Dialog::restore_root);
    return height;
}

}  // namespace sinetti::ui
