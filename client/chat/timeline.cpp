#include "chat/timeline.h"

#include "chat/effects.h"
#include "chat/message_record.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::uint16_t kTimelineVersion = 1;

codec::Result<Timeline::Entry> read_entry(base::ByteView record)
{
    codec::Reader reader(record);
    if (TRY(reader.u16()) != kTimelineVersion) return base::Unexpected(codec::Error::bad_value);
    Timeline::Entry entry;
    entry.number = TRY(reader.u64());
    entry.message = TRY(read_message(reader));
    TRY(reader.finish());
    return entry;
}

}  // namespace

std::string Timeline::record_prefix(std::string_view conversation) { return "message/" + std::string(conversation) + "/"; }

void Timeline::persist(const Entry& entry, Effects& effects) const
{
    codec::SecretWriter writer;
    writer.u16(kTimelineVersion).u64(entry.number);
    write_message(writer, entry.message);
    effects.put(record_prefix(m_conversation) + std::to_string(entry.number), writer.view());
}

bool Timeline::load_entry(base::ByteView record)
{
    auto entry = read_entry(record);
    if (!entry || m_ids.contains(entry->message.id)) return false;
    m_next_number = std::max(m_next_number, entry->number + 1);
    insert(std::move(*entry));
    return true;
}

void Timeline::insert(Entry&& entry)
{
    m_ids.insert(entry.message.id);
    const auto place = std::ranges::upper_bound(m_entries, place_of(entry), {}, place_of);
    m_entries.insert(place, std::move(entry));
}

void Timeline::add(api::Message&& message, Effects& effects)
{
    CHECK_INVARIANT(!contains(message.id));
    Entry entry{m_next_number++, std::move(message)};
    if (entry.message.delivery == api::Delivery::waiting) entry.message.order = kWaitingOrder + entry.number;
    persist(entry, effects);
    m_changed.insert(entry.message.id);
    insert(std::move(entry));
}

// Sorted in together: each on its own would move all that are newer.
void Timeline::add_all(std::vector<api::Message>&& messages, Effects& effects)
{
    const auto before = static_cast<std::ptrdiff_t>(m_entries.size());
    for (auto& message : messages) {
        if (!m_ids.insert(message.id).second) continue;
        m_changed.insert(message.id);
        m_entries.push_back({m_next_number++, std::move(message)});
        persist(m_entries.back(), effects);
    }
    const auto added = m_entries.begin() + before;
    std::ranges::sort(added, m_entries.end(), {}, place_of);
    std::ranges::inplace_merge(m_entries, added, {}, place_of);
}

void Timeline::mark_sent(const api::MessageId& id, std::uint64_t order, Effects& effects)
{
    const auto found = std::ranges::find(m_entries, id, [](const Entry& entry) -> const api::MessageId& { return entry.message.id; });
    if (found == m_entries.end() || found->message.delivery != api::Delivery::waiting) return;
    auto entry = std::move(*found);
    m_entries.erase(found);
    entry.message.delivery = api::Delivery::sent;
    entry.message.order = order;
    persist(entry, effects);
    m_changed.insert(id);
    insert(std::move(entry));
}

std::vector<api::Message> Timeline::newest(std::size_t count) const
{
    return messages(m_entries.size() - std::min(count, m_entries.size()), m_entries.size());
}

std::vector<api::Message> Timeline::messages(std::size_t from, std::size_t to) const
{
    std::vector<api::Message> messages;
    messages.reserve(to - from);
    for (auto i = from; i < to; ++i) messages.push_back(m_entries[i].message);
    return messages;
}

std::optional<std::size_t> Timeline::find(const api::MessageId& id) const
{
    if (!contains(id)) return std::nullopt;
    const auto found = std::ranges::find(m_entries, id, [](const Entry& entry) -> const api::MessageId& { return entry.message.id; });
    return static_cast<std::size_t>(found - m_entries.begin());
}

std::size_t Timeline::end_of(const Place& place) const
{
    return static_cast<std::size_t>(std::ranges::upper_bound(m_entries, place, {}, place_of) - m_entries.begin());
}

std::vector<api::Message> Timeline::take_changed()
{
    std::vector<api::Message> messages;
    if (m_changed.empty()) return messages;
    // What changed stands near the end: own messages that were waiting, and what has just come.
    std::size_t missing = m_changed.size();
    for (auto entry = m_entries.rbegin(); entry != m_entries.rend() && missing > 0; ++entry) {
        if (!m_changed.contains(entry->message.id)) continue;
        messages.push_back(entry->message);
        --missing;
    }
    std::ranges::reverse(messages);
    m_changed.clear();
    return messages;
}

}  // namespace sinetti::chat
