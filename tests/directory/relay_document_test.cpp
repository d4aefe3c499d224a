#include "directory/relay_document.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::directory;

namespace {

RelayDocument some_document()
{
    base::SeededRandom random(1);
    return {random.array<32>(), {random.array<32>(), random.array<32>()}};
}

Error error_of(std::string_view text)
{
    const auto parsed = parse_relay_document(text);
    REQUIRE_FALSE(parsed.has_value());
    return parsed.error();
}

}  // namespace

TEST_SUITE_BEGIN("directory.relay_document");

TEST_CASE("a document says what the protocol says, and comes back as it was")
{
    RelayDocument document;
    document.root_public_key[0] = 0xab;
    document.relay_keys.channel_public_key[31] = 1;
    document.relay_keys.signing_public_key[0] = 0x10;
    const std::string zeros(62, '0');
    CHECK(encode(document) == R"({"sinetti":1,"organisation":"ab)" + zeros + R"(","channel":")" + zeros + R"(01","signing":"10)" + zeros + "\"}\n");
    const auto parsed = parse_relay_document(encode(some_document()));
    REQUIRE(parsed.has_value());
    CHECK(*parsed == some_document());
}

TEST_CASE("a document that is cut off, longer, or changed at any character is refused, or is another one")
{
    const auto text = encode(some_document());
    for (std::size_t size = 0; size < text.size(); ++size) CHECK_FALSE(parse_relay_document(text.substr(0, size)).has_value());
    CHECK(error_of(text + " ") == Error::malformed);
    CHECK(error_of(" " + text) == Error::malformed);
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char other : {'0', 'F', ' ', '"', '\0'}) {
            auto changed = text;
            if (changed[at] == other) continue;
            changed[at] = other;
            const auto parsed = parse_relay_document(changed);
            CHECK((!parsed || !(*parsed == some_document())));
        }
    }
}

TEST_CASE("digits in upper case, keys of another length and another order of names are refused")
{
    const auto text = encode(some_document());
    auto upper = text;
    upper[upper.find_first_of("abcdef", text.find(":\"") + 2)] -= 32;
    CHECK(error_of(upper) == Error::malformed);
    auto longer = text;
    longer.insert(longer.find(":\"") + 2, "00");
    CHECK(error_of(longer) == Error::malformed);
    auto shorter = text;
    shorter.erase(shorter.find(":\"") + 2, 2);
    CHECK(error_of(shorter) == Error::malformed);
    auto renamed = text;
    renamed.replace(renamed.find("channel"), 7, "signing");
    CHECK(error_of(renamed) == Error::malformed);
}

TEST_CASE("a document of a later version is told from one that makes no sense")
{
    auto later = encode(some_document());
    later.replace(later.find(":1,"), 3, ":2,");
    CHECK(error_of(later) == Error::unknown_version);
    later.replace(later.find(":2,"), 3, ":x,");
    CHECK(error_of(later) == Error::malformed);
    CHECK(error_of("<!doctype html>") == Error::malformed);
}

TEST_SUITE_END();
