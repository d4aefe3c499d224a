#include "channel/mixed_message.h"

#include "base/check.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/hpke.h"

#include <algorithm>

namespace sinetti::channel {

using base::Unexpected;

namespace {

constexpr crypto::HpkeSuite kMixedSuite{};
enum class Kind : std::uint8_t { cover = 0, cell = 1 };

// The same key opens channels; the label keeps the two apart.
base::Bytes mixed_info_of(const directory::RelayKeys& keys)
{
    codec::Writer writer;
    writer.text("sinetti mixed message v1");
    directory::write_relay_keys(writer, keys);
    return std::move(writer).take();
}

Result<base::Bytes> seal(const directory::RelayKeys& keys, base::ByteView plaintext, base::Random& random)
{
    CHECK_INVARIANT(plaintext.size() == wire::kMixedPlaintextSize);
    auto sender = TRY_OR(crypto::hpke_setup_sender(kMixedSuite, keys.channel_public_key, mixed_info_of(keys), random), Error::wrong_key);
    auto message = std::move(sender.encapsulated);
    const auto sealed = TRY_OR(sender.context.seal({}, plaintext), Error::wrong_key);
    message.insert(message.end(), sealed.begin(), sealed.end());
    CHECK_INVARIANT(message.size() == wire::kMixedMessageSize);
    return message;
}

}  // namespace

base::SecretBytes encode(const MixedCell& cell)
{
    CHECK_INVARIANT(cell.cell.size() == wire::kCellSize);
    codec::SecretWriter writer;
    writer.u8(static_cast<std::uint8_t>(Kind::cell)).raw(cell.token.view()).u32(cell.board).raw(cell.cell);
    return std::move(writer).take();
}

Result<base::Bytes> seal_cell_to_mix(const directory::RelayKeys& keys, const MixedCell& cell, base::Random& random)
{
    return seal(keys, encode(cell).view(), random);
}

Result<base::Bytes> seal_cover(const directory::RelayKeys& keys, base::Random& random)
{
    return seal(keys, base::Bytes(wire::kMixedPlaintextSize), random);
}

Result<std::optional<MixedCell>> decode_mixed(base::ByteView plaintext)
{
    if (plaintext.size() != wire::kMixedPlaintextSize) return Unexpected(Error::garbled);
    codec::Reader reader(plaintext);
    const auto kind = static_cast<Kind>(TRY_OR(reader.u8(), Error::garbled));
    if (kind == Kind::cover) {
        if (std::ranges::any_of(plaintext, [](std::uint8_t byte) { return byte != 0; })) return Unexpected(Error::garbled);
        return std::optional<MixedCell>();
    }
    if (kind != Kind::cell) return Unexpected(Error::garbled);
    const auto token = TRY_OR(reader.raw(wire::kTokenSize), Error::garbled);
    const auto board = TRY_OR(reader.u32(), Error::garbled);
    const auto cell = TRY_OR(reader.raw(wire::kCellSize), Error::garbled);
    return std::optional(MixedCell{base::Secret<wire::kTokenSize>(token.first<wire::kTokenSize>()), board, base::to_bytes(cell)});
}

Result<std::optional<MixedCell>> open_mixed(const crypto::DhPrivateKey& key, const directory::RelayKeys& keys, base::ByteView message)
{
    if (message.size() != wire::kMixedMessageSize) return Unexpected(Error::garbled);
    auto context = TRY_OR(crypto::hpke_setup_receiver(kMixedSuite, message.first(wire::kEncapsulatedKeySize), key.bytes(), mixed_info_of(keys)), Error::garbled);
    const auto plaintext = TRY_OR(context.open({}, message.subspan(wire::kEncapsulatedKeySize)), Error::garbled);
    return decode_mixed(plaintext.view());
}

Result<std::vector<base::ByteView>> split_batch(base::ByteView message)
{
    const auto count = message.size() / wire::kMixedMessageSize;
    if (count == 0 || count > wire::kMixedMessagesPerBatch || message.size() % wire::kMixedMessageSize != 0) return Unexpected(Error::garbled);
    std::vector<base::ByteView> messages;
    for (std::size_t i = 0; i < count; ++i) messages.push_back(message.subspan(i * wire::kMixedMessageSize, wire::kMixedMessageSize));
    return messages;
}

}  // namespace sinetti::channel
