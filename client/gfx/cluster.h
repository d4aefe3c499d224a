#pragma once
// Characters that our fonts do not have (emoji, Japanese, Cyrillic …) are drawn by the browser, one grapheme cluster at a time,
// and kept in the glyph atlas.

#include <cstdint>
#include <string_view>
#include <vector>

namespace sinetti::gfx {

struct ClusterImage {
    int width = 0;                      // device pixels; 0: nothing to draw (the advance still counts)
    int height = 0;
    float left = 0;                     // from the pen position to the image's left edge
    float top = 0;                      // from the baseline up to the image's top edge, positive upwards
    float advance = 0;                  // to the next pen position
    std::vector<std::uint8_t> rgba;     // straight alpha; drawn in white, so that text can be tinted and colour emoji keep theirs
};

class ClusterRasteriser {
public:
    virtual ~ClusterRasteriser() = default;
    // `pixels` is the font size in device pixels, `weight` 400, 500 or 600. Images larger than 4 × pixels are cut.
    virtual ClusterImage rasterise_cluster(std::string_view utf8, float pixels, int weight) = 0;
};

}  // namespace sinetti::gfx
