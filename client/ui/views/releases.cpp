// Which release of the app this is: what the settings say of it, and the alarm when somebody was given another one of the same number,
// or one that nobody else was.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/views.h"
#include "ui/widgets/card.h"
#include "ui/widgets/dialog_foot.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sinetti::ui {

namespace {

constexpr float kDigitsCaption = 24;
constexpr float kAlarmGap = 28;

std::size_t untold(const Model& model)
{
    return static_cast<std::size_t>(std::ranges::count(model.releases.alarms, false, &api::ReleaseAlarm::told));
}

std::string number_of(const api::Release& release) { return release_number(release.number); }

// The one that runs, or where that is not known the one the relay offers.
const api::Release& shown_release(const Model& model) { return model.releases.running.number != 0 ? model.releases.running : model.releases.offered; }

std::string words_of(const Context& c, const api::ReleaseAlarm& alarm)
{
    const std::string number = release_number(alarm.number);
    if (alarm.people.empty()) return c.say(Say::release_alarm_self, {number});
    std::vector<std::string> names;
    for (const auto& person : alarm.people) names.push_back(person == c.model.session.me ? std::string(c.say(Say::release_own_device)) : name_of(c, person));
    const std::string who = list(c.language, names);
    if (alarm.kind == api::ReleaseAlarmKind::lonely) return c.say(Say::release_alarm_lonely, {who, number, std::to_string(api::kLonelyReleaseDays)});
    return c.say(alarm.ours ? Say::release_alarm_fork : Say::release_alarm_fork_others, {who, number});
}

float alarm_height(Context& c, const api::ReleaseAlarm& alarm, float width)
{
    const float digits = kDigitsCaption + kDigitsHeight + 12;
    return c.paragraph_height(kBodyMedium, words_of(c, alarm), width) + 14 + digits * (alarm.other.empty() ? 1 : 2);
}

float draw_alarm(Context& c, const Rect& area, const api::ReleaseAlarm& alarm)
{
    const IdScope scope(c, alarm.hash);
    const auto digits = [&](std::string_view key, Say caption, std::string_view hash, float y) {
        c.text(std::string(key) + " caption", kLabelStrong, c.say(caption), area.x, y, c.theme.text);
        draw_digits(c, key, {area.x - 1, y + kDigitsCaption, area.w, 0}, hash, 0);
        return kDigitsCaption + kDigitsHeight + 12;
    };
    float y = area.y;
    y += c.paragraph("words", kBodyMedium, words_of(c, alarm), {area.x, y, area.w, 0}, c.theme.danger) + 14;
    y += digits("digits", alarm.people.empty() ? Say::release_digits_new : Say::release_digits_theirs, alarm.hash, y);
    if (!alarm.other.empty()) y += digits("other digits", alarm.ours ? Say::release_digits_ours : Say::release_digits_others, alarm.other, y);
    return y - area.y;
}

struct Line {
    std::string words;
    const char* icon;
    Colour ink;
};

std::vector<Line> lines_of(const Context& c)
{
    const api::ReleasesEvent& known = c.model.releases;
    const Theme& t = c.theme;
    std::vector<Line> lines;
    if (!known.alarms.empty())
        lines.push_back({c.say(Say::release_alarm_stands), icons::kWarningCircleFill, t.danger});
    else if (known.others > 0)
        lines.push_back({c.count(Say::release_same_one, Say::release_same_many, known.others), icons::kCheckCircleFill, t.ok});
    else
        lines.push_back({c.say(Say::release_same_none), icons::kInfo, t.text_2});
    if (known.running.number != 0 && known.offered.number > known.running.number)
        lines.push_back({c.say(Say::release_waits, {number_of(known.offered)}), icons::kInfo, t.text_2});
    return lines;
}

}  // namespace

float draw_release_settings(Context& c, const Rect& area)
{
    const api::Release& release = shown_release(c.model);
    const bool is_known = release.number != 0;
    const bool alarmed = !c.model.releases.alarms.empty();
    if (!is_known && !alarmed) return 0;
    const Theme& t = c.theme;
    const float pad = area.w < 608 ? 16.0f : 22.0f;
    const float inner = area.w - 2 * pad;
    const float control = c.touch() ? 44.0f : 40.0f;
    const std::string name = is_known ? c.say(Say::release_name, {release.name, number_of(release)}) : std::string();
    const auto lines = lines_of(c);
    const std::string_view hint = c.say(Say::release_digits_hint);
    float height = pad + 26;
    if (is_known) height += c.paragraph_height(kBody, name, inner) + 10 + kDigitsHeight + 10 + c.paragraph_height(kLabel, hint, inner) + 12;
    for (const Line& line : lines) height += std::max(18.0f, c.paragraph_height(kLabel, line.words, inner - 26)) + 8;
    height += (alarmed ? 4 + control : -8.0f) + pad;
    draw_card(c, {area.x, area.y, area.w, height});
    GroupScope group(c, "release", Role::group, {area.x, area.y, area.w, height}, c.say(Say::this_app));
    const float x = area.x + pad;
    float y = area.y + pad;
    c.heading("title", 2, kLabelStrong, c.say(Say::this_app), x, y, t.text);
    y += 26;
    if (is_known) {
        y += c.paragraph("name", kBody, name, {x, y, inner, 0}, t.text) + 10;
        draw_digits(c, "digits", {x - 1, y, inner, 0}, release.hash, 0);
        y += kDigitsHeight + 10;
        y += c.paragraph("hint", kLabel, hint, {x, y, inner, 0}, t.text_2) + 12;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        c.paint.icon(lines[i].icon, 18, x, y, lines[i].ink);
        y += std::max(18.0f, c.paragraph("line " + std::to_string(i), kLabel, lines[i].words, {x + 26, y, inner - 26, 0}, lines[i].ink)) + 8;
    }
    if (!alarmed) return height;
    const ButtonSpec spec{.label = c.say(Say::release_show_alarm), .icon = icons::kWarningCircleFill, .kind = ButtonKind::outline};
    if (button(c, "alarm", {x, y + 4, std::min(button_width(c, spec), inner), control}, spec)) open_dialog(c, Dialog::release_alarm);
    return height;
}

void draw_release_alarms(Context& c)
{
    const auto& alarms = c.model.releases.alarms;
    if (alarms.empty()) return close_dialog(c);
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 492.0f;
    const std::string_view means = c.say(Say::release_alarm_means);
    const std::string_view what_to_do = c.say(Say::release_alarm_do);
    float height = c.paragraph_height(kBody, means, width) + 12 + c.paragraph_height(kBodyMedium, what_to_do, width) + kAlarmGap;
    for (const auto& alarm : alarms) height += alarm_height(c, alarm, width) + kAlarmGap;
    DialogScope dialog(c, "release alarm", c.say(Say::release_alarm_title), "", 560, height + DialogFoot::height(narrow, 1));
    const Rect& area = dialog.content();
    float y = area.y;
    for (auto alarm = alarms.rbegin(); alarm != alarms.rend(); ++alarm) y += draw_alarm(c, {area.x, y, area.w, 0}, *alarm) + kAlarmGap;
    y += c.paragraph("means", kBody, means, {area.x, y, area.w, 0}, c.theme.text_2) + 12;
    c.paragraph("do", kBodyMedium, what_to_do, {area.x, y, area.w, 0}, c.theme.text);
    DialogFoot foot(c, dialog);
    if (foot.add("close", {.label = c.say(Say::close), .kind = ButtonKind::outline})) close_dialog(c);
}

// An alarm that nobody has seen opens by itself, when nothing else is open. Whoever closes its dialog has been told; another dialog in
// its place, as the one that asks whether anybody is there, is no such person.
void raise_release_alarm(Context& c)
{
    State& state = c.state;
    const std::size_t waiting = untold(c.model);
    if (waiting < state.release_alarms_told) state.release_alarms_told = waiting;
    if (state.dialog == Dialog::release_alarm) {
        state.release_alarms_shown = waiting;
    } else if (const std::size_t shown = std::exchange(state.release_alarms_shown, 0); shown > 0 && state.dialog == Dialog::none) {
        state.release_alarms_told = shown;
        c.send(api::SawReleaseAlarms{});
    }
    if (waiting > state.release_alarms_told && state.dialog == Dialog::none) {
        open_dialog(c, Dialog::release_alarm);
        state.release_alarms_shown = waiting;   // drawn in this frame, and perhaps closed before there is another
    }
}

}  // namespace sinetti::ui
