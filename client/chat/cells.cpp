#include "chat/cells.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr base::ByteArray<crypto::kAeadNonceSize> kZeroNonce{};

base::SecretBytes expand(base::ByteView secret, base::ByteView info, std::size_t length)
{
    auto derived = crypto::hkdf_expand(crypto::HashAlgorithm::sha256, secret, info, length);
    CHECK_INVARIANT(derived.has_value());
    return std::move(*derived);
}

base::Bytes counted(std::string_view label, std::uint64_t counter)
{
    codec::Writer writer;
    writer.raw(base::view_of(label)).u64(counter);
    return std::move(writer).take();
}

base::SecretBytes cell_key(const SenderSecret& secret, std::uint64_t counter)
{
    return expand(secret.view(), counted("key", counter), crypto::kAeadKeySize);
}

base::Bytes additional_data(std::uint32_t board, base::ByteView tag)
{
    codec::Writer writer;
    writer.u32(board).raw(tag);
    return std::move(writer).take();
}

codec::Result<Fragment> read_fragment(base::ByteView plaintext)
{
    codec::Reader reader(plaintext);
    Fragment fragment;
    fragment.message = TRY(reader.array<16>());
    fragment.index = TRY(reader.u16());
    fragment.count = TRY(reader.u16());
    const auto length = TRY(reader.u16());
    fragment.data = base::to_bytes(TRY(reader.raw(length)));
    const bool padded_with_zeros = std::ranges::all_of(reader.rest(), [](std::uint8_t byte) { return byte == 0; });
    if (fragment.count == 0 || fragment.count > kFragmentsMax || fragment.index >= fragment.count || !padded_with_zeros)
        return base::Unexpected(codec::Error::bad_value);
    return fragment;
}

}  // namespace

SenderSecret conversation_sender_secret(const CellSecret& secret, mls::LeafIndex leaf)
{
    codec::Writer info;
    info.raw(base::view_of("sender")).u32(leaf.value());
    return SenderSecret(expand(secret.view(), info.view(), 32));
}

std::optional<SenderSecret> first_contact_sender_secret(const crypto::DhPrivateKey& own_contact_key, base::ByteView other_contact_public_key,
                                                        const crypto::SignaturePublicKey& from_device, const crypto::SignaturePublicKey& to_device)
{
    const auto shared = own_contact_key.shared_secret(other_contact_public_key);
    if (!shared) return std::nullopt;
    const auto pseudorandom_key = crypto::hkdf_extract(crypto::HashAlgorithm::sha256, base::view_of("sinetti first contact v1"), shared->view());
    codec::Writer info;
    info.raw(base::view_of("direction")).raw(from_device).raw(to_device);
    return SenderSecret(expand(pseudorandom_key.view(), info.view(), 32));
}

wire::Tag cell_tag(const SenderSecret& secret, std::uint64_t counter)
{
    const auto bytes = expand(secret.view(), counted("tag", counter), wire::kTagSize);
    wire::Tag tag;
    std::ranges::copy(bytes.view(), tag.begin());
    return tag;
}

Cell seal_cell(const SenderSecret& secret, std::uint64_t counter, std::uint32_t board, const Fragment& fragment)
{
    CHECK_INVARIANT(fragment.data.size() <= kFragmentDataMax && fragment.index < fragment.count);
    codec::SecretWriter writer;
    writer.raw(fragment.message).u16(fragment.index).u16(fragment.count).u16(static_cast<std::uint16_t>(fragment.data.size())).raw(fragment.data);
    auto plaintext = std::move(writer).take();
    plaintext.resize(kCellPlaintextSize);
    const auto tag = cell_tag(secret, counter);
    const auto sealed = crypto::aead_seal(cell_key(secret, counter).view(), kZeroNonce, additional_data(board, tag), plaintext.view());
    Cell cell;
    CHECK_INVARIANT(tag.size() + sealed.size() == cell.size());
    std::ranges::copy(sealed, std::ranges::copy(tag, cell.begin()).out);
    return cell;
}

std::optional<Fragment> open_cell(const SenderSecret& secret, std::uint64_t counter, std::uint32_t board, base::ByteView cell)
{
    if (cell.size() != wire::kCellSize) return std::nullopt;
    const auto tag = cell.first(wire::kTagSize);
    const auto plaintext =
        crypto::aead_open(cell_key(secret, counter).view(), kZeroNonce, additional_data(board, tag), cell.subspan(wire::kTagSize));
    if (!plaintext) return std::nullopt;
    auto fragment = read_fragment(plaintext->view());
    if (!fragment) return std::nullopt;
    return std::move(*fragment);
}

}  // namespace sinetti::chat
