#include "crypto/dh.h"

#include "base/check.h"

#include <algorithm>
#include <sodium.h>

namespace sinetti::crypto {

static_assert(kDhKeySize == crypto_scalarmult_curve25519_BYTES && kDhKeySize == crypto_scalarmult_curve25519_SCALARBYTES);

DhPrivateKey DhPrivateKey::generate(base::Random& random)
{
    base::Secret<kDhKeySize> bytes;
    random.fill(bytes.mutable_view());
    auto key = from_bytes(bytes.view());
    return std::move(key).value();
}

Result<DhPrivateKey> DhPrivateKey::from_bytes(base::ByteView bytes)
{
    if (bytes.size() != kDhKeySize) return base::Unexpected(Error::bad_length);
    DhPrivateKey key;
    std::copy(bytes.begin(), bytes.end(), key.m_private.data());
    CHECK_INVARIANT(crypto_scalarmult_curve25519_base(key.m_public.data(), key.m_private.data()) == 0);
    return key;
}

DhPrivateKey DhPrivateKey::clone() const
{
    DhPrivateKey key;
    key.m_private = m_private.clone();
    key.m_public = m_public;
    return key;
}

Result<DhSharedSecret> DhPrivateKey::shared_secret(base::ByteView public_key) const
{
    return shared_secret(m_private.view(), public_key);
}

Result<DhSharedSecret> DhPrivateKey::shared_secret(base::ByteView private_key, base::ByteView public_key)
{
    if (private_key.size() != kDhKeySize || public_key.size() != kDhKeySize) return base::Unexpected(Error::bad_length);
    DhSharedSecret secret{base::SecretBytes(kDhKeySize)};
    // RFC 7748 §6.1: "Both MAY check, without leaking extra information about the value of K, whether K is the all-zero value and
    // abort if so"; RFC 9180 §7.1.4 makes that check a duty.
    if (crypto_scalarmult_curve25519(secret.data(), private_key.data(), public_key.data()) != 0) return base::Unexpected(Error::bad_key);
    return secret;
}

}  // namespace sinetti::crypto
