#include "ui/context.h"

#include <cmath>

namespace sinetti::ui {

namespace {

constexpr NodeId kIdMask = (NodeId{1} << 52) - 1;

NodeId hash(NodeId seed, std::string_view key)
{
    NodeId h = seed ^ 0xcbf29ce484222325u;   // FNV-1a
    for (const char c : key) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    h ^= h >> 29;
    h &= kIdMask;
    return h == 0 ? 1 : h;
}

}  // namespace

NodeId Context::id(std::string_view key) const
{
    return hash(m_scopes.empty() ? 0 : m_scopes.back(), key);
}

void Context::push(std::string_view key)
{
    m_scopes.push_back(id(key));
}

void Context::pop()
{
    m_scopes.pop_back();
}

void Context::push_clip(const Rect& rect)
{
    m_clips.push_back(rect.intersected(m_clips.back()));
    const Rect& r = m_clips.back();
    paint.push_clip(r.x, r.y, std::max(0.0f, r.w), std::max(0.0f, r.h));
}

void Context::pop_clip()
{
    m_clips.pop_back();
    paint.pop_clip();
}

bool Context::activated(NodeId node)
{
    if (!input.take_activation(node)) return false;
    animating = true;   // what follows from it may concern what is drawn already
    return true;
}

void Context::cover()
{
    mirror.cover();
    input.cover();
    covered = true;
}

void Context::text(std::string_view key, const TextStyle& style, std::string_view words, float x, float top, Colour colour)
{
    paint.text(style, words, x, top, colour);
    mirror.add(id(key), Role::text, {x, top, measure(style, words), style.line}, words);
}

void Context::heading(std::string_view key, int level, const TextStyle& style, std::string_view words, float x, float top, Colour colour)
{
    paint.text(style, words, x, top, colour);
    mirror.add(id(key), Role::heading, {x, top, measure(style, words), style.line}, words).level = static_cast<std::uint8_t>(level);
}

float Context::paragraph(std::string_view key, const TextStyle& style, std::string_view words, const Rect& area, Colour colour, float align)
{
    const gfx::TextLayout layout = paint.texts().wrap(style, words, area.w);
    float top = area.y;
    for (const gfx::TextLine& line : layout.lines) {
        paint.text(style, words.substr(line.begin, line.end - line.begin), area.x + (area.w - line.width) * align, top, colour);
        top += style.line;
    }
    mirror.add(id(key), Role::text, {area.x, area.y, area.w, layout.height}, words);
    return layout.height;
}

void Context::ink_elided(const TextStyle& style, std::string_view words, float x, float top, float width, Colour colour)
{
    if (width <= 0) return;
    paint.text(style, paint.texts().elide(style, words, width), x, top, colour);
}

void Context::ink_centred(const TextStyle& style, std::string_view words, const Rect& rect, Colour colour)
{
    const std::string shown = paint.texts().elide(style, words, rect.w);
    paint.text(style, shown, rect.x + (rect.w - measure(style, shown)) / 2, rect.y + (rect.h - style.line) / 2, colour);
}

void Context::icon(const char* glyph, float size, const Rect& centred_in, Colour colour, bool mirrored)
{
    paint.icon(glyph, size, centred_in.x + (centred_in.w - size) / 2, centred_in.y + (centred_in.h - size) / 2, colour, mirrored);
}

void Context::focus_ring(NodeId node, const Rect& rect, float radius)
{
    if (!input.focus_visible(node)) return;
    paint.outline(rect.x - 2, rect.y - 2, rect.w + 4, rect.h + 4, 2, theme.focus_gap, radius + 2);
    paint.outline(rect.x - 4, rect.y - 4, rect.w + 8, rect.h + 8, 2, theme.focus, radius + 4);
}

GroupScope::GroupScope(Context& context, std::string_view key, Role role, const Rect& rect, std::string_view name, std::uint8_t actions)
    : m_context(context), m_id(context.id(key))
{
    m_context.mirror.add(m_id, role, rect, name).actions = actions;
    m_context.mirror.open(m_id);
    m_context.push(key);
}

GroupScope::~GroupScope()
{
    m_context.pop();
    m_context.mirror.close();
}

}  // namespace sinetti::ui
