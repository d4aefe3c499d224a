#pragma once

#include "base/result.h"

#include <cstdint>

namespace sinetti::store {

enum class Error : std::uint8_t {
    damaged = 1,        // a header or record that is not what was written: truncated, altered, moved or of an unknown version
    wrong_passphrase,
    bad_parameters,     // Argon2id parameters outside crypto's limits
    out_of_memory,      // Argon2id could not have its memory; the passphrase may well be right
};

template<typename T>
using Result = base::Result<T, Error>;

using base::Unexpected;

}  // namespace sinetti::store
