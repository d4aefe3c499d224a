#include "codec/reader.h"

namespace sinetti::codec {

using base::Unexpected;

Result<base::ByteView> Reader::raw(std::size_t size)
{
    if (m_rest.size() < size) return Unexpected(Error::truncated);
    const auto bytes = m_rest.first(size);
    m_rest = m_rest.subspan(size);
    return bytes;
}

Result<std::uint32_t> Reader::varint()
{
    const auto first = TRY(u8());
    const unsigned prefix = first >> 6;
    if (prefix == 3) return Unexpected(Error::bad_length);
    std::uint32_t value = first & 0x3fu;
    for (const auto byte : TRY(raw((std::size_t{1} << prefix) - 1))) value = value << 8 | byte;
    // "Encoders MUST use the smallest encoding; decoders MUST reject others" (RFC 9420 §2.1.2).
    if ((prefix == 1 && value < 64) || (prefix == 2 && value < 16384)) return Unexpected(Error::bad_length);
    return value;
}

Result<base::ByteView> Reader::opaque_view(std::size_t limit)
{
    const auto length = TRY(varint());
    if (length > limit) return Unexpected(Error::too_large);
    return raw(length);
}

Result<base::Bytes> Reader::opaque(std::size_t limit)
{
    return base::to_bytes(TRY(opaque_view(limit)));
}

Result<base::SecretBytes> Reader::secret(std::size_t limit)
{
    return base::SecretBytes(TRY(opaque_view(limit)));
}

Result<std::string> Reader::text(std::size_t limit)
{
    const auto bytes = TRY(opaque_view(limit));
    if (!base::is_valid_utf8(bytes)) return Unexpected(Error::bad_value);
    return base::to_text(bytes);
}

Result<bool> Reader::optional_marker()
{
    const auto marker = TRY(u8());
    if (marker > 1) return Unexpected(Error::bad_value);
    return marker == 1;
}

Result<Reader> Reader::vector(std::size_t limit)
{
    return Reader(TRY(opaque_view(limit)));
}

Result<void> Reader::finish() const
{
    if (!m_rest.empty()) return Unexpected(Error::trailing_bytes);
    return {};
}

}  // namespace sinetti::codec
