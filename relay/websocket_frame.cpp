#include "relay/websocket_frame.h"

#include <cstring>
#include <utility>

namespace sinetti::relay {

namespace {

constexpr std::uint8_t kFinal = 0x80, kReserved = 0x70, kOpcodeMask = 0x0f;
constexpr std::uint8_t kMasked = 0x80, kLengthMask = 0x7f;
constexpr std::uint8_t kLength16 = 126, kLength64 = 127;
constexpr std::size_t kMaskSize = 4;

void unmask(std::span<std::uint8_t> payload, const std::uint8_t* mask)
{
    std::uint8_t twice[8];
    std::memcpy(twice, mask, kMaskSize);
    std::memcpy(twice + kMaskSize, mask, kMaskSize);
    std::uint64_t wide;
    std::memcpy(&wide, twice, sizeof wide);
    std::size_t i = 0;
    for (; i + sizeof wide <= payload.size(); i += sizeof wide) {
        std::uint64_t word;
        std::memcpy(&word, payload.data() + i, sizeof word);
        word ^= wide;
        std::memcpy(payload.data() + i, &word, sizeof word);
    }
    for (; i < payload.size(); ++i) payload[i] ^= twice[i % sizeof wide];
}

bool is_control(Opcode opcode) { return (static_cast<std::uint8_t>(opcode) & 0x8) != 0; }

}  // namespace

ServerFrameHeader server_frame_header(Opcode opcode, std::size_t payload_size)
{
    ServerFrameHeader header;
    const auto put = [&](std::uint64_t byte) { header.bytes[header.size++] = static_cast<std::uint8_t>(byte); };
    put(kFinal | static_cast<std::uint8_t>(opcode));
    if (payload_size < kLength16) {
        put(payload_size);
        return header;
    }
    const bool is_short = payload_size <= 0xffff;
    put(is_short ? kLength16 : kLength64);
    for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8) put(std::uint64_t{payload_size} >> shift);
    return header;
}

base::Bytes close_payload(CloseCode code)
{
    const auto number = static_cast<std::uint16_t>(code);
    return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

ClientFrameReader::Event ClientFrameReader::next(std::span<std::uint8_t> bytes)
{
    if (m_delivered) {
        m_delivered = false;
        m_fragments = {};
    }
    if (bytes.size() < 2) return {};
    const bool final = (bytes[0] & kFinal) != 0;
    const auto opcode = static_cast<Opcode>(bytes[0] & kOpcodeMask);
    const bool control = is_control(opcode);
    // No extension was negotiated, and a client masks everything (§5.1, §5.2).
    if ((bytes[0] & kReserved) != 0 || (bytes[1] & kMasked) == 0) return {.kind = Kind::malformed};
    switch (opcode) {
    case Opcode::continuation:
        if (m_fragmented == Opcode::continuation) return {.kind = Kind::malformed};
        break;
    case Opcode::text:
    case Opcode::binary:
        if (m_fragmented != Opcode::continuation) return {.kind = Kind::malformed};
        break;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong: break;
    default: return {.kind = Kind::malformed};
    }

    std::uint64_t length = bytes[1] & kLengthMask;
    if (control && (!final || length > kControlPayloadSizeMax)) return {.kind = Kind::malformed};   // §5.5
    const std::size_t length_size = length == kLength16 ? 2 : length == kLength64 ? 8 : 0;
    const std::size_t header_size = 2 + length_size + kMaskSize;
    if (bytes.size() < 2 + length_size) return {};
    if (length_size > 0) {
        length = 0;
        for (std::size_t i = 0; i < length_size; ++i) length = length << 8 | bytes[2 + i];
        if (length < (length_size == 2 ? std::uint64_t{kLength16} : std::uint64_t{0x10000})) return {.kind = Kind::malformed};   // §5.2: the fewest bytes
        if (length >> 63 != 0) return {.kind = Kind::malformed};
    }
    if (!control && length > m_message_size_max - m_fragments.size()) return {.kind = Kind::too_large};
    if (bytes.size() < header_size + length) return {};

    const auto payload = bytes.subspan(header_size, static_cast<std::size_t>(length));
    unmask(payload, bytes.data() + 2 + length_size);
    const auto consumed = header_size + payload.size();
    switch (opcode) {
    case Opcode::ping: return {Kind::ping, consumed, payload};
    case Opcode::pong: return {Kind::pong, consumed, payload};
    case Opcode::close: return {payload.size() == 1 ? Kind::malformed : Kind::close, consumed, payload};   // §5.5.1: none, or a code
    default: break;
    }
    const auto kind_of = [](Opcode of) { return of == Opcode::text ? Kind::text : Kind::message; };
    if (opcode != Opcode::continuation && final) return {kind_of(opcode), consumed, payload};
    if (opcode != Opcode::continuation) m_fragmented = opcode;
    m_fragments.insert(m_fragments.end(), payload.begin(), payload.end());
    if (!final) return {.kind = Kind::nothing, .consumed = consumed};
    m_delivered = true;
    return {kind_of(std::exchange(m_fragmented, Opcode::continuation)), consumed, m_fragments};
}

}  // namespace sinetti::relay
