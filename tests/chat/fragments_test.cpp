#include "chat/fragments.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::chat;

TEST_SUITE("chat.fragments")
{
    TEST_CASE("a payload of any size comes back whole, its fragments in any order")
    {
        base::SeededRandom random(1);
        for (const auto size : {std::size_t{1}, kFragmentDataMax, kFragmentDataMax + 1, std::size_t{50'000}, kPayloadMax}) {
            base::Bytes payload(size);
            random.fill(payload);
            auto fragments = split({7}, payload);
            CHECK(fragments.size() == (size + kFragmentDataMax - 1) / kFragmentDataMax);
            for (auto i = fragments.size(); i > 1; --i) std::swap(fragments[i - 1], fragments[random.below(i)]);
            Reassembler reassembler;
            for (std::size_t i = 0; i < fragments.size(); ++i) {
                const auto added = reassembler.add(std::move(fragments[i]));
                CHECK(added.complete.has_value() == (i + 1 == fragments.size()));
                if (added.complete) CHECK(*added.complete == payload);
            }
            CHECK(reassembler.partials().empty());
        }
    }

    TEST_CASE("a fragment that comes twice, or disagrees about the count, changes nothing")
    {
        const auto fragments = split({1}, base::Bytes(2500, 3));
        Reassembler reassembler;
        CHECK(reassembler.add(Fragment(fragments[0])).kept);
        CHECK_FALSE(reassembler.add(Fragment(fragments[0])).kept);
        auto forged = fragments[1];
        forged.count = 2;
        CHECK_FALSE(reassembler.add(std::move(forged)).complete.has_value());
        CHECK(reassembler.add(Fragment(fragments[1])).kept);
        CHECK(reassembler.add(Fragment(fragments[2])).complete == base::Bytes(2500, 3));
    }

    TEST_CASE("unfinished messages make way for newer ones, and what is held stays bounded")
    {
        Reassembler reassembler;
        std::size_t held = 0;
        for (std::uint8_t i = 0; i < 50; ++i) {
            auto fragments = split({i}, base::Bytes(3000, i));
            const auto added = reassembler.add(std::move(fragments[0]));
            CHECK(added.gone.has_value() == (i >= kPartialMessagesMax));
            if (added.gone) CHECK(added.gone->indexes == std::vector<std::uint16_t>{0});
            held = std::max(held, reassembler.partials().size());
        }
        CHECK(held == kPartialMessagesMax);
    }
}
