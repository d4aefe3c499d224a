#pragma once
// What a person's vault at the relay holds: all that a machine which knows nothing needs to be theirs. Conversations are not in it:
// members' clients let the new device into them.
//
//   u16 version ‖ identity seed<V> ‖ directory key<V> ‖ root public key[32] ‖ RelayKeys ‖ optional root seed<V>
//   ‖ organisation<V> ‖ name<V> ‖ title<V> ‖ u8 whether the recovery code has been shown ‖ in version 2 { device[32] ‖ u32 day }<V>
//   ‖ in version 3 Kept
//
// Version 1 is written as long as no device has said that it was seen, and version 2 as long as nothing is kept.

#include "chat/account.h"
#include "chat/kept.h"
#include "codec/reader.h"
#include "directory/state.h"

#include <algorithm>
#include <map>

namespace sinetti::chat {

inline constexpr std::size_t kSeenDevicesMax = directory::kLiveDevicesMax;
inline constexpr std::int64_t kSeenDay = 24ll * 3600 * 1000;   // milliseconds

// When each device of the person was last seen, by its key: in UTC days since 1970, and as that device has put it.
using SeenDays = std::map<PublicKey, std::uint32_t>;

inline std::uint32_t seen_day(base::UnixMilliseconds now) { return static_cast<std::uint32_t>(std::max<std::int64_t>(now.value, 0) / kSeenDay); }
void write_seen_days(codec::SecretWriter& writer, const SeenDays& seen);
codec::Result<SeenDays> read_seen_days(codec::Reader& reader);   // by key, each once

struct PersonVault {
    PersonKeys person;
    bool code_shown = false;
    SeenDays seen = {};           // kSeenDevicesMax at most
    Kept kept = {};

    base::SecretBytes serialize() const;
    // nullopt: damaged, or of a later version.
    static std::optional<PersonVault> parse(base::ByteView contents);
};

}  // namespace sinetti::chat
