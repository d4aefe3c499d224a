#pragma once
// A text field is a mirror node of role textbox, searchbox or passwordbox with this specification beside it. The page makes a
// real <input> or <textarea> of it at the node's rectangle, transparent over the canvas: the browser owns text, caret,
// selection, input methods, spelling and the context menu. The box around it and the placeholder's neighbours are drawn here.
//
// Encoding in a mirror record 5 (after the id): u8 kind, u8 flags (1 revealed, 2 spell check, 4 centred, 8 wants focus when it
// appears), f32 font_px, f32 line_px, u32 colour, u32 placeholder colour (both 0xRRGGBBAA), u32 max_bytes, string placeholder,
// string initial, string autocomplete, string lang.
// `initial` is the text the element starts with when it is created; later changes come through Host::set_field_text at once.
//
// The page answers with App::on_text (all kinds but passwords), App::on_password (length, words and strength only: the text
// itself never enters this module), App::on_submit (Enter; in a composer Shift+Enter is a line break, in lines Enter is; and during composition
// Enter belongs to the input method), App::on_field_height (the height its text needs, in logical pixels) and App::on_focus.

#include <cstdint>
#include <string>

namespace sinetti::ui {

enum class FieldKind : std::uint8_t { single = 0, composer = 1, search = 2, password = 3, lines = 4, secret_lines = 5 /* a password of several lines, in sight */ };

inline bool is_secret(FieldKind kind) { return kind == FieldKind::password || kind == FieldKind::secret_lines; }

struct TextFieldSpec {
    FieldKind kind = FieldKind::single;
    bool revealed = false;             // password: shown as text
    bool spell_check = false;
    bool centred = false;
    bool autofocus = false;            // take the focus when the element is created
    float font_px = 15;
    float line_px = 21;
    std::uint32_t colour = 0x000000ff;              // 0xRRGGBBAA
    std::uint32_t placeholder_colour = 0x000000ff;
    std::uint32_t max_bytes = 0;       // UTF-8; the page cuts what goes beyond at a character boundary
    std::string placeholder;
    std::string initial;
    std::string autocomplete;          // the attribute's value: "off", "new-password", "current-password", "name"
    std::string lang;                  // of the text, for spelling; empty: unknown

    bool operator==(const TextFieldSpec&) const = default;
};

enum class Strength : std::uint8_t { none = 0, weak = 1, fair = 2, strong = 3, excellent = 4 };

}  // namespace sinetti::ui
