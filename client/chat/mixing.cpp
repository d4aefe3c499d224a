#include "chat/mixing.h"

#include <algorithm>

namespace sinetti::chat {

void MixClock::start(base::UnixMilliseconds now, base::Random& random)
{
    m_next = base::UnixMilliseconds{now.value + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(wire::kMixedPeriod)))};
}

bool MixClock::take(base::UnixMilliseconds now)
{
    if (!m_next) return false;
    if (m_next->value > now.value + wire::kMixedPeriod) m_next = base::UnixMilliseconds{now.value + wire::kMixedPeriod};   // the clock was set back
    if (*m_next > now) return false;
    const auto missed = (now.value - m_next->value) / wire::kMixedPeriod;
    m_next = base::UnixMilliseconds{m_next->value + (missed + 1) * wire::kMixedPeriod};
    return true;
}

void MixedCells::note_sent(const CellPlace& place, base::UnixMilliseconds now)
{
    auto& cell = m_cells[{place.lane, place.counter}];
    cell.place = place;
    cell.sent = now;
    ++cell.tries;
}

const MixedCells::Cell* MixedCells::overdue(base::UnixMilliseconds now) const
{
    const auto oldest = std::ranges::min_element(m_cells, {}, [](const auto& cell) { return cell.second.sent; });
    return oldest == m_cells.end() || oldest->second.sent.value + kEchoTimeout > now.value ? nullptr : &oldest->second;
}

}  // namespace sinetti::chat
