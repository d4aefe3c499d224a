#include "crypto/aead.h"

#include "base/check.h"

#include <algorithm>
#include <sodium.h>

namespace sinetti::crypto {

static_assert(kAeadKeySize == crypto_aead_chacha20poly1305_ietf_KEYBYTES && kAeadKeySize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kAeadNonceSize == crypto_aead_chacha20poly1305_ietf_NPUBBYTES);
static_assert(kXAeadNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kAeadTagSize == crypto_aead_chacha20poly1305_ietf_ABYTES && kAeadTagSize == crypto_aead_xchacha20poly1305_ietf_ABYTES);

base::Bytes aead_seal(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView plaintext)
{
    return aead_seal_behind({}, key, nonce, aad, plaintext);
}

base::Bytes aead_seal_behind(base::ByteView in_front, base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView plaintext)
{
    CHECK_INVARIANT(key.size() == kAeadKeySize && nonce.size() == kAeadNonceSize);
    base::Bytes sealed(in_front.size() + plaintext.size() + kAeadTagSize);
    std::copy(in_front.begin(), in_front.end(), sealed.begin());
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data() + in_front.size(), nullptr, plaintext.data(), plaintext.size(), aad.data(), aad.size(), nullptr,
                                              nonce.data(), key.data());
    return sealed;
}

Result<base::SecretBytes> aead_open(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView sealed)
{
    CHECK_INVARIANT(key.size() == kAeadKeySize && nonce.size() == kAeadNonceSize);
    if (sealed.size() < kAeadTagSize) return base::Unexpected(Error::open_failed);
    base::SecretBytes plaintext(sealed.size() - kAeadTagSize);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plaintext.data(), nullptr, nullptr, sealed.data(), sealed.size(), aad.data(), aad.size(),
                                                  nonce.data(), key.data()) != 0)
        return base::Unexpected(Error::open_failed);
    return plaintext;
}

base::Bytes xaead_seal(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView plaintext)
{
    CHECK_INVARIANT(key.size() == kAeadKeySize && nonce.size() == kXAeadNonceSize);
    base::Bytes sealed(plaintext.size() + kAeadTagSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plaintext.data(), plaintext.size(), aad.data(), aad.size(), nullptr,
                                               nonce.data(), key.data());
    return sealed;
}

Result<base::SecretBytes> xaead_open(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView sealed)
{
    CHECK_INVARIANT(key.size() == kAeadKeySize && nonce.size() == kXAeadNonceSize);
    if (sealed.size() < kAeadTagSize) return base::Unexpected(Error::open_failed);
    base::SecretBytes plaintext(sealed.size() - kAeadTagSize);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext.data(), nullptr, nullptr, sealed.data(), sealed.size(), aad.data(), aad.size(),
                                                   nonce.data(), key.data()) != 0)
        return base::Unexpected(Error::open_failed);
    return plaintext;
}

}  // namespace sinetti::crypto
