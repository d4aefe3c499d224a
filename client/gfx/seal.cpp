#include "gfx/seal.h"

#include "base/check.h"

namespace sinetti::gfx {

namespace {

// The same arithmetic as choice() in seal.frag, on a byte.
int choice(std::uint8_t value, int count)
{
    const float unit = static_cast<float>(value) / 255.0f;
    return static_cast<int>((unit < 0.9999f ? unit : 0.9999f) * static_cast<float>(count));
}

}  // namespace

SealTraits seal_traits(base::ByteView fingerprint)
{
    CHECK_INVARIANT(fingerprint.size() >= kSealBytes);
    return {
        .wax = static_cast<Wax>(choice(fingerprint[11], static_cast<int>(Wax::count))),
        .lobes = 10 + 2 * choice(fingerprint[3], 6),
        .waves = 6 + choice(fingerprint[4], 9),
        .petals = 3 + choice(fingerprint[5], 7),
    };
}

std::array<float, 3> wax_colour(Wax wax)
{
    switch (wax) {
        case Wax::copper: return {0.70f, 0.35f, 0.19f};
        case Wax::lingonberry: return {0.62f, 0.22f, 0.24f};
        case Wax::spruce: return {0.20f, 0.42f, 0.35f};
        case Wax::lake: return {0.25f, 0.37f, 0.60f};
        case Wax::amber: return {0.76f, 0.56f, 0.24f};
        case Wax::slate: return {0.38f, 0.42f, 0.49f};
        case Wax::heather: return {0.47f, 0.32f, 0.52f};
        case Wax::count: break;
    }
    return {0.70f, 0.35f, 0.19f};
}

base::ByteView brand_fingerprint()
{
    static constexpr base::ByteArray<kSealBytes> kBrand = {0x28, 0x60, 0xB0, 0x90, 0x98, 0x55, 0x40, 0x80, 0x30, 0x80, 0x40, 0x00, 0, 0, 0, 0};
    return kBrand;
}

}  // namespace sinetti::gfx
