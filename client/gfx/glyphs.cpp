#include "gfx/glyphs.h"

#include "base/check.h"
#include "base/utf8.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace sinetti::gfx {

namespace {

constexpr std::size_t kForeignMax = 4096;   // clusters kept at once; beyond that the oldest knowledge is thrown away whole

int weight_of(Face face)
{
    switch (face) {
        case Face::medium: return 500;
        case Face::semibold:
        case Face::display: return 600;
        default: return 400;
    }
}

}  // namespace

Glyphs::Glyphs(ImFontAtlas& atlas, const std::array<base::ByteView, static_cast<std::size_t>(Face::count)>& fonts, ClusterRasteriser& clusters)
    : m_atlas(atlas), m_clusters(clusters)
{
    m_atlas.TexDesiredFormat = ImTextureFormat_RGBA32;
    m_atlas.TexMinWidth = 1024;
    m_atlas.TexMinHeight = 512;
    m_atlas.TexMaxWidth = 4096;
    m_atlas.TexMaxHeight = 4096;
    for (std::size_t i = 0; i < fonts.size(); ++i) {
        ImFontConfig config;
        config.FontDataOwnedByAtlas = false;
        config.SizePixels = -16.0f;          // negative: sizes are those of the em square, as in CSS …
        config.GlyphMaxAdvanceX = -1e30f;    // … and then ImGui 1.92 multiplies this limit by a negative number
        // ImGui takes a mutable pointer and does not write through it.
        m_fonts[i] = m_atlas.AddFontFromMemoryTTF(const_cast<std::uint8_t*>(fonts[i].data()), static_cast<int>(fonts[i].size()), -16.0f, &config);
        CHECK_INVARIANT(m_fonts[i] != nullptr);
    }
}

bool Glyphs::is_ours(Face face, const Cluster& cluster) const
{
    // Pictures are the browser's, in colour, even where Inter has an outline of one.
    return cluster.single != 0 && cluster.single < 0x1F000 && font(face).IsGlyphInFont(static_cast<ImWchar>(cluster.single));
}

void Glyphs::write(ImFontAtlasRectId id, const std::uint8_t* rgba)
{
    ImFontAtlasRect place;
    if (!m_atlas.GetCustomRect(id, &place)) return;
    ImTextureData* texture = m_atlas.TexData;
    for (int y = 0; y < place.h; ++y) {
        std::memcpy(texture->GetPixelsAt(place.x, place.y + y), rgba + static_cast<std::size_t>(y) * place.w * 4, static_cast<std::size_t>(place.w) * 4);
    }
    texture->UseColors = true;
    ImFontAtlasTextureBlockQueueUpload(&m_atlas, texture, place.x, place.y, place.w, place.h);
}

const Glyphs::Foreign& Glyphs::foreign(Face face, float pixels, std::string_view cluster)
{
    const int weight = weight_of(face);
    std::string key;
    key.reserve(cluster.size() + 3);
    key.append(cluster);
    key.push_back('\0');
    key.push_back(static_cast<char>(weight / 100));
    key.push_back(static_cast<char>(std::min(pixels, 255.0f)));
    if (const auto found = m_foreign.find(key); found != m_foreign.end()) return found->second;
    if (m_foreign.size() >= kForeignMax) {
        for (const auto& [unused, entry] : m_foreign) {
            if (entry.rectangle != ImFontAtlasRectId_Invalid) m_atlas.RemoveCustomRect(entry.rectangle);
        }
        m_foreign.clear();
    }
    // Without the variation selector a browser may pick an outline from some font of the system.
    const base::CodePoint first = base::code_point_at(cluster, 0);
    const bool picture = first.size == cluster.size() && first.value >= 0x1F300 && first.value <= 0x1FAFF;
    const ClusterImage image = m_clusters.rasterise_cluster(picture ? std::string(cluster) + "\xEF\xB8\x8F" : std::string(cluster), pixels, weight);
    Foreign entry{.left = image.left, .top = image.top, .advance = image.advance};
    const bool complete = image.width > 0 && image.height > 0 && image.width <= 1024 && image.height <= 1024 &&
                          image.rgba.size() == static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 4;
    if (complete) {
        entry.rectangle = m_atlas.AddCustomRect(image.width, image.height);
        if (entry.rectangle != ImFontAtlasRectId_Invalid) {
            entry.width = image.width;
            entry.height = image.height;
            for (std::size_t i = 0; i + 3 < image.rgba.size() && !entry.coloured; i += 4) {
                const auto [lowest, highest] = std::minmax({image.rgba[i], image.rgba[i + 1], image.rgba[i + 2]});
                entry.coloured = image.rgba[i + 3] > 64 && highest - lowest > 24;
            }
            write(entry.rectangle, image.rgba.data());
        }
    }
    return m_foreign.emplace(std::move(key), entry).first->second;
}

float Glyphs::advance(Face face, float pixels, std::string_view text, const Cluster& cluster)
{
    switch (cluster.kind) {
        case ClusterKind::newline:
        case ClusterKind::invisible: return 0;
        case ClusterKind::space: return font(face).GetFontBaked(pixels)->GetCharAdvance(' ') * (cluster.single == '\t' ? 4.0f : 1.0f);
        default: break;
    }
    if (is_ours(face, cluster)) return font(face).GetFontBaked(pixels)->GetCharAdvance(static_cast<ImWchar>(cluster.single));
    return foreign(face, pixels, text.substr(cluster.begin, cluster.end - cluster.begin)).advance;
}

float Glyphs::ascent(Face face, float pixels)
{
    return IM_ROUND(font(face).GetFontBaked(pixels)->Ascent);
}

void Glyphs::load(Face face, float pixels, std::string_view text, const Cluster& cluster)
{
    if (cluster.kind != ClusterKind::glyph && cluster.kind != ClusterKind::ideographic) return;
    if (is_ours(face, cluster)) {
        font(face).GetFontBaked(pixels)->FindGlyph(static_cast<ImWchar>(cluster.single));
    } else {
        foreign(face, pixels, text.substr(cluster.begin, cluster.end - cluster.begin));
    }
}

void Glyphs::draw(ImDrawList& list, Face face, float pixels, std::string_view text, const Cluster& cluster, float x, float baseline, ImU32 colour)
{
    if (cluster.kind != ClusterKind::glyph && cluster.kind != ClusterKind::ideographic) return;
    if (is_ours(face, cluster)) {
        ImFontBaked* baked = font(face).GetFontBaked(pixels);
        const ImFontGlyph* glyph = baked->FindGlyph(static_cast<ImWchar>(cluster.single));
        if (glyph == nullptr || !glyph->Visible) return;
        const float top = baseline - IM_ROUND(baked->Ascent);
        list.PrimReserve(6, 4);
        list.PrimRectUV({x + glyph->X0, top + glyph->Y0}, {x + glyph->X1, top + glyph->Y1}, {glyph->U0, glyph->V0}, {glyph->U1, glyph->V1}, colour);
        return;
    }
    const Foreign& image = foreign(face, pixels, text.substr(cluster.begin, cluster.end - cluster.begin));
    ImFontAtlasRect place;
    if (image.rectangle == ImFontAtlasRectId_Invalid || !m_atlas.GetCustomRect(image.rectangle, &place)) return;
    const ImVec2 from{std::round(x + image.left), std::round(baseline - image.top)};
    const ImU32 tint = image.coloured ? (colour & IM_COL32_A_MASK) | 0x00FFFFFFu : colour;
    list.PrimReserve(6, 4);
    list.PrimRectUV(from, {from.x + static_cast<float>(image.width), from.y + static_cast<float>(image.height)}, place.uv0, place.uv1, tint);
}

}  // namespace sinetti::gfx
