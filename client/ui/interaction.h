#pragma once
// Between the raw pointer and the widgets. Widgets register where they can be hit while they draw; what the pointer does is judged
// against the frame on the screen, and a widget asks in the next frame whether it was activated. Scrolling lives here as well.

#include "ui/app.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace sinetti::ui {

struct ScrollState {
    float offset = 0;         // of the content's top above the area's top
    float content = 0;
    float area = 0;
    float velocity = 0;       // logical pixels per millisecond, after a touch has let go
    float maximum() const { return content > area ? content - area : 0; }
};

class Interaction {
public:
    // Regions of the frame being drawn; later ones are on top.
    void begin_frame(double now_ms);
    void hit(NodeId id, const Rect& clipped, Cursor cursor);
    void scroll_area(NodeId id, const Rect& clipped);
    void menu_area(NodeId id, const Rect& clipped);   // has a menu: the secondary button, or a finger that rests on it
    void cover();                                  // a modal dialog: nothing registered so far can be hit
    void end_frame();                              // now the regions are what the pointer meets; unclaimed activations are dropped
    bool animating() const { return m_coasting != 0; }
    std::optional<double> finger_rests_at() const;    // when it will have rested long enough, if it stays

    // Raw input; each returns whether a frame is needed.
    bool pointer(PointerPhase phase, PointerKind kind, Point at);
    bool wheel(Point at, float delta_y);
    bool menu(Point at);                              // the secondary button; false: what is there has no menu
    void activate(NodeId id) { m_activated.insert(id); }
    bool set_focus(NodeId id, bool visible);

    // What widgets ask.
    bool take_activation(NodeId id) { return m_activated.erase(id) > 0; }
    bool take_menu(NodeId id) { return m_menus.erase(id) > 0; }   // it is wanted
    bool hovered(NodeId id) const { return m_hovered == id && !m_touch; }
    bool menu_hovered(NodeId id) const { return m_menu_hovered == id && !m_touch; }   // whatever lies on top of it
    bool held(NodeId id) const { return m_pressed == id && m_hovered == id; }
    bool focused(NodeId id) const { return m_focus == id; }
    bool focus_visible(NodeId id) const { return m_focus == id && m_focus_visible; }
    NodeId focus() const { return m_focus; }
    bool outside_pressed() const { return m_pressed_outside; }
    ScrollState& scroll(NodeId id) { return m_scrolls[id]; }
    bool scroll_by(NodeId id, float delta);
    Cursor cursor() const;

private:
    enum class RegionKind : std::uint8_t { press, scroll, menu };
    struct Region {
        NodeId id = 0;
        Rect rect;
        Cursor cursor = Cursor::arrow;
        RegionKind kind = RegionKind::press;
    };

    const Region* region_at(Point p, RegionKind kind) const;   // the topmost
    NodeId id_at(Point p, RegionKind kind) const;              // 0: none

    std::vector<Region> m_regions;      // being registered
    std::vector<Region> m_shown;        // on the screen
    std::unordered_set<NodeId> m_activated;
    std::unordered_set<NodeId> m_menus;
    std::unordered_map<NodeId, ScrollState> m_scrolls;
    NodeId m_hovered = 0;
    NodeId m_menu_hovered = 0;
    NodeId m_pressed = 0;
    NodeId m_focus = 0;
    bool m_focus_visible = false;
    bool m_touch = false;
    bool m_pressed_outside = false;
    Point m_last;
    Point m_down;
    NodeId m_dragged = 0;               // scroll area a finger may move
    bool m_dragging = false;
    bool m_resting = false;             // the finger is down and has not moved
    std::optional<double> m_rested_from;   // the first frame of that
    NodeId m_coasting = 0;
    double m_now = 0;
    double m_last_move = 0;
};

}  // namespace sinetti::ui
