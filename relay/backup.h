#pragma once
// Online backup into one file, and the way back. Both check what they made before they call it by its name, and neither
// writes over anything.

#include "relay/check.h"

namespace sinetti::relay {

// Copies the database as it is at one moment, beside a relay that may be running on it. The report is of the copy; with faults
// there is no file. Faults also: no data, `file` exists, no space.
CheckReport back_up(const std::filesystem::path& data, const std::filesystem::path& file);

// Faults also: `data` holds a database already, or a relay runs there.
CheckReport restore(const std::filesystem::path& data, const std::filesystem::path& file);

}  // namespace sinetti::relay
