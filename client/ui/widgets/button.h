#pragma once
// Buttons: with words, with a picture alone, and the small ones that stand in rows.

#include "ui/context.h"

namespace sinetti::ui {

enum class ButtonKind : std::uint8_t { primary, quiet, ghost, outline, danger, ghost_danger };

struct ButtonSpec {
    std::string_view label;
    const char* icon = nullptr;
    ButtonKind kind = ButtonKind::primary;
    bool large = false;              // 52 high; otherwise as high as the rectangle, with normal type
    bool small = false;
    bool disabled = false;
    std::string_view name = {};      // for the mirror, when the label alone does not say it
};

float button_width(Context& c, const ButtonSpec& spec);
bool button(Context& c, std::string_view key, const Rect& rect, const ButtonSpec& spec);

enum class IconButtonKind : std::uint8_t { plain, on, accent };

struct IconButtonSpec {
    const char* icon = nullptr;
    float icon_size = 22;
    float radius = 13;
    IconButtonKind kind = IconButtonKind::plain;
    bool mirrored = false;
    bool disabled = false;
    std::uint32_t states = 0;
};

bool icon_button(Context& c, std::string_view key, const Rect& rect, std::string_view name, const IconButtonSpec& spec);

// Words that act, without a box: the hit area is larger than the ink.
bool text_button(Context& c, std::string_view key, const Rect& rect, std::string_view label, const TextStyle& style, Colour colour, float align = 0.5f);

// A row of rounded choices: one of several (role tab or radio).
struct Choice {
    std::string_view key;
    std::string_view label;
    std::string_view count = {};     // shown after the label, stronger
    const char* icon = nullptr;
};
float chip_width(Context& c, const Choice& choice);
bool filter_chip(Context& c, const Rect& rect, const Choice& choice, bool on, Colour resting);
bool radio_box(Context& c, const Rect& rect, const Choice& choice, bool on);
float radio_box_width(Context& c, const Choice& choice);

}  // namespace sinetti::ui
