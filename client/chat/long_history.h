#pragma once
// The long history: what is older than the archive reaches, and still kept by the retention of its board. A device leaves it for each new
// device of its person, part after part, the newest first; the new one looks for it for a week. docs/protocol.md §13.

#include "chat/archive.h"

#include <bit>

namespace sinetti::chat {

inline constexpr std::string_view kLongHistoryRecord = "long_history";
inline constexpr std::uint32_t kLongDays = 7;                                    // after its enrolment that something is left for a new device
inline constexpr std::uint32_t kLongAge = kArchiveDays - kLongDays - 1;          // days; what is younger is in the archive for longer than that
inline constexpr std::uint16_t kLongDaysKept = 9;                                // each part
inline constexpr std::uint16_t kLongPartsMax = 64;                               // 16 MiB for one device; what is older than that is left out
inline constexpr std::uint16_t kLongPartsMaxShared = 16;                         // on a machine that forgets them by the evening
inline constexpr std::uint8_t kLongLooks = 9;                                    // of a new device, after it has fetched the archive for the last time
inline constexpr std::int64_t kLongLookDelayMin = 20ll * 3600 * 1000;            // milliseconds between two of them
inline constexpr std::int64_t kLongLookDelayMax = 28ll * 3600 * 1000;

// A power of four: how many parts there are says hardly more than which of 1, 4, 16 and 64 they fit into.
constexpr bool is_round_count(std::uint16_t parts) { return std::has_single_bit(parts) && std::countr_zero(parts) % 2 == 0; }
static_assert(is_round_count(kLongPartsMax) && is_round_count(kLongPartsMaxShared));

struct LongHistory {
    // Where a message stands among all of a person; the greater, the newer.
    struct Place {
        std::int64_t sent_ms = 0;
        std::string conversation;          // id
        std::uint64_t number = 0;          // of the timeline entry
        friend bool operator==(const Place&, const Place&) = default;
    };
    struct Leaving {                       // for one new device
        Place reached;                     // what is older is not left yet
        std::uint16_t parts = 0;           // that are
        bool writing = false;              // the next one may be there, in part
        friend bool operator==(const Leaving&, const Leaving&) = default;
    };

    static std::optional<LongHistory> load(const store::Records& records);   // nullopt: damaged
    void persist(Effects& effects) const;

    std::map<crypto::SignaturePublicKey, Leaving> leaving;        // by new device: until all is left
    base::UnixMilliseconds leave_at;                              // not before
    std::map<crypto::SignaturePublicKey, std::uint16_t> found;    // by device that left it: the next part
    std::uint8_t looks_left = 0;
};

}  // namespace sinetti::chat
