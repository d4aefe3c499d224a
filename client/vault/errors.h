#pragma once
// What can be wrong with a vault, or with what is to open it.

#include "base/result.h"

#include <cstdint>

namespace sinetti::vault {

enum class Error : std::uint8_t {
    bad_answer = 1,   // the relay's answer to a hardening is no element of the group
    damaged,          // not a vault, cut off, changed, of another person or organisation, or of a later format
    rolled_back,      // a whole vault, and older than one that was seen before
    bad_code,         // no such printed code: mistyped, most likely
    out_of_memory,    // for Argon2id
};

template<typename T>
using Result = base::Result<T, Error>;

}  // namespace sinetti::vault
