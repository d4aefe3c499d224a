#include "channel/channel.h"

#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hpke.h"

#include <algorithm>

namespace sinetti::channel {

using base::Unexpected;

namespace {

constexpr crypto::HpkeSuite kSuite{.aead = crypto::AeadId::export_only};
static_assert(wire::kEncapsulatedKeySize == crypto::kDhKeySize && wire::kSealTagSize == crypto::kAeadTagSize);

base::Bytes info_of(const directory::RelayKeys& keys)
{
    codec::Writer writer;
    writer.text("sinetti channel v1");
    directory::write_relay_keys(writer, keys);
    return std::move(writer).take();
}

MessageKey exported(const crypto::HpkeContext& context, std::string_view label)
{
    auto secret = context.export_secret(base::view_of(label), crypto::kAeadKeySize);
    return MessageKey(DirectionSecret(std::move(secret).value()));
}

MessageKey from_client(const crypto::HpkeContext& context) { return exported(context, "sinetti channel v1 from client"); }
MessageKey from_relay(const crypto::HpkeContext& context) { return exported(context, "sinetti channel v1 from relay"); }

base::ByteArray<8> counted(std::uint64_t shared_count)
{
    base::ByteArray<8> aad;
    for (std::size_t i = 0; i < aad.size(); ++i) aad[i] = static_cast<std::uint8_t>(shared_count >> (8 * (aad.size() - 1 - i)));
    return aad;
}

bool is_message_size(std::size_t size)
{
    return std::find(wire::kFrameSizes.begin(), wire::kFrameSizes.end(), size) != wire::kFrameSizes.end();
}

}  // namespace

base::Bytes noise(base::Random& random)
{
    base::Bytes message(wire::kFrameSizes.front());
    random.fill(message);
    return message;
}

// --- the client's end ------------------------------------------------------------------------------------------------

Result<ClientChannel::Opened> ClientChannel::open(const directory::RelayKeys& keys, base::Random& random, const wire::Hello& hello)
{
    const auto sender = TRY_OR(crypto::hpke_setup_sender(kSuite, keys.channel_public_key, info_of(keys), random), Error::wrong_key);
    ClientChannel channel(from_client(sender.context), from_relay(sender.context));
    auto message = sender.encapsulated;
    const auto sealed = channel.m_sending.seal({}, wire::encode(wire::ClientFrame(hello), wire::Seal::opening));
    message.insert(message.end(), sealed.begin(), sealed.end());
    return Opened{std::move(channel), std::move(message)};
}

base::Bytes ClientChannel::seal(const wire::ClientFrame& frame)
{
    auto encoded = wire::encode(frame, wire::Seal::session);
    auto message = seal_encoded(encoded);
    base::wipe(encoded);
    return message;
}

Result<std::optional<wire::RelayFrame>> ClientChannel::receive(base::ByteView message)
{
    const auto error = m_heard ? Error::garbled : Error::wrong_key;
    if (!is_message_size(message.size())) return Unexpected(error);
    for (auto& [board, key] : m_shared_keys) {
        if (base::equal(message.first(wire::kMarkSize), key.next_mark())) return std::optional(TRY(receive_shared(key, message)));
    }
    const auto opened = TRY_OR(m_receiving.open(counted(m_shared_count), message), error);
    m_heard = true;
    auto frame = TRY_OR(wire::decode_relay_frame(opened.view(), wire::Seal::session), Error::garbled);
    auto* key = std::get_if<wire::SharedKey>(&frame);
    if (key == nullptr) return std::optional(std::move(frame));

    if (!m_shared_keys.contains(key->board) && m_shared_keys.size() == wire::kBoardsMax) return Unexpected(Error::garbled);
    m_shared_keys.insert_or_assign(key->board, SharedKey(*key));
    base::wipe(key->secret);
    return std::optional<wire::RelayFrame>();
}

Result<wire::RelayFrame> ClientChannel::receive_shared(SharedKey& key, base::ByteView message)
{
    const auto opened = TRY(key.open(message));
    ++m_shared_count;
    auto frame = TRY_OR(wire::decode_relay_frame(opened.view(), wire::Seal::shared), Error::garbled);
    // Under the key of a board there are entries of that board for its followers and the signed heads of its blocks, and nothing else.
    const auto* entries = std::get_if<wire::Entries>(&frame);
    const auto* head = std::get_if<wire::SignedHead>(&frame);
    const bool for_followers = entries != nullptr && entries->board == key.board() && entries->request_id == wire::kNoRequest;
    if (!for_followers && (head == nullptr || head->board != key.board())) return Unexpected(Error::garbled);
    return frame;
}

// --- the relay's end -------------------------------------------------------------------------------------------------

Result<RelayChannel::Accepted> RelayChannel::accept(const crypto::DhPrivateKey& key, const directory::RelayKeys& keys, base::ByteView message)
{
    const auto encapsulated_size = crypto::kem_encapsulated_size(kSuite.kem);
    if (!is_message_size(message.size())) return Unexpected(Error::garbled);
    const auto context = TRY_OR(crypto::hpke_setup_receiver(kSuite, message.first(encapsulated_size), key.bytes(), info_of(keys)), Error::wrong_key);
    RelayChannel channel(from_relay(context), from_client(context));
    const auto opened = TRY_OR(channel.m_receiving.open({}, message.subspan(encapsulated_size)), Error::wrong_key);
    const auto frame = TRY_OR(wire::decode_client_frame(opened.view(), wire::Seal::opening), Error::garbled);
    const auto* hello = std::get_if<wire::Hello>(&frame);
    if (hello == nullptr) return Unexpected(Error::garbled);
    return Accepted{std::move(channel), *hello};
}

Result<wire::ClientFrame> RelayChannel::receive(base::ByteView message)
{
    if (!is_message_size(message.size())) return Unexpected(Error::garbled);
    const auto opened = TRY(m_receiving.open({}, message));
    return TRY_OR(wire::decode_client_frame(opened.view(), wire::Seal::session), Error::garbled);
}

base::Bytes RelayChannel::seal(const wire::RelayFrame& frame)
{
    auto encoded = wire::encode(frame, wire::Seal::session);
    auto message = seal_encoded(encoded);
    base::wipe(encoded);
    return message;
}

base::Bytes RelayChannel::seal_encoded(base::ByteView frame)
{
    return m_sending.seal(counted(m_shared_count), frame);
}

}  // namespace sinetti::channel
