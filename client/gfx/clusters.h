#pragma once
// Grapheme clusters, well enough to draw: one step of the caret, one picture on the screen. A working subset of Unicode
// Standard Annex #29: combining marks, variation selectors, skin tones, zero-width joiner sequences, flags, keycaps and tags.
// Letters of scripts that must be shaped (Arabic, Hebrew, Indic, Thai …) stay together as whole words, because the browser,
// which draws what our fonts lack, can only shape what it is given in one piece.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sinetti::gfx {

enum class ClusterKind : std::uint8_t {
    glyph,          // anything with ink
    space,          // a line may end here
    newline,
    ideographic,    // a line may end before and after
    invisible,      // control and format characters: not drawn
};

struct Cluster {
    std::size_t begin = 0;
    std::size_t end = 0;
    ClusterKind kind = ClusterKind::glyph;
    char32_t single = 0;         // the code point, if the cluster is just one; 0 otherwise
    bool right_to_left = false;
};

// The cluster at `position`, which must be less than text.size() and the end of a cluster or 0.
Cluster cluster_at(std::string_view text, std::size_t position);

}  // namespace sinetti::gfx
