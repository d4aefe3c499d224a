#pragma once

#include <cstdint>

namespace sinetti::simulation {

inline constexpr std::int64_t kMinute = 60 * 1000;   // milliseconds
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

}  // namespace sinetti::simulation
