#include "base/random.h"
#include "tests/fuzz/target.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

using namespace sinetti;

namespace {

// Runs per target, shared by its seeds, so that a target is a matter of seconds in every build.
constexpr std::size_t kCuts = 800;
constexpr std::size_t kChanges = 800;
constexpr std::size_t kNoiseRuns = 100;

// One of the changes that break decoders: a bit, an interesting byte, a piece missing, a piece doubled, a tail from elsewhere.
base::Bytes damaged(base::Bytes bytes, const base::Bytes& other, base::Random& random)
{
    if (bytes.empty()) return other;
    const auto at = static_cast<std::size_t>(random.below(bytes.size()));
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto length = static_cast<std::ptrdiff_t>(random.below(std::min<std::size_t>(bytes.size() - at, 16)) + 1);
    switch (random.below(6)) {
    case 0: *begin ^= static_cast<std::uint8_t>(1u << random.below(8)); break;
    case 1: *begin = base::ByteArray<6>{0x00, 0x01, 0x3f, 0x40, 0x80, 0xff}[static_cast<std::size_t>(random.below(6))]; break;
    case 2: bytes.erase(begin, begin + length); break;
    case 3: {
        const base::Bytes piece(begin, begin + length);
        bytes.insert(begin, piece.begin(), piece.end());
        break;
    }
    case 4:
        bytes.resize(at);
        bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(std::min(at, other.size())), other.end());
        break;
    default: bytes.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("fuzz");

TEST_CASE("every decoder survives its seeds, cut anywhere and damaged in simple ways, and noise")
{
    std::set<std::string> names;
    for (const auto* target : fuzz::targets()) {
        CAPTURE(target->name);
        CHECK(names.insert(target->name).second);
        const auto seeds = target->seeds();
        CHECK_FALSE(seeds.empty());
        base::SeededRandom random(1);
        std::size_t runs = 0;
        for (const auto& seed : seeds) {
            target->run(seed);
            const auto step = seed.size() * seeds.size() / kCuts + 1;
            for (std::size_t size = 0; size < seed.size(); size += step, ++runs) target->run(base::ByteView(seed).first(size));
            auto changed = seed;
            for (std::size_t i = 0; i < kChanges / seeds.size(); ++i, ++runs) {
                // Damage piles up for a while, then begins again from the seed.
                if (i % 4 == 0) changed = seed;
                changed = damaged(std::move(changed), seeds[static_cast<std::size_t>(random.below(seeds.size()))], random);
                target->run(changed);
            }
        }
        for (std::size_t i = 0; i < kNoiseRuns; ++i, ++runs) {
            base::Bytes noise(static_cast<std::size_t>(random.below(600)));
            random.fill(noise);
            target->run(noise);
        }
        MESSAGE(target->name, ": ", seeds.size(), " seeds, ", runs, " damaged inputs");
    }
    CHECK(names.size() >= 3);
}

TEST_SUITE_END();
