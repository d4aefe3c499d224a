#include "vault/root_share.h"

#include <algorithm>
#include <cctype>
#include <doctest/doctest.h>

using namespace sinetti;
using vault::restore_root;
using vault::RootShare;
using vault::ShareError;

namespace {

std::string text_of(const RootShare& share) { return base::to_text(share.text().view()); }
auto parse_share(const std::string& text) { return RootShare::parse(base::view_of(text)); }
crypto::SignaturePrivateKey key(std::uint64_t seed)
{
    base::SeededRandom random(seed);
    return crypto::SignaturePrivateKey::generate(random);
}

// What a share holds after its head: the two parts, read back from its lines.
std::string parts_of(const RootShare& share)
{
    constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string bits, bytes;
    auto text = text_of(share);
    std::erase(text, '-');
    for (const char character : text)
        for (int bit = 4; bit >= 0; --bit) bits.push_back(kAlphabet.find(character) >> bit & 1 ? '1' : '0');
    for (std::size_t at = 0; at < bits.size(); at += 8)
        if (at / 8 % 10 != 9) bytes.push_back(static_cast<char>(std::stoi(bits.substr(at, 8), nullptr, 2)));   // the tenth of each line is its check
    return bytes.substr(13, 64);
}

std::string exclusive_or(std::string a, std::string_view b)
{
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<char>(a[i] ^ b[i]);
    return a;
}

}  // namespace

TEST_SUITE_BEGIN("vault.root_share");

TEST_CASE("any two of the three shares give the key back, in either order, through paper")
{
    base::SeededRandom random(1);
    for (std::uint64_t seed = 10; seed < 30; ++seed) {
        const auto root = key(seed);
        const auto shares = vault::share_root(root, random);
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(shares[i].number() == i + 1);
            CHECK(shares[i].is_of(root.public_key()));
            CHECK_FALSE(shares[i].is_of(key(1000).public_key()));
            for (std::size_t j = 0; j < 3; ++j) {
                const auto one = parse_share(text_of(shares[i])), other = parse_share(text_of(shares[j]));
                REQUIRE((one && other));
                const auto back = restore_root(*one, *other, root.public_key());
                CHECK(back.has_value() == (i != j));
                if (back) CHECK(std::ranges::equal(back->seed(), root.seed()));
                if (!back) CHECK(back.error() == ShareError::same_share);
            }
        }
    }
}

TEST_CASE("a share is nine lines of four groups of four, and reads back however it is typed")
{
    base::SeededRandom random(2);
    for (const auto& share : vault::share_root(key(1), random)) {
        const auto text = text_of(share);
        REQUIRE(text.size() == 36 * 5 - 1);
        for (std::size_t at = 4; at < text.size(); at += 5) CHECK(text[at] == '-');
        CHECK(text.find_first_of("ILOUilou") == text.npos);
        auto typed = text;
        for (auto& character : typed) character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
        for (std::size_t at = 19; at < typed.size(); at += 20) typed[at] = '\n';
        std::ranges::replace(typed, '-', ' ');
        std::ranges::replace(typed, '0', 'o');
        std::ranges::replace(typed, '1', 'i');
        auto bare = text;
        std::erase(bare, '-');
        for (const auto& form : {text, typed, "\r\n\t" + typed + "  \n", bare}) {
            const auto back = parse_share(form);
            REQUIRE(back.has_value());
            CHECK(text_of(*back) == text);
        }
    }
}

TEST_CASE("a slip of the pen is found, in its line")
{
    base::SeededRandom random(3);
    const auto shares = vault::share_root(key(1), random);
    const auto text = text_of(shares[1]);
    std::size_t found_in_line = 0, slips = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '-') continue;
        auto wrong = text;
        wrong[at] = wrong[at] == '7' ? '8' : '7';
        const auto parsed = parse_share(wrong);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().error == ShareError::mistyped);
        ++slips;
        found_in_line += parsed.error().line == at / 20 + 1 ? 1 : 0;
        CHECK((parsed.error().line == 0 || parsed.error().line == at / 20 + 1));
    }
    CHECK(found_in_line * 20 > slips * 19);   // one in 256 escapes the check of its line, and not that of the whole
    for (std::size_t size = 0; size < text.size(); size += 20) CHECK(parse_share(text.substr(0, size)).error().line == size / 20 + 1);
    CHECK(parse_share(text + "A").error().error == ShareError::mistyped);
    CHECK(parse_share(text.substr(20, 20) + text.substr(0, 20) + text.substr(40)).error().line == 0);   // two lines have changed places
    CHECK(parse_share(text.substr(0, text.size() - 1) + "\xc3").error().line == 9);
}

TEST_CASE("shares of two sets, or of two organisations, do not go together")
{
    base::SeededRandom random(4);
    const auto root = key(1), stranger = key(2);
    const auto first = vault::share_root(root, random), second = vault::share_root(root, random), foreign = vault::share_root(stranger, random);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            CHECK(restore_root(first[i], second[j], root.public_key()).error() == ShareError::other_set);
            CHECK(restore_root(first[i], foreign[j], root.public_key()).error() == ShareError::other_set);
        }
    CHECK(restore_root(foreign[0], foreign[1], root.public_key()).error() == ShareError::no_such_root);
    CHECK(text_of(first[0]) != text_of(second[0]));
}

TEST_CASE("one share is the same whatever the key is, but for a part that it does not hold")
{
    // With the same randomness r1 and r2 are the same for every key: share 3, which holds them, says nothing of the key at all, and
    // for shares 1 and 2 every key has randomness that gives the same parts.
    const auto one = key(1), other = key(2);
    base::SeededRandom same(5), again(5);
    const auto shares = vault::share_root(one, same), others = vault::share_root(other, again);
    CHECK(parts_of(shares[2]) == parts_of(others[2]));
    const std::string difference = exclusive_or(base::to_text(one.seed()), base::to_text(other.seed()));
    const auto r3 = parts_of(shares[0]).substr(32), other_r3 = parts_of(others[0]).substr(32);
    CHECK(exclusive_or(r3, difference) == other_r3);
    CHECK(parts_of(shares[0]).substr(0, 32) == parts_of(others[0]).substr(0, 32));   // r2
    // And the three parts together are the seed.
    CHECK(exclusive_or(exclusive_or(parts_of(shares[2]).substr(0, 32), parts_of(shares[2]).substr(32)), r3) == base::to_text(one.seed()));
}

TEST_SUITE_END();
