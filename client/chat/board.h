#pragma once
// One board as we have followed it: the position up to which every entry was processed, the head of its chain there, and
// the heads at all block boundaries before it, against which whatever the relay shows us later is compared.
//
// A stream always starts at a block boundary we have a head for, so the entries between it and our position are checked
// again and only the rest is new.

#include "codec/writer.h"
#include "directory/chain.h"
#include "store/record_sealer.h"
#include "wire/frame.h"

#include <deque>
#include <optional>

namespace sinetti::chat {

inline constexpr std::size_t kRecentEntries = 1024;      // kept in memory, for conversations that are joined late
inline constexpr std::size_t kHeadsPerRecord = 256;

class Effects;

class Board {
public:
    explicit Board(std::uint32_t number);

    std::uint32_t number() const { return m_number; }
    std::uint64_t position() const { return m_position; }
    // The head before the last block boundary we have passed; head(0) at first.
    std::uint64_t boundary() const { return m_position - m_position % wire::kBlockEntries; }
    const wire::Head& boundary_head() const { return m_heads.back(); }
    const wire::Head* head_at(std::uint64_t position) const;   // nullptr unless it is a boundary we have passed, or our position

    // A session begins to follow: from which position?
    std::uint64_t begin_stream(std::uint64_t earliest_needed);
    void end_stream();
    bool is_following() const { return m_streaming; }
    std::uint64_t stream_start() const { return m_stream_start; }
    bool is_caught_up() const { return m_streaming && m_caught_up; }

    enum class Verdict : std::uint8_t { good, repeated, garbled, fork };
    // Checks a frame of the stream against the chain; nothing is processed yet.
    Verdict check(const wire::Entries& frame);
    // The entry at position() was processed: entry by entry, after check().
    void advance(base::ByteView entry);

    // The last entries up to position(), the one being processed included.
    struct Recent {
        std::uint64_t first_position = 0;
        std::deque<base::Bytes> entries;
    };
    const Recent& recent() const { return m_recent; }
    void remember(std::uint64_t position, base::ByteView entry);

    void persist(Effects& effects);
    static std::optional<Board> load(std::uint32_t number, const store::Records& records);

private:
    std::uint32_t m_number;
    std::uint64_t m_position = 0;
    wire::Head m_head;
    std::vector<wire::Head> m_heads;     // of block boundaries: m_heads[k] = head(256 k)
    std::size_t m_heads_stored = 0;
    bool m_changed = true;

    bool m_streaming = false;
    bool m_caught_up = false;
    std::uint64_t m_stream_start = 0;
    std::uint64_t m_stream_position = 0;
    wire::Head m_stream_head{};

    Recent m_recent;
};

}  // namespace sinetti::chat
