#include "ui/widgets/toast.h"

#include "generated/icons.h"
#include "ui/widgets/button.h"

namespace sinetti::ui {

namespace {

constexpr double kShortMs = 5000;
constexpr double kLongMs = 12000;
constexpr float kTopGap = 12;

struct Look {
    const char* icon;
    Colour ink;
    Colour tint;
};

Look look_of(const Theme& t, api::Severity severity)
{
    switch (severity) {
        case api::Severity::success: return {icons::kCheckCircleFill, t.ok, t.ok_tint};
        case api::Severity::warning: return {icons::kWarningFill, t.warn, t.warn_tint};
        case api::Severity::error: return {icons::kWarningFill, t.danger, t.danger_tint};
        case api::Severity::information: break;
    }
    return {icons::kInfoFill, t.accent_text, t.accent_tint};
}

bool calm(const Toast& toast)
{
    return toast.severity == api::Severity::information || toast.severity == api::Severity::success;
}

std::string words_of(const Context& c, const Toast& toast)
{
    if (!toast.text.empty()) return toast.text;
    const std::string names = list(c.language, toast.subjects);
    if (toast.code == api::Code::enrolled && toast.subjects.size() > 1) return fill(c.say(Say::several_enrolled), {names});
    return fill(c.say(toast.code), {names});
}

bool is_stuck(const Context& c) { return c.model.store_trouble != api::Code::none; }

Say banner_lead(const Context& c)
{
    if (is_stuck(c)) return Say::stuck_banner;
    switch (c.model.connection.state) {
        case api::ConnectionState::refused: return Say::refused_banner;
        default: return Say::offline_banner;
    }
}

bool banner_shown(const Context& c)
{
    if (is_stuck(c)) return true;
    if (!c.model.connection_known) return false;
    return c.model.connection.state == api::ConnectionState::offline || c.model.connection.state == api::ConnectionState::refused;
}

std::string banner_text(const Context& c)
{
    if (is_stuck(c)) return std::string(c.say(Say::stuck_banner)) + " " + std::string(c.say(c.model.store_trouble)) + " " + std::string(c.say(Say::stuck_hint));
    const bool known = c.model.connection.reason != api::Code::none && c.model.connection.reason != api::Code::relay_unreachable;
    std::string words = c.say(banner_lead(c));
    words.push_back(' ');
    words.append(known ? c.say(c.model.connection.reason) : c.say(Say::offline_hint));
    return words;
}

}  // namespace

bool waits_to_be_seen(const State& state, const Toast& toast) { return !state.page_seen && !calm(toast); }

void add_toast(std::vector<Toast>& toasts, const api::NoticeEvent& notice)
{
    const auto same = std::find_if(toasts.begin(), toasts.end(), [&](const Toast& t) {
        return t.code == notice.code && (notice.code == api::Code::enrolled || std::ranges::count(t.subjects, notice.subject) > 0);
    });
    if (same == toasts.end()) {
        // What went wrong does not wait behind good news, which begins anew after it.
        Toast fresh{.code = notice.code, .subjects = {notice.subject}, .severity = notice.severity, .conversation = notice.conversation};
        const auto place = calm(fresh) ? toasts.end() : std::ranges::find_if(toasts, calm);
        if (place == toasts.begin() && place != toasts.end()) place->until_ms = 0;
        toasts.insert(place, std::move(fresh));
    } else if (std::ranges::count(same->subjects, notice.subject) == 0) {
        same->subjects.push_back(notice.subject);
        same->until_ms = 0;
    }
}

void draw_toasts(Context& c, float bottom)
{
    if (c.state.toasts.empty()) return;
    Toast& toast = c.state.toasts.front();
    if (waits_to_be_seen(c.state, toast)) {
        toast.until_ms = 0;
    } else if (toast.until_ms == 0) {
        toast.until_ms = c.now_ms + (calm(toast) ? kShortMs : kLongMs);
    }
    if (toast.until_ms > 0 && c.now_ms >= toast.until_ms) {
        c.state.toasts.erase(c.state.toasts.begin());
        c.changed();
        return;
    }
    const Theme& t = c.theme;
    const Look look = look_of(t, toast.severity);
    const bool narrow = c.viewport.width < kMediumWidth;
    const float width = std::min(560.0f, c.viewport.width - (narrow ? 24.0f : 48.0f));
    const float room = width - 66 - 56;
    const std::string words = words_of(c, toast);
    const gfx::TextLayout layout = c.paint.texts().wrap(kSmallMedium, words, room);
    const float height = std::max(64.0f, layout.height + 28);
    // What went wrong is said where the hands are. Good news covers neither the latest message nor the buttons of a dialog.
    const bool dialog = c.state.dialog != Dialog::none;
    const float head = dialog ? 0 : narrow ? kHeaderHeightTouch : kHeaderHeight;
    const float top = dialog || calm(toast) ? c.viewport.inset_top + head + kTopGap : bottom - height;
    const Rect box{std::floor((c.viewport.width - width) / 2), std::floor(top), width, height};
    c.paint.shadow(box.x, box.y, box.w, box.h, 18, 12, 40, t.shadow_strong);
    c.paint.fill(box.x, box.y, box.w, box.h, t.dark ? t.surface : t.text, 18);
    if (t.high_contrast || t.dark) c.paint.outline(box.x, box.y, box.w, box.h, t.high_contrast ? 1.5f : 1.0f, t.high_contrast ? t.border : t.line, 18);
    const Rect badge{box.x + 16, box.y + (box.h - 38) / 2, 38, 38};
    c.paint.fill(badge.x, badge.y, badge.w, badge.h, look.tint, 12);
    c.icon(look.icon, 20, badge, look.ink);
    const Colour ink = t.dark ? t.text : t.sidebar;
    c.hit(c.id("toast surface"), box, Cursor::arrow);
    GroupScope group(c, "toast", toast.severity == api::Severity::error ? Role::alert : Role::status, box, "");
    const float text_y = box.y + (box.h - layout.height) / 2;
    c.paint.text(kSmallMedium, words, layout, box.x + 66, text_y, ink);
    c.mirror.add(c.id("text"), Role::text, {box.x + 66, text_y, room, layout.height}, words);
    const NodeId close = c.id("dismiss");
    const Rect close_box{box.right() - 52, box.y + (box.h - 44) / 2, 44, 44};
    c.icon(icons::kX, 20, close_box, ink);
    c.focus_ring(close, close_box, 13);
    c.mirror.add(close, Role::button, close_box, c.say(Say::dismiss_notice)).actions = kClick | kFocus;
    c.hit(close, close_box);
    if (c.activated(close)) c.state.toasts.erase(c.state.toasts.begin());
}

float banner_height(Context& c, float width)
{
    if (!banner_shown(c)) return 0;
    return c.paragraph_height(kLabel, banner_text(c), width - 32 - 30) + 20;
}

void draw_banner(Context& c, const Rect& strip)
{
    const bool stuck = is_stuck(c);
    const Colour ink = stuck ? c.theme.danger : c.theme.warn;
    c.paint.fill(strip.x, strip.y, strip.w, strip.h, stuck ? c.theme.danger_tint : c.theme.warn_tint);
    if (c.theme.high_contrast) c.paint.outline(strip.x, strip.y, strip.w, strip.h, 1.5f, ink);
    c.paint.icon(stuck ? icons::kWarningFill : icons::kWifiSlash, 20, strip.x + 16, strip.y + (strip.h - 20) / 2, ink);
    GroupScope group(c, stuck ? "store" : "connection", stuck ? Role::alert : Role::status, strip, "");
    const std::string words = banner_text(c);
    const std::string_view strong = c.say(banner_lead(c));
    const Rect area{strip.x + 46, strip.y + 10, strip.w - 62, 0};
    const gfx::TextLayout layout = c.paint.texts().wrap(kLabel, words, area.w);
    float y = area.y;
    for (const gfx::TextLine& line : layout.lines) {
        // The first words are stronger; they always stand on the first line.
        const std::string_view shown = std::string_view(words).substr(line.begin, line.end - line.begin);
        if (line.begin == 0 && shown.size() >= strong.size()) {
            c.ink(kLabelStrong, strong, area.x, y, ink);
            c.ink(kLabel, shown.substr(strong.size()), area.x + c.measure(kLabelStrong, strong), y, ink);
        } else {
            c.ink(kLabel, shown, area.x, y, ink);
        }
        y += kLabel.line;
    }
    c.mirror.add(c.id("text"), Role::text, strip, words);
}

}  // namespace sinetti::ui
