#pragma once
// ChaCha20-Poly1305 (RFC 8439, 12-byte nonce) and XChaCha20-Poly1305 (24-byte nonce, safe to choose at random).
// A sealed text is ciphertext ‖ tag[16]. Keys are 32 bytes. Wrong key or nonce sizes are our own bug and end the program.

#include "crypto/error.h"

namespace sinetti::crypto {

inline constexpr std::size_t kAeadKeySize = 32;
inline constexpr std::size_t kAeadNonceSize = 12;
inline constexpr std::size_t kXAeadNonceSize = 24;
inline constexpr std::size_t kAeadTagSize = 16;

base::Bytes aead_seal(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView plaintext);
// `in_front` as it is, and behind it what is sealed.
base::Bytes aead_seal_behind(base::ByteView in_front, base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView plaintext);
Result<base::SecretBytes> aead_open(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView sealed);

base::Bytes xaead_seal(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView plaintext);
Result<base::SecretBytes> xaead_open(base::ByteView key, base::ByteView nonce, base::ByteView aad, base::ByteView sealed);

}  // namespace sinetti::crypto
