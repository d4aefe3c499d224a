#pragma once
// Text: measuring, breaking into lines, eliding, drawing. Widths and sizes are logical pixels; glyphs are rasterised at whole
// device pixels, so a size is what it says to within half a device pixel. No kerning, no ligatures.

#include "gfx/glyphs.h"

#include <string_view>
#include <vector>

namespace sinetti::gfx {

struct TextStyle {
    Face face = Face::regular;
    float size = 15;
    float line = 21;
    float tracking = 0;         // added after every cluster
};

struct TextLine {
    std::size_t begin = 0;      // bytes; without the spaces the line was broken at
    std::size_t end = 0;
    float width = 0;
};

struct TextLayout {
    std::vector<TextLine> lines;
    float width = 0;            // of the widest line
    float height = 0;
};

inline constexpr std::size_t kLinesMax = 20000;

class Text {
public:
    explicit Text(Glyphs& glyphs) : m_glyphs(glyphs) {}
    void set_density(float density) { m_density = density; }
    float density() const { return m_density; }

    float width(const TextStyle& style, std::string_view text);                        // of one line; line breaks count as nothing
    TextLayout wrap(const TextStyle& style, std::string_view text, float max_width, std::size_t lines_max = kLinesMax);
    std::string elide(const TextStyle& style, std::string_view text, float max_width);   // cut with an ellipsis if it does not fit

    // `top` is the top of the line box; the baseline is where a browser puts it.
    void draw_line(ImDrawList& list, const TextStyle& style, std::string_view text, float x, float top, ImU32 colour);
    void draw(ImDrawList& list, const TextStyle& style, std::string_view text, const TextLayout& layout, float x, float top, ImU32 colour);
    void draw_icon(ImDrawList& list, std::string_view icon, float size, float x, float y, ImU32 colour, bool mirrored);   // its square at x, y

    Glyphs& glyphs() { return m_glyphs; }

private:
    float pixels(float size) const;

    Glyphs& m_glyphs;
    float m_density = 1;
};

}  // namespace sinetti::gfx
