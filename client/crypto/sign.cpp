#include "crypto/sign.h"

#include "base/check.h"

#include <algorithm>
#include <sodium.h>

namespace sinetti::crypto {

static_assert(kSignaturePublicKeySize == crypto_sign_ed25519_PUBLICKEYBYTES && kSignatureSeedSize == crypto_sign_ed25519_SEEDBYTES);
static_assert(kSignatureSize == crypto_sign_ed25519_BYTES && crypto_sign_ed25519_SECRETKEYBYTES == 64);

SignaturePrivateKey SignaturePrivateKey::generate(base::Random& random)
{
    base::Secret<kSignatureSeedSize> seed;
    random.fill(seed.mutable_view());
    auto key = from_seed(seed.view());
    return std::move(key).value();
}

Result<SignaturePrivateKey> SignaturePrivateKey::from_seed(base::ByteView seed)
{
    if (seed.size() != kSignatureSeedSize) return base::Unexpected(Error::bad_length);
    SignaturePrivateKey key;
    std::copy(seed.begin(), seed.end(), key.m_seed.data());
    CHECK_INVARIANT(crypto_sign_ed25519_seed_keypair(key.m_public.data(), key.m_expanded.data(), key.m_seed.data()) == 0);
    return key;
}

SignaturePrivateKey SignaturePrivateKey::clone() const
{
    SignaturePrivateKey key;
    key.m_seed = m_seed.clone();
    key.m_expanded = m_expanded.clone();
    key.m_public = m_public;
    return key;
}

Signature SignaturePrivateKey::sign(base::ByteView message) const
{
    Signature signature;
    CHECK_INVARIANT(crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(), m_expanded.data()) == 0);
    return signature;
}

Result<void> verify(base::ByteView public_key, base::ByteView message, base::ByteView signature)
{
    if (public_key.size() != kSignaturePublicKeySize || signature.size() != kSignatureSize) return base::Unexpected(Error::bad_length);
    if (crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), public_key.data()) != 0)
        return base::Unexpected(Error::bad_signature);
    return {};
}

}  // namespace sinetti::crypto
