#include "directory/chain.h"

#include "codec/writer.h"
#include "crypto/hash.h"

namespace sinetti::directory {

Head initial_head(std::uint32_t board)
{
    codec::Writer writer;
    writer.raw(base::view_of("sinetti board v1")).u32(board);
    return crypto::sha256(writer.view());
}

Head next_head(const Head& head, std::uint64_t position, base::ByteView entry)
{
    base::ByteArray<72> content;
    std::copy(head.begin(), head.end(), content.begin());
    for (std::size_t i = 0; i < 8; ++i) content[32 + i] = static_cast<std::uint8_t>(position >> (56 - 8 * i));
    const auto digest = crypto::sha256(entry);
    std::copy(digest.begin(), digest.end(), content.begin() + 40);
    return crypto::sha256(content);
}

}  // namespace sinetti::directory
