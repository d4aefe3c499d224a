#include "chat/board.h"

#include "base/random.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

struct Log {   // what an honest relay holds
    std::vector<base::Bytes> entries;
    std::vector<wire::Head> heads{directory::initial_head(1)};

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
        return {.request_id = 0, .board = 1, .first_position = from, .last = last, .head = heads[to], .entries = {entries.begin() + static_cast<std::ptrdiff_t>(from), entries.begin() + static_cast<std::ptrdiff_t>(to)}};
    }
};

Board::Verdict take(Board& board, const wire::Entries& frame)
{
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
    Board board(1);
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

    TEST_CASE("the last thousand entries stay at hand, and no more")
    {
        Log log;
        log.grow(1500, 1);
        const auto board = followed(log);
        CHECK(board.recent().entries.size() == kRecentEntries);
        CHECK(board.recent().first_position == 1500 - kRecentEntries);
        CHECK(board.recent().entries.back() == log.entries.back());
    }
}
