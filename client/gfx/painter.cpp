#include "gfx/painter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace sinetti::gfx {

namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr int kStarPoints = 168;   // twelve to a lobe of fourteen

}  // namespace

ImU32 Painter::colour(Colour c) const
{
    const Colour faded = opacity >= 1 ? c : with_alpha(c, opacity);
    return IM_COL32((faded >> 24) & 0xff, (faded >> 16) & 0xff, (faded >> 8) & 0xff, faded & 0xff);
}

void Painter::path(float x, float y, float w, float h, const Corners& corners, float inset)
{
    const float limit = std::min(w, h) / 2;
    const auto arc = [&](float cx, float cy, float radius, float from) {
        const float r = std::max(0.0f, std::min(radius, limit) - inset);
        if (r < 0.05f) {
            m_list.PathLineTo(at(cx, cy));
        } else {
            m_list.PathArcTo(at(cx, cy), r * m_density, from, from + kPi / 2);
        }
    };
    const auto clamp = [&](float r) { return std::max(std::min(r, limit), inset); };
    m_list.PathClear();
    arc(x + clamp(corners.top_left), y + clamp(corners.top_left), corners.top_left, kPi);
    arc(x + w - clamp(corners.top_right), y + clamp(corners.top_right), corners.top_right, kPi * 1.5f);
    arc(x + w - clamp(corners.bottom_right), y + h - clamp(corners.bottom_right), corners.bottom_right, 0);
    arc(x + clamp(corners.bottom_left), y + h - clamp(corners.bottom_left), corners.bottom_left, kPi / 2);
    // Where two arcs meet there are two points in one place; the edge between them would grow spikes.
    const auto same = [](const ImVec2& a, const ImVec2& b) { return std::abs(a.x - b.x) < 0.05f && std::abs(a.y - b.y) < 0.05f; };
    ImVector<ImVec2>& points = m_list._Path;
    int kept = 0;
    for (int i = 0; i < points.Size; ++i) {
        if (kept == 0 || !same(points[i], points[kept - 1])) points[kept++] = points[i];
    }
    while (kept > 1 && same(points[0], points[kept - 1])) --kept;
    points.resize(kept);
}

void Painter::fill(float x, float y, float w, float h, Colour c, const Corners& corners)
{
    if ((c & 0xff) == 0 || w <= 0 || h <= 0) return;
    if (corners.top_left <= 0 && corners.top_right <= 0 && corners.bottom_left <= 0 && corners.bottom_right <= 0) {
        // Straight edges lie on whole device pixels.
        const ImVec2 a{std::round(x * m_density), std::round(y * m_density)};
        ImVec2 b{std::round((x + w) * m_density), std::round((y + h) * m_density)};
        b.x = std::max(b.x, a.x + 1);
        b.y = std::max(b.y, a.y + 1);
        m_list.AddRectFilled(a, b, colour(c));
        return;
    }
    path(snap(x), snap(y), snap(x + w) - snap(x), snap(y + h) - snap(y), corners, 0);
    m_list.PathFillConvex(colour(c));
}

void Painter::outline(float x, float y, float w, float h, float thickness, Colour c, const Corners& corners)
{
    if ((c & 0xff) == 0 || w <= 0 || h <= 0) return;
    const float half = thickness / 2;
    path(snap(x), snap(y), snap(x + w) - snap(x), snap(y + h) - snap(y), corners, half);
    m_list.PathStroke(colour(c), ImDrawFlags_Closed, thickness * m_density);
}

void Painter::shadow(float x, float y, float w, float h, float radius, float offset_y, float blur, Colour c)
{
    if ((c & 0xff) == 0 || w <= 0 || h <= 0) return;
    // Rounded rectangles around one another; between them the colours follow the Gaussian's integral. A blur of B has a standard
    // deviation of B/2, so the shadow reaches B to each side of the edge.
    constexpr int kRings = 7;
    constexpr int kSteps = 7;                       // points of one corner
    constexpr int kPoints = 4 * kSteps;
    const float reach = std::max(0.5f, std::min({blur, w / 2, h / 2}));
    const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
    m_list.PrimReserve((kRings - 1) * kPoints * 6, kRings * kPoints);
    const unsigned first = m_list._VtxCurrentIdx;
    for (int ring = 0; ring < kRings; ++ring) {
        const float t = 2.0f * static_cast<float>(ring) / (kRings - 1) - 1;   // -1 inside … 1 outside
        const float d = t * reach;
        const float share = ring == kRings - 1 ? 0.0f : 0.5f * (1 - std::erf(t * std::numbers::sqrt2_v<float>));
        const ImU32 tint = colour(with_alpha(c, share));
        // The blurred corner is rounder than the edge that casts it, outside as well as inside.
        const float r = std::clamp(radius + reach * 0.5f + d * 0.75f, 0.0f, std::min(w, h) / 2 + d);
        const float left = x - d + r;
        const float right = x + w + d - r;
        const float top = y + offset_y - d + r;
        const float bottom = y + offset_y + h + d - r;
        const float cx[] = {left, right, right, left};
        const float cy[] = {top, top, bottom, bottom};
        for (int corner = 0; corner < 4; ++corner) {
            for (int step = 0; step < kSteps; ++step) {
                const float angle = kPi + kPi / 2 * (static_cast<float>(corner) + static_cast<float>(step) / (kSteps - 1));
                m_list.PrimWriteVtx(at(cx[corner] + r * std::cos(angle), cy[corner] + r * std::sin(angle)), uv, tint);
            }
        }
    }
    for (unsigned ring = 0; ring + 1 < kRings; ++ring) {
        for (unsigned i = 0; i < kPoints; ++i) {
            const unsigned a = first + ring * kPoints + i;
            const unsigned b = first + ring * kPoints + (i + 1) % kPoints;
            for (const unsigned index : {a, b, b + kPoints, a, b + kPoints, a + kPoints}) m_list.PrimWriteIdx(static_cast<ImDrawIdx>(index));
        }
    }
}

void Painter::circle(float cx, float cy, float radius, Colour c)
{
    m_list.AddCircleFilled(at(cx, cy), radius * m_density, colour(c));
}

void Painter::ring(float cx, float cy, float radius, float thickness, Colour c)
{
    m_list.AddCircle(at(cx, cy), radius * m_density, colour(c), 0, thickness * m_density);
}

void Painter::dashed_ring(float cx, float cy, float radius, float thickness, int dashes, Colour c)
{
    const float step = 2 * kPi / static_cast<float>(dashes);
    for (int i = 0; i < dashes; ++i) {
        const float from = static_cast<float>(i) * step;
        m_list.PathArcTo(at(cx, cy), radius * m_density, from, from + step * 0.5f, 8);
        m_list.PathStroke(colour(c), 0, thickness * m_density);
    }
}

void Painter::star(float cx, float cy, float radius, int lobes, float depth, std::span<ImVec2> out) const
{
    for (std::size_t i = 0; i < out.size(); ++i) {
        const float angle = 2 * kPi * static_cast<float>(i) / static_cast<float>(out.size());
        const float r = radius * (1 - depth + depth * std::cos(static_cast<float>(lobes) * angle));
        out[i] = at(cx + r * std::sin(angle), cy - r * std::cos(angle));
    }
}

void Painter::seal_edge(float cx, float cy, float radius, int lobes, float depth, Colour c)
{
    // Star-shaped, so a fan around the centre covers it; a fringe of one device pixel softens the edge.
    constexpr auto kCount = static_cast<std::size_t>(kStarPoints);
    std::array<ImVec2, kCount> inner;
    std::array<ImVec2, kCount> outer;
    const float fringe = 0.5f / m_density;
    star(cx, cy, radius - fringe, lobes, depth, inner);
    star(cx, cy, radius + fringe, lobes, depth, outer);
    const ImU32 solid = colour(c);
    const ImU32 clear = solid & ~IM_COL32_A_MASK;
    const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
    m_list.PrimReserve(kStarPoints * 9, kStarPoints * 2 + 1);
    const auto first = static_cast<ImDrawIdx>(m_list._VtxCurrentIdx);
    m_list.PrimWriteVtx(at(cx, cy), uv, solid);
    for (std::size_t i = 0; i < kCount; ++i) {
        m_list.PrimWriteVtx(inner[i], uv, solid);
        m_list.PrimWriteVtx(outer[i], uv, clear);
    }
    for (int i = 0; i < kStarPoints; ++i) {
        const int next = (i + 1) % kStarPoints;
        const auto in_a = static_cast<ImDrawIdx>(first + 1 + 2 * i);
        const auto in_b = static_cast<ImDrawIdx>(first + 1 + 2 * next);
        const auto out_a = static_cast<ImDrawIdx>(in_a + 1);
        const auto out_b = static_cast<ImDrawIdx>(in_b + 1);
        for (const ImDrawIdx index : {first, in_a, in_b, in_a, out_a, out_b, in_a, out_b, in_b}) m_list.PrimWriteIdx(index);
    }
}

void Painter::seal_edge_outline(float cx, float cy, float radius, int lobes, float depth, float thickness, Colour c)
{
    std::array<ImVec2, static_cast<std::size_t>(kStarPoints)> points;
    star(cx, cy, radius - thickness / 2, lobes, depth, points);
    m_list.AddPolyline(points.data(), kStarPoints, colour(c), ImDrawFlags_Closed, thickness * m_density);
}

void Painter::line(Vec a, Vec b, float thickness, Colour c)
{
    if (a.y == b.y || a.x == b.x) {   // hairlines on whole device pixels
        const bool flat = a.y == b.y;
        const float device = std::max(1.0f, std::round(thickness * m_density)) / m_density;
        if (flat) {
            fill(std::min(a.x, b.x), a.y - device / 2, std::abs(b.x - a.x), device, c);
        } else {
            fill(a.x - device / 2, std::min(a.y, b.y), device, std::abs(b.y - a.y), c);
        }
        return;
    }
    m_list.AddLine(at(a.x, a.y), at(b.x, b.y), colour(c), thickness * m_density);
}

void Painter::polyline(std::span<const Vec> points, float thickness, Colour c, bool closed)
{
    m_list.PathClear();
    for (const Vec& p : points) m_list.PathLineTo(at(p.x, p.y));
    m_list.PathStroke(colour(c), closed ? ImDrawFlags_Closed : 0, thickness * m_density);
}

void Painter::bezier(Vec a, Vec b, Vec c, Vec d, float thickness, Colour col)
{
    m_list.AddBezierCubic(at(a.x, a.y), at(b.x, b.y), at(c.x, c.y), at(d.x, d.y), colour(col), thickness * m_density);
}

void Painter::image(ImTextureID texture, float x, float y, float w, float h, Colour tint)
{
    m_list.AddImage(ImTextureRef(texture), at(x, y), at(x + w, y + h), {0, 1}, {1, 0}, colour(tint));   // rendered with y upwards
}

void Painter::mesh(float x, float y, float w, float h, int columns, int rows, Colour (*colour_at)(float u, float v))
{
    const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
    const int across = columns + 1;
    m_list.PrimReserve(columns * rows * 6, across * (rows + 1));
    const unsigned first = m_list._VtxCurrentIdx;
    for (int row = 0; row <= rows; ++row) {
        for (int column = 0; column <= columns; ++column) {
            const float u = static_cast<float>(column) / static_cast<float>(columns);
            const float v = static_cast<float>(row) / static_cast<float>(rows);
            m_list.PrimWriteVtx(at(x + u * w, y + v * h), uv, colour(colour_at(u, v)));
        }
    }
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const auto a = static_cast<ImDrawIdx>(first + static_cast<unsigned>(row * across + column));
            const auto b = static_cast<ImDrawIdx>(a + 1);
            const auto c = static_cast<ImDrawIdx>(a + across);
            const auto d = static_cast<ImDrawIdx>(c + 1);
            for (const ImDrawIdx index : {a, b, d, a, d, c}) m_list.PrimWriteIdx(index);
        }
    }
}

void Painter::text(const TextStyle& style, std::string_view string, float x, float top, Colour c)
{
    m_text.draw_line(m_list, style, string, x, top, colour(c));
}

void Painter::text(const TextStyle& style, std::string_view string, const TextLayout& layout, float x, float top, Colour c)
{
    m_text.draw(m_list, style, string, layout, x, top, colour(c));
}

void Painter::icon(std::string_view glyph, float size, float x, float y, Colour c, bool mirrored)
{
    m_text.draw_icon(m_list, glyph, size, x, y, colour(c), mirrored);
}

void Painter::push_clip(float x, float y, float w, float h)
{
    m_list.PushClipRect({std::floor(x * m_density), std::floor(y * m_density)}, {std::ceil((x + w) * m_density), std::ceil((y + h) * m_density)}, true);
}

}  // namespace sinetti::gfx
