#pragma once
// What one ingress takes on, beside what it has in common with a relay (relay/limits.h).

#include <cstddef>

namespace sinetti::ingress {

inline constexpr std::size_t kUplinkBusy = 64u << 10;      // bytes of one client that the relay has not taken; above it nothing more is read from the client
inline constexpr std::size_t kOpeningMax = 1024;           // ways to the relay being opened at once

// Batching
inline constexpr std::size_t kMixedWaiting = 2;            // messages of one client that wait for their second; clocks are not quite even, so one may come early
inline constexpr std::size_t kMixedEarlyMax = 16;          // that found no room there; then its connection is closed
inline constexpr std::size_t kMixedHeldMax = 1u << 16;     // messages of all clients that wait; 77 MiB
inline constexpr std::size_t kBatchesUnsent = 16u << 20;   // bytes that the relay has not taken; above it the batches of a second are dropped, whole

inline constexpr std::size_t kConnectionsMaxOfSettings = 1u << 20;

}  // namespace sinetti::ingress
