#pragma once
// Encoding of the TLS presentation language (RFC 9420 §2.1). BasicWriter<Bytes> for public values, BasicWriter<SecretBytes>
// (SecretWriter) where the result holds secrets: its buffer is wiped whenever it grows.

#include "base/bytes.h"
#include "base/check.h"
#include "base/secret.h"

#include <concepts>

namespace sinetti::codec {

namespace detail {
inline void append(base::Bytes& buffer, base::ByteView bytes) { buffer.insert(buffer.end(), bytes.begin(), bytes.end()); }
inline void append(base::SecretBytes& buffer, base::ByteView bytes) { buffer.append(bytes); }
inline void reserve(base::Bytes& buffer, std::size_t size) { buffer.reserve(size); }
inline base::ByteView view(const base::Bytes& buffer) { return buffer; }
inline base::ByteView view(const base::SecretBytes& buffer) { return buffer.view(); }
}  // namespace detail

template<typename Buffer>
class BasicWriter {
public:
    template<std::unsigned_integral T>
    BasicWriter& integer(T value)
    {
        base::ByteArray<sizeof(T)> bytes;
        for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
        return raw(bytes);
    }
    void reserve(std::size_t size) { detail::reserve(m_buffer, size); }   // bytes to come, these and those before; public values only
    BasicWriter& u8(std::uint8_t value) { return integer(value); }
    BasicWriter& u16(std::uint16_t value) { return integer(value); }
    BasicWriter& u32(std::uint32_t value) { return integer(value); }
    BasicWriter& u64(std::uint64_t value) { return integer(value); }
    BasicWriter& raw(base::ByteView bytes)
    {
        detail::append(m_buffer, bytes);
        return *this;
    }
    BasicWriter& varint(std::size_t value)
    {
        CHECK_INVARIANT(value < (std::size_t{1} << 30));
        if (value < 64) return u8(static_cast<std::uint8_t>(value));
        if (value < 16384) return u16(static_cast<std::uint16_t>(value | 0x4000));
        return u32(static_cast<std::uint32_t>(value | 0x80000000u));
    }
    BasicWriter& opaque(base::ByteView bytes) { return varint(bytes.size()).raw(bytes); }
    BasicWriter& text(std::string_view value) { return opaque(base::view_of(value)); }
    BasicWriter& optional_marker(bool present) { return u8(present ? 1 : 0); }
    template<typename F>
    BasicWriter& vector(F&& write_elements)   // T<V>: what the callback writes, behind its length
    {
        BasicWriter inner;
        write_elements(inner);
        return opaque(inner.view());
    }

    base::ByteView view() const { return detail::view(m_buffer); }
    Buffer take() && { return std::move(m_buffer); }

private:
    Buffer m_buffer;
};

using Writer = BasicWriter<base::Bytes>;
using SecretWriter = BasicWriter<base::SecretBytes>;

}  // namespace sinetti::codec
