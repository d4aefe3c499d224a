#pragma once
// One whole block of a board of cells, as GET /board/B/block/K answers it; docs/protocol.md is the text. The heads before
// and after it make it verifiable by itself: directory/chain.h leads from the one to the other, and the relay has signed the last.
//
//   uint8 version = 1 ‖ uint32 board ‖ uint64 block ‖ head[32] before ‖ 256 cells ‖ head[32] after ‖ signature[64]

#include "wire/frame.h"

namespace sinetti::wire {

inline constexpr std::uint8_t kBlockVersion = 1;
inline constexpr std::size_t kBlockSize = 1 + 4 + 8 + 32 + kBlockEntries * kCellSize + 32 + 64;   // bytes, always

struct Block {
    std::uint32_t board = 0;
    std::uint64_t block = 0;                    // covers the positions 256 · block … 256 · block + 255
    Head before{};                              // head(256 · block)
    std::vector<base::Bytes> cells;             // kBlockEntries of kCellSize
    Head after{};                               // head(256 · block + 256)
    Signature signature{};                      // of the relay's signed head there
    friend bool operator==(const Block&, const Block&) = default;
};

base::Bytes encode(const Block& block);
Result<Block> decode_block(base::ByteView bytes);   // errors: truncated, trailing_bytes, bad_value for another version

}  // namespace sinetti::wire
