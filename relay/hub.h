#pragma once
// The boards as sessions see them: how long they are, who follows them, what the directory says. Lives on the I/O thread.
//
//   session ── append ──► writer thread ── durable ──► publish: one frame per board and batch, sealed once, shared by all followers
//                                                 └──► the answer to the session that asked
//
// Invariants: (1) a length, head or record becomes visible here only after it is durable. (2) Followers get every entry
// once, in order, in the same bytes. (3) Directory records are checked against, and committed in, one sequence: the next
// one is not checked before the last one's fate is known, and is checked again when another relay's has come in between. (4) A cut is visible here before the entries behind it go from the
// store, so that nobody is promised what a read will not find.

#include "base/clock.h"
#include "channel/shared_key.h"
#include "crypto/sign.h"
#include "directory/state.h"
#include "relay/store_threads.h"

#include <list>
#include <map>
#include <unordered_map>

namespace sinetti::relay {

class Follower {
public:
    virtual ~Follower() = default;
    // Sealed, the same bytes for every follower; an entry at `position` is the first it must have before the next message, and
    // the first it misses without this one. False: it takes no more, as after unfollow(), which must not be called from within.
    virtual bool on_live(std::uint32_t board, std::uint64_t position, const SharedBytes& message) = 0;
    virtual void on_stream_key(const wire::SharedKey& key) = 0;  // what comes from here on is sealed under it
};

struct Frames {
    std::vector<SharedBytes> frames;
    std::uint64_t end = 0;                           // position after the last entry in them
    std::optional<wire::SharedKey> key;              // they are messages sealed under it; absent: frames that each session seals itself
};
using FramesResult = StoreResult<Frames>;

class Hub {
public:
    Hub(Store& store, Post post, const base::Clock& clock, base::Random& random, const crypto::SignaturePrivateKey& signing_key);
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    void stop();   // joins the store's threads; nothing is appended or read any more

    // Reads boards and directory. Errors: broken when a record on board 0 does not hold, or the store's own.
    StoreResult<void> load();

    // Called after a record has been applied.
    void on_directory_change(std::function<void(const directory::Applied&)> callback) { m_on_directory_change = std::move(callback); }

    const directory::DirectoryState& directory() const { return m_directory; }
    const BoardState* board(std::uint32_t board) const;
    std::vector<wire::BoardInfo> board_infos() const;

    void append_cell(std::uint32_t board, base::Bytes&& cell, AppendCallback done);
    void append_record(base::Bytes&& bytes, directory::Record&& record, AppendCallback done);

    // Entries from `first`, which the board keeps, to the end of its block or of the board, as frames; the final one has
    // last = is_read. For a follower (request id 0) whole blocks come from the cache, sealed once, with their signed
    // heads. The callback may come at once. Its error is broken also when what was asked for has been cut off meanwhile.
    void read(std::uint32_t request_id, std::uint32_t board, std::uint64_t first, std::function<void(FramesResult)> done);

    // The frame that tells a follower it has caught up, and from then on what is published; follow() answers the key of that.
    wire::Entries caught_up_frame(std::uint32_t board) const;
    const wire::SignedHead& signed_head(std::uint32_t board);                      // of where the board ends now
    wire::Gone gone(std::uint32_t request_id, std::uint32_t board);                // what is before its cut
    wire::SharedKey follow(std::uint32_t board, Follower& follower);
    void unfollow(std::uint32_t board, Follower& follower);

    // A whole block of a board of cells as bytes of wire/block.h; nullptr for one that is not there, whatever the reason.
    void block(std::uint32_t board, std::uint64_t block, std::function<void(SharedBytes)> done);

    // To be called from time to time: takes up boards and policies that were changed beside the relay, and lets go of the
    // blocks that are older than their board keeps them.
    void tend();

    // Short work on the writer's thread, between two commits.
    void submit_chore(std::function<void(Store&)> chore) { m_writer->submit_chore(std::move(chore)); }

    // Runs `done` on the I/O thread after the answers to every entry, and to every chore, there has been so far.
    void when_flushed(std::function<void()> done);

    std::optional<StoreError> trouble() const { return m_writer->trouble(); }   // why the last entries could not be written

private:
    struct Board {
        BoardState state;
        std::uint64_t stored_cut = 0;                // at or before state.cut: how far old blocks have gone from the store
        bool dropping = false;
        std::vector<Follower*> followers;
        std::optional<channel::SharedKey> stream_key;
        base::UnixMilliseconds stream_key_made;
        std::optional<wire::SignedHead> signed_head;   // the last one that was asked for
        std::optional<wire::SignedHead> signed_cut;    // the same
    };
    struct Tended {
        std::vector<BoardState> boards;
        std::map<std::uint32_t, Boundary> cuts;      // where each board may be cut
    };
    struct PendingRecord {
        base::Bytes bytes;
        directory::Record record;
        AppendCallback done;
    };
    using BlockKey = std::pair<std::uint32_t, std::uint64_t>;
    struct CachedBlock {
        Frames frames;
        std::list<BlockKey>::iterator recency;
    };

    void on_batch(std::vector<Written>&& written, std::vector<FinishedAppend>&& finished);
    void publish(std::uint32_t board, std::span<const Written* const> written);
    void apply_record(const Written& written);
    StoreResult<void> reconcile_policies();
    void take_up_policy(std::uint32_t number, bool is_new);
    bool renew_stream_key(std::uint32_t number, Board& board);   // true: it is another one now
    void check_next_record();
    void finish_record(const AppendAnswer& answer);
    const Frames* cached(const BlockKey& key);
    void cache(const BlockKey& key, const Frames& frames);
    static StoreResult<Tended> survey(Store& store, Day today);
    void on_tended(const Tended& tended);
    void move_cut(Board& board, const Boundary& cut);
    void drop_old_blocks(std::uint32_t board);

    Store& m_store;
    Post m_post;
    const base::Clock& m_clock;
    base::Random& m_random;
    const crypto::SignaturePrivateKey& m_signing_key;
    directory::DirectoryState m_directory;
    std::map<wire::Tag, std::uint64_t> m_records;    // tag → position of every directory record
    std::map<std::uint32_t, Board> m_boards;
    std::deque<PendingRecord> m_pending_records;     // the first one is being committed when m_record_in_flight
    bool m_record_in_flight = false;
    std::function<void(const directory::Applied&)> m_on_directory_change;
    bool m_tending = false;
    std::map<BlockKey, CachedBlock> m_blocks;
    std::list<BlockKey> m_recency;                   // most recent first
    std::map<BlockKey, std::vector<std::function<void(FramesResult)>>> m_block_readers;   // who waits for a block that is being read
    std::unique_ptr<StoreWriter> m_writer;
    std::unique_ptr<StoreReader> m_reader;
};

// Entries as frames, encoded for `seal`: split where a block ends, where a frame is full, and where one would be mostly padding.
// every_last: each has last set; final_last: the final one has. With a signing key, a signed head comes before the entries that
// end a block.
struct EntryWithHead {
    SharedBytes entry;
    wire::Head head{};
};
struct EntriesFrame {
    std::uint64_t position = 0;    // of its first entry; of a head, of the first of the entries it belongs to
    SharedBytes bytes;
};
std::vector<EntriesFrame> frames_of(std::uint32_t request_id, std::uint32_t board, std::uint64_t first, std::span<const EntryWithHead> entries,
                                    bool every_last, bool final_last, wire::Seal seal, const crypto::SignaturePrivateKey* signing_key);

}  // namespace sinetti::relay
