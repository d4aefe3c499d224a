#pragma once
// Where boards are kept. append() and find() are called by one thread, read() by another, the rest before either starts.
// An entry is acknowledged only after append() has returned: then it is durable.

#include "base/bytes.h"
#include "base/result.h"
#include "wire/frame.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sinetti::relay {

enum class StoreError : std::uint8_t {
    full = 1,      // no space, a quota, or a read-only file; nothing was written, reading goes on
    unavailable,   // cannot be opened, or in use
    broken,        // an I/O error, or contents that contradict themselves
};

template<typename T>
using StoreResult = base::Result<T, StoreError>;

using SharedBytes = std::shared_ptr<const base::Bytes>;

struct BoardState {
    wire::BoardInfo info;
    std::uint64_t length = 0;
    wire::Head head{};         // head(length)
};

struct NewEntry {
    std::uint32_t board = 0;
    wire::Tag tag{};
    SharedBytes entry;
};

struct Placement {
    enum class Kind : std::uint8_t {
        appended,              // written, at `position`
        existed,               // the same bytes were there already, at `position`
        tag_taken,             // other bytes are there under this tag
        absent,                // find() only
    };
    Kind kind = Kind::absent;
    std::uint64_t position = 0;
    wire::Head head{};         // head(position + 1), when appended
};

struct StoredEntry {
    wire::Tag tag{};
    base::Bytes entry;
    wire::Head head{};         // of the chain after this entry
};

class Store {
public:
    virtual ~Store() = default;

    virtual StoreResult<std::vector<BoardState>> boards() = 0;
    virtual StoreResult<std::optional<base::Bytes>> setting(std::string_view name) = 0;
    virtual StoreResult<void> set_setting(std::string_view name, base::ByteView value) = 0;

    // One transaction: all durable, or none. One placement for each entry, in order.
    virtual StoreResult<std::vector<Placement>> append(std::span<const NewEntry> entries) = 0;
    virtual StoreResult<std::vector<Placement>> find(std::span<const NewEntry> entries) = 0;

    // At most `count` entries from `first` on; fewer only at the end of the board.
    virtual StoreResult<std::vector<StoredEntry>> read(std::uint32_t board, std::uint64_t first, std::uint64_t count) = 0;
};

}  // namespace sinetti::relay
