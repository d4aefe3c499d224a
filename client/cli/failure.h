#pragma once
// How a command ends, and the one sentence that says why it did not end well.

#include "base/result.h"

#include <cstdint>
#include <string>

namespace sinetti::cli {

enum class Exit : std::uint8_t {
    done = 0,
    failed = 1,             // refused, damaged, unknown: the sentence says what
    usage = 2,
    wrong_passphrase = 3,
    unreachable = 4,        // the relay did not answer in time, or the board was closed meanwhile; what was to be sent is kept, and goes out when it can
    in_use = 5,             // another sinetti-cli has the folder open
};

struct Failure {
    Exit exit = Exit::failed;
    std::string sentence;
};

template<typename T>
using Result = base::Result<T, Failure>;

}  // namespace sinetti::cli
