#pragma once
// The typefaces: ImGui's dynamic atlas with Inter and the icons, rasterised at device pixels, and beside them in the same
// texture whatever the browser had to draw for us. Sizes here are device pixels (rounded: never scaled).

#include "base/bytes.h"
#include "gfx/cluster.h"
#include "gfx/clusters.h"

#include <imgui.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sinetti::gfx {

enum class Face : std::uint8_t { regular, medium, semibold, display, icons, count };

class Glyphs {
public:
    Glyphs(ImFontAtlas& atlas, const std::array<base::ByteView, static_cast<std::size_t>(Face::count)>& fonts, ClusterRasteriser& clusters);
    Glyphs(const Glyphs&) = delete;
    Glyphs& operator=(const Glyphs&) = delete;

    float advance(Face face, float pixels, std::string_view text, const Cluster& cluster);
    float ascent(Face face, float pixels);    // of the font, from the top of the em box ImGui works with to the baseline
    // Draws one cluster with the pen at x on the baseline; both in device pixels.
    void draw(ImDrawList& list, Face face, float pixels, std::string_view text, const Cluster& cluster, float x, float baseline, ImU32 colour);
    void load(Face face, float pixels, std::string_view text, const Cluster& cluster);   // make sure that drawing will not repack the atlas

    ImTextureRef texture() const { return m_atlas.TexRef; }

private:
    struct Foreign {                          // drawn by the browser
        ImFontAtlasRectId rectangle = ImFontAtlasRectId_Invalid;
        int width = 0;
        int height = 0;
        float left = 0;
        float top = 0;
        float advance = 0;
        bool coloured = false;
    };

    ImFont& font(Face face) const { return *m_fonts[static_cast<std::size_t>(face)]; }
    bool is_ours(Face face, const Cluster& cluster) const;
    const Foreign& foreign(Face face, float pixels, std::string_view cluster);
    void write(ImFontAtlasRectId id, const std::uint8_t* rgba);

    ImFontAtlas& m_atlas;
    ClusterRasteriser& m_clusters;
    std::array<ImFont*, static_cast<std::size_t>(Face::count)> m_fonts{};
    std::unordered_map<std::string, Foreign> m_foreign;
};

}  // namespace sinetti::gfx
