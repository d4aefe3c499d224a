#pragma once
// What this device knows of the history that a person's devices leave for each other at the relay: how far its own is there, and whose it
// has fetched. A device without a record of it has just begun.

#include "archive/segment.h"
#include "base/clock.h"
#include "store/record_sealer.h"

#include <map>
#include <optional>

namespace sinetti::chat {

class Effects;

inline constexpr std::string_view kArchiveRecord = "archive";
inline constexpr std::int64_t kArchiveDay = 24ll * 3600 * 1000;              // milliseconds
inline constexpr std::uint32_t kArchiveDays = 30;                            // that history is kept and looked for
inline constexpr std::int64_t kArchiveDelayMin = 2ll * 3600 * 1000;          // milliseconds between two times that it is brought up to date,
inline constexpr std::int64_t kArchiveDelayMax = 6ll * 3600 * 1000;          // whatever was said meanwhile
inline constexpr std::int64_t kArchiveHurryMax = 20 * 1000;                  // milliseconds, when there is a new device to read it
inline constexpr std::int64_t kArchiveRetry = 20 * 60 * 1000;                // milliseconds, after a failure
// Milliseconds: the other devices need time, and the last one finds what they had yet to write when this one came.
inline constexpr std::array<std::int64_t, 6> kFetchDelays{0, kArchiveHurryMax + 5'000, 3 * 60 * 1000, 15 * 60 * 1000, 60 * 60 * 1000, 8ll * 3600 * 1000};

struct ArchiveState {
    // Of every conversation, the number of the first timeline entry that is not in the archive.
    using Reached = std::map<std::string, std::uint64_t>;

    static std::optional<ArchiveState> load(const store::Records& records);   // nullopt: damaged
    void persist(Effects& effects) const;

    Reached reached;
    std::uint32_t day = 0;                 // of the last segment
    std::uint16_t next_part = 0;
    bool writing = false;                  // the next part may be there, in part
    base::UnixMilliseconds write_at;       // not before; 0: nothing is planned yet
    std::uint8_t fetches_left = kFetchDelays.size();
    base::UnixMilliseconds fetch_at;       // not before
    std::map<std::pair<crypto::SignaturePublicKey, std::uint32_t>, std::uint16_t> fetched;   // by device and day: the next part

    std::uint8_t fetches_done() const { return static_cast<std::uint8_t>(kFetchDelays.size() - fetches_left); }
};

inline std::uint32_t archive_day(base::UnixMilliseconds now) { return static_cast<std::uint32_t>(now.value / kArchiveDay); }

}  // namespace sinetti::chat
