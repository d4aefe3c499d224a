#include "vault/link_code.h"

#include "vault/recovery_code.h"

#include <algorithm>
#include <cctype>
#include <doctest/doctest.h>
#include <set>

using namespace sinetti;
using vault::Error;
using vault::LinkCode;

namespace {

std::string text_of(const LinkCode& code) { return base::to_text(code.text().view()); }
auto parse(const std::string& text) { return LinkCode::parse(base::view_of(text)); }
const base::Bytes kRelay(96, 7), kOtherRelay(96, 8);

}  // namespace

TEST_SUITE_BEGIN("vault.link_code");

TEST_CASE("a link code is four groups of four, and reads back however it is typed")
{
    base::SeededRandom random(1);
    for (int i = 0; i < 50; ++i) {
        const auto text = text_of(LinkCode::generate(random));
        REQUIRE(text.size() == 19);
        for (std::size_t at = 4; at < text.size(); at += 5) CHECK(text[at] == '-');
        auto typed = text;
        for (auto& character : typed) character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
        std::ranges::replace(typed, '-', ' ');
        std::ranges::replace(typed, '0', 'o');
        std::ranges::replace(typed, '1', 'i');
        const auto back = parse(typed);
        REQUIRE(back.has_value());
        CHECK(text_of(*back) == text);
    }
}

TEST_CASE("a mistyped link code is told before anything is asked of the relay, in all but one of 65,536 cases")
{
    base::SeededRandom random(2);
    const auto text = text_of(LinkCode::generate(random));
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '-') continue;
        auto wrong = text;
        wrong[at] = wrong[at] == '7' ? '8' : '7';
        CHECK(parse(wrong).error() == Error::bad_code);
        auto missing = text;
        missing.erase(at, 1);
        CHECK(parse(missing).error() == Error::bad_code);
    }
    CHECK(parse("").error() == Error::bad_code);
    CHECK(parse(text + "A").error() == Error::bad_code);
    CHECK(parse("U" + text.substr(1)).error() == Error::bad_code);
    CHECK(parse(base::to_text(vault::RecoveryCode::generate(random).text().view())).error() == Error::bad_code);
}

TEST_CASE("both devices make the same keys of a code, and of another code or relay others")
{
    base::SeededRandom random(3);
    const auto code = LinkCode::generate(random), other = LinkCode::generate(random);
    const auto keys = code.keys(kRelay), again = parse(text_of(code))->keys(kRelay);
    REQUIRE(keys.has_value());
    REQUIRE(again.has_value());
    CHECK(keys->address == again->address);
    CHECK(keys->offer_key == again->offer_key);
    CHECK(keys->psk == again->psk);
    std::set<base::Bytes> all;
    for (const auto& one : {code.keys(kRelay), code.keys(kOtherRelay), other.keys(kRelay)}) {
        REQUIRE(one.has_value());
        for (const auto part : {base::ByteView(one->address), one->offer_key.view(), one->psk.view()}) all.insert(base::to_bytes(part));
    }
    CHECK(all.size() == 9);
}

TEST_CASE("a code costs Argon2id with 64 MiB and three passes, whatever the device is set to")
{
    base::SeededRandom random(4);
    std::size_t calls = 0;
    const auto counting = [&calls](base::ByteView, base::ByteView salt, crypto::PasswordParameters parameters) -> crypto::Result<crypto::PasswordKey> {
        ++calls;
        CHECK(salt.size() == crypto::kPasswordSaltSize);
        CHECK(parameters.memory == 64ull << 20);
        CHECK(parameters.passes == 3);
        return crypto::PasswordKey(base::ByteView(base::Bytes(32, 1)));
    };
    CHECK(LinkCode::generate(random).keys(kRelay, counting).has_value());
    CHECK(calls == 1);
    const auto without_memory = [](base::ByteView, base::ByteView, crypto::PasswordParameters) -> crypto::Result<crypto::PasswordKey> {
        return base::Unexpected(crypto::Error::out_of_memory);
    };
    CHECK(LinkCode::generate(random).keys(kRelay, without_memory).error() == Error::out_of_memory);
}

TEST_SUITE_END();
