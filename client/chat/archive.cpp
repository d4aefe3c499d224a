#include "chat/archive.h"

#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

constexpr std::uint8_t kArchiveStateVersion = 1;
constexpr std::size_t kIdMax = 128;   // bytes

codec::Result<ArchiveState> read_state(base::ByteView record)
{
    codec::Reader reader(record);
    if (TRY(reader.u8()) != kArchiveStateVersion) return base::Unexpected(codec::Error::bad_value);
    ArchiveState state;
    state.day = TRY(reader.u32());
    state.next_part = TRY(reader.u16());
    state.writing = TRY(reader.optional_marker());
    state.write_at.value = static_cast<std::int64_t>(TRY(reader.u64()));
    state.fetches_left = TRY(reader.u8());
    state.fetch_at.value = static_cast<std::int64_t>(TRY(reader.u64()));
    if (state.fetches_left > kFetchDelays.size()) return base::Unexpected(codec::Error::bad_value);
    auto reached = TRY(reader.vector());
    while (!reached.empty()) {
        auto id = TRY(reached.text(kIdMax));
        state.reached[std::move(id)] = TRY(reached.u64());
    }
    auto fetched = TRY(reader.vector());
    while (!fetched.empty()) {
        const auto device = TRY(fetched.array<32>());
        const auto day = TRY(fetched.u32());
        state.fetched[{device, day}] = TRY(fetched.u16());
    }
    TRY(reader.finish());
    return state;
}

}  // namespace

std::optional<ArchiveState> ArchiveState::load(const store::Records& records)
{
    const auto record = records.find(std::string(kArchiveRecord));
    if (record == records.end()) return ArchiveState();
    auto state = read_state(record->second.view());
    if (!state) return {};
    return std::move(*state);
}

void ArchiveState::persist(Effects& effects) const
{
    codec::SecretWriter writer;
    writer.u8(kArchiveStateVersion).u32(day).u16(next_part).optional_marker(writing).u64(static_cast<std::uint64_t>(write_at.value));
    writer.u8(fetches_left).u64(static_cast<std::uint64_t>(fetch_at.value));
    writer.vector([&](codec::SecretWriter& inner) {
        for (const auto& [id, number] : reached) inner.text(id).u64(number);
    });
    writer.vector([&](codec::SecretWriter& inner) {
        for (const auto& [segment, part] : fetched) inner.raw(segment.first).u32(segment.second).u16(part);
    });
    effects.put(kArchiveRecord, writer.view());
}

}  // namespace sinetti::chat
