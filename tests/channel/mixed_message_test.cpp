#include "channel/mixed_message.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <ranges>

using namespace sinetti;
using namespace sinetti::channel;

namespace {

struct Relay {
    base::SeededRandom random{5};
    crypto::DhPrivateKey key = crypto::DhPrivateKey::generate(random);
    directory::RelayKeys keys{key.public_key(), crypto::SignaturePrivateKey::generate(random).public_key()};
};

MixedCell some_cell()
{
    MixedCell cell{{}, 7, base::Bytes(wire::kCellSize, 0xc3)};
    std::ranges::fill(std::span(cell.token.data(), wire::kTokenSize), std::uint8_t{0x74});
    return cell;
}

}  // namespace

TEST_SUITE_BEGIN("channel.mixed_message");

TEST_CASE("a cell comes out as it went in, cover comes out as nothing, and both are as long")
{
    Relay relay;
    const auto sealed = seal_cell_to_mix(relay.keys, some_cell(), relay.random).value();
    const auto cover = seal_cover(relay.keys, relay.random).value();
    CHECK(sealed.size() == wire::kMixedMessageSize);
    CHECK(cover.size() == wire::kMixedMessageSize);
    CHECK(wire::kMixedMessageSize == 1239);
    const auto opened = open_mixed(relay.key, relay.keys, sealed);
    REQUIRE(opened.has_value());
    REQUIRE(opened->has_value());
    CHECK((*opened)->token == some_cell().token);
    CHECK((*opened)->board == 7);
    CHECK((*opened)->cell == some_cell().cell);
    const auto nothing = open_mixed(relay.key, relay.keys, cover);
    REQUIRE(nothing.has_value());
    CHECK_FALSE(nothing->has_value());
}

TEST_CASE("the same cell never looks the same twice, and no byte of it shows")
{
    Relay relay;
    const auto one = seal_cell_to_mix(relay.keys, some_cell(), relay.random).value(), other = seal_cell_to_mix(relay.keys, some_cell(), relay.random).value();
    const auto same = std::ranges::count_if(std::views::iota(std::size_t{0}, one.size()), [&](std::size_t i) { return one[i] == other[i]; });
    CHECK(same < 40);   // of 1,239, about 5 by chance
    CHECK(std::ranges::count(one, 0xc3) < 40);
}

TEST_CASE("a message that was changed, cut, or meant for another relay opens nothing")
{
    Relay relay;
    const auto message = seal_cell_to_mix(relay.keys, some_cell(), relay.random).value();
    for (const std::size_t at : {0, 31, 32, 700, 1238}) {
        auto changed = message;
        changed[at] ^= 1;
        CHECK(open_mixed(relay.key, relay.keys, changed).error() == Error::garbled);
    }
    CHECK_FALSE(open_mixed(relay.key, relay.keys, base::ByteView(message).first(message.size() - 1)));
    auto longer = message;
    longer.push_back(0);
    CHECK_FALSE(open_mixed(relay.key, relay.keys, longer));
    CHECK_FALSE(open_mixed(crypto::DhPrivateKey::generate(relay.random), relay.keys, message));
    auto other_keys = relay.keys;   // the same channel key under another signing key
    other_keys.signing_public_key = crypto::SignaturePrivateKey::generate(relay.random).public_key();
    CHECK_FALSE(open_mixed(relay.key, other_keys, message));
}

TEST_CASE("there is one encoding of cover, and one of a cell")
{
    base::Bytes plaintext(wire::kMixedPlaintextSize);
    CHECK(decode_mixed(plaintext).has_value());
    plaintext.back() = 1;
    CHECK_FALSE(decode_mixed(plaintext));
    plaintext.back() = 0;
    plaintext.front() = 2;
    CHECK_FALSE(decode_mixed(plaintext));
    plaintext.front() = 1;
    const auto cell = decode_mixed(plaintext);
    REQUIRE(cell.has_value());
    CHECK(base::equal(encode(**cell).view(), plaintext));
    CHECK_FALSE(decode_mixed(base::ByteView(plaintext).first(plaintext.size() - 1)));
}

TEST_CASE("a batch is 1 to 13 whole messages")
{
    const base::Bytes bytes(wire::kMixedMessageSize * 15);
    const auto split = [&](std::size_t size) { return split_batch(base::ByteView(bytes).first(size)); };
    for (std::size_t count = 1; count <= wire::kMixedMessagesPerBatch; ++count) CHECK(split(count * wire::kMixedMessageSize)->size() == count);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, wire::kMixedMessageSize - 1, wire::kMixedMessageSize + 1, 14 * wire::kMixedMessageSize}) CHECK_FALSE(split(size));
    CHECK(wire::kMixedMessagesPerBatch * wire::kMixedMessageSize <= 16896);
}

TEST_SUITE_END();
