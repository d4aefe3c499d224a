#include "gfx/clusters.h"
#include "gfx/text.h"
#include "tests/ui/fonts.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sinetti::gfx;

namespace {

std::vector<std::string> clusters_of(std::string_view text)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const Cluster cluster = cluster_at(text, at);
        REQUIRE(cluster.end > at);
        out.emplace_back(text.substr(at, cluster.end - at));
        at = cluster.end;
    }
    return out;
}

class SquareClusters final : public ClusterRasteriser {
public:
    ClusterImage rasterise_cluster(std::string_view utf8, float pixels, int) override
    {
        asked.emplace_back(utf8);
        const int side = static_cast<int>(pixels);
        return {.width = side, .height = side, .left = 0, .top = pixels * 0.8f, .advance = pixels,
                .rgba = std::vector<std::uint8_t>(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 4, 255)};
    }
    std::vector<std::string> asked;
};

struct Fixture {
    Fixture() : context(ImGui::CreateContext()), fonts(sinetti::tests::load_fonts())
    {
        ImGui::GetIO().IniFilename = nullptr;
        ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
        ImGui::GetIO().DisplaySize = {800, 600};
        if (!fonts) return;
        glyphs.emplace(*ImGui::GetIO().Fonts, std::array<sinetti::base::ByteView, 5>{(*fonts)[0], (*fonts)[1], (*fonts)[2], (*fonts)[3], (*fonts)[4]}, clusters);
        text.emplace(*glyphs);
        ImGui::NewFrame();
    }
    ~Fixture()
    {
        if (fonts) ImGui::EndFrame();
        for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
            texture->SetTexID(ImTextureID_Invalid);
            texture->SetStatus(ImTextureStatus_Destroyed);
        }
        text.reset();
        glyphs.reset();
        ImGui::DestroyContext(context);
    }
    ImGuiContext* context;
    std::optional<sinetti::tests::FontFiles> fonts;
    SquareClusters clusters;
    std::optional<Glyphs> glyphs;
    std::optional<Text> text;
};

constexpr TextStyle kStyle{Face::regular, 15, 21};

}  // namespace

TEST_SUITE("gfx.text")
{
    TEST_CASE("what looks like one character is one cluster")
    {
        for (const std::string_view whole : {"ä", "a\xCC\x88", "👍🏽", "❄️", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇮", "1️⃣", "ê", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"}) {
            CAPTURE(whole);
            CHECK(clusters_of(whole) == std::vector<std::string>{std::string(whole)});
        }
        CHECK(clusters_of("🇫🇮🇸🇪").size() == 2);
        CHECK(clusters_of("日本語").size() == 3);
        CHECK(clusters_of("åäö").size() == 3);
    }

    TEST_CASE("a word of a script that is shaped stays whole")
    {
        CHECK(clusters_of("مرحبا بالعالم").size() == 3);   // two words and the space between them
        CHECK(cluster_at("שלום", 0).right_to_left);
    }

    TEST_CASE("lines break at spaces, keep every character and respect the limit")
    {
        Fixture f;
        if (!f.fonts) return;
        const std::string words = "Hallituksen iltakoulu on keskiviikkona 25.11. klo 18.00–20.00 Kesärannassa.";
        const TextLayout layout = f.text->wrap(kStyle, words, 200);
        CHECK(layout.lines.size() > 2);
        CHECK(layout.width <= 200.1f);
        CHECK(layout.height == doctest::Approx(21.0 * static_cast<double>(layout.lines.size())));
        std::string joined;
        for (const TextLine& line : layout.lines) {
            if (!joined.empty()) joined.push_back(' ');
            joined += words.substr(line.begin, line.end - line.begin);
        }
        CHECK(joined == words);
    }

    TEST_CASE("a word longer than the line is broken anywhere, and an address after a slash")
    {
        Fixture f;
        if (!f.fonts) return;
        const std::string word(80, 'a');
        const TextLayout broken = f.text->wrap(kStyle, word, 100);
        CHECK(broken.lines.size() > 3);
        CHECK(broken.width <= 100.1f);
        std::size_t bytes = 0;
        for (const TextLine& line : broken.lines) bytes += line.end - line.begin;
        CHECK(bytes == word.size());
        const std::string address = "https://intra.example/asiakirjat/2026/11/budjetti";
        const TextLayout path = f.text->wrap(kStyle, address, 150);
        REQUIRE(path.lines.size() > 1);
        CHECK(address[path.lines[0].end - 1] == '/');
        const std::string words = "katso https://intra.example";
        const TextLayout scheme = f.text->wrap(kStyle, words, f.text->width(kStyle, "katso https://intra.exampl"));
        REQUIRE(scheme.lines.size() == 2);
        CHECK(words.substr(scheme.lines[1].begin) == "https://intra.example");   // not torn after its scheme
    }

    TEST_CASE("empty text and line breaks make lines")
    {
        Fixture f;
        if (!f.fonts) return;
        CHECK(f.text->wrap(kStyle, "", 100).lines.size() == 1);
        CHECK(f.text->wrap(kStyle, "a\n\nb", 100).lines.size() == 3);
        CHECK(f.text->wrap(kStyle, "a\n", 100).lines.size() == 2);
        CHECK(f.text->wrap(kStyle, "a b", 0).lines.size() == 2);   // no room at all still ends
    }

    TEST_CASE("Japanese breaks between characters")
    {
        Fixture f;
        if (!f.fonts) return;
        CHECK(f.text->wrap(kStyle, "こんにちは、また来週。", 60).lines.size() >= 2);
        CHECK(f.clusters.asked.size() >= 10);
    }

    TEST_CASE("what does not fit is cut with an ellipsis")
    {
        Fixture f;
        if (!f.fonts) return;
        const std::string cut = f.text->elide(kStyle, "Harjoituksen aikataulu on vahvistettu", 120);
        CHECK(cut.ends_with("…"));
        CHECK(f.text->width(kStyle, cut) <= 120.1f);
        CHECK(f.text->elide(kStyle, "Lyhyt", 120) == "Lyhyt");
    }

    TEST_CASE("letters of our languages come from our fonts, pictures from the browser in colour, once each")
    {
        Fixture f;
        if (!f.fonts) return;
        f.text->width(kStyle, "åäö ÅÄÖ š ž € @ { } ~ ê – … · ‘ ’ “ ”");
        CHECK(f.clusters.asked.empty());
        f.text->width(kStyle, "👍🏽👍🏽😍");
        REQUIRE(f.clusters.asked.size() == 2);
        CHECK(f.clusters.asked[0] == "👍🏽");
        CHECK(f.clusters.asked[1] == "😍\xEF\xB8\x8F");
    }
}
