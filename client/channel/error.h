#pragma once

#include "base/result.h"

#include <cstdint>

namespace sinetti::channel {

enum class Error : std::uint8_t {
    wrong_key = 1,   // the first message does not open: one side does not hold the key the other one means
    garbled,         // no message of this channel at this point: changed, replayed, out of order, behind a gap, of no size class, or no frame
};

template<typename T>
using Result = base::Result<T, Error>;

}  // namespace sinetti::channel
