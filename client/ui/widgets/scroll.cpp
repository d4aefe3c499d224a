#include "ui/widgets/scroll.h"

namespace sinetti::ui {

ScrollScope::ScrollScope(Context& context, std::string_view key, Role role, const Rect& area, std::string_view name)
    : m_context(context), m_id(context.id(key)), m_area(area)
{
    ScrollState& state = m_context.input.scroll(m_id);
    state.area = area.h;
    state.offset = std::clamp(state.offset, 0.0f, state.maximum());
    m_offset = m_context.paint.snap(state.offset);
    m_context.input.scroll_area(m_id, area.intersected(m_context.clip()));
    MirrorNode& node = m_context.mirror.add(m_id, role, area, name);
    if (state.maximum() > 0) node.actions |= kScroll;
    m_context.mirror.open(m_id);
    m_context.push(key);
    m_context.push_clip(area);
}

ScrollScope::~ScrollScope()
{
    m_context.pop_clip();
    m_context.pop();
    m_context.mirror.close();
    ScrollState& state = m_context.input.scroll(m_id);
    state.content = m_content;
    if (state.offset > state.maximum()) {
        state.offset = state.maximum();
        m_context.changed();
    }
    if (state.maximum() > 0) {
        const float length = std::max(32.0f, m_area.h * m_area.h / m_content);
        const float at = (m_area.h - length) * state.offset / state.maximum();
        m_context.paint.fill(m_area.right() - 6, m_area.y + at + 2, 4, length - 4, gfx::with_alpha(m_context.theme.border, m_context.theme.high_contrast ? 1.0f : 0.35f), 2);
    }
}

}  // namespace sinetti::ui
