#pragma once
// What one ingress takes on, beside what it has in common with a relay (relay/limits.h).

#include <cstddef>

namespace sinetti::ingress {

inline constexpr std::size_t kUplinkBusy = 64u << 10;      // bytes of one client that the relay has not taken; above it nothing more is read from the client
inline constexpr std::size_t kOpeningMax = 1024;           // ways to the relay being opened at once
inline constexpr std::size_t kConnectionsMaxOfSettings = 1u << 20;

}  // namespace sinetti::ingress
