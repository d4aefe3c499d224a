#pragma once
// Every key that seals, seen where it is used: the test program is linked so that calls of libsodium's sealing function come through
// here (--wrap, see tests/mls/CMakeLists.txt). So the product says nothing of it, and nothing it does can escape it.
//
// MLS uses each AEAD key for one message, so a key that comes twice is a fault whatever the nonce: a generation used again would hide
// behind the random reuse guard in its nonce.

#include "base/bytes.h"

#include <set>
#include <vector>

namespace sinetti::tests {

class SealedKeys {
public:
    SealedKeys();    // watches as long as it lives; one at a time
    ~SealedKeys();
    SealedKeys(const SealedKeys&) = delete;

    void keep();     // what was sealed since the last call may leave from now on
    void forget();   // what was sealed since the last call can never leave: its maker died before it stored its state

    std::size_t used() const { return m_used.size(); }
    std::size_t reused() const { return m_reused; }   // keys that sealed twice among what was kept

    void note(base::ByteView key);   // for the wrapper

private:
    std::vector<base::Bytes> m_fresh;
    std::set<base::Bytes> m_used;
    std::size_t m_reused = 0;
};

}  // namespace sinetti::tests
