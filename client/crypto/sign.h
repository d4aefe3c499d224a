#pragma once
// Ed25519 (RFC 8032).

#include "base/random.h"
#include "crypto/error.h"

namespace sinetti::crypto {

inline constexpr std::size_t kSignaturePublicKeySize = 32;
inline constexpr std::size_t kSignatureSeedSize = 32;
inline constexpr std::size_t kSignatureSize = 64;

using SignaturePublicKey = base::ByteArray<kSignaturePublicKeySize>;
using Signature = base::ByteArray<kSignatureSize>;

class SignaturePrivateKey {
public:
    static SignaturePrivateKey generate(base::Random& random);
    static Result<SignaturePrivateKey> from_seed(base::ByteView seed);   // 32 bytes, RFC 8032 §5.1.5
    SignaturePrivateKey clone() const;

    const SignaturePublicKey& public_key() const { return m_public; }
    base::ByteView seed() const { return m_seed.view(); }                // for storing under seal only
    Signature sign(base::ByteView message) const;

private:
    SignaturePrivateKey() = default;
    base::Secret<kSignatureSeedSize> m_seed;
    base::Secret<64> m_expanded;                                          // libsodium's seed ‖ public key
    SignaturePublicKey m_public{};
};

// Errors: bad_length, bad_signature (also for non-canonical S and small-order keys).
Result<void> verify(base::ByteView public_key, base::ByteView message, base::ByteView signature);

}  // namespace sinetti::crypto
