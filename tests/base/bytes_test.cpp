#include "base/bytes.h"

#include <doctest/doctest.h>
#include <string>

using namespace sinetti;
using namespace std::string_literals;

namespace {

bool valid(const std::string& text) { return base::is_valid_utf8(base::view_of(text)); }

std::string encoded(std::uint32_t code)
{
    const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
    if (code < 0x80) return {byte(code)};
    if (code < 0x800) return {byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f))};
    if (code < 0x10000) return {byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f))};
    return {byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f))};
}

}  // namespace

TEST_SUITE_BEGIN("base.bytes");

TEST_CASE("hex goes there and back, in either case")
{
    CHECK(base::to_hex({}).empty());
    CHECK(base::to_hex(base::Bytes{0x00, 0x0f, 0xa0, 0xff}) == "000fa0ff");
    CHECK(base::from_hex("000fa0ff") == base::Bytes{0x00, 0x0f, 0xa0, 0xff});
    CHECK(base::from_hex("000FA0Ff") == base::Bytes{0x00, 0x0f, 0xa0, 0xff});
    CHECK(base::from_hex("") == base::Bytes{});
}

TEST_CASE("what is not hex is refused")
{
    for (const auto& text : {"0"s, "abc"s, "0g"s, " 00"s, "00 "s, "0x00"s, "-1"s, "\0\0"s, "\xff\xff"s, "0:"s, "0/"s, "@0"s, "`0"s, "G0"s})
        CHECK_FALSE(base::from_hex(text).has_value());
}

TEST_CASE("base64url agrees with RFC 4648 §10, without padding")
{
    const std::pair<std::string, std::string> pairs[] = {{"", ""},           {"f", "Zg"},         {"fo", "Zm8"},       {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    for (const auto& [plain, text] : pairs) {
        CHECK(base::to_base64url(base::view_of(plain)) == text);
        const auto back = base::from_base64url(text);
        REQUIRE(back.has_value());
        CHECK(base::to_text(*back) == plain);
    }
}

TEST_CASE("base64url refuses padding, the other alphabet, space, and endings with bits to spare")
{
    for (const auto& text : {"Zg=="s, "Zm8="s, "Zm9v="s, "="s, "-_8="s, "+/8"s, "Zm 9v"s, " Zm9v"s, "Zm9v "s, "Zm9v\n"s, "Zm9v\0"s, "\0"s, "Z"s,
                             "Zm9vY"s, "Zh"s, "Zm9"s, "Zm9vYh"s, "\xc3\xa4\xc3\xa4"s, "Zm9v\x80"s})
        CHECK_FALSE(base::from_base64url(text).has_value());
}

TEST_CASE("every text of up to two characters decodes exactly when it is what the bytes encode to")
{
    std::size_t decoded = 0;
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            const auto bytes = base::from_base64url(text);
            if (!bytes) continue;
            ++decoded;
            if (base::to_base64url(*bytes) != text) FAIL_CHECK("two texts for one value: ", first, " ", second);
        }
    }
    CHECK(decoded == 256);   // one text for each byte
}

TEST_CASE("base64url of every length goes there and back")
{
    for (std::size_t size = 0; size < 200; ++size) {
        base::Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + size);
        const auto back = base::from_base64url(base::to_base64url(bytes));
        REQUIRE(back.has_value());
        CHECK(*back == bytes);
    }
}

TEST_CASE("every Unicode scalar value is valid UTF-8, a surrogate is not, and nothing is valid cut short")
{
    std::size_t wrong = 0;
    for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
        const auto text = encoded(code);
        const bool surrogate = code >= 0xd800 && code <= 0xdfff;
        if (valid(text) == surrogate) ++wrong;
        for (std::size_t size = 1; size < text.size(); ++size)
            if (valid(text.substr(0, size))) ++wrong;
    }
    CHECK(wrong == 0);
    CHECK(valid(""));
    CHECK(valid("tervetuloa, välkommen, 🦭 \0 ok"s));
}

TEST_CASE("of all strings of two and of three bytes exactly those made of whole characters are valid")
{
    std::size_t two = 0;
    std::size_t three = 0;
    std::string text(2, '\0');
    for (unsigned a = 0; a < 256; ++a) {
        for (unsigned b = 0; b < 256; ++b) {
            text[0] = static_cast<char>(a);
            text[1] = static_cast<char>(b);
            two += valid(text);
        }
    }
    CHECK(two == 128 * 128 + 1920);   // 1,920 characters take two bytes
    text.resize(3);
    for (unsigned a = 0x80; a < 256; ++a) {
        for (unsigned b = 0; b < 256; ++b) {
            for (unsigned c = 0; c < 256; ++c) {
                text[0] = static_cast<char>(a);
                text[1] = static_cast<char>(b);
                text[2] = static_cast<char>(c);
                three += valid(text);
            }
        }
    }
    CHECK(three == 1920 * 128 + 61440);   // 61,440 characters take three: 65,536 - 2,048 shorter - 2,048 surrogates
}

TEST_CASE("overlong, too large and stray bytes are not UTF-8")
{
    for (const auto& text : {"\x80"s, "\xbf"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x80\x80"s, "\xe0\x9f\xbf"s, "\xf0\x80\x80\x80"s, "\xf0\x8f\xbf\xbf"s,
                             "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xf8\x88\x80\x80\x80"s, "\xfe"s, "\xff"s, "\xed\xa0\x80"s, "\xed\xbf\xbf"s,
                             "ab\xff"s, "\xc3"s, "\xc3("s, "\xe2\x82"s, "\xf0\x9f\xa6"s})
        CHECK_FALSE(valid(text));
}

TEST_CASE("both comparisons agree on content and length")
{
    const base::Bytes one{1, 2, 3};
    const base::Bytes same{1, 2, 3};
    const base::Bytes other{1, 2, 4};
    const base::Bytes shorter{1, 2};
    for (const auto compare : {base::equal, base::equal_constant_time}) {
        CHECK(compare(one, same));
        CHECK_FALSE(compare(one, other));
        CHECK_FALSE(compare(one, shorter));
        CHECK_FALSE(compare({}, one));
        CHECK(compare({}, {}));
    }
}

TEST_CASE("text and bytes are views of each other, zero bytes included")
{
    const auto text = "a\0b"s;
    CHECK(base::view_of(text).size() == 3);
    CHECK(base::to_text(base::view_of(text)) == text);
    CHECK(base::to_bytes(base::view_of(text)) == base::Bytes{'a', 0, 'b'});
}

TEST_SUITE_END();
