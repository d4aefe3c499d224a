#pragma once
// A release of the app, as docs/protocol.md §17 names it: an ordered number, and a hash over every file.

#include "base/bytes.h"

#include <cstdint>
#include <optional>

namespace sinetti::chat {

inline constexpr std::uint64_t kReleaseNumberMax = std::uint64_t{1} << 53;   // exact in JSON

struct Release {
    std::uint64_t number = 0;
    base::ByteArray<32> hash{};
    friend bool operator==(const Release&, const Release&) = default;
};

// What one app says of itself. A build that was changed can lie; what it was offered is said by the build before it.
struct Releases {
    std::optional<Release> running;
    std::optional<Release> offered;   // by the relay, when it was last looked at
    bool empty() const { return !running && !offered; }
    friend bool operator==(const Releases&, const Releases&) = default;
};

}  // namespace sinetti::chat
