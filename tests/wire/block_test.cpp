#include "wire/block.h"

#include <doctest/doctest.h>

using namespace sinetti;
using codec::Error;

namespace {

wire::Block some_block()
{
    wire::Block block{.board = 3, .block = 77, .before = {1}, .after = {2}, .signature = {3}};
    for (unsigned i = 0; i < wire::kBlockEntries; ++i) block.cells.emplace_back(wire::kCellSize, static_cast<std::uint8_t>(i));
    return block;
}

}  // namespace

TEST_SUITE_BEGIN("wire.block");

TEST_CASE("a block goes there and back, always in the same number of bytes")
{
    const auto block = some_block();
    const auto bytes = wire::encode(block);
    CHECK(bytes.size() == wire::kBlockSize);
    const auto decoded = wire::decode_block(bytes);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == block);
}

TEST_CASE("a block that is cut, has bytes behind it or is of another version is refused by name")
{
    auto bytes = wire::encode(some_block());
    for (const std::size_t size : {0u, 1u, 4u, 12u, 44u, 45u, 45u + 1023u, 200'000u}) CHECK(wire::decode_block(base::ByteView(bytes).first(size)).error() == Error::truncated);
    CHECK(wire::decode_block(base::ByteView(bytes).first(bytes.size() - 1)).error() == Error::truncated);
    bytes.push_back(0);
    CHECK(wire::decode_block(bytes).error() == Error::trailing_bytes);
    bytes.pop_back();
    bytes[0] = 2;
    CHECK(wire::decode_block(bytes).error() == Error::bad_value);
}
