#include "ui/keyboard.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

bool in_list(Role role)
{
    return role == Role::list || role == Role::tablist || role == Role::radiogroup || role == Role::group || role == Role::navigation || role == Role::log;
}

bool is_pane(Role role)
{
    return role == Role::region || role == Role::navigation || role == Role::main || role == Role::complementary;
}

// The focusable nodes below the nearest list around `node`, in order.
std::vector<const MirrorNode*> siblings(const Mirror& mirror, NodeId node)
{
    NodeId around = 0;
    for (const MirrorNode* n = mirror.find(node); n != nullptr; n = mirror.find(n->parent)) {
        if (n->id != node && in_list(n->role)) {
            around = n->id;
            break;
        }
    }
    std::vector<const MirrorNode*> out;
    if (around == 0) return out;
    for (const MirrorNode& n : mirror.nodes()) {
        if ((n.actions & (kFocus | kFocusOnly)) == 0 || n.field) continue;
        for (const MirrorNode* up = mirror.find(n.parent); up != nullptr; up = mirror.find(up->parent)) {
            if (up->id == around) {
                out.push_back(&n);
                break;
            }
        }
    }
    return out;
}

}  // namespace

const MirrorNode* next_sibling(const Mirror& mirror, NodeId focus, Key key)
{
    const MirrorNode* here = mirror.find(focus);
    if (here == nullptr || here->field) return nullptr;
    const auto all = siblings(mirror, here->id);
    const auto at = std::find(all.begin(), all.end(), here);
    if (at == all.end() || all.size() < 2) return nullptr;
    const auto index = static_cast<std::size_t>(at - all.begin());
    switch (key) {
        case Key::down:
        case Key::right: return all[std::min(index + 1, all.size() - 1)];
        case Key::up:
        case Key::left: return all[index > 0 ? index - 1 : 0];
        case Key::home: return all.front();
        case Key::end: return all.back();
        default: return nullptr;
    }
}

const MirrorNode* next_pane(const Mirror& mirror, NodeId focus, bool backwards)
{
    std::vector<NodeId> panes;
    std::size_t current = 0;
    for (const MirrorNode& n : mirror.nodes()) {
        if (is_pane(n.role)) panes.push_back(n.id);
    }
    if (panes.empty()) return nullptr;
    bool inside = false;
    for (const MirrorNode* n = mirror.find(focus); n != nullptr; n = mirror.find(n->parent)) {
        const auto found = std::find(panes.begin(), panes.end(), n->id);
        if (found != panes.end()) {
            current = static_cast<std::size_t>(found - panes.begin());
            inside = true;
            break;
        }
    }
    for (std::size_t step = inside ? 1 : 0; step <= panes.size(); ++step) {
        const std::size_t index = backwards ? (current + panes.size() * 2 - step) % panes.size() : (current + step) % panes.size();
        for (const MirrorNode& n : mirror.nodes()) {
            if ((n.actions & kFocus) == 0 || (n.states & (kDisabled | kHidden)) != 0) continue;
            const MirrorNode* up = &n;
            while (up != nullptr && !is_pane(up->role)) up = mirror.find(up->parent);
            if (up != nullptr && up->id == panes[index]) return &n;
        }
    }
    return nullptr;
}

bool scroll_by_key(const Mirror& mirror, Interaction& input, Key key)
{
    NodeId area = 0;
    for (const MirrorNode* n = mirror.find(input.focus()); n != nullptr; n = mirror.find(n->parent)) {
        if ((n->actions & kScroll) != 0) {
            area = n->id;
            break;
        }
    }
    for (const MirrorNode& n : mirror.nodes()) {
        if ((n.actions & kScroll) != 0 && (area == 0 || (n.role == Role::log && mirror.find(input.focus()) == nullptr))) area = n.id;
    }
    if (area == 0) return false;
    const float page = input.scroll(area).area * 0.85f;
    const float delta = key == Key::page_up ? -page : key == Key::page_down ? page : key == Key::up ? -60.0f : key == Key::down ? 60.0f :
                        key == Key::home ? -1e7f : key == Key::end ? 1e7f : 0.0f;
    return delta != 0 && input.scroll_by(area, delta);
}

void reveal(const Mirror& mirror, Interaction& input, NodeId node)
{
    const MirrorNode* target = mirror.find(node);
    if (target == nullptr) return;
    Rect rect = target->rect;
    for (const MirrorNode* up = mirror.find(target->parent); up != nullptr; up = mirror.find(up->parent)) {
        if ((up->actions & kScroll) == 0) continue;
        const float margin = 12;
        float delta = 0;
        if (rect.y < up->rect.y + margin) {
            delta = rect.y - up->rect.y - margin;
        } else if (rect.bottom() > up->rect.bottom() - margin) {
            delta = std::min(rect.bottom() - up->rect.bottom() + margin, rect.y - up->rect.y - margin);
        }
        if (delta != 0 && input.scroll_by(up->id, delta)) rect.y -= delta;
    }
}

bool is_out_of_sight(const Mirror& mirror, NodeId node)
{
    const MirrorNode* target = mirror.find(node);
    if (target == nullptr) return false;
    for (const MirrorNode* up = mirror.find(target->parent); up != nullptr; up = mirror.find(up->parent))
        if ((up->actions & kScroll) != 0 && (target->rect.bottom() <= up->rect.y || target->rect.y >= up->rect.bottom())) return true;
    return false;
}

}  // namespace sinetti::ui
