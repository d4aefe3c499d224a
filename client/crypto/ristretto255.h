#pragma once
// The prime-order group ristretto255 as RFC 9497 §2.1 and §4.1 want it: elements and scalars as values, hashing into both.
// A GroupElement has been decoded and is not the identity; a Scalar is a secret below the group's order and may be zero.
// Constant time in scalars; what is not a canonical encoding is refused, never reduced.

#include "base/random.h"
#include "crypto/error.h"

namespace sinetti::crypto {

inline constexpr std::size_t kGroupElementSize = 32;   // bytes, Ne
inline constexpr std::size_t kScalarSize = 32;         // bytes, Ns; little-endian

class Scalar {
public:
    static Scalar random(base::Random& random);                                     // never zero
    static Result<Scalar> decode(base::ByteView bytes);                             // bad_length, bad_key (not below the order)
    static Scalar hash(base::ByteView message, base::ByteView domain);              // HashToScalar with this DST, at most 255 bytes
    Scalar clone() const;

    base::ByteView bytes() const { return m_bytes.view(); }
    bool is_zero() const;
    Result<Scalar> inverse() const;                                                 // bad_key: zero has none
    friend Scalar operator+(const Scalar& a, const Scalar& b);
    friend Scalar operator-(const Scalar& a, const Scalar& b);
    friend Scalar operator*(const Scalar& a, const Scalar& b);
    friend bool operator==(const Scalar& a, const Scalar& b) = default;             // constant time

private:
    Scalar() = default;
    base::Secret<kScalarSize> m_bytes;
};

class GroupElement {
public:
    static Result<GroupElement> decode(base::ByteView bytes);                       // bad_length, bad_key (not canonical, or the identity)
    static Result<GroupElement> hash(base::ByteView message, base::ByteView domain);   // HashToGroup with this DST; bad_key: the identity
    static Result<GroupElement> generator_times(const Scalar& scalar);              // ScalarMultGen; bad_key: the identity

    const base::ByteArray<kGroupElementSize>& bytes() const { return m_bytes; }     // SerializeElement
    Result<GroupElement> times(const Scalar& scalar) const;                         // bad_key: the identity
    Result<GroupElement> plus(const GroupElement& other) const;                     // bad_key: the identity
    friend bool operator==(const GroupElement& a, const GroupElement& b) { return base::equal_constant_time(a.m_bytes, b.m_bytes); }

private:
    GroupElement() = default;
    base::ByteArray<kGroupElementSize> m_bytes{};
};

// RFC 9380 §5.3.1 with SHA-512. `domain` has at most 255 bytes; 64 bytes come out.
base::Secret<64> expand_message_xmd_sha512(base::ByteView message, base::ByteView domain);

}  // namespace sinetti::crypto
