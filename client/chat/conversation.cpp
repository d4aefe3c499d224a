#include "chat/conversation.h"

#include "api/command.h"
#include "chat/effects.h"
#include "codec/reader.h"
#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kConversationVersion = 3;                // 2 awaited nobody
constexpr std::uint16_t kEpochVersion = 2;
constexpr std::uint64_t kWidenedTagsMax = 65536;   // of all senders together
constexpr std::size_t kMembersMax = 1u << 16;
constexpr std::string_view kExporterLabel = "sinetti cells v1";

std::string group_prefix(std::string_view id) { return "mls/" + std::string(id) + "/"; }
std::string epoch_prefix(std::string_view id) { return "epoch/" + std::string(id) + "/"; }

class GroupSink final : public mls::StateSink {
public:
    GroupSink(Conversation& conversation, Effects& effects) : m_prefix(group_prefix(conversation.id)), m_names(conversation.group_records), m_effects(effects) {}
    void put(std::string_view name, base::SecretBytes&& record) override
    {
        m_names.emplace(name);
        m_effects.put(m_prefix + std::string(name), record.view());
    }
    void erase(std::string_view name) override
    {
        if (const auto known = m_names.find(name); known != m_names.end()) m_names.erase(known);
        m_effects.erase(m_prefix + std::string(name));
    }

private:
    std::string m_prefix;
    std::set<std::string, std::less<>>& m_names;
    Effects& m_effects;
};

class GroupSource final : public mls::StateSource {
public:
    GroupSource(std::string prefix, const store::Records& records) : m_prefix(std::move(prefix)), m_records(records) {}
    std::optional<base::SecretBytes> get(std::string_view name) const override
    {
        const auto found = m_records.find(m_prefix + std::string(name));
        if (found == m_records.end()) return std::nullopt;
        return found->second.clone();
    }
    std::vector<std::string> names() const override
    {
        std::vector<std::string> result;
        for (auto record = m_records.lower_bound(m_prefix); record != m_records.end() && record->first.starts_with(m_prefix); ++record)
            result.push_back(record->first.substr(m_prefix.size()));
        return result;
    }

private:
    std::string m_prefix;
    const store::Records& m_records;
};

std::unique_ptr<Channel> make_channel(const std::string& owner, const CellEpoch& epoch, mls::LeafIndex leaf)
{
    auto channel = std::make_unique<Channel>();
    channel->kind = ChannelKind::conversation;
    channel->owner = owner;
    channel->epoch = epoch.epoch;
    channel->leaf = leaf;
    channel->secret = conversation_sender_secret(epoch.secret, leaf);
    return channel;
}

base::SecretBytes serialize(const CellEpoch& epoch)
{
    codec::SecretWriter writer;
    writer.u16(kEpochVersion).u64(epoch.epoch).opaque(epoch.secret.view()).u32(epoch.own_leaf.value()).u64(epoch.own_counter);
    writer.vector([&](codec::SecretWriter& inner) {
        for (const auto& channel : epoch.channels) {
            inner.u32(channel->leaf.value());
            channel->window.write(inner);
        }
    });
    return std::move(writer).take();
}

codec::Result<CellEpoch> read_epoch(const std::string& owner, base::ByteView record)
{
    codec::Reader reader(record);
    CellEpoch epoch;
    if (TRY(reader.u16()) != kEpochVersion) return base::Unexpected(codec::Error::bad_value);
    epoch.epoch = TRY(reader.u64());
    epoch.secret = CellSecret(TRY(reader.secret(32)));
    epoch.own_leaf = mls::LeafIndex(TRY(reader.u32()));
    epoch.own_counter = TRY(reader.u64());
    auto channels = TRY(reader.vector());
    while (!channels.empty()) {
        auto channel = make_channel(owner, epoch, mls::LeafIndex(TRY(channels.u32())));
        channel->window = TRY(CellWindow::read(channels));
        epoch.channels.push_back(std::move(channel));
    }
    TRY(reader.finish());
    epoch.changed = false;
    const auto has_own = std::ranges::any_of(epoch.channels, [&](const auto& channel) { return channel->leaf == epoch.own_leaf; });
    if (epoch.secret.size() != 32 || !has_own) return base::Unexpected(codec::Error::bad_value);
    return epoch;
}

codec::Result<void> read_conversation(Conversation& conversation, base::ByteView record)
{
    codec::Reader reader(record);
    const auto version = TRY(reader.u16());
    if (version != kConversationVersion && version != kConversationVersion - 1) return base::Unexpected(codec::Error::bad_value);
    const auto kind = TRY(reader.u8());
    if (kind > static_cast<std::uint8_t>(api::ConversationKind::group)) return base::Unexpected(codec::Error::bad_value);
    conversation.kind = static_cast<api::ConversationKind>(kind);
    conversation.board = TRY(reader.u32());
    conversation.title = TRY(reader.text(api::kNameMax));
    conversation.other = TRY(reader.array<32>());
    conversation.active = TRY(reader.optional_marker());
    conversation.unread = TRY(reader.u32());
    conversation.draft = TRY(reader.text(api::kMessageTextMax));
    conversation.changed_at = {static_cast<std::int64_t>(TRY(reader.u64()))};
    conversation.uncertain = TRY(reader.optional_marker());
    if (TRY(reader.optional_marker())) conversation.replay_from = TRY(reader.u64());
    auto members = TRY(reader.vector(kMembersMax * 32));
    while (!members.empty()) conversation.former_members.push_back(TRY(members.array<32>()));
    if (version == kConversationVersion) {
        auto awaited = TRY(reader.vector(kMembersMax * 32));
        while (!awaited.empty()) conversation.awaited.push_back(TRY(awaited.array<32>()));
    }
    TRY(reader.finish());
    return {};
}

}  // namespace

bool changes_members_alone(const mls::Group& group, const mls::StagedCommit& staged)
{
    return !staged.reinit() && !staged.is_external() && staged.extensions() == group.extensions();
}

Channel& CellEpoch::own_channel() const
{
    const auto found = std::ranges::find(channels, own_leaf, [](const auto& channel) { return channel->leaf; });
    CHECK_INVARIANT(found != channels.end());
    return **found;
}

Conversation::Conversation(base::ByteView group_id_bytes)
    : id(base::to_hex(group_id_bytes)), group_id(base::to_bytes(group_id_bytes)), timeline(id), lane{{LaneKind::conversation, id}, {}}
{
}

std::vector<PublicKey> Conversation::member_identities() const
{
    return !active || !group ? former_members : identities_of(group->members());
}

bool Conversation::has_member(const PublicKey& identity) const
{
    const auto identities = member_identities();
    return std::ranges::find(identities, identity) != identities.end();
}

CellEpoch* Conversation::epoch(std::uint64_t number)
{
    const auto found = std::ranges::find(epochs, number, &CellEpoch::epoch);
    return found == epochs.end() ? nullptr : &*found;
}

void Conversation::enter_epoch(TagTable& tags, Effects& effects)
{
    CellEpoch entered;
    entered.epoch = group->epoch().value();
    entered.own_leaf = group->own_leaf();
    auto secret = group->export_secret(kExporterLabel, {}, 32);
    CHECK_INVARIANT(secret.has_value());
    entered.secret = CellSecret(std::move(*secret));
    for (const auto& member : group->members()) {
        entered.channels.push_back(make_channel(id, entered, member.leaf));
        tags.watch(*entered.channels.back());
    }
    epochs.push_back(std::move(entered));
    group_changed = true;
    changed = true;
    upkeep_unknown = true;
    while (epochs.front().epoch + kEpochsKept <= epochs.back().epoch) {
        for (const auto& channel : epochs.front().channels) tags.unwatch(*channel);
        effects.erase(epoch_prefix(id) + std::to_string(epochs.front().epoch));
        epochs.pop_front();
    }
    // A flight nobody could read any more takes off again in this epoch.
    if (!lane.items.empty() && lane.items.front().flight && epoch(lane.items.front().flight->epoch) == nullptr) {
        lane.items.front().flight.reset();
        lane.persist_front(effects);
    }
}

void Conversation::become_uncertain(TagTable& tags)
{
    uncertain = true;
    changed = true;
    auto& latest = epochs.back();
    const auto width = std::clamp(kWidenedTagsMax / latest.channels.size(), kTagWindow, kTagWindowMax);
    for (const auto& channel : latest.channels) tags.widen(*channel, width);
    latest.changed = true;
}

void Conversation::become_certain()
{
    if (!uncertain) return;
    uncertain = false;
    changed = true;
}

std::vector<OutboxItem> Conversation::start_over(TagTable& tags, Effects& effects)
{
    std::vector<OutboxItem> texts;
    for (auto& item : lane.items)
        if (std::holds_alternative<TextIntent>(item.intent)) texts.push_back({item.number, std::move(item.intent), std::nullopt});
    GroupSink sink(*this, effects);
    while (!group_records.empty()) sink.erase(std::string(*group_records.begin()));
    group.reset();
    leave(tags, effects);
    return texts;
}

void Conversation::leave(TagTable& tags, Effects& effects)
{
    for (const auto& epoch : epochs) {
        for (const auto& channel : epoch.channels) tags.unwatch(*channel);
        effects.erase(epoch_prefix(id) + std::to_string(epoch.epoch));
    }
    epochs.clear();
    lane.clear(effects);
    if (group) {
        GroupSink sink(*this, effects);
        group->flush(sink);
    }
    active = false;
    uncertain = false;
    replay_from.reset();
    awaited.clear();
    upkeep_at.reset();
    changed = true;
}

void Conversation::persist(Effects& effects)
{
    if (std::exchange(changed, false)) {
        codec::SecretWriter writer;
        writer.u16(kConversationVersion).u8(static_cast<std::uint8_t>(kind)).u32(board).text(title).raw(other).optional_marker(active).u32(unread);
        writer.text(draft).u64(static_cast<std::uint64_t>(changed_at.value)).optional_marker(uncertain).optional_marker(replay_from.has_value());
        if (replay_from) writer.u64(*replay_from);
        writer.vector([&](codec::SecretWriter& inner) {
            for (const auto& member : former_members) inner.raw(member);
        });
        writer.vector([&](codec::SecretWriter& inner) {
            for (const auto& person : awaited) inner.raw(person);
        });
        effects.put(std::string(kConversationPrefix) + id, writer.view());
    }
    if (std::exchange(group_changed, false) && group) {
        GroupSink sink(*this, effects);
        group->flush(sink);
    }
    for (auto& epoch : epochs)
        if (std::exchange(epoch.changed, false)) effects.put(epoch_prefix(id) + std::to_string(epoch.epoch), serialize(epoch).view());
}

std::unique_ptr<Conversation> Conversation::load(std::string_view id, const store::Records& records, TagTable& tags)
{
    const auto group_id = base::from_hex(id);
    const auto record = records.find(std::string(kConversationPrefix) + std::string(id));
    if (!group_id || record == records.end()) return nullptr;
    auto conversation = std::make_unique<Conversation>(*group_id);
    if (!read_conversation(*conversation, record->second.view())) return nullptr;
    conversation->changed = false;
    const auto messages = Timeline::record_prefix(id);
    for (auto entry = records.lower_bound(messages); entry != records.end() && entry->first.starts_with(messages); ++entry)
        if (!conversation->timeline.load_entry(entry->second.view())) return nullptr;
    if (!conversation->active) return conversation;

    const GroupSource source(group_prefix(id), records);
    const auto names = source.names();
    conversation->group_records = {names.begin(), names.end()};
    auto group = mls::Group::load(source);
    if (!group) return nullptr;
    conversation->group.emplace(std::move(*group));
    const auto prefix = epoch_prefix(id);
    for (auto entry = records.lower_bound(prefix); entry != records.end() && entry->first.starts_with(prefix); ++entry) {
        auto epoch = read_epoch(conversation->id, entry->second.view());
        if (!epoch) return nullptr;
        conversation->epochs.push_back(std::move(*epoch));
    }
    std::ranges::sort(conversation->epochs, {}, &CellEpoch::epoch);
    if (conversation->epochs.empty() || conversation->epochs.back().epoch != conversation->group->epoch().value()) return nullptr;
    for (const auto& epoch : conversation->epochs)
        for (const auto& channel : epoch.channels) tags.watch(*channel);
    return conversation;
}

}  // namespace sinetti::chat
