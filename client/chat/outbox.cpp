#include "chat/outbox.h"

#include "api/command.h"
#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kOutboxVersion = 1;
constexpr std::size_t kPeopleMax = 1u << 16;
constexpr std::size_t kLaneOwnerMax = 64;

// Stored selectors are pinned; the order of the variant is not.
enum class IntentType : std::uint8_t { text = 1, rename = 2, add = 3, remove = 4, invite_anywhere = 5, upkeep = 6, invite_alone = 7, invite = 8, tree = 9 };

std::string outbox_record_name(std::uint64_t number) { return std::string(kOutboxPrefix) + std::to_string(number); }

void write_keys(codec::SecretWriter& writer, const std::vector<PublicKey>& keys)
{
    writer.vector([&](codec::SecretWriter& inner) {
        for (const auto& key : keys) inner.raw(key);
    });
}

codec::Result<std::vector<PublicKey>> read_keys(codec::Reader& reader)
{
    auto inner = TRY(reader.vector(kPeopleMax * 32));
    std::vector<PublicKey> keys;
    while (!inner.empty()) keys.push_back(TRY(inner.array<32>()));
    return keys;
}

struct IntentWriter {
    codec::SecretWriter& writer;
    void type(IntentType value) { writer.u8(static_cast<std::uint8_t>(value)); }
    void operator()(const TextIntent& intent)
    {
        type(IntentType::text);
        writer.raw(intent.id).text(intent.text).u64(static_cast<std::uint64_t>(intent.written.value));
    }
    void operator()(const RenameIntent& intent)
    {
        type(IntentType::rename);
        writer.text(intent.title);
    }
    void operator()(const AddIntent& intent)
    {
        type(IntentType::add);
        write_keys(writer, intent.identities);
    }
    void operator()(const RemoveIntent& intent)
    {
        type(IntentType::remove);
        writer.raw(intent.identity);
    }
    void operator()(const InviteIntent& intent)
    {
        type(IntentType::invite);
        writer.u32(intent.board).opaque(intent.payload).text(intent.tree);
    }
    void operator()(const UpkeepIntent&) { type(IntentType::upkeep); }
    void operator()(const TreeIntent& intent)
    {
        type(IntentType::tree);
        writer.opaque(intent.ratchet_tree);
    }
};

codec::Result<Intent> read_intent(codec::Reader& reader)
{
    const auto type = static_cast<IntentType>(TRY(reader.u8()));
    switch (type) {
    case IntentType::text: {
        TextIntent intent;
        intent.id = TRY(reader.array<16>());
        intent.text = TRY(reader.text(api::kMessageTextMax));
        intent.written = {static_cast<std::int64_t>(TRY(reader.u64()))};
        return Intent(std::move(intent));
    }
    case IntentType::rename: return Intent(RenameIntent{TRY(reader.text(api::kNameMax))});
    case IntentType::add: return Intent(AddIntent{TRY(read_keys(reader))});
    case IntentType::remove: return Intent(RemoveIntent{TRY(reader.array<32>())});
    case IntentType::invite_anywhere: return Intent(InviteIntent{.payload = TRY(reader.opaque(kPayloadMax))});
    case IntentType::invite_alone:
    case IntentType::invite: {
        InviteIntent intent;
        intent.board = TRY(reader.u32());
        intent.payload = TRY(reader.opaque(kPayloadMax));
        if (type == IntentType::invite) intent.tree = TRY(reader.text(kLaneOwnerMax));
        return Intent(std::move(intent));
    }
    case IntentType::upkeep: return Intent(UpkeepIntent{});
    case IntentType::tree: return Intent(TreeIntent{TRY(reader.opaque(kPayloadMax))});
    }
    return base::Unexpected(codec::Error::bad_value);
}

codec::Result<Flight> read_flight(codec::Reader& reader)
{
    Flight flight;
    flight.message = TRY(reader.array<16>());
    flight.board = TRY(reader.u32());
    flight.epoch = TRY(reader.u64());
    flight.payload = TRY(reader.opaque(kPayloadMax));
    auto counters = TRY(reader.vector(kFragmentsMax * 8));
    while (!counters.empty()) flight.counters.push_back(TRY(counters.u64()));
    flight.welcome = TRY(reader.opaque());
    flight.invited = TRY(read_keys(reader));
    if (flight.payload.empty() || flight.counters.size() != (flight.payload.size() + kFragmentDataMax - 1) / kFragmentDataMax)
        return base::Unexpected(codec::Error::bad_value);
    return flight;
}

codec::Result<StoredOutboxItem> read_item(base::ByteView record)
{
    codec::Reader reader(record);
    if (TRY(reader.u16()) != kOutboxVersion) return base::Unexpected(codec::Error::bad_value);
    StoredOutboxItem stored;
    const auto kind = TRY(reader.u8());
    if (kind < static_cast<std::uint8_t>(LaneKind::conversation) || kind > static_cast<std::uint8_t>(LaneKind::tree))
        return base::Unexpected(codec::Error::bad_value);
    stored.lane.kind = static_cast<LaneKind>(kind);
    stored.lane.owner = TRY(reader.text(kLaneOwnerMax));
    stored.item.number = TRY(reader.u64());
    stored.item.intent = TRY(read_intent(reader));
    if (TRY(reader.optional_marker())) stored.item.flight = TRY(read_flight(reader));
    TRY(reader.finish());
    return stored;
}

void persist(const LaneName& lane, const OutboxItem& item, Effects& effects)
{
    codec::SecretWriter writer;
    writer.u16(kOutboxVersion).u8(static_cast<std::uint8_t>(lane.kind)).text(lane.owner).u64(item.number);
    std::visit(IntentWriter{writer}, item.intent);
    writer.optional_marker(item.flight.has_value());
    if (const auto& flight = item.flight) {
        writer.raw(flight->message).u32(flight->board).u64(flight->epoch).opaque(flight->payload);
        writer.vector([&](codec::SecretWriter& inner) {
            for (const auto counter : flight->counters) inner.u64(counter);
        });
        writer.opaque(flight->welcome);
        write_keys(writer, flight->invited);
    }
    effects.put(outbox_record_name(item.number), writer.view());
}

}  // namespace

bool is_commit(const Intent& intent)
{
    return std::holds_alternative<AddIntent>(intent) || std::holds_alternative<RemoveIntent>(intent) || std::holds_alternative<UpkeepIntent>(intent);
}

LaneName lane_of(const Channel& channel)
{
    switch (channel.kind) {
    case ChannelKind::conversation: return {LaneKind::conversation, channel.owner};
    case ChannelKind::contact_incoming:
    case ChannelKind::contact_outgoing: return {LaneKind::contact, channel.owner};
    case ChannelKind::tree_incoming:
    case ChannelKind::tree_outgoing: break;
    }
    return {LaneKind::tree, channel.owner};
}

void Lane::push(OutboxItem&& item, Effects& effects)
{
    persist(name, item, effects);
    items.push_back(std::move(item));
}

void Lane::push_front(OutboxItem&& item, Effects& effects)
{
    CHECK_INVARIANT(items.empty() || !items.front().flight);
    persist(name, item, effects);
    items.push_front(std::move(item));
}

void Lane::pop(Effects& effects)
{
    effects.erase(outbox_record_name(items.front().number));
    items.pop_front();
}

void Lane::persist_front(Effects& effects) const { persist(name, items.front(), effects); }

void Lane::clear(Effects& effects)
{
    while (!items.empty()) pop(effects);
}

void Lane::restart_flights()
{
    for (auto& item : items)
        if (item.flight) item.flight->sent = 0;
}

std::optional<StoredOutboxItem> parse_outbox_item(base::ByteView record)
{
    auto item = read_item(record);
    if (!item) return std::nullopt;
    return std::move(*item);
}

}  // namespace sinetti::chat
