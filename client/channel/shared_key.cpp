#include "channel/shared_key.h"

#include "base/check.h"
#include "channel/message_key.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

#include <algorithm>

namespace sinetti::channel {

using base::Unexpected;

namespace {

base::SecretBytes expand(const base::SecretBytes& secret, base::ByteView info, std::size_t size)
{
    auto expanded = crypto::hkdf_expand(crypto::HashAlgorithm::sha256, secret.view(), info, size);
    return std::move(expanded).value();
}

base::SecretBytes random_secret(base::Random& random)
{
    base::SecretBytes secret(wire::kSharedSecretSize);
    random.fill(secret.mutable_view());
    return secret;
}

}  // namespace

SharedKey::SharedKey(std::uint32_t board, base::SecretBytes&& secret, std::uint64_t count)
    : m_board(board), m_secret(std::move(secret)), m_key(expand(m_secret, base::view_of("key"), crypto::kAeadKeySize))
{
    set_count(count);
}

SharedKey::SharedKey(const wire::SharedKey& frame) : SharedKey(frame.board, base::SecretBytes(frame.secret), frame.next) {}

SharedKey SharedKey::generate(std::uint32_t board, base::Random& random)
{
    return SharedKey(board, random_secret(random), 0);
}

void SharedKey::set_count(std::uint64_t count)
{
    m_count = count;
    codec::Writer info;
    info.raw(base::view_of("mark")).u64(count);
    const auto mark = expand(m_secret, info.view(), m_next_mark.size());
    std::copy_n(mark.view().begin(), m_next_mark.size(), m_next_mark.begin());
}

wire::SharedKey SharedKey::frame() const
{
    wire::SharedKey frame{.board = m_board, .secret = {}, .next = m_count};
    std::copy_n(m_secret.view().begin(), frame.secret.size(), frame.secret.begin());
    return frame;
}

base::Bytes SharedKey::aad() const
{
    codec::Writer writer;
    writer.u32(m_board).raw(m_next_mark);
    return std::move(writer).take();
}

base::Bytes SharedKey::seal(base::ByteView frame)
{
    CHECK_INVARIANT(!is_spent());
    auto message = crypto::aead_seal_behind(m_next_mark, m_key.view(), counted_nonce(m_count), aad(), frame);
    set_count(m_count + 1);
    return message;
}

Result<base::SecretBytes> SharedKey::open(base::ByteView message)
{
    if (is_spent() || message.size() < m_next_mark.size() || !base::equal(message.first(m_next_mark.size()), m_next_mark))
        return Unexpected(Error::garbled);
    auto frame = TRY_OR(crypto::aead_open(m_key.view(), counted_nonce(m_count), aad(), message.subspan(m_next_mark.size())), Error::garbled);
    set_count(m_count + 1);
    return frame;
}

}  // namespace sinetti::channel
