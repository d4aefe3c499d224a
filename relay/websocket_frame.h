#pragma once
// Frames of RFC 6455 §5, as a server writes and reads them: binary messages and control frames, without extensions. Bytes in,
// bytes out, no socket.

#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <span>

namespace sinetti::relay {

enum class Opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa };

enum class CloseCode : std::uint16_t { normal = 1000, going_away = 1001, protocol_error = 1002, policy_error = 1008, too_big = 1009, try_again_later = 1013 };

inline constexpr std::size_t kServerFrameHeaderSizeMax = 10;
inline constexpr std::size_t kClientFrameHeaderSizeMax = 14;
inline constexpr std::size_t kControlPayloadSizeMax = 125;

// What stands before the payload of a frame from the server: final, unmasked.
struct ServerFrameHeader {
    std::array<std::uint8_t, kServerFrameHeaderSizeMax> bytes{};
    std::uint8_t size = 0;
};
ServerFrameHeader server_frame_header(Opcode opcode, std::size_t payload_size);

base::Bytes close_payload(CloseCode code);

// Finds messages in what a client sends; fragments of one are put together.
class ClientFrameReader {
public:
    explicit ClientFrameReader(std::size_t message_size_max) : m_message_size_max(message_size_max) {}

    enum class Kind : std::uint8_t {
        incomplete,        // more bytes are needed
        nothing,           // a fragment was taken in
        message,           // a whole binary message
        text,              // a whole text message, which nobody here understands
        ping, pong, close, // control frames
        malformed,         // RFC 6455 does not allow it; close with protocol_error
        too_large,         // a message of more than message_size_max bytes; close with too_big
    };
    struct Event {
        Kind kind = Kind::incomplete;
        std::size_t consumed = 0;          // bytes from the front that are done with
        base::ByteView payload;            // in the bytes given, or kept here until the next call
    };
    // Looks at the front of `bytes` and unmasks there. A size that is too large is refused by its header alone. Not to be
    // called again after malformed or too_large.
    Event next(std::span<std::uint8_t> bytes);

private:
    std::size_t m_message_size_max;
    base::Bytes m_fragments;               // of the message that has begun
    Opcode m_fragmented = Opcode::continuation;   // its opcode; continuation: none has begun
    bool m_delivered = false;              // m_fragments was handed out
};

}  // namespace sinetti::relay
