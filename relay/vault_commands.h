#pragma once
// `sinetti-relay forget-vaults`.

#include "relay/config.h"

#include <string>
#include <vector>

namespace sinetti::relay {

// Lets go of all vaults of a relay, or of all relays of a cluster, that is not running, so that it can start with another key. Answers what to tell the operator, a
// line each. Error: a sentence.
base::Result<std::vector<std::string>, std::string> forget_vaults(const Config& config);

}  // namespace sinetti::relay
