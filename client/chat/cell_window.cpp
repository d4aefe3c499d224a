#include "chat/cell_window.h"

#include <algorithm>

namespace sinetti::chat {

std::vector<std::uint64_t> CellWindow::watched() const
{
    auto counters = m_holes;
    for (std::uint64_t ahead = 0; ahead < m_width; ++ahead) counters.push_back(m_next + ahead);
    return counters;
}

bool CellWindow::is_watched(std::uint64_t counter) const
{
    if (counter >= m_next) return counter - m_next < m_width;
    return std::ranges::binary_search(m_holes, counter);
}

CellWindow::Change CellWindow::mark_seen(std::uint64_t counter)
{
    CHECK_INVARIANT(is_watched(counter));
    Change change{.watch = {}, .unwatch = {counter}};
    if (counter < m_next) {
        m_holes.erase(std::ranges::lower_bound(m_holes, counter));
        return change;
    }
    for (auto passed = m_next; passed < counter; ++passed) m_holes.push_back(passed);
    const auto end = m_next + m_width, new_end = counter + 1 + kTagWindow;
    for (auto ahead = end; ahead < new_end; ++ahead) change.watch.push_back(ahead);
    for (auto ahead = new_end; ahead < end; ++ahead) change.unwatch.push_back(ahead);
    m_next = counter + 1;
    m_width = kTagWindow;
    if (m_holes.size() > kTagWindow) {
        const auto given_up = m_holes.end() - static_cast<std::ptrdiff_t>(kTagWindow);
        change.unwatch.insert(change.unwatch.end(), m_holes.begin(), given_up);
        m_holes.erase(m_holes.begin(), given_up);
    }
    return change;
}

CellWindow::Change CellWindow::widen(std::uint64_t width)
{
    CHECK_INVARIANT(width <= kTagWindowMax);
    Change change;
    for (; m_width < width; ++m_width) change.watch.push_back(m_next + m_width);
    return change;
}

void CellWindow::write(codec::SecretWriter& writer) const
{
    writer.u64(m_next).u16(static_cast<std::uint16_t>(m_width)).vector([this](codec::SecretWriter& holes) {
        for (const auto hole : m_holes) holes.u64(hole);
    });
}

codec::Result<CellWindow> CellWindow::read(codec::Reader& reader)
{
    CellWindow window;
    window.m_next = TRY(reader.u64());
    window.m_width = TRY(reader.u16());
    if (window.m_width < kTagWindow || window.m_width > kTagWindowMax) return base::Unexpected(codec::Error::bad_value);
    auto holes = TRY(reader.vector(kTagWindow * 8));
    while (!holes.empty()) {
        const auto hole = TRY(holes.u64());
        if (hole >= window.m_next || (!window.m_holes.empty() && hole <= window.m_holes.back())) return base::Unexpected(codec::Error::bad_value);
        window.m_holes.push_back(hole);
    }
    return window;
}

}  // namespace sinetti::chat
