// What the relay sees, true to the level in use.

#include "generated/icons.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"

#include <vector>

namespace sinetti::ui {

namespace {

std::vector<Say> still_seen(api::Level level)
{
    if (level == api::Level::prompt) return {Say::sees_device, Say::sees_address, Say::sees_sending};
    if (level == api::Level::mixed) return {Say::sees_mixed, Say::sees_ingress};
    return {Say::sees_device, Say::sees_address, Say::sees_pace};
}

constexpr Say kNever[] = {Say::never_content, Say::never_recipient, Say::never_groups, Say::never_reading};
constexpr float kRow = 30;
constexpr float kButton = 40;

float evidence_height(Context& c, float width)
{
    return c.model.evidence.empty() ? 0 : c.paragraph_height(kBody, c.say(api::Code::relay_fraud), width) + 12 + kButton + 24;
}

// Two contradicting signatures of the relay's: said first, and to be carried elsewhere as text.
void draw_evidence(Context& c, const Rect& area)
{
    const float height = c.paragraph("evidence", kBody, c.say(api::Code::relay_fraud), {area.x, area.y, area.w, 0}, c.theme.text);
    const ButtonSpec spec{.label = c.say(Say::copy_evidence), .icon = icons::kWarningCircleFill};
    if (!button(c, "copy evidence", {area.x, area.y + height + 12, button_width(c, spec), kButton}, spec)) return;
    c.host.set_clipboard(c.model.evidence);
    c.state.toasts.insert(c.state.toasts.begin(), {.text = c.say(Say::evidence_copied), .severity = api::Severity::success});
    c.changed();
}

}  // namespace

float relay_view_height(Context& c, float width, api::Level level)
{
    float y = evidence_height(c, width);
    y += 40 + c.paragraph_height(kBody, c.say(connection_hint(c)), width - 44) + 14;
    y += c.paragraph_height(kBody, c.say(Say::relay_view_hint), width) + 20;
    y += 28;
    for (const Say words : kNever) y += std::max(kRow, c.paragraph_height(kBody, c.say(words), width - 32) + 9);
    y += 14 + 28;
    for (const Say words : still_seen(level)) y += std::max(kRow, c.paragraph_height(kBody, c.say(words), width - 32) + 9);
    return y;
}

float draw_relay_view(Context& c, const Rect& area, api::Level level)
{
    const Theme& t = c.theme;
    float y = area.y + evidence_height(c, area.w);
    if (!c.model.evidence.empty()) draw_evidence(c, area);
    draw_rings(c, {area.x, y, 32, 32}, level);
    c.heading("level", 2, kTitle, c.say(level_name(level)), area.x + 44, y + 4, t.text);
    y += 36;
    y += c.paragraph("level hint", kBody, c.say(connection_hint(c)), {area.x + 44, y, area.w - 44, 0}, t.wax) + 18;
    y += c.paragraph("about", kBody, c.say(Say::relay_view_hint), {area.x, y, area.w, 0}, t.text_2) + 20;
    const auto section = [&](std::string_view key, Say title, const auto& rows, const char* icon, Colour ink) {
        c.heading(key, 3, kLabelStrong, c.say(title), area.x, y, t.text_2);
        y += 28;
        GroupScope list(c, std::string(key) + " list", Role::list, {area.x, y, area.w, 0}, c.say(title));
        for (const Say words : rows) {
            const float h = std::max(kRow, c.paragraph_height(kBody, c.say(words), area.w - 32) + 9);
            c.paint.icon(icon, 19, area.x, y + 1, ink);
            const gfx::TextLayout layout = c.paint.texts().wrap(kBody, c.say(words), area.w - 32);
            c.paint.text(kBody, c.say(words), layout, area.x + 32, y, t.text);
            c.mirror.add(c.id(std::to_string(static_cast<int>(words))), Role::listitem, {area.x, y, area.w, h}, c.say(words));
            y += h;
        }
    };
    section("never", Say::never_sees, kNever, icons::kEyeSlash, t.ok);
    y += 14;
    section("still", Say::still_sees, still_seen(level), icons::kEye, t.warn);
    return y - area.y;
}

}  // namespace sinetti::ui
