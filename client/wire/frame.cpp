#include "wire/frame.h"

#include "wire/frame_body.h"

#include <algorithm>

namespace sinetti::wire {

using base::ByteView;
using base::Unexpected;
using codec::Error;
using codec::Reader;
using codec::Writer;

namespace {

constexpr std::size_t kEnvelopeSize = 4;   // the length field

// 0: too large for every class.
std::size_t padded_size(std::size_t size, Seal seal)
{
    const auto added = seal_size(seal);
    const auto fits = std::find_if(kFrameSizes.begin(), kFrameSizes.end(), [&](std::size_t limit) { return size + added <= limit; });
    return fits == kFrameSizes.end() ? 0 : *fits - added;
}

template<typename Frame>
void write(Writer& writer, const Frame& frame)
{
    static_assert(kFrameType<Frame> != 0);
    writer.u8(kFrameType<Frame>);
    Writing coder(writer);
    code(coder, frame);
}
template<typename List>
void write_entries(Writer& writer, const Entries& frame, const List& entries)
{
    CHECK_INVARIANT(entries.size() <= kBlockEntries);
    std::size_t size = 0;
    for (const auto& entry : entries) size += encoded_entry_size(entry.size());
    writer.reserve(padded_size(kEntriesOverheadMax + size, Seal::session));   // the padding, too
    writer.u8(kFrameType<Entries>);
    Writing coder(writer);
    code_entries_head(coder, frame);
    writer.varint(size);
    for (const auto& entry : entries) writer.opaque(entry);
}
void write(Writer& writer, const Entries& frame)
{
    write_entries(writer, frame, frame.entries);
}

template<typename WriteBody>
base::Bytes encode_padded(Seal seal, WriteBody&& write_body)
{
    Writer writer;
    writer.u32(0);
    write_body(writer);
    auto message = std::move(writer).take();
    const auto length = static_cast<std::uint32_t>(message.size() - kEnvelopeSize);
    for (std::size_t i = 0; i < kEnvelopeSize; ++i) message[i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
    const auto size = padded_size(message.size(), seal);
    CHECK_INVARIANT(size > 0);
    message.resize(size);
    return message;
}

// Type and body, once the envelope holds what it says.
Result<Reader> open_envelope(ByteView message, Seal seal)
{
    if (message.size() > kFrameSizeMax) return Unexpected(Error::too_large);
    Reader reader(message);
    const auto length = TRY(reader.u32());
    const auto content = TRY(reader.raw(length));
    if (message.size() != padded_size(kEnvelopeSize + length, seal)) return Unexpected(Error::bad_length);
    const auto padding = reader.rest();
    if (!std::all_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte == 0; })) return Unexpected(Error::bad_value);
    return Reader(content);
}

template<typename Frame, typename Body>
Result<Frame> read_body(Reader& reader)
{
    Body body;
    Reading coder(reader);
    code(coder, body);
    if (coder.error()) return Unexpected(*coder.error());
    TRY(reader.finish());
    return Frame(std::move(body));
}

// The one of the variant's frames that has this type.
template<typename Frame, std::size_t I = 0>
Result<Frame> read_frame(FrameType type, Reader& reader)
{
    if constexpr (I == std::variant_size_v<Frame>) {
        return Unexpected(Error::bad_value);
    } else {
        using Body = std::variant_alternative_t<I, Frame>;
        if (type == kFrameType<Body>) return read_body<Frame, Body>(reader);
        return read_frame<Frame, I + 1>(type, reader);
    }
}

}  // namespace

base::Bytes encode(const ClientFrame& frame, Seal seal)
{
    return encode_padded(seal, [&](Writer& writer) { std::visit([&](const auto& body) { write(writer, body); }, frame); });
}

base::Bytes encode(const RelayFrame& frame, Seal seal)
{
    return encode_padded(seal, [&](Writer& writer) { std::visit([&](const auto& body) { write(writer, body); }, frame); });
}

base::Bytes encode_entries(const Entries& frame, std::span<const base::ByteView> entries, Seal seal)
{
    return encode_padded(seal, [&](Writer& writer) { write_entries(writer, frame, entries); });
}

Result<ClientFrame> decode_client_frame(ByteView message, Seal seal)
{
    auto reader = TRY(open_envelope(message, seal));
    const FrameType type = TRY(reader.u8());
    return read_frame<ClientFrame>(type, reader);
}

Result<RelayFrame> decode_relay_frame(ByteView message, Seal seal)
{
    auto reader = TRY(open_envelope(message, seal));
    const FrameType type = TRY(reader.u8());
    return read_frame<RelayFrame>(type, reader);
}

std::size_t encoded_entry_size(std::size_t entry_size)
{
    return entry_size + (entry_size < 64 ? 1 : entry_size < 16384 ? 2 : 4);
}

const char* name_of(Refusal refusal)
{
    switch (refusal) {
    case Refusal::bad_frame: return "bad_frame";
    case Refusal::unsupported_version: return "unsupported_version";
    case Refusal::not_authorised: return "not_authorised";
    case Refusal::unknown_board: return "unknown_board";
    case Refusal::wrong_size: return "wrong_size";
    case Refusal::tag_taken: return "tag_taken";
    case Refusal::storage_full: return "storage_full";
    case Refusal::already_founded: return "already_founded";
    case Refusal::not_founded: return "not_founded";
    case Refusal::invite_used: return "invite_used";
    case Refusal::invite_expired: return "invite_expired";
    case Refusal::invite_invalid: return "invite_invalid";
    case Refusal::bad_record: return "bad_record";
    case Refusal::bad_position: return "bad_position";
    case Refusal::too_many_requests: return "too_many_requests";
    case Refusal::revoked: return "revoked";
    case Refusal::overloaded: return "overloaded";
    case Refusal::internal: return "internal";
    case Refusal::too_many_devices: return "too_many_devices";
    case Refusal::token_invalid: return "token_invalid";
    case Refusal::token_spent: return "token_spent";
    case Refusal::no_tokens_left: return "no_tokens_left";
    case Refusal::unknown_issuer: return "unknown_issuer";
    case Refusal::vault_conflict: return "vault_conflict";
    case Refusal::vault_guesses_spent: return "vault_guesses_spent";
    case Refusal::unknown_blob: return "unknown_blob";
    case Refusal::blob_conflict: return "blob_conflict";
    case Refusal::blob_allowance_spent: return "blob_allowance_spent";
    case Refusal::unknown_meeting: return "unknown_meeting";
    case Refusal::meeting_taken: return "meeting_taken";
    case Refusal::not_mixed: return "not_mixed";
    case Refusal::board_closed: return "board_closed";
    }
    return "unknown";
}

}  // namespace sinetti::wire
