#pragma once
// The hash chain of a board. head(n) covers the entries 0 … n-1:
//   head(0)   = SHA-256("sinetti board v1" ‖ uint32 board)
//   head(n+1) = SHA-256(head(n) ‖ uint64 n ‖ SHA-256(entry n))

#include "base/bytes.h"

namespace sinetti::directory {

using Head = base::ByteArray<32>;

Head initial_head(std::uint32_t board);
Head next_head(const Head& head, std::uint64_t position, base::ByteView entry);

}  // namespace sinetti::directory
