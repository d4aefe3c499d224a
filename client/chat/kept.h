#pragma once
// What a person wants the same on every machine: settings, and whom they have verified. Each is a value and when it was set; of two
// the newer one holds, so that devices come to the same whatever the order in which they hear of each other (docs/protocol.md §11).
//
//   { opaque key<V> ‖ opaque value<V> ‖ u64 when, Unix milliseconds }<V>   by ascending key
//
// Invariant: what is the newest of a key is never dropped for something older, by any device.

#include "base/clock.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "directory/record.h"

#include <compare>
#include <map>
#include <set>

namespace sinetti::chat {

inline constexpr std::size_t kKeptNameMax = 16;                             // bytes, of a setting's name
inline constexpr std::size_t kKeptTextMax = 32;                             // bytes, of a value
inline constexpr std::size_t kKeptSettingsMax = 16;
inline constexpr std::size_t kKeptPeopleMax = 160;
inline constexpr std::uint64_t kKeptTimeMax = std::uint64_t{1} << 53;       // milliseconds
inline constexpr std::size_t kKeptSizeMax = kKeptSettingsMax * (1 + kKeptNameMax + 1 + kKeptTextMax + 8) + kKeptPeopleMax * (1 + 32 + 1 + 1 + 8);   // bytes

struct KeptValue {
    std::uint64_t set = 0;                  // milliseconds; 0: before it was written down when. Of one moment the greater value holds
    std::string value;
    friend auto operator<=>(const KeptValue&, const KeptValue&) = default;
};

// By an identity's public key, whether they are verified, or by the name of a setting, which is shorter.
using Kept = std::map<std::string, KeptValue, std::less<>>;

std::string kept_key(const directory::PublicKey& identity);
bool is_kept_setting(std::string_view name);                                // the others belong to one machine
inline bool is_of_person(std::string_view key) { return key.size() == std::tuple_size_v<directory::PublicKey>; }
inline constexpr std::string_view kVerified = "+", kNotVerified = "-";      // the latter is the greater
std::set<directory::PublicKey> verified_people(const Kept& kept);

// It is newer than what it takes the place of, whatever the clock says. false: it is so already, or cannot be kept.
bool keep(Kept& kept, std::string_view key, std::string_view value, base::UnixMilliseconds now);
bool merge(Kept& kept, const Kept& others);                                 // whether it has changed
bool drop_oldest(Kept& kept);                                               // people first; false: there is nothing any more

void write_kept(codec::SecretWriter& writer, const Kept& kept);
codec::Result<Kept> read_kept(codec::Reader& reader);

}  // namespace sinetti::chat
