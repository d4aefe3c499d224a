#pragma once
// Logical pixels, y downwards.

#include <algorithm>
#include <cstdint>

namespace sinetti::ui {

using NodeId = std::uint64_t;   // below 2^52; 0 is nothing

struct Point {
    float x = 0;
    float y = 0;
    bool operator==(const Point&) const = default;
};

struct Rect {
    float x = 0;
    float y = 0;
    float w = 0;
    float h = 0;

    float right() const { return x + w; }
    float bottom() const { return y + h; }
    Point centre() const { return {x + w / 2, y + h / 2}; }
    bool contains(Point p) const { return p.x >= x && p.y >= y && p.x < right() && p.y < bottom(); }
    bool empty() const { return w <= 0 || h <= 0; }
    Rect inset(float d) const { return {x + d, y + d, w - 2 * d, h - 2 * d}; }
    Rect inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
    Rect moved(float dx, float dy) const { return {x + dx, y + dy, w, h}; }
    Rect intersected(const Rect& o) const
    {
        const float l = std::max(x, o.x);
        const float t = std::max(y, o.y);
        return {l, t, std::min(right(), o.right()) - l, std::min(bottom(), o.bottom()) - t};
    }
    // Cut a strip off one side and give it back.
    Rect take_left(float d)
    {
        Rect part{x, y, d, h};
        x += d;
        w -= d;
        return part;
    }
    Rect take_right(float d)
    {
        w -= d;
        return {x + w, y, d, h};
    }
    Rect take_top(float d)
    {
        Rect part{x, y, w, d};
        y += d;
        h -= d;
        return part;
    }
    Rect take_bottom(float d)
    {
        h -= d;
        return {x, y + h, w, d};
    }
    bool operator==(const Rect&) const = default;
};

}  // namespace sinetti::ui
