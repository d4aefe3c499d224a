#pragma once
// Everything a group holds in memory, as bytes: to tell whether a call that failed left it exactly as it was.

#include "mls/group.h"

#include <map>
#include <string>

namespace sinetti::tests {

// By the names of its records, and two more for the secret trees. All must have been flushed: what is dirty still ends the program.
std::map<std::string, mls::Bytes> whole_state(mls::Group& group);

}  // namespace sinetti::tests
