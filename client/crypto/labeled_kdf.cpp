#include "crypto/labeled_kdf.h"

#include "codec/writer.h"

namespace sinetti::crypto {

using base::ByteView;
using base::SecretBytes;

// labeled_ikm = concat("HPKE-v1", suite_id, label, ikm); return Extract(salt, labeled_ikm)
SecretBytes LabeledKdf::extract(ByteView salt, std::string_view label, ByteView input_key_material) const
{
    codec::SecretWriter labeled;
    labeled.raw(base::view_of("HPKE-v1")).raw(m_suite_id).raw(base::view_of(label)).raw(input_key_material);
    return hkdf_extract(m_algorithm, salt, labeled.view());
}

// labeled_info = concat(I2OSP(L, 2), "HPKE-v1", suite_id, label, info); return Expand(prk, labeled_info, L)
Result<SecretBytes> LabeledKdf::expand(ByteView pseudorandom_key, std::string_view label, ByteView info, std::size_t length) const
{
    if (length > 255 * extract_size()) return base::Unexpected(Error::bad_length);
    codec::SecretWriter labeled;
    labeled.u16(static_cast<std::uint16_t>(length)).raw(base::view_of("HPKE-v1")).raw(m_suite_id).raw(base::view_of(label)).raw(info);
    return hkdf_expand(m_algorithm, pseudorandom_key, labeled.view(), length);
}

SecretBytes LabeledKdf::expand_fixed(ByteView pseudorandom_key, std::string_view label, ByteView info, std::size_t length) const
{
    auto expanded = expand(pseudorandom_key, label, info, length);
    return std::move(expanded).value();
}

}  // namespace sinetti::crypto
