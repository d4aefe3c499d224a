#include "crypto/hash.h"

#include <algorithm>
#include <array>
#include <new>
#include <sodium.h>
#include <type_traits>

namespace sinetti::crypto {

namespace {

// One running HMAC; its state is key material and is wiped with the object.
class Hmac {
public:
    Hmac(HashAlgorithm algorithm, base::ByteView key) : m_algorithm(algorithm)
    {
        if (is_sha256())
            crypto_auth_hmacsha256_init(&m_state.sha256, key.data(), key.size());
        else
            crypto_auth_hmacsha512_init(&m_state.sha512, key.data(), key.size());
    }
    Hmac(const Hmac&) = delete;
    Hmac& operator=(const Hmac&) = delete;
    ~Hmac() { sodium_memzero(&m_state, sizeof m_state); }

    Hmac& update(base::ByteView data)
    {
        if (is_sha256())
            crypto_auth_hmacsha256_update(&m_state.sha256, data.data(), data.size());
        else
            crypto_auth_hmacsha512_update(&m_state.sha512, data.data(), data.size());
        return *this;
    }

    base::SecretBytes finish()
    {
        base::SecretBytes tag(hash_size(m_algorithm));
        if (is_sha256())
            crypto_auth_hmacsha256_final(&m_state.sha256, tag.data());
        else
            crypto_auth_hmacsha512_final(&m_state.sha512, tag.data());
        return tag;
    }

private:
    bool is_sha256() const { return m_algorithm == HashAlgorithm::sha256; }

    HashAlgorithm m_algorithm;
    union {
        crypto_auth_hmacsha256_state sha256;
        crypto_auth_hmacsha512_state sha512;
    } m_state;
};

}  // namespace

std::size_t hash_size(HashAlgorithm algorithm)
{
    return algorithm == HashAlgorithm::sha256 ? crypto_hash_sha256_BYTES : crypto_hash_sha512_BYTES;
}

base::Bytes hash(HashAlgorithm algorithm, base::ByteView data)
{
    base::Bytes digest(hash_size(algorithm));
    if (algorithm == HashAlgorithm::sha256)
        crypto_hash_sha256(digest.data(), data.data(), data.size());
    else
        crypto_hash_sha512(digest.data(), data.data(), data.size());
    return digest;
}

base::ByteArray<32> sha256(base::ByteView data)
{
    base::ByteArray<32> digest;
    crypto_hash_sha256(digest.data(), data.data(), data.size());
    return digest;
}

Sha256::Sha256()
{
    static_assert(sizeof(crypto_hash_sha256_state) <= sizeof m_state && alignof(crypto_hash_sha256_state) <= 8);
    static_assert(std::is_trivially_copyable_v<crypto_hash_sha256_state>);
    crypto_hash_sha256_init(new (m_state.data()) crypto_hash_sha256_state);
}

Sha256& Sha256::update(base::ByteView data)
{
    crypto_hash_sha256_update(std::launder(reinterpret_cast<crypto_hash_sha256_state*>(m_state.data())), data.data(), data.size());
    return *this;
}

base::ByteArray<32> Sha256::finish()
{
    base::ByteArray<32> digest;
    crypto_hash_sha256_final(std::launder(reinterpret_cast<crypto_hash_sha256_state*>(m_state.data())), digest.data());
    return digest;
}

base::SecretBytes shake256(base::ByteView data, std::size_t length)
{
    base::SecretBytes output(length);
    if (length > 0) crypto_xof_shake256(output.data(), output.size(), data.data(), data.size());
    return output;
}

base::SecretBytes hmac(HashAlgorithm algorithm, base::ByteView key, base::ByteView data)
{
    return Hmac(algorithm, key).update(data).finish();
}

bool hmac_verify(HashAlgorithm algorithm, base::ByteView key, base::ByteView data, base::ByteView tag)
{
    return base::equal_constant_time(hmac(algorithm, key, data).view(), tag);
}

base::SecretBytes hkdf_extract(HashAlgorithm algorithm, base::ByteView salt, base::ByteView input_key_material)
{
    // "if not provided, [salt] is set to a string of HashLen zeros" (RFC 5869 §2.2): HMAC pads an empty key to the same.
    return hmac(algorithm, salt, input_key_material);
}

Result<base::SecretBytes> hkdf_expand(HashAlgorithm algorithm, base::ByteView pseudorandom_key, base::ByteView info, std::size_t length)
{
    // RFC 5869 §2.3: "L: length of output keying material in octets (<= 255*HashLen)".
    if (length > 255 * hash_size(algorithm)) return base::Unexpected(Error::bad_length);
    base::SecretBytes output(length);
    base::SecretBytes block;   // T(i) = HMAC-Hash(PRK, T(i-1) | info | i)
    std::uint8_t counter = 0;
    for (std::size_t done = 0; done < length; done += block.size()) {
        ++counter;
        block = Hmac(algorithm, pseudorandom_key).update(block.view()).update(info).update({&counter, 1}).finish();
        const auto part = block.view().first(std::min(block.size(), length - done));
        std::copy(part.begin(), part.end(), output.data() + done);
    }
    return output;
}

}  // namespace sinetti::crypto
