#pragma once
// `sinetti-relay board list|add|policy`: beside a running relay, which takes the change up with its next look (hub.h, tend()),
// or without one.

#include "relay/config.h"

#include <string>
#include <vector>

namespace sinetti::relay {

inline constexpr std::uint16_t kRetentionDays = 30;   // unless given

// What to tell the operator, line by line. Error: a sentence; nothing was changed.
base::Result<std::vector<std::string>, std::string> run_board_command(const Config& config);

}  // namespace sinetti::relay
