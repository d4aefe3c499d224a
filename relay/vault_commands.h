#pragma once
// `sinetti-relay forget-vaults`.

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace sinetti::relay {

// Lets go of all vaults of a relay that is not running, so that it can start with another key. Answers what to tell the operator, a
// line each. Error: a sentence.
base::Result<std::vector<std::string>, std::string> forget_vaults(const std::filesystem::path& data);

}  // namespace sinetti::relay
