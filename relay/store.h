#pragma once
// Where boards are kept. read() is called by one thread, everything else by another, or before either starts.
// An entry is acknowledged only after append() has returned: then it is durable.
// Other relays may write to the same boards: take_written() tells of every entry, whoever wrote it.
//
// Of each whole block the day it was completed is kept, so that old blocks can go; no finer time than that is stored.

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "sqlite/database.h"
#include "wire/frame.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::relay {

using StoreError = sqlite::Error;

template<typename T>
using StoreResult = base::Result<T, StoreError>;

// What a client is told when the store has failed it.
wire::Refusal refusal_of(StoreError error);

using SharedBytes = std::shared_ptr<const base::Bytes>;

struct BoardState {
    wire::BoardInfo info;
    std::uint64_t length = 0;
    wire::Head head{};         // head(length)
    std::uint64_t cut = 0;     // the start of a block; the entries before it are not kept any more
    wire::Head cut_head{};     // head(cut)
    bool is_signed = false;    // its policy is what administrators have signed on board 0
    bool closed = false;       // and that it takes no more cells
    friend bool operator==(const BoardState&, const BoardState&) = default;
};

struct Day {                   // since 1970-01-01, UTC
    std::int64_t value = 0;
    friend auto operator<=>(const Day&, const Day&) = default;
};
inline constexpr std::int64_t kDay = 86'400'000;   // milliseconds
constexpr Day day_of(base::UnixMilliseconds time) { return {time.value / kDay}; }

struct Boundary {              // between two blocks
    std::uint64_t position = 0;
    wire::Head head{};
};

struct NewEntry {
    std::uint32_t board = 0;
    wire::Tag tag{};
    SharedBytes entry;
    Day day;                   // when it came
    std::optional<std::uint64_t> only_at;   // to be written there or not at all
};

struct Placement {
    enum class Kind : std::uint8_t {
        appended,              // written, at `position`
        existed,               // the same bytes were there already, at `position`
        tag_taken,             // other bytes are there under this tag
        moved,                 // the board does not end any more where it was only to be written
        closed,                // the board takes no more cells
        absent,                // find() only
    };
    Kind kind = Kind::absent;
    std::uint64_t position = 0;
};

struct Written {               // an entry that is on its board now
    std::uint32_t board = 0;
    std::uint64_t position = 0;
    wire::Tag tag{};
    SharedBytes entry;
    wire::Head head{};         // head(position + 1)
    bool makes_board = false;  // a record, and the board it is about came with it
};

struct StoredEntry {
    wire::Tag tag{};
    base::Bytes entry;
    wire::Head head{};         // of the chain after this entry
};

struct SignedPolicy {          // of a board, as the last record about it on board 0 has it
    wire::BoardInfo info;
    bool closed = false;
    friend bool operator==(const SignedPolicy&, const SignedPolicy&) = default;
};

class VaultStore;

class Store {
public:
    virtual ~Store() = default;

    virtual VaultStore& vaults() = 0;   // vault_store.h

    virtual StoreResult<std::vector<BoardState>> boards() = 0;
    virtual StoreResult<std::optional<base::Bytes>> setting(std::string_view name) = 0;
    virtual StoreResult<void> set_setting(std::string_view name, base::ByteView value) = 0;

    // A record on board 0 that says what a board is to be (signed_policy.h) is done in the same transaction as it is written: what it says
    // is never otherwise than what is there, and relays that write the same log have the same boards at each place of it. So a cell stands
    // before the record that closes its board, and is acknowledged, or it is refused; one that is there already is found there still.
    // One placement for each entry, in order. After an error some may have been written nevertheless: find() says which.
    virtual StoreResult<std::vector<Placement>> append(std::span<const NewEntry> entries) = 0;
    virtual StoreResult<std::vector<Placement>> find(std::span<const NewEntry> entries) = 0;
    // What is new on the boards since the last call, of each board in order and without a gap.
    virtual std::vector<Written> take_written() = 0;

    // What other relays have written. `wake` is called by any thread when catch_up() would find something; nullptr: no more.
    virtual void when_news(std::function<void()> wake) = 0;
    virtual StoreResult<void> catch_up() = 0;

    // At most `count` entries from `first` on; fewer only at the end of the board.
    virtual StoreResult<std::vector<StoredEntry>> read(std::uint32_t board, std::uint64_t first, std::uint64_t count) = 0;

    // Where the blocks begin that were completed on `day` or later, or after one that was: what is before may go.
    virtual StoreResult<Boundary> first_since(std::uint32_t board, Day day) = 0;
    // One transaction: the oldest block goes, if all of it is before `end`, and the cut moves behind it. Answers the cut.
    virtual StoreResult<std::uint64_t> drop_oldest_block(std::uint32_t board, std::uint64_t end) = 0;

    // Another process may do this beside a running relay; boards() shows it to the relay. False: such a board is there
    // already, or none is, or administrators have signed what it is to be.
    virtual StoreResult<bool> add_board(const wire::BoardInfo& info) = 0;
    virtual StoreResult<bool> set_policy(const wire::BoardInfo& info) = 0;
    // What board 0 says, as append() does it: for a relay that opens, and finds the board otherwise. False: the board is new.
    virtual StoreResult<bool> set_signed_policy(const SignedPolicy& policy) = 0;
};

}  // namespace sinetti::relay
