#include "vault/recovery_code.h"

#include <algorithm>
#include <cctype>
#include <doctest/doctest.h>

using namespace sinetti;
using vault::Error;
using vault::RecoveryCode;

namespace {

std::string text_of(const RecoveryCode& code) { return base::to_text(code.text().view()); }
auto parse_recovery(const std::string& text) { return RecoveryCode::parse(base::view_of(text)); }

}  // namespace

TEST_SUITE_BEGIN("vault.recovery_code");

TEST_CASE("a code is eight groups of four, and reads back however it is typed")
{
    base::SeededRandom random(1);
    for (int i = 0; i < 50; ++i) {
        const auto code = RecoveryCode::generate(random);
        const auto text = text_of(code);
        REQUIRE(text.size() == 39);
        for (std::size_t at = 4; at < text.size(); at += 5) CHECK(text[at] == '-');
        CHECK(text.find_first_of("ILOUilou") == text.npos);

        auto typed = text;
        for (auto& character : typed) character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
        std::ranges::replace(typed, '-', ' ');
        std::ranges::replace(typed, '0', 'o');
        std::ranges::replace(typed, '1', 'l');
        for (const auto& form : {text, typed, " \n" + typed + "\t"}) {
            const auto back = parse_recovery(form);
            REQUIRE(back.has_value());
            CHECK(std::ranges::equal(back->entropy(), code.entropy()));
        }
        auto bare = text;
        std::erase(bare, '-');
        CHECK(parse_recovery(bare).has_value());
    }
}

TEST_CASE("a slip of the pen is told from a wrong code")
{
    base::SeededRandom random(2);
    const auto text = text_of(RecoveryCode::generate(random));
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '-') continue;
        auto wrong = text;
        wrong[at] = wrong[at] == '7' ? '8' : '7';
        CHECK(parse_recovery(wrong).error() == Error::bad_code);
        auto missing = text;
        missing.erase(at, 1);
        CHECK(parse_recovery(missing).error() == Error::bad_code);
    }
    auto swapped = text;
    if (swapped[0] == swapped[1]) swapped[1] = swapped[2];
    std::swap(swapped[0], swapped[1]);
    CHECK(parse_recovery(swapped).error() == Error::bad_code);
    CHECK(parse_recovery("").error() == Error::bad_code);
    CHECK(parse_recovery(text + "A").error() == Error::bad_code);
    CHECK(parse_recovery("U" + text.substr(1)).error() == Error::bad_code);
    CHECK(parse_recovery(text.substr(0, 38) + "\xc3").error() == Error::bad_code);
}

TEST_CASE("codes, and their secrets for different vaults, differ")
{
    base::SeededRandom random(3);
    const auto one = RecoveryCode::generate(random), two = RecoveryCode::generate(random);
    CHECK(text_of(one) != text_of(two));
    CHECK_FALSE(one.secret({1}) == one.secret({2}));
    CHECK_FALSE(one.secret({1}) == two.secret({1}));
    CHECK(one.secret({1}) == one.clone().secret({1}));
}

TEST_SUITE_END();
