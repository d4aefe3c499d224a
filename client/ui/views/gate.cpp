#include "ui/views/gate.h"

#include "generated/icons.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialog.h"
#include "ui/widgets/field.h"

#include <cmath>
#include <numbers>

namespace sinetti::ui {

namespace {

constexpr float kColumn = 420;
constexpr float kMargin = 24;
constexpr float kLow = 780;       // windows of small laptops: what matters must not be below the fold
constexpr float kHeadGap = 10;   // above the strip at the head of narrow screens

struct Stop {
    float at;
    float r, g, b;
};

// 160°, dusk blue to the last light.
Colour sky_at(float u, float v)
{
    constexpr Stop kStops[] = {{0, 0x22, 0x35, 0x5F}, {0.46f, 0x3C, 0x55, 0x90}, {0.78f, 0x7F, 0x93, 0xC4}, {1, 0xE8, 0xB8, 0x92}};
    constexpr float kAngle = 160.0f * std::numbers::pi_v<float> / 180.0f;
    // CSS: the gradient line is as long as it takes for the corners to get the end colours (for a nearly square area).
    const float dx = std::sin(kAngle);
    const float dy = -std::cos(kAngle);
    const float t = std::clamp(((u - 0.5f) * dx + (v - 0.5f) * dy) / (std::abs(dx) + std::abs(dy)) + 0.5f, 0.0f, 1.0f);
    std::size_t i = 0;
    while (i < 2 && t > kStops[i + 1].at) ++i;
    const float mix = (t - kStops[i].at) / (kStops[i + 1].at - kStops[i].at);
    const auto channel = [&](float a, float b) { return static_cast<Colour>(a + (b - a) * mix + 0.5f); };
    return channel(kStops[i].r, kStops[i + 1].r) << 24 | channel(kStops[i].g, kStops[i + 1].g) << 16 | channel(kStops[i].b, kStops[i + 1].b) << 8 | 0xffu;
}

void choose_language(Context& c, Language language)
{
    c.state.language = language;   // kept with the settings once the seal is open
    c.changed();
}

void draw_languages_row(Context& c, float x, float y)
{
    GroupScope group(c, "languages", Role::group, {x, y, 320, 44}, c.say(Say::language));
    c.paint.icon(icons::kGlobeSimple, 18, x, y + 13, c.theme.text_2);
    float at = x + 24;
    for (const Language language : {Language::finnish, Language::swedish, Language::english}) {
        const bool current = c.language == language;
        const TextStyle& style = current ? kLabelStrong : kLabel;
        const float w = c.measure(style, own_name_of(language));
        if (text_button(c, own_name_of(language), {at, y, w, 44}, own_name_of(language), style, current ? c.theme.text : c.theme.text_2)) choose_language(c, language);
        at += w + 20;
    }
}

void draw_language_chip(Context& c, float right, float y)
{
    const std::string_view label = own_name_of(c.language);
    const float w = std::ceil(c.measure(kLabelMedium, label) + 17 + 7 + 26);
    const Rect rect{right - w, y, w, 44};
    const NodeId node = c.id("language");
    c.paint.fill(rect.x, rect.y, rect.w, rect.h, c.theme.sunken, 22);
    if (c.theme.high_contrast) c.paint.outline(rect.x, rect.y, rect.w, rect.h, 1.5f, c.theme.border, 22);
    c.paint.icon(icons::kGlobeSimple, 17, rect.x + 12, rect.y + 13.5f, c.theme.text_2);
    c.ink(kLabelMedium, label, rect.x + 36, rect.y + 13, c.theme.text_2);
    c.focus_ring(node, rect, 22);
    c.mirror.add(node, Role::button, rect, std::string(c.say(Say::language)) + ": " + std::string(label)).actions = kClick | kFocus;
    c.hit(node, rect);
    if (c.activated(node)) choose_language(c, static_cast<Language>((static_cast<int>(c.language) + 1) % 3));
}

}  // namespace

void draw_gate_error(Context& c, GateScope& gate, std::string_view words)
{
    if (words.empty()) return;
    const float height = c.paragraph_height(kSmallMedium, words, gate.width() - 52) + 20;
    const Rect box = gate.take(height);
    c.paint.fill(box.x, box.y, box.w, box.h, c.theme.danger_tint, 14);
    if (c.theme.high_contrast) c.paint.outline(box.x, box.y, box.w, box.h, 1.5f, c.theme.danger, 14);
    c.paint.icon(icons::kWarningCircleFill, 20, box.x + 12, box.y + 10, c.theme.danger);
    GroupScope alert(c, "error", Role::alert, box, "");
    c.paragraph("text", kSmallMedium, words, {box.x + 42, box.y + 10, box.w - 52, 0}, c.theme.danger);
}

void draw_notice_head(Context& c, GateScope& gate, std::string_view title, std::string_view words)
{
    const float side = gate.wide() ? 232.0f : 176.0f;
    draw_brand_seal(c, {gate.x() + (gate.width() - side) / 2, gate.y, side, side});
    gate.gap(side + 16);
    gate.heading("title", gate.wide() ? kHero : kLarge, title);
    gate.gap(8);
    gate.paragraph("text", gate.wide() ? kLeadWide : kLead, words, c.theme.text_2);
    gate.gap(28);
}

FieldResult labelled_secret(Context& c, GateScope& gate, std::string_view key, SecretFieldOptions options)
{
    options.labelled = true;
    c.ink(kLabelStrong, c.say(options.label), gate.x(), gate.y, c.theme.text);
    gate.gap(26);
    return secret_field(c, key, gate.take(kFieldHeight), options);
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

GateScope::GateScope(Context& context, std::string_view key, bool with_sky)
    : m_context(context), m_sky(with_sky), m_wide(context.viewport.width >= kExpandedWidth && context.viewport.height >= 520)
{
    Context& c = m_context;
    const float w = c.viewport.width;
    const float h = c.viewport.height;
    c.push(key);
    const bool low = h < kLow;
    float pane = w;
    if (m_wide && with_sky) {
        pane = std::clamp(std::round(w * 0.4167f), 480.0f, 600.0f);
        c.paint.fill(0, 0, pane, h, c.theme.sidebar);
        if (c.theme.high_contrast) {
            c.paint.fill(pane, 0, w - pane, h, c.theme.canvas);
            c.paint.line({pane, 0}, {pane, h}, 1.5f, c.theme.border);
        } else {
            c.paint.mesh(pane, 0, w - pane, h, 32, 48, sky_at);
        }
        {
            const Point centre{pane + (w - pane) / 2, h / 2};
            const ClipScope clip(c, {pane, 0, w - pane, h});
            draw_rosette(c, centre, 212, 15, 26, 12, 6, 0.5f, 0.42f, 0xffffffffu, 0.26f, 0.0085f);
            const float side = std::min({360.0f, (w - pane) * 0.6f, h * 0.5f});
            draw_brand_seal(c, {centre.x - side / 2, centre.y - side / 2, side, side});
        }
        m_x = std::round(pane * 0.16f);
        m_width = std::min(kColumn, pane - m_x - 48);
        if (!low) {
            draw_brand(c, {m_x, 56, 44, 44});
            c.text("brand", kHeading, c.say(Say::app), m_x + 56, 64, c.theme.text);
        }
    } else {
        c.paint.fill(0, 0, w, h, m_wide ? c.theme.canvas : c.theme.sidebar);
        if (m_wide) {
            draw_rosette(c, {w / 2, h / 3}, 150, 17, 30, 9, 5, 0.7f, -0.3f, c.theme.dark ? c.theme.focus : c.theme.wax, 0.15f, 0.0045f);
        }
        m_width = std::min(m_wide ? 400.0f : kColumn, w - 2 * kMargin);
        m_x = std::floor((w - m_width) / 2);
    }
    const float head = m_wide ? (with_sky && !low ? 120.0f : 24.0f) : c.viewport.inset_top + 60.0f;
    const float foot = m_wide ? (low ? 78.0f : 96.0f) : c.viewport.inset_bottom + 8.0f;
    const Rect area{0, head, pane, std::max(80.0f, h - head - foot)};
    m_scroll.emplace(c, "page", Role::main, area, c.say(Say::app));
    const float known = c.input.scroll(m_scroll->id()).content;
    const float slack = std::max(0.0f, area.h - known);
    m_begin = m_scroll->top();
    m_bottom = m_scroll->top() + area.h;
    y = m_begin + (m_wide || !with_sky ? std::floor(slack / 2) : 0.0f);
    m_known = known;
    m_start = y;
}

GateScope::~GateScope()
{
    Context& c = m_context;
    const float content = y - m_start;
    if (std::abs(content - m_known) > 0.5f) c.changed();
    m_scroll->set_content(content);
    m_scroll.reset();
    if (m_wide) {
        draw_languages_row(c, m_sky ? m_x : 32, c.viewport.height - 78);
    } else {
        if (m_head) m_head(m_x, c.viewport.inset_top + kHeadGap);
        draw_language_chip(c, c.viewport.width - kMargin, c.viewport.inset_top + kHeadGap);
    }
    c.pop();
}

void GateScope::head(std::function<void(float x, float y)> draw)
{
    if (!m_wide) {
        m_head = std::move(draw);
        return;
    }
    draw(m_x, y);
    y += 58;
}

Rect GateScope::take(float height)
{
    const Rect strip{m_x, y, m_width, height};
    y += height;
    return strip;
}

void GateScope::foot(float height)
{
    if (!m_wide && m_sky) y = std::max(y, m_bottom - height - 24);
}

void GateScope::paragraph(std::string_view key, const TextStyle& style, std::string_view words, Colour colour)
{
    y += m_context.paragraph(key, style, words, {m_x, y, m_width, 0}, colour, align());
}

void GateScope::heading(std::string_view key, const TextStyle& style, std::string_view words)
{
    const gfx::TextLayout layout = m_context.paint.texts().wrap(style, words, m_width);
    float top = y;
    for (const gfx::TextLine& line : layout.lines) {
        m_context.ink(style, words.substr(line.begin, line.end - line.begin), m_x + (m_width - line.width) * align(), top, m_context.theme.text);
        top += style.line;
    }
    std::string spoken(words);
    for (char& ch : spoken) ch = ch == '\n' ? ' ' : ch;
    m_context.mirror.add(m_context.id(key), Role::heading, {m_x, y, m_width, layout.height}, spoken).level = 1;
    y = top;
}

void draw_starting(Context& c)
{
    // Shapes of what will come; no spinner. The words are for those who cannot see them.
    const Theme& t = c.theme;
    const float w = c.viewport.width;
    const float h = c.viewport.height;
    const bool wide = w >= kExpandedWidth;
    const float rail = w >= kMediumWidth ? kRailWidth : 0;
    const float list = wide ? kSidebarWidth : w - rail;
    c.paint.fill(0, 0, rail, h, t.rail);
    c.paint.fill(rail, 0, list, h, t.sidebar);
    if (rail > 0) draw_brand(c, {12, 14, 44, 44});
    const auto bone = [&](float x, float y, float bw, float bh, float radius, float alpha) {
        c.paint.fill(x, y, bw, bh, gfx::with_alpha(t.line, alpha), radius);
    };
    bone(rail + 20, 24, 160, 22, 8, 1);
    bone(rail + 16, 68, list - 32, 40, 13, 0.6f);
    constexpr float kNames[] = {120, 96, 140, 110, 130, 150, 118, 128, 136};
    constexpr float kLines[] = {190, 150, 210, 170, 200, 130, 180, 160, 190};
    float y = 158;
    for (std::size_t i = 0; y < h - 40; ++i, y += kRowHeight) {
        bone(rail + 18, y + 11, 48, 48, i < 2 ? 15.0f : 24.0f, 1);
        bone(rail + 78, y + 18, kNames[i % 9], 13, 6.5f, 1);
        bone(rail + list - 54, y + 19, 34, 10, 5, 0.7f);
        bone(rail + 78, y + 42, std::min(kLines[i % 9], list - 120), 11, 5.5f, 0.65f);
    }
    if (wide) {
        c.paint.line({rail + list, 0}, {rail + list, h}, 1, t.line);
        c.paint.fill(rail + list, 0, w - rail - list, h, t.canvas);
    }
    GroupScope status(c, "starting", Role::status, {0, 0, w, h}, "");
    c.mirror.add(c.id("text"), Role::text, {0, 0, w, h}, c.say(Say::starting)).states |= kBusy;
}

void draw_no_account(Context& c)
{
    draw_sign_in(c);
}

void draw_unlock(Context& c)
{
    if (c.state.beside) return draw_sign_in(c);
    GateScope gate(c, "unlock", false);
    const int idle = c.state.locked_minutes;
    draw_notice_head(c, gate, c.say(Say::unlock_title), idle > 0 ? c.say(Say::locked_idle, {std::to_string(idle)}) : std::string(c.say(Say::unlock_text)));
    const api::Code error = c.state.opening == Opening::unlock ? c.model.session.error : api::Code::none;   // not that of signing in beside it
    const bool wrong = error == api::Code::wrong_passphrase;
    const FieldResult field = secret_field(c, "passphrase", gate.take(kFieldHeight), {.autofocus = !c.touch(), .invalid = wrong});
    gate.gap(12);
    if (error != api::Code::none) {
        draw_gate_error(c, gate, error);
        gate.gap(12);
    }
    const bool ready = c.state.passwords[field.id].characters > 0;
    const bool pressed = button(c, "open", gate.take(kFieldHeight), {.label = c.say(Say::unlock), .large = true, .disabled = !ready});
    if ((pressed || field.submitted) && ready) {
        c.state.opening = Opening::unlock;
        c.send(api::Unlock{}, field.id);
        c.state.passwords.erase(field.id);
        c.state.turned.clear();
    }
    gate.gap(10);
    if (text_button(c, "forgot", gate.take(44), c.say(Say::unlock_forgot), kButton, c.theme.accent_text)) open_dialog(c, Dialog::forget);
    if (text_button(c, "other", gate.take(44), c.say(Say::sign_in_other), kButton, c.theme.accent_text)) {
        c.state.beside = true;
        c.changed();
    }
}

void draw_opening(Context& c)
{
    struct Words {
        Say title;
        Say hint;
    };
    constexpr Words kWords[] = {
        {Say::opening, Say::opening_hint},   // in the order of Opening
        {Say::signing_in, Say::signing_in_hint},
        {Say::signing_in, Say::signing_in_code_hint},
        {Say::signing_in, Say::recovering_hint},
        {Say::leaving, Say::leaving_hint},
        {Say::join_opening, Say::join_opening_hint},
    };
    const Words& words = kWords[static_cast<std::size_t>(c.state.opening)];
    GateScope gate(c, "opening", false);
    draw_notice_head(c, gate, c.say(words.title), c.say(words.hint));
    const Rect bar = gate.take(8);
    c.paint.fill(bar.x, bar.y, bar.w, bar.h, c.theme.wax_faint, 4);
    c.paint.fill(bar.x, bar.y, bar.w * 0.4f, bar.h, c.theme.wax, 4);
    MirrorNode& node = c.mirror.add(c.id("progress"), Role::progressbar, bar, c.say(words.title));
    node.states |= kBusy;
}

void draw_elsewhere(Context& c)
{
    GateScope gate(c, "elsewhere", false);
    draw_notice_head(c, gate, c.say(Say::elsewhere_title), c.say(Say::elsewhere_text));
    if (button(c, "open here", gate.take(kFieldHeight), {.label = c.say(Say::open_here), .large = true})) c.send(api::Start{});
}

void draw_failed(Context& c)
{
    GateScope gate(c, "failed", false);
    const api::Code code = c.model.session.error == api::Code::none ? api::Code::internal : c.model.session.error;
    draw_notice_head(c, gate, c.say(Say::failed_title), c.say(code));
    if (button(c, "again", gate.take(kFieldHeight), {.label = c.say(Say::try_again), .large = true})) c.send(api::Start{});
}

}  // namespace sinetti::ui
