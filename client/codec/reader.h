#pragma once
// Decoding of the TLS presentation language as RFC 9420 §2.1 uses it: fixed-width big-endian integers, opaque<V> and vectors
// behind a variable-size length (§2.1.2, minimal encodings only), optional<T>. A Reader never allocates more than its input.

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

#include <algorithm>
#include <concepts>
#include <string>

namespace sinetti::codec {

enum class Error : std::uint8_t {
    truncated = 1,        // the input ends inside a value
    trailing_bytes,       // a value ends before the input does
    bad_length,           // a length that is not minimal, or not a multiple of what it holds
    bad_value,            // a value outside its type (an unknown selector, an optional marker other than 0 and 1, bad UTF-8)
    too_large,            // above the limit the caller named
};

template<typename T>
using Result = base::Result<T, Error>;

inline constexpr std::uint64_t kVarintMax = (std::uint64_t{1} << 30) - 1;   // RFC 9420 §2.1.2: prefix 3 is invalid

class Reader {
public:
    explicit Reader(base::ByteView input) : m_rest(input), m_size(input.size()) {}

    template<std::unsigned_integral T>
    Result<T> integer()
    {
        const auto bytes = TRY(raw(sizeof(T)));
        T value = 0;
        for (const auto byte : bytes) value = static_cast<T>(static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | byte);
        return value;
    }
    Result<std::uint8_t> u8() { return integer<std::uint8_t>(); }
    Result<std::uint16_t> u16() { return integer<std::uint16_t>(); }
    Result<std::uint32_t> u32() { return integer<std::uint32_t>(); }
    Result<std::uint64_t> u64() { return integer<std::uint64_t>(); }

    Result<base::ByteView> raw(std::size_t size);
    template<std::size_t N>
    Result<base::ByteArray<N>> array()
    {
        const auto bytes = TRY(raw(N));
        base::ByteArray<N> value;
        std::copy(bytes.begin(), bytes.end(), value.begin());
        return value;
    }

    Result<std::uint32_t> varint();                                                   // §2.1.2
    Result<base::ByteView> opaque_view(std::size_t limit = kVarintMax);               // opaque<V>, not copied
    Result<base::Bytes> opaque(std::size_t limit = kVarintMax);                       // opaque<V>
    Result<base::SecretBytes> secret(std::size_t limit = kVarintMax);                 // opaque<V>, owned and wiped
    Result<std::string> text(std::size_t limit);                                      // opaque<V> that must be UTF-8
    Result<bool> optional_marker();                                                   // optional<T>: 0 absent, 1 present
    Result<Reader> vector(std::size_t limit = kVarintMax);                            // T<V>: a reader of exactly its bytes

    bool empty() const { return m_rest.empty(); }
    std::size_t consumed() const { return m_size - m_rest.size(); }
    base::ByteView rest() const { return m_rest; }
    Result<void> finish() const;                                                      // trailing_bytes unless empty

private:
    base::ByteView m_rest;
    std::size_t m_size;
};

}  // namespace sinetti::codec
