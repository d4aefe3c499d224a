#include "chat/fragments.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

Reassembler::Dropped dropped(const Reassembler::Partial& partial)
{
    Reassembler::Dropped result{.message = partial.message, .indexes = {}};
    for (const auto& [index, data] : partial.parts) result.indexes.push_back(index);
    return result;
}

}  // namespace

std::vector<Fragment> split(const MessageNumber& message, base::ByteView payload)
{
    CHECK_INVARIANT(!payload.empty() && payload.size() <= kPayloadMax);
    const auto count = (payload.size() + kFragmentDataMax - 1) / kFragmentDataMax;
    std::vector<Fragment> fragments;
    for (std::size_t index = 0; index < count; ++index) {
        const auto start = index * kFragmentDataMax;
        const auto data = payload.subspan(start, std::min(kFragmentDataMax, payload.size() - start));
        fragments.push_back({message, static_cast<std::uint16_t>(index), static_cast<std::uint16_t>(count), base::to_bytes(data)});
    }
    return fragments;
}

Reassembler::Added Reassembler::add(Fragment&& fragment)
{
    Added added;
    if (fragment.count == 1) {
        added.complete = std::move(fragment.data);
        return added;
    }
    auto partial = std::ranges::find(m_partials, fragment.message, &Partial::message);
    if (partial == m_partials.end()) {
        if (m_partials.size() == kPartialMessagesMax) {
            added.gone = dropped(m_partials.front());
            m_partials.pop_front();
        }
        m_partials.push_back({fragment.message, fragment.count, {}});
        partial = std::prev(m_partials.end());
    }
    if (partial->count != fragment.count || !partial->parts.emplace(fragment.index, std::move(fragment.data)).second) return added;
    if (partial->parts.size() < partial->count) {
        added.kept = true;
        return added;
    }
    base::Bytes payload;
    for (const auto& [index, data] : partial->parts) payload.insert(payload.end(), data.begin(), data.end());
    added.complete = std::move(payload);
    added.gone = dropped(*partial);
    m_partials.erase(partial);
    return added;
}

}  // namespace sinetti::chat
