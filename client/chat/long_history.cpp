#include "chat/long_history.h"

#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

constexpr std::uint8_t kLongHistoryVersion = 1;
constexpr std::size_t kPlaceIdMax = 128;   // bytes

codec::Result<LongHistory> read_long_history(base::ByteView record)
{
    codec::Reader reader(record);
    if (TRY(reader.u8()) != kLongHistoryVersion) return base::Unexpected(codec::Error::bad_value);
    LongHistory history;
    history.leave_at.value = static_cast<std::int64_t>(TRY(reader.u64()));
    history.looks_left = TRY(reader.u8());
    if (history.looks_left > kLongLooks) return base::Unexpected(codec::Error::bad_value);
    auto leaving = TRY(reader.vector());
    while (!leaving.empty()) {
        const auto device = TRY(leaving.array<32>());
        LongHistory::Leaving one;
        one.parts = TRY(leaving.u16());
        one.writing = TRY(leaving.optional_marker());
        one.reached.sent_ms = static_cast<std::int64_t>(TRY(leaving.u64()));
        one.reached.conversation = TRY(leaving.text(kPlaceIdMax));
        one.reached.number = TRY(leaving.u64());
        history.leaving[device] = std::move(one);
    }
    auto found = TRY(reader.vector());
    while (!found.empty()) {
        const auto device = TRY(found.array<32>());
        history.found[device] = TRY(found.u16());
    }
    TRY(reader.finish());
    return history;
}

}  // namespace

std::optional<LongHistory> LongHistory::load(const store::Records& records)
{
    const auto record = records.find(std::string(kLongHistoryRecord));
    if (record == records.end()) return LongHistory();
    auto history = read_long_history(record->second.view());
    if (!history) return {};
    return std::move(*history);
}

void LongHistory::persist(Effects& effects) const
{
    codec::SecretWriter writer;
    writer.u8(kLongHistoryVersion).u64(static_cast<std::uint64_t>(leave_at.value)).u8(looks_left);
    writer.vector([&](codec::SecretWriter& inner) {
        for (const auto& [device, one] : leaving) {
            inner.raw(device).u16(one.parts).optional_marker(one.writing);
            inner.u64(static_cast<std::uint64_t>(one.reached.sent_ms)).text(one.reached.conversation).u64(one.reached.number);
        }
    });
    writer.vector([&](codec::SecretWriter& inner) {
        for (const auto& [device, part] : found) inner.raw(device).u16(part);
    });
    effects.put(kLongHistoryRecord, writer.view());
}

}  // namespace sinetti::chat
