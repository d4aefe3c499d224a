#include "platform/record_batch.h"

#include <algorithm>

namespace sinetti::platform {

namespace {

constexpr std::size_t kIdSize = std::tuple_size_v<store::RecordId>;
constexpr std::size_t kHeaderSize = kIdSize + sizeof(std::uint32_t);

void append_length(base::Bytes& out, std::uint32_t length)
{
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(length >> shift));
}

std::uint32_t read_length(base::ByteView bytes)
{
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < sizeof(length); ++i) length |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
    return length;
}

}  // namespace

base::Bytes encode_writes(const std::vector<store::Write>& writes)
{
    std::size_t size = 0;
    for (const auto& write : writes) size += kHeaderSize + (write.value ? write.value->size() : 0);
    base::Bytes out;
    out.reserve(size);
    for (const auto& write : writes) {
        out.insert(out.end(), write.id.begin(), write.id.end());
        if (!write.value) {
            append_length(out, kErased);
            continue;
        }
        CHECK_INVARIANT(write.value->size() < kErased);
        append_length(out, static_cast<std::uint32_t>(write.value->size()));
        out.insert(out.end(), write.value->begin(), write.value->end());
    }
    return out;
}

std::optional<std::vector<store::StoredRecord>> decode_records(base::ByteView bytes)
{
    std::vector<store::StoredRecord> records;
    while (!bytes.empty()) {
        if (bytes.size() < kHeaderSize) return std::nullopt;
        const std::uint32_t length = read_length(bytes.subspan(kIdSize));
        if (length > bytes.size() - kHeaderSize) return std::nullopt;
        store::StoredRecord record;
        std::copy_n(bytes.begin(), kIdSize, record.id.begin());
        record.value = base::to_bytes(bytes.subspan(kHeaderSize, length));
        records.push_back(std::move(record));
        bytes = bytes.subspan(kHeaderSize + length);
    }
    return records;
}

}  // namespace sinetti::platform
