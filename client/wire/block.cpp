#include "wire/block.h"

#include "codec/writer.h"

namespace sinetti::wire {

base::Bytes encode(const Block& block)
{
    CHECK_INVARIANT(block.cells.size() == kBlockEntries);
    codec::Writer writer;
    writer.u8(kBlockVersion).u32(block.board).u64(block.block).raw(block.before);
    for (const auto& cell : block.cells) {
        CHECK_INVARIANT(cell.size() == kCellSize);
        writer.raw(cell);
    }
    writer.raw(block.after).raw(block.signature);
    return std::move(writer).take();
}

Result<Block> decode_block(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    if (TRY(reader.u8()) != kBlockVersion) return base::Unexpected(codec::Error::bad_value);
    Block block;
    block.board = TRY(reader.u32());
    block.block = TRY(reader.u64());
    block.before = TRY(reader.array<32>());
    const auto cells = TRY(reader.raw(kBlockEntries * kCellSize));
    block.after = TRY(reader.array<32>());
    block.signature = TRY(reader.array<64>());
    TRY(reader.finish());
    block.cells.reserve(kBlockEntries);
    for (std::size_t i = 0; i < kBlockEntries; ++i) block.cells.push_back(base::to_bytes(cells.subspan(i * kCellSize, kCellSize)));
    return block;
}

}  // namespace sinetti::wire
