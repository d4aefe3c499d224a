#pragma once
// Every size and count the client and the relay agree on. All are checked before anything is allocated.

#include <array>
#include <cstddef>
#include <cstdint>

namespace sinetti::wire {

inline constexpr std::uint16_t kProtocolVersion = 1;

inline constexpr std::size_t kCellSize = 1024;                 // bytes; every entry of a board of cells
inline constexpr std::size_t kTagSize = 16;                    // bytes; unique on a board
inline constexpr std::size_t kRecordSizeMax = 8192;            // bytes; an entry of the directory, at least 1
inline constexpr std::uint64_t kBlockEntries = 256;
inline constexpr std::size_t kBoardsMax = 1024;                // in one Accepted
inline constexpr std::size_t kInviteCertificateSizeMax = 512;  // bytes
inline constexpr std::size_t kTokenSize = 162;                 // bytes; an access token, as tokens::kTokenSize
inline constexpr std::size_t kTokensPerRequestMax = 32;
inline constexpr std::size_t kVaultSizeMax = 15 * 1024;        // bytes; a sealed vault
inline constexpr std::uint64_t kVaultVersionMax = std::uint64_t{1} << 53;

// Blobs: 256 KiB in the smallest size class, twice as much in each further one, up to 128 MiB.
inline constexpr std::size_t kBlobChunkSize = 16 * 1024;       // bytes; what is written at once
inline constexpr std::uint32_t kBlobChunksRead = 4;            // chunks that are read at once
inline constexpr std::uint8_t kBlobSizeClasses = 10;
constexpr std::uint32_t blob_chunks(std::uint8_t size_class) { return std::uint32_t{16} << size_class; }
inline constexpr std::uint32_t kBlobChunksMax = blob_chunks(kBlobSizeClasses - 1);

// A meeting of two devices that know a code.
inline constexpr std::size_t kMeetingMessageSize = 3072;       // bytes; every message of one
inline constexpr std::uint8_t kMeetingMessages = 3;            // an offer, an answer, what is handed over

// The sizes of WebSocket messages. A frame is padded so that, once sealed, it fills the smallest that holds it: one cell, 4, 16,
// 64 or a whole block of 256 with their envelope.
inline constexpr std::array<std::size_t, 6> kFrameSizes{256, 1280, 4352, 16896, 66560, 270336};
inline constexpr std::size_t kFrameSizeMax = kFrameSizes.back();
inline constexpr std::size_t kSealTagSize = 16;                // bytes; of the AEAD
inline constexpr std::size_t kEncapsulatedKeySize = 32;        // bytes; in front of a client's first message
inline constexpr std::size_t kMarkSize = 16;                   // bytes; in front of a message that is sealed for many
inline constexpr std::size_t kSharedSecretSize = 32;           // bytes

// Through an ingress that batches: each client's cell, or what looks like one, in a message of one size, and those of all clients
// together in batches (channel/mixed_message.h).
inline constexpr std::size_t kMixedPlaintextSize = 1 + kTokenSize + 4 + kCellSize;                              // bytes; kind, token, board, cell
inline constexpr std::size_t kMixedMessageSize = kEncapsulatedKeySize + kMixedPlaintextSize + kSealTagSize;     // bytes
inline constexpr std::size_t kMixedMessagesPerBatch = 13;      // at the most; as many as a message of a client may be large
inline constexpr std::size_t kTokensPerDeviceMixed = 512;      // access tokens of one device under one issuer key: a day's cells, and what opens sessions
inline constexpr std::int64_t kMixedPeriod = 1000;             // milliseconds between two of one client, and two of an ingress's shuffles

inline constexpr std::uint32_t kDirectoryBoard = 0;
inline constexpr std::uint32_t kFirstCellBoard = 1;

}  // namespace sinetti::wire
