#include "channel/message_key.h"

#include "crypto/aead.h"
#include "crypto/hash.h"

namespace sinetti::channel {

base::ByteArray<12> counted_nonce(std::uint64_t count)
{
    base::ByteArray<12> nonce{};
    for (std::size_t i = 0; i < 8; ++i) nonce[nonce.size() - 1 - i] = static_cast<std::uint8_t>(count >> (8 * i));
    return nonce;
}

base::Bytes MessageKey::seal(base::ByteView aad, base::ByteView plaintext)
{
    auto sealed = crypto::aead_seal(m_key.view(), counted_nonce(m_count), aad, plaintext);
    advance();
    return sealed;
}

Result<base::SecretBytes> MessageKey::open(base::ByteView aad, base::ByteView sealed)
{
    auto plaintext = TRY_OR(crypto::aead_open(m_key.view(), counted_nonce(m_count), aad, sealed), Error::garbled);
    advance();
    return plaintext;
}

void MessageKey::advance()
{
    if (++m_count < kMessagesPerKey) return;
    auto next = crypto::hkdf_expand(crypto::HashAlgorithm::sha256, m_key.view(), base::view_of("sinetti channel v1 next key"), crypto::kAeadKeySize);
    m_key = DirectionSecret(std::move(next).value());
    m_count = 0;
}

}  // namespace sinetti::channel
