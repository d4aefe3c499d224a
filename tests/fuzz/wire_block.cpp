#include "wire/block.h"

#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::wire;

namespace {

// There is one encoding of every block, as large as it has to be. Inputs are short: the rest is cells of zeros.
void run(base::ByteView input)
{
    auto bytes = base::to_bytes(input.first(std::min(input.size(), kBlockSize)));
    if (const auto block = decode_block(bytes)) CHECK_INVARIANT(encode(*block) == bytes);
    bytes.resize(kBlockSize);
    if (const auto block = decode_block(bytes)) CHECK_INVARIANT(encode(*block) == bytes);
}

std::vector<base::Bytes> seeds()
{
    Block block{.board = 1, .block = 3, .before = {1}, .after = {2}, .signature = {3}};
    block.cells.assign(kBlockEntries, base::Bytes(kCellSize, 4));
    const auto bytes = encode(block);
    return {bytes, {bytes.begin(), bytes.begin() + 2000}, base::Bytes(1, kBlockVersion)};
}

const fuzz::Target kTarget("wire_block", run, seeds);

}  // namespace
