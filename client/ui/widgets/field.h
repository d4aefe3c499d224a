#pragma once
// The drawn side of a text field: box, label, focus, error. The text itself is the page's (see text_field.h).

#include "ui/context.h"

namespace sinetti::ui {

struct FieldOptions {
    FieldKind kind = FieldKind::single;
    std::string_view label;          // also the name in the mirror
    std::string_view placeholder = {};
    std::string_view initial = {};
    std::string_view autocomplete = "off";
    std::uint32_t max_bytes = 0;
    bool autofocus = false;
    bool required = false;
    bool invalid = false;
    bool spell_check = false;
    bool revealed = false;           // password shown as text
    float trailing = 0;              // room kept free at the right inside the box
};

struct FieldResult {
    NodeId id = 0;
    bool submitted = false;          // Enter
};

inline constexpr float kFieldHeight = 52;

FieldResult text_field(Context& c, std::string_view key, const Rect& box, const FieldOptions& options);
FieldResult search_field(Context& c, std::string_view key, const Rect& box, std::string_view placeholder, Colour background, bool outlined);
std::string_view field_text(const Context& c, NodeId field);
std::string_view trimmed(std::string_view text);

// A passphrase, or another secret somebody types, with its show/hide button; the rectangle is the box.
struct SecretFieldOptions {
    Say label = Say::passphrase;
    Say show = Say::show_passphrase;         // names of the button
    Say hide = Say::hide_passphrase;
    std::string_view autocomplete = "current-password";
    bool autofocus = false;
    bool invalid = false;
    bool shown = false;                      // until its button hides it
    bool labelled = false;                   // its label stands above: it is not repeated inside
};
FieldResult secret_field(Context& c, std::string_view key, const Rect& box, const SecretFieldOptions& options);

}  // namespace sinetti::ui
