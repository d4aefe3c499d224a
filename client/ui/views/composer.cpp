#include "generated/icons.h"
#include "ui/views/timeline.h"
#include "ui/views/views.h"
#include "ui/widgets/button.h"
#include "ui/widgets/field.h"

#include <cmath>

namespace sinetti::ui {

namespace {

struct Metrics {
    float left, right, top, bottom;
    float box;        // least height
    float radius;
    float button;
};

Metrics metrics_of(const Context& c)
{
    if (c.viewport.width < kMediumWidth) return {10, 10, 6, 10 + c.viewport.inset_bottom, 56, 24, 44};
    return {20, 20, 6, 16, 52, 20, 40};
}

const TextStyle& style_of(const Context& c) { return c.viewport.coarse_pointer ? kBodyTouch : kBody; }

const api::ConversationSummary* shown(const Context& c) { return c.model.conversation(c.state.open); }

constexpr float kNoteMargin = 16;   // of what stands where nothing can be written
constexpr float kNotePad = 12;
constexpr float kNoteGap = 10;

Say note_of(const api::ConversationSummary& s) { return s.active ? Say::conversation_closed : Say::read_only; }
float go_on_height(const Context& c) { return c.touch() ? 44.0f : 40.0f; }

// Why nothing can be written; and where it can.
void draw_note(Context& c, const Rect& box, const api::ConversationSummary& conversation)
{
    const Theme& t = c.theme;
    c.paint.fill(box.x, box.y, box.w, box.h, t.sunken, 16);
    if (t.high_contrast) c.paint.outline(box.x, box.y, box.w, box.h, 1.5f, t.border, 16);
    const Rect words = box.inset(kNoteMargin, kNotePad);
    const float height = c.paragraph("read only", kLabel, c.say(note_of(conversation)), words, t.text_2, 0.5f);
    if (!conversation.active) return;
    const ButtonSpec go_on{.label = c.say(Say::go_on_elsewhere), .icon = icons::kPencilSimpleLine, .kind = ButtonKind::outline};
    const float width = std::min(button_width(c, go_on), words.w);
    if (button(c, "go on", {words.x + (words.w - width) / 2, words.y + height + kNoteGap, width, go_on_height(c)}, go_on)) go_on_elsewhere(c, conversation);
}

float box_height(Context& c)
{
    const Metrics m = metrics_of(c);
    const auto known = c.state.heights.find(composer_id(c, c.state.open));
    const float line = style_of(c).line;
    const float wanted = known == c.state.heights.end() ? line : known->second;
    const float most = std::max(line, std::min(kComposerLines * line, std::floor(c.viewport.height * 0.35f / line) * line));
    return std::max(m.box, std::clamp(wanted, line, most) + (m.box - line));
}

}  // namespace

NodeId composer_id(const Context&, const api::ConversationId& conversation)
{
    // Independent of where it stands, so that the text survives a change of layout.
    NodeId h = 0xcbf29ce484222325u;
    for (const char ch : "composer " + conversation) h = (h ^ static_cast<unsigned char>(ch)) * 0x100000001b3u;
    return ((h ^ (h >> 31)) & ((NodeId{1} << 52) - 1)) | 1;
}

float composer_height(Context& c, float width)
{
    const Metrics m = metrics_of(c);
    const auto* conversation = shown(c);
    if (conversation == nullptr || can_write(*conversation)) return m.top + box_height(c) + m.bottom;
    const float words = c.paragraph_height(kLabel, c.say(note_of(*conversation)), width - m.left - m.right - 2 * kNoteMargin);
    return m.top + m.bottom + words + 2 * kNotePad + (conversation->active ? kNoteGap + go_on_height(c) : 0);
}

void draw_composer(Context& c, const Rect& area, const api::ConversationSummary& conversation)
{
    const Metrics m = metrics_of(c);
    const Theme& t = c.theme;
    const Rect box{area.x + m.left, area.y + m.top, area.w - m.left - m.right, area.h - m.top - m.bottom};
    if (!can_write(conversation)) return draw_note(c, box, conversation);
    const NodeId node = composer_id(c, conversation.id);
    const bool focused = c.input.focused(node);
    c.paint.shadow(box.x, box.y, box.w, box.h, m.radius, 2, 10, t.shadow);
    c.paint.fill(box.x, box.y, box.w, box.h, t.surface, m.radius);
    c.paint.outline(box.x, box.y, box.w, box.h, t.high_contrast ? 1.5f : 1.0f, t.high_contrast ? t.border : t.line, m.radius);
    if (focused) c.paint.outline(box.x, box.y, box.w, box.h, 2, gfx::with_alpha(t.focus, c.input.focus_visible(node) ? 1.0f : 0.55f), m.radius);

    const TextStyle& style = style_of(c);
    const float pad = (m.box - style.line) / 2;
    const Rect ink{box.x + 20, box.y + pad, box.w - 20 - 6 - m.button - 10, box.h - 2 * pad};
    const Say words = c.viewport.width < kMediumWidth ? Say::write_message_short : Say::write_message;
    MirrorNode& mirrored = c.mirror.add(node, Role::textbox, ink, c.say(Say::write_message));
    mirrored.actions = kFocus;
    TextFieldSpec& spec = mirrored.field.emplace();
    spec.kind = FieldKind::composer;
    spec.spell_check = true;
    spec.font_px = style.size;
    spec.line_px = style.line;
    spec.colour = t.text;
    spec.placeholder_colour = t.text_3;
    spec.max_bytes = api::kMessageTextMax;
    spec.placeholder = c.say(words);
    spec.autocomplete = "off";
    const auto draft = c.state.drafts.find(conversation.id);
    if (!c.state.texts.contains(node)) c.state.texts.emplace(node, draft != c.state.drafts.end() ? draft->second : conversation.draft);
    spec.initial = c.state.texts[node];
    if (c.in_background()) {
        const ClipScope clip(c, ink);
        const std::string& shown = spec.initial.empty() ? spec.placeholder : spec.initial;
        c.paint.text(style, shown, c.paint.texts().wrap(style, shown, ink.w, static_cast<std::size_t>(kComposerLines)), ink.x, ink.y,
                     spec.initial.empty() ? t.text_3 : t.text);
    }
    c.hit(node, ink, Cursor::text);
    c.input.take_activation(node);
    c.state.composer = node;

    const bool ready = !trimmed(field_text(c, node)).empty();
    const Rect place{box.right() - 6 - m.button, box.bottom() - (m.box - m.button) / 2 - m.button, m.button, m.button};
    const IconButtonSpec send{.icon = icons::kPaperPlaneRightFill, .icon_size = m.button > 42 ? 21.0f : 20.0f, .radius = m.button > 42 ? 18.0f : 14.0f,
                              .kind = IconButtonKind::accent, .disabled = !ready};
    if (icon_button(c, "send", place, c.say(Say::send), send)) {
        send_composed(c.state, c.model, c.host, node);
        c.state.focus_next = node;
    }
}

bool send_composed(State& state, const Model& model, Host& host, NodeId composer)
{
    const api::ConversationSummary* conversation = model.conversation(state.open);
    if (conversation == nullptr || !can_write(*conversation)) return false;
    std::string& text = state.texts[composer];
    const std::string_view words = trimmed(text);
    if (words.empty()) return false;
    if (words.size() > api::kMessageTextMax) {
        state.toasts.insert(state.toasts.begin(), {.code = api::Code::message_too_long, .severity = api::Severity::error});
        return false;
    }
    host.send_command(api::SendText{state.open, std::string(words)}, std::nullopt);
    const bool had_draft = !conversation->draft.empty() || state.drafts.contains(state.open);
    text.clear();
    state.heights.erase(composer);
    state.drafts.erase(state.open);
    state.draft_unsaved = false;
    state.stick_to_end = true;
    host.set_field_text(composer, {});
    if (had_draft) host.send_command(api::SaveDraft{state.open, {}}, std::nullopt);
    return true;
}

void flush_draft(Context& c) { save_draft(c.state, c.host); }

void save_draft(State& state, Host& host)
{
    if (!state.draft_unsaved || state.open.empty()) return;
    state.draft_unsaved = false;
    const auto draft = state.drafts.find(state.open);
    host.send_command(api::SaveDraft{state.open, draft == state.drafts.end() ? std::string() : draft->second}, std::nullopt);
}

}  // namespace sinetti::ui
