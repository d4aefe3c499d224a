#pragma once
// What a device sends through an ingress that batches (docs/protocol.md §15): one message a second by the clock, a cell if one waits
// and else cover. MixClock says when; MixedCells knows which cells have left in this session and were not seen on the board yet.
// Neither is stored: what a flight consists of is (outbox.h), and a session that begins anew sends again what did not come back.

#include "base/random.h"
#include "chat/outbox.h"
#include "tokens/token.h"
#include "wire/limits.h"

#include <map>
#include <optional>

namespace sinetti::chat {

inline constexpr std::int64_t kEchoTimeout = 15'000;        // milliseconds; a cell that has not come back by then is sent again, under another token
inline constexpr unsigned kMixedTriesMax = 4;               // under one counter; then the fragment goes out under the next
inline constexpr unsigned kMixedTriesUnheard = 2;           // after so many people should know
inline constexpr std::size_t kMixedCellsMax = 24;           // that have left and not come back: receivers look 32 counters ahead

// A fragment of the flight at the front of a lane, and the counter it goes out under.
struct CellPlace {
    LaneName lane;
    std::uint64_t item = 0;
    std::size_t fragment = 0;
    std::uint64_t counter = 0;
};

class MixClock {
public:
    void start(base::UnixMilliseconds now, base::Random& random);   // the first message at a random moment of the next second
    void stop() { m_next.reset(); }
    bool is_running() const { return m_next.has_value(); }
    std::optional<base::UnixMilliseconds> next() const { return m_next; }
    // One is due. What was missed, while the machine slept or was busy, is not made up for: that would show.
    bool take(base::UnixMilliseconds now);

private:
    std::optional<base::UnixMilliseconds> m_next;
};

class MixedCells {
public:
    struct Cell {
        CellPlace place;
        base::UnixMilliseconds sent;
        unsigned tries = 0;
    };
    void note_sent(const CellPlace& place, base::UnixMilliseconds now);
    bool seen(const LaneName& lane, std::uint64_t counter) { return m_cells.erase({lane, counter}) > 0; }   // it has come back, or something in its place
    bool contains(const LaneName& lane, std::uint64_t counter) const { return m_cells.contains({lane, counter}); }
    bool is_full() const { return m_cells.size() >= kMixedCellsMax; }
    const Cell* overdue(base::UnixMilliseconds now) const;   // the one that waits longest
    template<typename Predicate>
    void forget_unless(Predicate wanted)
    {
        std::erase_if(m_cells, [&](const auto& cell) { return !wanted(cell.second.place); });
    }
    void clear() { m_cells.clear(); }

private:
    std::map<std::pair<LaneName, std::uint64_t>, Cell> m_cells;   // by lane and counter
};

// The next message with a cell in it. Its token has left the wallet; it may leave when that is durable.
struct ReadyCell {
    CellPlace place;
    tokens::Token token;
    base::Bytes message;
    bool stored = false;
};

}  // namespace sinetti::chat
