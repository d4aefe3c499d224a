#include "crypto/ristretto255.h"

#include "base/check.h"

#include <algorithm>
#include <sodium.h>

namespace sinetti::crypto {

using base::Unexpected;

static_assert(kGroupElementSize == crypto_core_ristretto255_BYTES && kScalarSize == crypto_core_ristretto255_SCALARBYTES);
static_assert(crypto_core_ristretto255_HASHBYTES == 64 && crypto_core_ristretto255_NONREDUCEDSCALARBYTES == 64);

namespace {

// One running SHA-512; what it has read may be secret.
class Sha512 {
public:
    Sha512() { crypto_hash_sha512_init(&m_state); }
    Sha512(const Sha512&) = delete;
    Sha512& operator=(const Sha512&) = delete;
    ~Sha512() { sodium_memzero(&m_state, sizeof m_state); }

    Sha512& update(base::ByteView data)
    {
        crypto_hash_sha512_update(&m_state, data.data(), data.size());
        return *this;
    }
    Sha512& update(std::uint8_t byte) { return update({&byte, 1}); }
    base::Secret<64> finish()
    {
        base::Secret<64> digest;
        crypto_hash_sha512_final(&m_state, digest.data());
        return digest;
    }

private:
    crypto_hash_sha512_state m_state;
};

}  // namespace

base::Secret<64> expand_message_xmd_sha512(base::ByteView message, base::ByteView domain)
{
    // RFC 9380 §5.3.1 with len_in_bytes = 64, so ell = 1: one block b_1 is all of it.
    CHECK_INVARIANT(domain.size() <= 255);
    constexpr base::ByteArray<128> kZeroPad{};   // Z_pad: as long as a block of SHA-512
    const auto domain_size = static_cast<std::uint8_t>(domain.size());
    const auto b_0 = Sha512().update(kZeroPad).update(message).update(0).update(64).update(0).update(domain).update(domain_size).finish();
    return Sha512().update(b_0.view()).update(1).update(domain).update(domain_size).finish();
}

// --- scalars ---------------------------------------------------------------------------------------------------------

Scalar Scalar::random(base::Random& random)
{
    // RFC 9497 §4.7.1, rejection sampling: "in the range [0, G.Order() - 1]", here without zero, which hides nothing.
    for (;;) {
        base::Secret<kScalarSize> bytes;
        random.fill(bytes.mutable_view());
        bytes.data()[kScalarSize - 1] &= 0x1f;   // the order has 253 bits
        auto scalar = decode(bytes.view());
        if (scalar && !scalar->is_zero()) return std::move(*scalar);
    }
}

Result<Scalar> Scalar::decode(base::ByteView bytes)
{
    if (bytes.size() != kScalarSize) return Unexpected(Error::bad_length);
    base::Secret<64> wide;
    std::ranges::copy(bytes, wide.data());
    Scalar scalar;
    crypto_core_ristretto255_scalar_reduce(scalar.m_bytes.data(), wide.data());
    if (!base::equal_constant_time(scalar.bytes(), bytes)) return Unexpected(Error::bad_key);
    return scalar;
}

Scalar Scalar::hash(base::ByteView message, base::ByteView domain)
{
    const auto uniform_bytes = expand_message_xmd_sha512(message, domain);
    Scalar scalar;
    crypto_core_ristretto255_scalar_reduce(scalar.m_bytes.data(), uniform_bytes.data());
    return scalar;
}

Scalar Scalar::clone() const
{
    Scalar scalar;
    scalar.m_bytes = m_bytes.clone();
    return scalar;
}

bool Scalar::is_zero() const { return sodium_is_zero(m_bytes.data(), kScalarSize) != 0; }

Result<Scalar> Scalar::inverse() const
{
    Scalar inverse;
    if (crypto_core_ristretto255_scalar_invert(inverse.m_bytes.data(), m_bytes.data()) != 0) return Unexpected(Error::bad_key);
    return inverse;
}

Scalar operator+(const Scalar& a, const Scalar& b)
{
    Scalar sum;
    crypto_core_ristretto255_scalar_add(sum.m_bytes.data(), a.m_bytes.data(), b.m_bytes.data());
    return sum;
}

Scalar operator-(const Scalar& a, const Scalar& b)
{
    Scalar difference;
    crypto_core_ristretto255_scalar_sub(difference.m_bytes.data(), a.m_bytes.data(), b.m_bytes.data());
    return difference;
}

Scalar operator*(const Scalar& a, const Scalar& b)
{
    Scalar product;
    crypto_core_ristretto255_scalar_mul(product.m_bytes.data(), a.m_bytes.data(), b.m_bytes.data());
    return product;
}

// --- elements --------------------------------------------------------------------------------------------------------

Result<GroupElement> GroupElement::decode(base::ByteView bytes)
{
    if (bytes.size() != kGroupElementSize) return Unexpected(Error::bad_length);
    if (crypto_core_ristretto255_is_valid_point(bytes.data()) != 1 || sodium_is_zero(bytes.data(), bytes.size()) != 0) return Unexpected(Error::bad_key);
    GroupElement element;
    std::ranges::copy(bytes, element.m_bytes.begin());
    return element;
}

Result<GroupElement> GroupElement::hash(base::ByteView message, base::ByteView domain)
{
    const auto uniform_bytes = expand_message_xmd_sha512(message, domain);
    base::ByteArray<kGroupElementSize> bytes;
    CHECK_INVARIANT(crypto_core_ristretto255_from_hash(bytes.data(), uniform_bytes.data()) == 0);
    return decode(bytes);
}

Result<GroupElement> GroupElement::generator_times(const Scalar& scalar)
{
    GroupElement product;
    if (crypto_scalarmult_ristretto255_base(product.m_bytes.data(), scalar.bytes().data()) != 0) return Unexpected(Error::bad_key);
    return product;
}

Result<GroupElement> GroupElement::times(const Scalar& scalar) const
{
    GroupElement product;
    if (crypto_scalarmult_ristretto255(product.m_bytes.data(), scalar.bytes().data(), m_bytes.data()) != 0) return Unexpected(Error::bad_key);
    return product;
}

Result<GroupElement> GroupElement::plus(const GroupElement& other) const
{
    base::ByteArray<kGroupElementSize> sum;
    CHECK_INVARIANT(crypto_core_ristretto255_add(sum.data(), m_bytes.data(), other.m_bytes.data()) == 0);
    return decode(sum);
}

}  // namespace sinetti::crypto
