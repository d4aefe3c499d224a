#include "directory/relay_document.h"

#include <algorithm>

namespace sinetti::directory {

using base::Unexpected;

namespace {

constexpr std::string_view kBeginning = R"({"sinetti":)";
constexpr std::string_view kVersion = "1";

// Takes `expected` off the front.
bool skip(std::string_view& text, std::string_view expected)
{
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

template<std::size_t N>
bool take_key(std::string_view& text, base::ByteArray<N>& key)
{
    const auto digits = text.substr(0, 2 * N);
    const auto bytes = base::from_hex(digits);
    if (!bytes || bytes->size() != N || base::to_hex(*bytes) != digits) return false;
    std::ranges::copy(*bytes, key.begin());
    text.remove_prefix(digits.size());
    return true;
}

}  // namespace

std::string encode(const RelayDocument& document)
{
    return std::string(kBeginning) + std::string(kVersion) + R"(,"organisation":")" + base::to_hex(document.root_public_key) + R"(","channel":")" +
           base::to_hex(document.relay_keys.channel_public_key) + R"(","signing":")" + base::to_hex(document.relay_keys.signing_public_key) + "\"}\n";
}

Result<RelayDocument> parse_relay_document(std::string_view text)
{
    if (!skip(text, kBeginning)) return Unexpected(Error::malformed);
    const auto version = text.substr(0, text.find(','));
    if (version.empty() || !std::ranges::all_of(version, [](char digit) { return digit >= '0' && digit <= '9'; })) return Unexpected(Error::malformed);
    if (version != kVersion) return Unexpected(Error::unknown_version);
    text.remove_prefix(version.size());
    RelayDocument document;
    const bool whole = skip(text, R"(,"organisation":")") && take_key(text, document.root_public_key) && skip(text, R"(","channel":")") &&
                       take_key(text, document.relay_keys.channel_public_key) && skip(text, R"(","signing":")") &&
                       take_key(text, document.relay_keys.signing_public_key) && text == "\"}\n";
    if (!whole) return Unexpected(Error::malformed);
    return document;
}

}  // namespace sinetti::directory
