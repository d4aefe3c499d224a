#include "ui/widgets/button.h"

namespace sinetti::ui {

namespace {

struct ButtonColours {
    Colour background;
    Colour ink;
    Colour outline = 0;
};

ButtonColours colours_of(const Context& c, ButtonKind kind, bool disabled, bool hovered)
{
    const Theme& t = c.theme;
    if (disabled) return {t.sunken, t.text_3, t.high_contrast ? t.line : 0};
    switch (kind) {
        case ButtonKind::primary: return {hovered ? t.accent_hover : t.accent, t.on_accent};
        case ButtonKind::quiet: return {hovered ? t.selected : t.accent_tint, t.accent_text, t.high_contrast ? t.border : 0};
        case ButtonKind::ghost: return {hovered ? t.accent_tint : 0, t.accent_text};
        case ButtonKind::outline: return {hovered ? t.hover : 0, t.text, t.border};
        case ButtonKind::danger: return {t.danger, t.on_danger};
        case ButtonKind::ghost_danger: return {hovered ? t.danger_tint : 0, t.danger};
    }
    return {t.accent, t.on_accent};
}

const TextStyle& style_of(const ButtonSpec& spec)
{
    return spec.large ? kButtonLarge : spec.small ? kLabelStrong : kButton;
}

constexpr float kIconGap = 8;

float icon_size_of(const ButtonSpec& spec) { return spec.large ? 22.0f : spec.small ? 17.0f : 19.0f; }

}  // namespace

float button_width(Context& c, const ButtonSpec& spec)
{
    const float padding = spec.large ? 28.0f : spec.small ? 13.0f : 18.0f;
    const float icon = spec.icon != nullptr ? icon_size_of(spec) + kIconGap : 0;
    return std::ceil(c.measure(style_of(spec), spec.label) + icon + 2 * padding);
}

bool button(Context& c, std::string_view key, const Rect& rect, const ButtonSpec& spec)
{
    const NodeId node = c.id(key);
    const float radius = spec.large ? 18.0f : spec.small ? 12.0f : 14.0f;
    const bool hovered = !spec.disabled && c.input.hovered(node);
    const ButtonColours colours = colours_of(c, spec.kind, spec.disabled, hovered);
    c.paint.fill(rect.x, rect.y, rect.w, rect.h, colours.background, radius);
    if (colours.outline != 0) c.paint.outline(rect.x, rect.y, rect.w, rect.h, 1.5f, colours.outline, radius);
    const TextStyle& style = style_of(spec);
    const float icon = spec.icon != nullptr ? icon_size_of(spec) : 0;
    const float gap = spec.icon != nullptr ? kIconGap : 0;
    const std::string shown = c.paint.texts().elide(style, spec.label, rect.w - icon - gap - 12);
    const float width = c.measure(style, shown) + icon + gap;
    float x = rect.x + (rect.w - width) / 2;
    if (spec.icon != nullptr) {
        c.paint.icon(spec.icon, icon, x, rect.y + (rect.h - icon) / 2, colours.ink);
        x += icon + gap;
    }
    c.paint.text(style, shown, x, rect.y + (rect.h - style.line) / 2, colours.ink);
    c.focus_ring(node, rect, radius);
    MirrorNode& mirrored = c.mirror.add(node, Role::button, rect, spec.name.empty() ? spec.label : spec.name);
    if (spec.disabled) {
        mirrored.states |= kDisabled;
        c.input.take_activation(node);
        return false;
    }
    mirrored.actions = kClick | kFocus;
    c.hit(node, rect);
    return c.activated(node);
}

bool icon_button(Context& c, std::string_view key, const Rect& rect, std::string_view name, const IconButtonSpec& spec)
{
    const NodeId node = c.id(key);
    const bool hovered = !spec.disabled && c.input.hovered(node);
    Colour background = hovered ? c.theme.hover : 0;
    Colour ink = c.theme.text_2;
    if (spec.kind == IconButtonKind::on) {
        background = c.theme.accent_tint;
        ink = c.theme.accent_text;
    } else if (spec.kind == IconButtonKind::accent) {
        background = spec.disabled ? c.theme.sunken : hovered ? c.theme.accent_hover : c.theme.accent;
        ink = spec.disabled ? c.theme.text_3 : c.theme.on_accent;
    }
    c.paint.fill(rect.x, rect.y, rect.w, rect.h, background, spec.radius);
    c.icon(spec.icon, spec.icon_size, rect, ink, spec.mirrored);
    c.focus_ring(node, rect, spec.radius);
    MirrorNode& mirrored = c.mirror.add(node, Role::button, rect, name);
    mirrored.states = spec.states;
    if (spec.disabled) {
        mirrored.states |= kDisabled;
        c.input.take_activation(node);
        return false;
    }
    mirrored.actions = kClick | kFocus;
    c.hit(node, rect);
    return c.activated(node);
}

bool text_button(Context& c, std::string_view key, const Rect& rect, std::string_view label, const TextStyle& style, Colour colour, float align)
{
    const NodeId node = c.id(key);
    const std::string shown = c.paint.texts().elide(style, label, rect.w);
    const float width = c.measure(style, shown);
    const float x = rect.x + (rect.w - width) * align;
    const float y = rect.y + (rect.h - style.line) / 2;
    c.paint.text(style, shown, x, y, colour);
    if (c.input.hovered(node)) c.paint.fill(x, y + style.line - 2, width, 1, colour);
    c.focus_ring(node, {x - 4, y, width + 8, style.line}, 8);
    c.mirror.add(node, Role::button, rect, label).actions = kClick | kFocus;
    c.hit(node, rect);
    return c.activated(node);
}

float chip_width(Context& c, const Choice& choice)
{
    const float count = choice.count.empty() ? 0 : 5 + c.measure(kLabelStrong, choice.count);
    return std::ceil(c.measure(kLabelMedium, choice.label) + count + 24);
}

bool filter_chip(Context& c, const Rect& rect, const Choice& choice, bool on, Colour resting)
{
    const NodeId node = c.id(choice.key);
    const float radius = rect.h / 2;
    const Colour ink = on ? c.theme.sidebar : c.theme.text_2;
    c.paint.fill(rect.x, rect.y, rect.w, rect.h, on ? c.theme.text : c.input.hovered(node) ? c.theme.hover : resting, radius);
    if (c.theme.high_contrast && !on) c.paint.outline(rect.x, rect.y, rect.w, rect.h, 1.5f, c.theme.border, radius);
    const float y = rect.y + (rect.h - kLabelMedium.line) / 2;
    c.paint.text(kLabelMedium, choice.label, rect.x + 12, y, ink);
    if (!choice.count.empty()) c.paint.text(kLabelStrong, choice.count, rect.x + 17 + c.measure(kLabelMedium, choice.label), y, ink);
    c.focus_ring(node, rect, radius);
    std::string name(choice.label);
    if (!choice.count.empty()) name.append(" ").append(choice.count);
    MirrorNode& mirrored = c.mirror.add(node, Role::tab, rect, name);
    mirrored.actions = kClick | (on ? kFocus : kFocusOnly);
    if (on) mirrored.states |= kSelected;
    c.hit(node, rect);
    return c.activated(node);
}

float radio_box_width(Context& c, const Choice& choice)
{
    return std::ceil(c.measure(kSmallMedium, choice.label) + (choice.icon != nullptr ? 26 : 0) + 32);
}

bool radio_box(Context& c, const Rect& rect, const Choice& choice, bool on)
{
    const NodeId node = c.id(choice.key);
    const Colour ink = on ? c.theme.accent_text : c.theme.text;
    c.paint.fill(rect.x, rect.y, rect.w, rect.h, on ? c.theme.accent_tint : c.input.hovered(node) ? c.theme.hover : 0, 14);
    c.paint.outline(rect.x, rect.y, rect.w, rect.h, on ? 2.0f : 1.5f, on ? c.theme.accent_text : c.theme.border, 14);
    const TextStyle style{on ? Face::semibold : Face::medium, 14, 18};
    const float icon = choice.icon != nullptr ? 26.0f : 0.0f;
    const std::string shown = c.paint.texts().elide(style, choice.label, rect.w - icon - 16);
    float x = rect.x + (rect.w - c.measure(style, shown) - icon) / 2;
    if (choice.icon != nullptr) {
        c.paint.icon(choice.icon, 18, x, rect.y + (rect.h - 18) / 2, ink);
        x += icon;
    }
    c.paint.text(style, shown, x, rect.y + (rect.h - style.line) / 2, ink);
    c.focus_ring(node, rect, 14);
    MirrorNode& mirrored = c.mirror.add(node, Role::radio, rect, choice.label);
    mirrored.actions = kClick | (on ? kFocus : kFocusOnly);
    if (on) mirrored.states |= kChecked;
    c.hit(node, rect);
    return c.activated(node);
}

}  // namespace sinetti::ui
