#include "ui/interaction.h"

#include <algorithm>
#include <cmath>

namespace sinetti::ui {

namespace {

constexpr float kDragThreshold = 8;          // logical pixels before a touch is a scroll and no longer a tap
constexpr double kRestMs = 500;              // a finger that lies still so long asks for the menu
constexpr float kFriction = 0.0035f;         // share of the speed lost per millisecond
constexpr float kSlowest = 0.02f;            // logical pixels per millisecond

}  // namespace

void Interaction::begin_frame(double now_ms)
{
    const double elapsed = std::min(now_ms - m_now, 50.0);
    m_now = now_ms;
    m_regions.clear();
    if (m_coasting != 0) {
        ScrollState& state = m_scrolls[m_coasting];
        const float before = state.offset;
        state.offset = std::clamp(state.offset + state.velocity * static_cast<float>(elapsed), 0.0f, state.maximum());
        state.velocity *= std::exp(-kFriction * static_cast<float>(elapsed));
        const bool stopped = std::abs(state.velocity) < kSlowest || (elapsed > 0 && state.offset == before);
        if (stopped) m_coasting = 0;
    }
    if (m_resting && !m_rested_from) m_rested_from = now_ms;
    if (const auto due = finger_rests_at(); due && now_ms >= *due) {
        m_resting = false;
        if (menu(m_down)) m_pressed = m_dragged = 0;   // letting go presses nothing
    }
}

std::optional<double> Interaction::finger_rests_at() const
{
    if (!m_resting || !m_rested_from || id_at(m_down, RegionKind::menu) == 0) return std::nullopt;
    return *m_rested_from + kRestMs;
}

void Interaction::hit(NodeId id, const Rect& clipped, Cursor cursor)
{
    if (!clipped.empty()) m_regions.push_back({id, clipped, cursor, RegionKind::press});
}

void Interaction::scroll_area(NodeId id, const Rect& clipped)
{
    if (!clipped.empty()) m_regions.push_back({id, clipped, Cursor::arrow, RegionKind::scroll});
}

void Interaction::menu_area(NodeId id, const Rect& clipped)
{
    if (!clipped.empty()) m_regions.push_back({id, clipped, Cursor::arrow, RegionKind::menu});
}

void Interaction::cover()
{
    m_regions.clear();
}

void Interaction::end_frame()
{
    m_shown.swap(m_regions);
    m_activated.clear();
    m_menus.clear();
    m_pressed_outside = false;
    if (m_touch) return;
    m_hovered = id_at(m_last, RegionKind::press);
    m_menu_hovered = id_at(m_last, RegionKind::menu);
}

const Interaction::Region* Interaction::region_at(Point p, RegionKind kind) const
{
    for (auto region = m_shown.rbegin(); region != m_shown.rend(); ++region) {
        if (region->kind == kind && region->rect.contains(p)) return &*region;
    }
    return nullptr;
}

NodeId Interaction::id_at(Point p, RegionKind kind) const
{
    const Region* region = region_at(p, kind);
    return region != nullptr ? region->id : 0;
}

Cursor Interaction::cursor() const
{
    const Region* region = region_at(m_last, RegionKind::press);
    return region != nullptr ? region->cursor : Cursor::arrow;
}

bool Interaction::scroll_by(NodeId id, float delta)
{
    ScrollState& state = m_scrolls[id];
    const float before = state.offset;
    state.offset = std::clamp(state.offset + delta, 0.0f, state.maximum());
    return state.offset != before;
}

bool Interaction::wheel(Point at, float delta_y)
{
    m_coasting = 0;
    m_last = at;
    const NodeId area = id_at(at, RegionKind::scroll);
    return area != 0 && scroll_by(area, delta_y);
}

bool Interaction::menu(Point at)
{
    const NodeId area = id_at(at, RegionKind::menu);
    if (area != 0) m_menus.insert(area);
    return area != 0;
}

bool Interaction::pointer(PointerPhase phase, PointerKind kind, Point at)
{
    m_touch = kind == PointerKind::touch;
    const NodeId before_hover = m_hovered;
    const NodeId before_menu = m_menu_hovered;
    const NodeId before_press = m_pressed;
    switch (phase) {
        case PointerPhase::move: {
            const bool scrolled = m_dragged != 0 && m_touch;
            if (std::max(std::abs(at.x - m_down.x), std::abs(at.y - m_down.y)) > kDragThreshold) m_resting = false;
            if (scrolled && !m_dragging && std::abs(at.y - m_down.y) > kDragThreshold) {
                m_dragging = true;
                m_pressed = 0;
            }
            if (scrolled && m_dragging) {
                const float delta = m_last.y - at.y;
                ScrollState& state = m_scrolls[m_dragged];
                const double elapsed = std::max(1.0, m_now - m_last_move);
                m_last_move = m_now;
                state.velocity = 0.6f * state.velocity + 0.4f * delta / static_cast<float>(elapsed < 100 ? elapsed : 16.0);
                scroll_by(m_dragged, delta);
                m_last = at;
                m_hovered = 0;
                return true;
            }
            m_last = at;
            m_hovered = id_at(at, RegionKind::press);
            break;
        }
        case PointerPhase::down:
            m_last = m_down = at;
            m_last_move = m_now;
            m_hovered = m_pressed = id_at(at, RegionKind::press);
            m_pressed_outside = m_pressed == 0;
            m_dragged = m_touch ? id_at(at, RegionKind::scroll) : 0;
            m_dragging = false;
            m_coasting = 0;
            m_resting = m_touch;
            m_rested_from.reset();
            if (m_dragged != 0) m_scrolls[m_dragged].velocity = 0;
            return true;
        case PointerPhase::up:
            m_last = at;
            m_hovered = id_at(at, RegionKind::press);
            if (m_pressed != 0 && m_pressed == m_hovered && !m_dragging) m_activated.insert(m_pressed);
            if (m_dragging && std::abs(m_scrolls[m_dragged].velocity) > kSlowest) m_coasting = m_dragged;
            m_pressed = 0;
            m_dragged = 0;
            m_dragging = m_resting = false;
            if (m_touch) m_hovered = 0;
            return true;
        case PointerPhase::cancel:
        case PointerPhase::leave:
            m_last = {-1, -1};
            m_hovered = m_pressed = m_dragged = 0;
            m_dragging = m_resting = false;
            break;
    }
    m_menu_hovered = m_touch ? 0 : id_at(m_last, RegionKind::menu);
    return m_hovered != before_hover || m_menu_hovered != before_menu || m_pressed != before_press;
}

bool Interaction::set_focus(NodeId id, bool visible)
{
    const bool changed = m_focus != id || m_focus_visible != visible;
    m_focus = id;
    m_focus_visible = visible;
    return changed;
}

}  // namespace sinetti::ui
