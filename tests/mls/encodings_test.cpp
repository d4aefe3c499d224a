// What every encoding promises: one way to write a value, and an error for anything less or more.

#include "tests/support/mls_encodings.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

constexpr std::size_t kSmall = 700;   // bytes of an example that is worth flipping each bit of

}   // namespace

TEST_SUITE("mls.encodings")
{
    TEST_CASE("what was decoded is encoded to the same bytes")
    {
        for (const auto& [name, again, examples] : mls_encodings()) {
            CAPTURE(name);
            CHECK_FALSE(examples.empty());
            for (const auto& example : examples) {
                const auto bytes = again(example);
                REQUIRE(bytes.has_value());
                CHECK(*bytes == example);
            }
        }
    }

    TEST_CASE("an encoding cut short anywhere is refused, and so is one with a byte more")
    {
        std::size_t cuts = 0;
        for (const auto& [name, again, examples] : mls_encodings()) {
            CAPTURE(name);
            for (const auto& example : examples) {
                bool refused = true;
                for (std::size_t size = 0; size < example.size(); ++size, ++cuts)
                    refused = refused && !again(base::ByteView(example).first(size));
                CHECK(refused);
                for (const auto byte : base::ByteArray<3>{0, 1, 255}) {
                    auto longer = example;
                    longer.push_back(byte);
                    CHECK_FALSE(again(longer).has_value());
                }
            }
        }
        CHECK(cuts > 10'000);
    }

    TEST_CASE("an encoding with one bit changed is refused or is that of another value")
    {
        std::size_t refused = 0;
        std::size_t other = 0;
        for (const auto& [name, again, examples] : mls_encodings()) {
            CAPTURE(name);
            const bool stored = name.starts_with("stored");   // keys in any order read the same
            for (const auto& example : examples) {
                if (example.size() > kSmall) continue;
                auto changed = example;
                bool same = true;
                for (std::size_t bit = 0; bit < example.size() * 8; ++bit) {
                    const auto mask = static_cast<std::uint8_t>(1u << (bit % 8));
                    changed[bit / 8] ^= mask;
                    const auto bytes = again(changed);
                    if (bytes) same = same && (stored || *bytes == changed);
                    ++(bytes ? other : refused);
                    changed[bit / 8] ^= mask;
                }
                CHECK(same);
            }
        }
        CHECK(refused > 1'000);
        CHECK(other > 1'000);
    }
}
