#pragma once
// What a fingerprint's wax seal looks like, in numbers: the shader draws it from the bytes, people who cannot see it are told.

#include "base/bytes.h"

#include <array>
#include <cstdint>

namespace sinetti::gfx {

enum class Wax : std::uint8_t { copper, lingonberry, spruce, lake, amber, slate, heather, count };

struct SealTraits {
    Wax wax = Wax::copper;
    int lobes = 10;     // of the stamp's edge, 10..20
    int waves = 6;      // of the woven band, 6..14
    int petals = 3;     // of the flower, 3..9
};

inline constexpr std::size_t kSealBytes = 16;   // of the fingerprint; byte 11 chooses the wax

SealTraits seal_traits(base::ByteView fingerprint);   // at least kSealBytes bytes
std::array<float, 3> wax_colour(Wax wax);             // linear mix as the design tokens give it, 0..1
base::ByteView brand_fingerprint();                   // of the app's own seal on the welcome pages: copper, five petals

}  // namespace sinetti::gfx
