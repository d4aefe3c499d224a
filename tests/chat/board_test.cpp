#include "chat/board.h"

#include "base/random.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

struct Log {   // what an honest relay holds
    std::uint32_t board = 1;
    std::vector<base::Bytes> entries;
    std::vector<wire::Head> heads{directory::initial_head(board)};

    void grow(std::size_t count, std::uint64_t seed)
    {
        base::SeededRandom random(seed);
        for (std::size_t i = 0; i < count; ++i) {
            entries.push_back(base::to_bytes(random.array<64>()));
            heads.push_back(directory::next_head(heads.back(), entries.size() - 1, entries.back()));
        }
    }
    wire::Entries frame(std::uint64_t from, std::uint64_t to, bool last) const
    {
        return {.request_id = 0, .board = board, .first_position = from, .last = last, .head = heads[to], .entries = {entries.begin() + static_cast<std::ptrdiff_t>(from), entries.begin() + static_cast<std::ptrdiff_t>(to)}};
    }
};

wire::SignedHead signed_head(std::uint64_t position, const wire::Head& head, std::uint8_t signature = 9) { return {1, position, head, {signature}}; }

// As an honest relay does it: the signed head of a block comes before the entries that end it, and one of where the board ends
// before it says so.
Board::Verdict take(Board& board, const wire::Entries& frame)
{
    const auto end = frame.first_position + frame.entries.size();
    if (frame.first_position == board.stream_position() && end / wire::kBlockEntries > frame.first_position / wire::kBlockEntries) {
        auto head = board.stream_head();
        for (auto position = frame.first_position; position < end; ++position) {
            head = directory::next_head(head, position, frame.entries[static_cast<std::size_t>(position - frame.first_position)]);
            if ((position + 1) % wire::kBlockEntries == 0 && !board.hold_to({board.number(), position + 1, head, {9}}).agrees) return Board::Verdict::fork;
        }
    }
    if (frame.last && !board.is_caught_up() && !board.hold_to({board.number(), end, frame.head, {9}}).agrees) return Board::Verdict::fork;
    const auto verdict = board.check(frame);
    if (verdict != Board::Verdict::good) return verdict;
    for (std::size_t i = 0; i < frame.entries.size(); ++i) {
        board.remember(frame.first_position + i, frame.entries[i]);
        if (frame.first_position + i >= board.position()) board.advance(frame.entries[i]);
    }
    return verdict;
}

Board followed(const Log& log)
{
    Board board(log.board);
    board.begin_stream(0);
    REQUIRE(take(board, log.frame(0, log.entries.size(), true)) == Board::Verdict::good);
    return board;
}

}  // namespace

TEST_SUITE("chat.board")
{
    TEST_CASE("an honest relay is followed, and again from the block it was left in")
    {
        Log log;
        log.grow(600, 1);
        auto board = followed(log);
        CHECK(board.position() == 600);
        CHECK(board.is_caught_up());
        CHECK(board.boundary() == 512);
        CHECK(board.boundary_head() == log.heads[512]);
        board.end_stream();
        log.grow(10, 2);
        CHECK(board.begin_stream(board.position()) == 512);
        CHECK_FALSE(board.is_caught_up());
        CHECK(take(board, log.frame(512, 560, false)) == Board::Verdict::good);
        CHECK(take(board, log.frame(560, 610, true)) == Board::Verdict::good);
        CHECK(board.position() == 610);
        CHECK(board.begin_stream(100) == 0);
    }

    TEST_CASE("the same frame twice is passed over; a gap, a wrong head or a frame nobody asked for is garbled")
    {
        Log log;
        log.grow(20, 1);
        Board board(1);
        CHECK(board.check(log.frame(0, 5, false)) == Board::Verdict::garbled);
        board.begin_stream(0);
        CHECK(take(board, log.frame(0, 5, false)) == Board::Verdict::good);
        CHECK(take(board, log.frame(0, 5, false)) == Board::Verdict::repeated);
        CHECK(take(board, log.frame(6, 10, false)) == Board::Verdict::garbled);
        auto wrong = log.frame(5, 10, false);
        wrong.head[0] ^= 1;
        CHECK(take(board, wrong) == Board::Verdict::garbled);
        auto overflow = log.frame(5, 10, false);
        overflow.first_position = UINT64_MAX - 1;
        CHECK(take(board, overflow) == Board::Verdict::garbled);
        CHECK(board.position() == 5);
        CHECK(take(board, log.frame(5, 20, true)) == Board::Verdict::good);
    }

    TEST_CASE("another history, from any entry on, and a shorter one are forks")
    {
        Log log;
        log.grow(600, 1);
        for (const std::size_t changed : {513u, 550u, 599u}) {
            auto board = followed(log);
            board.end_stream();
            board.begin_stream(board.position());
            Log other;
            other.entries = log.entries;
            other.entries[changed][3] ^= 1;
            for (std::size_t i = 0; i < other.entries.size(); ++i) other.heads.push_back(directory::next_head(other.heads.back(), i, other.entries[i]));
            CHECK(take(board, other.frame(512, 600, true)) == Board::Verdict::fork);
        }
        auto board = followed(log);
        board.end_stream();
        board.begin_stream(board.position());
        CHECK(take(board, log.frame(512, 599, true)) == Board::Verdict::fork);
    }

    TEST_CASE("a block is taken only when its end is signed, and the signature is kept with the head")
    {
        Log log;
        log.grow(300, 1);
        Board board(1);
        board.begin_stream(0);
        CHECK_FALSE(board.boundary_signature().has_value());
        CHECK(board.check(log.frame(0, 300, true)) == Board::Verdict::garbled);
        CHECK(board.hold_to(signed_head(256, log.heads[256])).agrees);
        CHECK(take(board, log.frame(0, 300, true)) == Board::Verdict::good);
        REQUIRE(board.boundary_signature().has_value());
        CHECK(*board.boundary_signature() == wire::Signature{9});
    }

    TEST_CASE("the relay is held to every head it has signed: before it is reached, there, and after")
    {
        Log log;
        log.grow(600, 1);
        auto board = followed(log);
        const wire::Head lie{0xbb};
        // Passed: the statement of ours is the other half of the proof. Between two boundaries nothing can be compared.
        const auto passed = board.hold_to(signed_head(256, lie, 8));
        CHECK_FALSE(passed.agrees);
        REQUIRE(passed.other.has_value());
        CHECK(*passed.other == signed_head(256, log.heads[256]));
        CHECK(board.hold_to(signed_head(257, lie)).agrees);
        // Where we are, within a block: contradicted, but by ourselves alone.
        const auto here = board.hold_to(signed_head(600, lie));
        CHECK_FALSE(here.agrees);
        CHECK(here.other == signed_head(600, log.heads[600]));
        CHECK(board.hold_to(signed_head(600, log.heads[600])).agrees);
        // Head 0 needs no signature and is contradicted by none that is right.
        CHECK(board.hold_to(signed_head(0, log.heads[0])).agrees);
        CHECK_FALSE(board.hold_to(signed_head(0, lie)).agrees);
        // To come: two statements that contradict each other, and entries that contradict one.
        CHECK(board.hold_to(signed_head(768, lie)).agrees);
        CHECK(board.hold_to(signed_head(768, lie, 7)).agrees);
        const auto two = board.hold_to(signed_head(768, {0xcc}));
        CHECK_FALSE(two.agrees);
        REQUIRE(two.other.has_value());
        CHECK(*two.other == signed_head(768, lie));
        log.grow(200, 2);
        CHECK(board.check(log.frame(600, 800, false)) == Board::Verdict::fork);
    }

    TEST_CASE("statements about what is to come are kept within a limit, the nearest first")
    {
        Log log;
        log.grow(300, 1);
        Board board(1);
        board.begin_stream(0);
        for (std::uint64_t i = 1; i <= 1000; ++i) CHECK(board.hold_to(signed_head(1'000'000 - i, {1})).agrees);
        CHECK(take(board, log.frame(0, 300, true)) == Board::Verdict::good);
        CHECK(board.position() == 300);
    }

    TEST_CASE("a board goes on from the cut, and says whether anything was missed")
    {
        Log log;
        log.grow(900, 1);
        Log shorter;
        shorter.entries.assign(log.entries.begin(), log.entries.begin() + 300);
        shorter.heads.assign(log.heads.begin(), log.heads.begin() + 301);
        auto board = followed(shorter);
        board.end_stream();
        CHECK(board.begin_stream(board.position()) == 256);
        board.end_stream();
        const auto skipped = board.skip_to(signed_head(768, log.heads[768]));
        CHECK(skipped.agreement.agrees);
        CHECK(skipped.missed);
        CHECK(board.position() == 768);
        CHECK(board.boundary() == 768);
        CHECK_FALSE(board.boundary_signature().has_value());   // a cut's signature is another one
        CHECK(board.begin_stream(0) == 768);
        CHECK(take(board, log.frame(768, 900, true)) == Board::Verdict::good);
        CHECK(board.position() == 900);
        CHECK(board.head_at(512) == nullptr);
        CHECK(board.hold_to(signed_head(512, {1})).agrees);    // unknown to us

        // We know all of it: only what is asked for again is not there any more.
        auto whole = followed(log);
        whole.end_stream();
        const auto nothing = whole.skip_to(signed_head(512, log.heads[512]));
        CHECK(nothing.agreement.agrees);
        CHECK_FALSE(nothing.missed);
        CHECK(whole.position() == 900);
        CHECK(whole.begin_stream(0) == 512);

        // A cut is a statement as well.
        auto lied_to = followed(log);
        lied_to.end_stream();
        const auto lie = lied_to.skip_to(signed_head(512, {1}));
        CHECK_FALSE(lie.agreement.agrees);
        REQUIRE(lie.agreement.other.has_value());
        CHECK(*lie.agreement.other == signed_head(512, log.heads[512]));
        auto promised = followed(shorter);
        CHECK(promised.hold_to(signed_head(768, {2})).agrees);
        promised.end_stream();
        CHECK_FALSE(promised.skip_to(signed_head(768, log.heads[768])).agreement.agrees);
        CHECK(promised.position() == 300);
    }

    TEST_CASE("the last thousand entries stay at hand, and no more")
    {
        Log log;
        log.grow(1500, 1);
        const auto board = followed(log);
        CHECK(board.recent().entries.size() == kRecentEntries);
        CHECK(board.recent().first_position == 1500 - kRecentEntries);
        CHECK(board.recent().entries.back() == log.entries.back());
    }

    TEST_CASE("its place may wait to be stored while it is caught up with, for sixteen blocks, and no longer once it has caught up")
    {
        Log log;
        log.grow(20 * wire::kBlockEntries, 31);
        Board board(log.board);
        CHECK_FALSE(board.may_wait());
        board.begin_stream(0);
        for (std::uint64_t block = 0; block < kBlocksUnstored; ++block) {
            CHECK(board.may_wait());
            REQUIRE(take(board, log.frame(block * wire::kBlockEntries, (block + 1) * wire::kBlockEntries, false)) == Board::Verdict::good);
        }
        CHECK_FALSE(board.may_wait());

        Board quick(log.board);
        quick.begin_stream(0);
        REQUIRE(take(quick, log.frame(0, log.entries.size(), true)) == Board::Verdict::good);
        CHECK_FALSE(quick.may_wait());
        quick.end_stream();
        CHECK_FALSE(quick.may_wait());
    }

    TEST_CASE("the relay is held to a signed head of the directory at every recent position, and of other boards between blocks at none")
    {
        for (const std::uint32_t number : {wire::kDirectoryBoard, 1u}) {
            Log log{.board = number};
            log.grow(300, 7);
            auto board = followed(log);
            CHECK(board.hold_to({number, 299, log.heads[299], {9}}).agrees);
            CHECK(board.hold_to({number, 299, {1}, {9}}).agrees == (number != wire::kDirectoryBoard));
            CHECK_FALSE(board.hold_to({number, 300, {1}, {9}}).agrees);
        }
    }

    TEST_CASE("what the relay has signed last is known, and contradicts another word of its as proof")
    {
        Log log{.board = wire::kDirectoryBoard};
        log.grow(10, 8);
        auto board = followed(log);
        const wire::SignedHead now{wire::kDirectoryBoard, 10, log.heads[10], {9}};
        CHECK(board.furthest_signed() == now);
        const auto agreement = board.hold_to({wire::kDirectoryBoard, 10, {1}, {8}});
        CHECK_FALSE(agreement.agrees);
        CHECK(agreement.other == now);

        // One that is to come is the last one when it has come.
        log.grow(5, 9);
        const wire::SignedHead later{wire::kDirectoryBoard, 13, log.heads[13], {7}};
        CHECK(board.hold_to(later).agrees);
        CHECK(board.furthest_signed() == now);
        CHECK(take(board, log.frame(10, 15, false)) == Board::Verdict::good);
        CHECK(board.furthest_signed() == later);
    }

    TEST_CASE("a board is not caught up with where the relay has not signed that it ends there")
    {
        Log log;
        log.grow(20, 10);
        Board board(1);
        board.begin_stream(0);
        CHECK(board.hold_to(signed_head(19, log.heads[19])).agrees);
        CHECK(board.check(log.frame(0, 20, true)) == Board::Verdict::garbled);
        CHECK_FALSE(board.is_caught_up());
        CHECK(board.hold_to(signed_head(20, log.heads[20])).agrees);
        CHECK(board.check(log.frame(0, 20, true)) == Board::Verdict::good);
        CHECK(board.is_caught_up());
    }
}
