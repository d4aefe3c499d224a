#include "ui/widgets/check_box.h"

#include "generated/icons.h"

namespace sinetti::ui {

namespace {

constexpr float kBox = 22;
constexpr float kIndent = kBox + 12;
constexpr float kPad = 14;

}  // namespace

float check_box_height(Context& c, float width, std::string_view label, std::string_view hint)
{
    const float room = width - 2 * kPad - kIndent;
    return 2 * kPad + c.paragraph_height(kBodyMedium, label, room) + 2 + c.paragraph_height(kLabel, hint, room);
}

bool check_box(Context& c, std::string_view key, const Rect& area, std::string_view label, std::string_view hint, bool on)
{
    const Theme& t = c.theme;
    const NodeId node = c.id(key);
    c.paint.fill(area.x, area.y, area.w, area.h, on ? t.accent_tint : c.input.hovered(node) ? t.hover : t.canvas, 16);
    if (t.high_contrast || on) c.paint.outline(area.x, area.y, area.w, area.h, 1.5f, on ? t.accent_text : t.border, 16);
    const Rect box{area.x + kPad, area.y + kPad, kBox, kBox};
    c.paint.fill(box.x, box.y, box.w, box.h, on ? t.accent : t.surface, 7);
    if (on) {
        c.icon(icons::kCheckBold, 15, box, t.on_accent);
    } else {
        c.paint.outline(box.x, box.y, box.w, box.h, 1.5f, t.border, 7);
    }
    const float x = box.x + kIndent;
    const float room = area.right() - kPad - x;
    float y = area.y + kPad;
    const gfx::TextLayout title = c.paint.texts().wrap(kBodyMedium, label, room);
    c.paint.text(kBodyMedium, label, title, x, y, t.text);
    y += title.height + 2;
    c.paint.text(kLabel, hint, c.paint.texts().wrap(kLabel, hint, room), x, y, t.text_2);
    c.focus_ring(node, area, 16);
    MirrorNode& mirrored = c.mirror.add(node, Role::checkbox, area, label);
    mirrored.description = hint;
    mirrored.actions = kClick | kFocus;
    if (on) mirrored.states |= kChecked;
    c.hit(node, area);
    return c.activated(node);
}

}  // namespace sinetti::ui
