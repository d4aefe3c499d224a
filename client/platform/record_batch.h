#pragma once
// How records cross between core.wasm and the browser's store: id[32] ‖ u32 length, little-endian ‖ bytes, one after the other.
// In a batch of writes the length kErased stands for "erase this record".

#include "store/backend.h"

#include <optional>

namespace sinetti::platform {

inline constexpr std::uint32_t kErased = 0xffffffff;

base::Bytes encode_writes(const std::vector<store::Write>& writes);
std::optional<std::vector<store::StoredRecord>> decode_records(base::ByteView bytes);   // nullopt: not whole records

}  // namespace sinetti::platform
