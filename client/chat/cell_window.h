#pragma once
// Which of one sender's counters are looked for on the board: the next kTagWindow after the highest seen, and the younger
// of those that were passed over. Every member sees the same board and so has the same windows; only who has missed a part of
// the board looks further ahead, until the sender is found again.

#include "codec/reader.h"
#include "codec/writer.h"

#include <cstdint>
#include <vector>

namespace sinetti::chat {

inline constexpr std::uint64_t kTagWindow = 32;
inline constexpr std::uint64_t kTagWindowMax = 1024;   // of a window that was widened

class CellWindow {
public:
    struct Change {
        std::vector<std::uint64_t> watch;     // looked for from now on
        std::vector<std::uint64_t> unwatch;   // no longer
    };

    std::vector<std::uint64_t> watched() const;
    bool is_watched(std::uint64_t counter) const;
    Change mark_seen(std::uint64_t counter);      // a counter that is watched; ends the widening
    Change widen(std::uint64_t width);            // at most kTagWindowMax
    std::uint64_t next() const { return m_next; }   // one past the highest seen

    void write(codec::SecretWriter& writer) const;
    static codec::Result<CellWindow> read(codec::Reader& reader);

private:
    std::uint64_t m_next = 0;
    std::uint64_t m_width = kTagWindow;
    std::vector<std::uint64_t> m_holes;   // ascending, below m_next, at most kTagWindow
};

}  // namespace sinetti::chat
