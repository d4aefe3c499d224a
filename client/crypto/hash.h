#pragma once
// SHA-2 (FIPS 180-4), SHAKE256 (FIPS 202), HMAC (RFC 2104), HKDF (RFC 5869). Lengths in bytes.

#include "crypto/error.h"

namespace sinetti::crypto {

enum class HashAlgorithm : std::uint8_t { sha256, sha512 };

inline constexpr std::size_t kHashSizeMax = 64;
std::size_t hash_size(HashAlgorithm algorithm);

base::Bytes hash(HashAlgorithm algorithm, base::ByteView data);
base::ByteArray<32> sha256(base::ByteView data);

// SHA-256 over parts, without joining them first.
class Sha256 {
public:
    Sha256();
    Sha256& update(base::ByteView data);
    base::ByteArray<32> finish();   // the object is spent afterwards

private:
    alignas(8) base::ByteArray<128> m_state{};   // a crypto_hash_sha256_state
};

base::SecretBytes shake256(base::ByteView data, std::size_t length);   // for deriving keys, hence a secret

base::SecretBytes hmac(HashAlgorithm algorithm, base::ByteView key, base::ByteView data);
bool hmac_verify(HashAlgorithm algorithm, base::ByteView key, base::ByteView data, base::ByteView tag);   // constant time

base::SecretBytes hkdf_extract(HashAlgorithm algorithm, base::ByteView salt, base::ByteView input_key_material);
// Error: bad_length when length > 255 * hash_size (RFC 5869 §2.3).
Result<base::SecretBytes> hkdf_expand(HashAlgorithm algorithm, base::ByteView pseudorandom_key, base::ByteView info, std::size_t length);

}  // namespace sinetti::crypto
