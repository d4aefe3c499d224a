#pragma once
// Primitives in logical pixels on one ImGui draw list whose coordinates are device pixels. Colours are 0xRRGGBBAA.

#include "gfx/text.h"

#include <imgui.h>

#include <array>
#include <span>

namespace sinetti::gfx {

using Colour = std::uint32_t;

constexpr Colour with_alpha(Colour colour, float alpha)   // alpha is multiplied into what the colour has
{
    const float own = static_cast<float>(colour & 0xffu);
    const auto scaled = static_cast<Colour>(own * (alpha < 0 ? 0 : alpha > 1 ? 1 : alpha) + 0.5f);
    return (colour & 0xffffff00u) | scaled;
}

struct Corners {
    float top_left = 0;
    float top_right = 0;
    float bottom_right = 0;
    float bottom_left = 0;

    Corners() = default;
    Corners(float all) : top_left(all), top_right(all), bottom_right(all), bottom_left(all) {}
    Corners(float tl, float tr, float br, float bl) : top_left(tl), top_right(tr), bottom_right(br), bottom_left(bl) {}
};

struct Vec {
    float x = 0;
    float y = 0;
};

class Painter {
public:
    Painter(ImDrawList& list, Text& text, float density) : m_list(list), m_text(text), m_density(density) {}

    void fill(float x, float y, float w, float h, Colour colour, const Corners& corners = {});
    void outline(float x, float y, float w, float h, float thickness, Colour colour, const Corners& corners = {});   // inside the rectangle
    // As CSS draws it; only the part outside is needed, because what casts it lies on top.
    void shadow(float x, float y, float w, float h, float radius, float offset_y, float blur, Colour colour);
    void circle(float cx, float cy, float radius, Colour colour);
    void ring(float cx, float cy, float radius, float thickness, Colour colour);
    void dashed_ring(float cx, float cy, float radius, float thickness, int dashes, Colour colour);
    // The wavy edge of a seal: r = R(1 - depth + depth·cos(lobes·angle)), a lobe at the top.
    void seal_edge(float cx, float cy, float radius, int lobes, float depth, Colour colour);
    void seal_edge_outline(float cx, float cy, float radius, int lobes, float depth, float thickness, Colour colour);
    void line(Vec a, Vec b, float thickness, Colour colour);
    void polyline(std::span<const Vec> points, float thickness, Colour colour, bool closed = false);
    void bezier(Vec a, Vec b, Vec c, Vec d, float thickness, Colour colour);
    void image(ImTextureID texture, float x, float y, float w, float h, Colour tint = 0xffffffffu);
    // Colours at the corners of a mesh given by a function; for the one gradient we have.
    void mesh(float x, float y, float w, float h, int columns, int rows, Colour (*colour_at)(float u, float v));

    void text(const TextStyle& style, std::string_view text, float x, float top, Colour colour);
    void text(const TextStyle& style, std::string_view text, const TextLayout& layout, float x, float top, Colour colour);
    void icon(std::string_view icon, float size, float x, float y, Colour colour, bool mirrored = false);

    void push_clip(float x, float y, float w, float h);
    void pop_clip() { m_list.PopClipRect(); }

    Text& texts() { return m_text; }
    float density() const { return m_density; }
    float snap(float v) const { return static_cast<float>(static_cast<int>(v * m_density + (v < 0 ? -0.5f : 0.5f))) / m_density; }

    float opacity = 1;   // multiplied into every colour

private:
    ImU32 colour(Colour c) const;
    ImVec2 at(float x, float y) const { return {x * m_density, y * m_density}; }
    void path(float x, float y, float w, float h, const Corners& corners, float inset);
    void star(float cx, float cy, float radius, int lobes, float depth, std::span<ImVec2> out) const;

    ImDrawList& m_list;
    Text& m_text;
    float m_density;
};

}  // namespace sinetti::gfx
