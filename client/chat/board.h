#pragma once
// One board as we have followed it: the position up to which every entry was processed, the head of its chain there, and
// the heads at all block boundaries before it with the relay's signatures, against which whatever the relay shows us later is
// compared. A block is taken only when the relay has signed its end, and a
// board counts as caught up with when it has signed where that is. Of the directory, which decides whose keys are whose, every
// head of this session's stream is kept as well: a record swapped for one person is found out before its block is full.
//
// A stream always starts at a block boundary we have a head for, so the entries between it and our position are checked
// again and only the rest is new. When the relay has let the entries go that come next, a board goes on from the relay's cut.

#include "codec/writer.h"
#include "directory/chain.h"
#include "store/record_sealer.h"
#include "wire/frame.h"

#include <deque>
#include <map>
#include <optional>

namespace sinetti::chat {

inline constexpr std::size_t kRecentEntries = 1024;      // kept in memory, for conversations that are joined late
inline constexpr std::size_t kHeadsPerRecord = 256;
inline constexpr std::uint64_t kBlocksUnstored = 16;     // of other people's cells, while a board is being caught up with
inline constexpr std::size_t kClaimsMax = 64;            // signed heads kept for positions that are still to come
inline constexpr std::size_t kStreamHeadsMax = 4096;     // of the directory

class Effects;

class Board {
public:
    explicit Board(std::uint32_t number);

    std::uint32_t number() const { return m_number; }
    std::uint64_t position() const { return m_position; }
    std::uint64_t begin() const { return m_first_block * wire::kBlockEntries; }   // nothing before it was seen, or is known any more
    // The head before the last block boundary we have passed; head(0) at first.
    std::uint64_t boundary() const { return m_position - m_position % wire::kBlockEntries; }
    const wire::Head& boundary_head() const { return m_boundaries.back().head; }
    const std::optional<wire::Signature>& boundary_signature() const { return m_boundaries.back().signature; }
    // nullptr unless it is a boundary we have passed, our position, or in the directory a recent one.
    const wire::Head* head_at(std::uint64_t position) const;
    // The furthest head we have passed that the relay has signed for us.
    std::optional<wire::SignedHead> furthest_signed() const { return m_last_signed ? m_last_signed : signed_at(boundary()); }

    // A session begins to follow: from which position?
    std::uint64_t begin_stream(std::uint64_t earliest_needed);
    void end_stream();
    bool is_following() const { return m_streaming; }
    std::uint64_t stream_start() const { return m_stream_start; }
    std::uint64_t stream_position() const { return m_stream_position; }   // of what comes next
    const wire::Head& stream_head() const { return m_stream_head; }
    bool is_caught_up() const { return m_streaming && m_caught_up; }
    bool has_begun() const { return m_begun; }   // has ever been caught up with

    enum class Verdict : std::uint8_t { good, repeated, garbled, fork };
    // Holds the relay to a head it has signed, whoever shows it to us; the signature was verified. The other statement under
    // the same key, when that contradicts it; false: it contradicts what we have computed ourselves, and that is all we have.
    struct Agreement {
        bool agrees = true;
        std::optional<wire::SignedHead> other;
    };
    Agreement hold_to(const wire::SignedHead& statement);
    // The board is not kept before the cut, which was verified as one and lies behind the start of the stream. True in
    // `missed`: it lies behind our position too, and what is between was never seen.
    struct Skipped {
        Agreement agreement;
        bool missed = false;
    };
    Skipped skip_to(const wire::SignedHead& cut);
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

    // Nothing is lost when this turn's place is not stored: who is killed before it is reads up to kBlocksUnstored again.
    bool may_wait() const { return m_streaming && !m_caught_up && m_position - m_position_stored < kBlocksUnstored * wire::kBlockEntries; }
    void persist(Effects& effects);
    static std::optional<Board> load(std::uint32_t number, const store::Records& records);

private:
    std::uint32_t m_number;
    struct Boundary {
        wire::Head head{};
        std::optional<wire::Signature> signature;   // not of head(0), nor where the relay has cut
    };

    bool has_boundary(std::uint64_t block) const { return block >= m_first_block && block - m_first_block < m_boundaries.size(); }
    Boundary& boundary_of(std::uint64_t block) { return m_boundaries[static_cast<std::size_t>(block - m_first_block)]; }
    const Boundary& boundary_of(std::uint64_t block) const { return m_boundaries[static_cast<std::size_t>(block - m_first_block)]; }
    std::optional<wire::SignedHead> signed_at(std::uint64_t position) const;

    std::uint64_t m_position = 0;
    wire::Head m_head;
    std::uint64_t m_first_block = 0;          // 0, unless we began at a cut or had to go on from one
    std::vector<Boundary> m_boundaries;       // m_boundaries[k].head = head(256 (m_first_block + k)), up to our position
    std::uint64_t m_position_stored = 0;
    std::uint64_t m_blocks_stored = 0;        // the boundaries before this one are stored as they are
    std::uint64_t m_kept_from = 0;            // in this session the relay has nothing before
    std::map<std::uint64_t, wire::SignedHead> m_claims;   // of positions that are still to come
    std::optional<wire::SignedHead> m_last_signed;        // the furthest one in this session
    bool m_begun = false;
    bool m_changed = true;

    bool m_streaming = false;
    bool m_caught_up = false;
    std::uint64_t m_stream_start = 0;
    std::uint64_t m_stream_position = 0;
    wire::Head m_stream_head{};
    std::deque<wire::Head> m_stream_heads;    // of the directory: after each of the last entries up to m_stream_position
    std::uint64_t m_checked_from = 0;
    std::vector<wire::Head> m_checked;        // of the frame checked last: after each entry from m_checked_from on

    Recent m_recent;
};

}  // namespace sinetti::chat
