#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace sinetti::crypto {

enum class Error : std::uint8_t {
    bad_length = 1,   // a key, nonce, tag or output length this algorithm does not have
    bad_key,          // not a valid public key (low order, not on the curve), or a shared secret of all zeros
    bad_signature,
    open_failed,      // an AEAD or HPKE ciphertext that does not open; deliberately says no more
    limit_reached,    // an HPKE context has used all its sequence numbers (one for export only has none to begin with)
    unsupported,      // a mode this algorithm does not have
    out_of_memory,    // Argon2id could not have the memory its parameters ask for; retry with less load, not with other input
};

template<typename T>
using Result = base::Result<T, Error>;

}  // namespace sinetti::crypto
