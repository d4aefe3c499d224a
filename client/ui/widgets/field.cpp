#include "ui/widgets/field.h"

#include "api/command.h"
#include "generated/icons.h"
#include "ui/widgets/button.h"

namespace sinetti::ui {

namespace {

MirrorNode& add_field(Context& c, NodeId node, const Rect& ink, const FieldOptions& o, const TextStyle& style)
{
    const Role role = is_secret(o.kind) ? Role::passwordbox : o.kind == FieldKind::search ? Role::searchbox : Role::textbox;
    MirrorNode& mirrored = c.mirror.add(node, role, ink, o.label);
    mirrored.actions = kFocus;
    if (o.required) mirrored.states |= kRequired;
    if (o.invalid) mirrored.states |= kInvalid;
    TextFieldSpec& spec = mirrored.field.emplace();
    spec.kind = o.kind;
    spec.spell_check = o.spell_check;
    spec.revealed = o.revealed;
    spec.autofocus = o.autofocus;
    spec.font_px = style.size;
    spec.line_px = style.line;
    spec.colour = c.theme.text;
    spec.placeholder_colour = c.theme.text_3;
    spec.max_bytes = o.max_bytes;
    spec.placeholder = o.placeholder;
    spec.autocomplete = o.autocomplete;
    if (!is_secret(o.kind)) {
        const auto typed = c.state.texts.find(node);
        spec.initial = typed != c.state.texts.end() ? typed->second : std::string(o.initial);
        if (typed == c.state.texts.end() && !o.initial.empty()) c.state.texts.emplace(node, o.initial);
    }
    if (c.in_background() && !is_secret(o.kind)) {   // the real field is out of sight: show what it shows
        const std::string& shown = spec.initial.empty() ? spec.placeholder : spec.initial;
        c.ink_elided(style, shown, ink.x, ink.y + (ink.h - style.line) / 2, ink.w, spec.initial.empty() ? c.theme.text_3 : c.theme.text);
    }
    c.hit(node, ink, Cursor::text);
    c.input.take_activation(node);   // a click into the field is the page's business
    return mirrored;
}

bool take_submission(Context& c, NodeId node)
{
    if (c.state.submitted.erase(node) == 0) return false;
    c.changed();
    return true;
}

}  // namespace

FieldResult text_field(Context& c, std::string_view key, const Rect& box, const FieldOptions& o)
{
    const NodeId node = c.id(key);
    const bool focused = c.input.focused(node);
    if (focused) c.paint.outline(box.x - 4, box.y - 4, box.w + 8, box.h + 8, 4, c.theme.accent_tint, 20);
    c.paint.fill(box.x, box.y, box.w, box.h, c.theme.surface, 16);
    c.paint.outline(box.x, box.y, box.w, box.h, focused ? 2.0f : 1.5f, o.invalid ? c.theme.danger : focused ? c.theme.focus : c.theme.border, 16);
    Rect ink = box.inset(16, o.kind == FieldKind::lines || o.kind == FieldKind::secret_lines ? 12 : 2);
    ink.w -= o.trailing;
    add_field(c, node, ink, o, kLead);
    return {node, take_submission(c, node)};
}

FieldResult search_field(Context& c, std::string_view key, const Rect& box, std::string_view placeholder, Colour background, bool outlined)
{
    const NodeId node = c.id(key);
    c.paint.fill(box.x, box.y, box.w, box.h, background, 13);
    if (outlined || c.theme.high_contrast) c.paint.outline(box.x, box.y, box.w, box.h, c.theme.high_contrast ? 1.5f : 1.0f, c.theme.high_contrast ? c.theme.border : c.theme.line, 13);
    if (c.input.focused(node)) {
        c.paint.outline(box.x, box.y, box.w, box.h, 2, c.theme.focus, 13);
        c.paint.outline(box.x - 4, box.y - 4, box.w + 8, box.h + 8, 4, c.theme.accent_tint, 17);
    }
    const float size = box.h > 42 ? 19.0f : 18.0f;
    c.paint.icon(icons::kMagnifyingGlass, size, box.x + 12, box.y + (box.h - size) / 2, c.theme.text_3);
    const TextStyle style{Face::regular, box.h > 42 ? 15.0f : 14.0f, 21};
    FieldOptions o{.kind = FieldKind::search, .label = placeholder, .placeholder = placeholder, .max_bytes = api::kNameMax};
    Rect ink = box;
    ink.take_left(12 + size + 9);
    ink.take_right(10);
    add_field(c, node, ink, o, style);
    return {node, take_submission(c, node)};
}

std::string_view field_text(const Context& c, NodeId field)
{
    const auto found = c.state.texts.find(field);
    return found == c.state.texts.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view trimmed(std::string_view text)
{
    const auto blank = [](char ch) { return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

FieldResult secret_field(Context& c, std::string_view key, const Rect& box, const SecretFieldOptions& options)
{
    const NodeId node = c.id(key);
    const bool revealed = c.state.turned.contains(node) != options.shown;
    const FieldOptions o{.kind = FieldKind::password,
                         .label = c.say(options.label),
                         .placeholder = options.labelled ? "" : c.say(options.label),
                         .autocomplete = options.autocomplete,
                         .max_bytes = api::kPassphraseMax,
                         .autofocus = options.autofocus,
                         .required = true,
                         .invalid = options.invalid,
                         .revealed = revealed,
                         .trailing = 36};
    const FieldResult result = text_field(c, key, box, o);
    IconButtonSpec eye{.icon = revealed ? icons::kEyeSlash : icons::kEye, .icon_size = 22};
    eye.states = kToggle | (revealed ? kPressed : 0u);
    const Rect place{box.right() - 48, box.y + (box.h - 44) / 2, 44, 44};
    if (icon_button(c, std::string(key) + " reveal", place, c.say(revealed ? options.hide : options.show), eye)) {
        if (c.state.turned.erase(node) == 0) c.state.turned.insert(node);
    }
    return result;
}

}  // namespace sinetti::ui
