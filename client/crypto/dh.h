#pragma once
// X25519 (RFC 7748).

#include "base/random.h"
#include "crypto/error.h"

namespace sinetti::crypto {

inline constexpr std::size_t kDhKeySize = 32;
using DhPublicKey = base::ByteArray<kDhKeySize>;
using DhSharedSecret = base::NamedSecret<struct DhSharedSecretTag>;

class DhPrivateKey {
public:
    static DhPrivateKey generate(base::Random& random);
    static Result<DhPrivateKey> from_bytes(base::ByteView bytes);
    DhPrivateKey clone() const;

    const DhPublicKey& public_key() const { return m_public; }
    base::ByteView bytes() const { return m_private.view(); }            // for storing under seal only
    Result<DhSharedSecret> shared_secret(base::ByteView public_key) const;   // bad_length, bad_key (all-zero result)

    // The same of a private key in bytes, for a caller who has no use for its public key: that costs another multiplication.
    static Result<DhSharedSecret> shared_secret(base::ByteView private_key, base::ByteView public_key);

private:
    DhPrivateKey() = default;
    base::Secret<kDhKeySize> m_private;
    DhPublicKey m_public{};
};

}  // namespace sinetti::crypto
