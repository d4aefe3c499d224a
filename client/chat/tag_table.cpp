#include "chat/tag_table.h"

#include <algorithm>
#include <cstring>

namespace sinetti::chat {

std::string Channel::name() const
{
    return std::to_string(static_cast<int>(kind)) + "/" + owner + "/" + std::to_string(epoch) + "/" + std::to_string(leaf.value());
}

std::size_t TagTable::TagHash::operator()(const wire::Tag& tag) const
{
    std::size_t hash = 0;
    std::memcpy(&hash, tag.data(), sizeof hash);
    return hash;
}

void TagTable::watch(Channel& channel)
{
    for (const auto counter : channel.window.watched()) m_tags.insert_or_assign(cell_tag(channel.secret, counter), Hit{&channel, counter});
}

void TagTable::unwatch(const Channel& channel)
{
    for (const auto counter : channel.window.watched()) m_tags.erase(cell_tag(channel.secret, counter));
}

std::optional<TagTable::Hit> TagTable::find(base::ByteView cell) const
{
    if (cell.size() != wire::kCellSize) return std::nullopt;
    wire::Tag tag;
    std::copy_n(cell.begin(), tag.size(), tag.begin());
    const auto found = m_tags.find(tag);
    if (found == m_tags.end()) return std::nullopt;
    return found->second;
}

void TagTable::mark_seen(const Hit& hit) { apply(*hit.channel, hit.channel->window.mark_seen(hit.counter)); }

void TagTable::widen(Channel& channel, std::uint64_t width) { apply(channel, channel.window.widen(width)); }

void TagTable::apply(Channel& channel, const CellWindow::Change& change)
{
    for (const auto counter : change.unwatch) m_tags.erase(cell_tag(channel.secret, counter));
    for (const auto counter : change.watch) m_tags.insert_or_assign(cell_tag(channel.secret, counter), Hit{&channel, counter});
}

}  // namespace sinetti::chat
