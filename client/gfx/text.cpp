#include "gfx/text.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace sinetti::gfx {

namespace {

// Inter's own measures over its em square; where the baseline stands in a line box follows from them as in CSS.
constexpr float kAscent = 0.96875f;
constexpr float kDescent = 0.2412f;
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool ends_a_piece(std::string_view text, const Cluster& cluster)
{
    // Where a long address or path may be broken when it stands at the end of a line.
    const char c = text[cluster.end - 1];
    const bool before_slash = cluster.end < text.size() && text[cluster.end] == '/';
    return c == '-' || (c == '/' && !before_slash) || c == '?' || c == '&' || c == '=';
}

// "https://": torn from what follows only where the line cannot be broken before it.
bool ends_a_scheme(std::string_view text, const Cluster& cluster)
{
    return cluster.begin > 0 && text[cluster.begin] == '/' && text[cluster.begin - 1] == '/';
}

}  // namespace

float Text::pixels(float size) const
{
    return std::max(1.0f, std::round(size * m_density));
}

float Text::width(const TextStyle& style, std::string_view text)
{
    const float px = pixels(style.size);
    float total = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Cluster cluster = cluster_at(text, at);
        total += m_glyphs.advance(style.face, px, text, cluster) + style.tracking * m_density;
        at = cluster.end;
    }
    return total / m_density;
}

TextLayout Text::wrap(const TextStyle& style, std::string_view text, float max_width, std::size_t lines_max)
{
    TextLayout layout;
    const float px = pixels(style.size);
    const float limit = max_width * m_density + 0.01f;
    std::size_t begin = 0;         // of the line
    float pen = 0;                 // width up to here, trailing spaces included
    float ink = 0;                 // width up to the last thing that is not a space
    std::size_t ink_end = 0;
    std::size_t break_at = 0;      // where the next line would start, if the line were broken at the last opportunity
    std::size_t break_end = 0;     // where this line would end then
    float break_width = 0;
    float break_pen = 0;

    const auto finish = [&](std::size_t end, float width, std::size_t next) {
        layout.lines.push_back({begin, end, width / m_density});
        begin = next;
        break_at = 0;
    };

    for (std::size_t at = 0; at < text.size() && layout.lines.size() < lines_max;) {
        const Cluster cluster = cluster_at(text, at);
        if (cluster.kind == ClusterKind::newline) {
            finish(std::max(ink_end, begin), ink, cluster.end);
            pen = ink = 0;
            ink_end = begin;
            at = cluster.end;
            continue;
        }
        const float advance = m_glyphs.advance(style.face, px, text, cluster) + style.tracking * m_density;
        if (cluster.kind == ClusterKind::space) {
            pen += advance;
            at = cluster.end;
            break_at = at;
            break_end = std::max(ink_end, begin);
            break_width = ink;
            break_pen = pen;
            continue;
        }
        if (cluster.kind == ClusterKind::ideographic && cluster.begin > begin) {
            break_at = cluster.begin;
            break_end = std::max(ink_end, begin);
            break_width = ink;
            break_pen = pen;
        }
        if (pen + advance > limit && cluster.begin > begin) {
            if (break_at > begin && break_end > begin) {
                const float carried = pen - break_pen;
                finish(break_end, break_width, break_at);
                pen = ink = carried;
                ink_end = std::max(cluster.begin, begin);
            } else {                                         // one word longer than the line: anywhere
                finish(std::max(ink_end, begin), ink, cluster.begin);
                pen = ink = 0;
                ink_end = begin;
            }
            continue;                                        // the same cluster again, on the new line
        }
        pen += advance;
        ink = pen;
        ink_end = cluster.end;
        at = cluster.end;
        const bool piece = cluster.kind == ClusterKind::glyph && ends_a_piece(text, cluster) && (break_at <= begin || !ends_a_scheme(text, cluster));
        if (cluster.kind == ClusterKind::ideographic || piece) {
            break_at = cluster.end;
            break_end = cluster.end;
            break_width = ink;
            break_pen = pen;
        }
    }
    if (layout.lines.size() < lines_max) layout.lines.push_back({begin, std::max(ink_end, begin), ink / m_density});
    for (const TextLine& line : layout.lines) layout.width = std::max(layout.width, line.width);
    layout.height = static_cast<float>(layout.lines.size()) * style.line;
    return layout;
}

std::string Text::elide(const TextStyle& style, std::string_view text, float max_width)
{
    const float px = pixels(style.size);
    const float limit = max_width * m_density + 0.01f;
    const float dots = m_glyphs.advance(style.face, px, kEllipsis, cluster_at(kEllipsis, 0));
    float pen = 0;
    std::size_t fits = 0;          // the longest beginning that leaves room for the ellipsis
    for (std::size_t at = 0; at < text.size();) {
        const Cluster cluster = cluster_at(text, at);
        pen += m_glyphs.advance(style.face, px, text, cluster) + style.tracking * m_density;
        if (pen > limit) {
            while (fits > 0 && text[fits - 1] == ' ') --fits;
            return std::string(text.substr(0, fits)).append(kEllipsis);
        }
        if (pen + dots <= limit) fits = cluster.end;
        at = cluster.end;
    }
    return std::string(text);
}

void Text::draw_line(ImDrawList& list, const TextStyle& style, std::string_view text, float x, float top, ImU32 colour)
{
    const float px = pixels(style.size);
    bool right_to_left = false;
    for (std::size_t at = 0; at < text.size();) {
        const Cluster cluster = cluster_at(text, at);
        m_glyphs.load(style.face, px, text, cluster);        // first, so that no glyph moves within the texture while we draw
        right_to_left = right_to_left || cluster.right_to_left;
        at = cluster.end;
    }
    const float size = px / m_density;
    const float baseline = std::round((top + (style.line - (kAscent + kDescent) * size) / 2 + kAscent * size) * m_density);
    float pen = std::round(x * m_density);
    const float tracking = style.tracking * m_density;
    list.PushTexture(m_glyphs.texture());
    if (!right_to_left) {
        for (std::size_t at = 0; at < text.size();) {
            const Cluster cluster = cluster_at(text, at);
            m_glyphs.draw(list, style.face, px, text, cluster, pen, baseline, colour);
            pen += m_glyphs.advance(style.face, px, text, cluster) + tracking;
            at = cluster.end;
        }
    } else {
        // One level of bidirectional order: words of a right-to-left script in a row, with what stands between them, are laid out in reverse.
        std::vector<Cluster> order;
        std::vector<Cluster> run;
        std::size_t run_ink = 0;
        const auto flush = [&] {
            order.insert(order.end(), run.rend() - static_cast<std::ptrdiff_t>(run_ink), run.rend());
            order.insert(order.end(), run.begin() + static_cast<std::ptrdiff_t>(run_ink), run.end());
            run.clear();
            run_ink = 0;
        };
        for (std::size_t at = 0; at < text.size();) {
            const Cluster cluster = cluster_at(text, at);
            at = cluster.end;
            if (cluster.right_to_left) {
                run.push_back(cluster);
                run_ink = run.size();
            } else if (!run.empty() && cluster.kind == ClusterKind::space) {
                run.push_back(cluster);
            } else {
                flush();
                order.push_back(cluster);
            }
        }
        flush();
        for (const Cluster& cluster : order) {
            m_glyphs.draw(list, style.face, px, text, cluster, pen, baseline, colour);
            pen += m_glyphs.advance(style.face, px, text, cluster) + tracking;
        }
    }
    list.PopTexture();
}

void Text::draw(ImDrawList& list, const TextStyle& style, std::string_view text, const TextLayout& layout, float x, float top, ImU32 colour)
{
    for (const TextLine& line : layout.lines) {
        draw_line(list, style, text.substr(line.begin, line.end - line.begin), x, top, colour);
        top += style.line;
    }
}

void Text::draw_icon(ImDrawList& list, std::string_view icon, float size, float x, float y, ImU32 colour, bool mirrored)
{
    const float px = pixels(size);
    const Cluster cluster = cluster_at(icon, 0);
    m_glyphs.load(Face::icons, px, icon, cluster);
    const float top = std::round(y * m_density);
    const float left = std::round(x * m_density);
    list.PushTexture(m_glyphs.texture());
    const int before = list.VtxBuffer.Size;
    // The icon font's em square is the icon's own square: ascent and descent add up to one em.
    m_glyphs.draw(list, Face::icons, px, icon, cluster, left, top + m_glyphs.ascent(Face::icons, px), colour);
    if (mirrored) {
        for (int i = before; i < list.VtxBuffer.Size; ++i) list.VtxBuffer[i].pos.x = 2 * left + px - list.VtxBuffer[i].pos.x;
    }
    list.PopTexture();
}

}  // namespace sinetti::gfx
