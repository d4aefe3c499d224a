#pragma once
// Every key that seals, seen where it is used: the test program is linked so that calls of libsodium's sealing function come through
// here (--wrap, see tests/mls/CMakeLists.txt). So the product says nothing of it, and nothing it does can escape it.
//
// MLS uses each AEAD key for one message, so a key that comes twice is a fault whatever the nonce: a generation used again would hide
// behind the random reuse guard in its nonce. Cells have a key each as well, but are made again from what is stored, byte for byte: the
// same bytes under the same nonce tell nobody anything new. Only channels count their nonces under one key; such a nonce begins with
// zeros, and must not come twice with other bytes.

#include "base/bytes.h"

#include <map>
#include <vector>

namespace sinetti::tests {

class SealedKeys {
public:
    SealedKeys();    // watches as long as it lives; one at a time
    ~SealedKeys();
    SealedKeys(const SealedKeys&) = delete;

    // Who seals from now on, where there are several that may die one by one. What `nobody` seals is passed over once somebody was named.
    static constexpr const void* nobody = nullptr;
    void set_maker(const void* maker);
    void keep(const void* maker = nobody);     // what they sealed since the last call may leave from now on
    void forget(const void* maker = nobody);   // what they sealed since the last call can never leave: they died before they stored their state

    std::size_t used() const { return m_used.size(); }
    std::size_t reused() const { return m_reused; }   // keys that sealed two things among what was kept

    void note(base::ByteView key, base::ByteView nonce, base::ByteView additional_data, base::ByteView plaintext);   // for the wrapper
    static SealedKeys* watching();

private:
    struct Use {
        base::Bytes key;    // with a counted nonce: both
        base::Bytes what;   // a digest of everything else
    };
    std::map<const void*, std::vector<Use>> m_fresh;
    std::map<base::Bytes, base::Bytes> m_used;
    std::size_t m_reused = 0;
    const void* m_maker = nobody;
    bool m_has_makers = false;
};

}  // namespace sinetti::tests
