#pragma once
// A person's history as their devices leave it at the relay for each other: one blob for each segment, found and opened with a key that
// only they have. docs/protocol.md §13.
//
//   history key = HKDF-Expand-SHA512(HKDF-Extract-SHA512("", identity seed), "sinetti history key v1", 32)
//   name        = device public key[32] ‖ u32 day ‖ u16 part
//                 of the long history: device public key[32] ‖ new device's public key[32] ‖ u16 part
//   upload key  = HKDF-Expand-SHA512(history key, "sinetti archive upload v1" ‖ name, 32)
//   blob        = nonce[24] ‖ XChaCha20-Poly1305(HKDF-Expand-SHA512(history key, "sinetti archive seal v1" ‖ name, 32), aad = blob's address,
//                 opaque contents<V> ‖ zeros)
//                 of the long history: "sinetti long history upload v1", "sinetti long history seal v1"
//
// All segments are of the smallest size class, so neither their names nor their sizes say anything of what is in them.

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "blobs/address.h"
#include "crypto/sign.h"

#include <variant>

namespace sinetti::archive {

using HistoryKey = base::NamedSecret<struct HistoryKeyTag>;   // 32 bytes

HistoryKey history_key_of(const crypto::SignaturePrivateKey& identity);

struct SegmentName {
    crypto::SignaturePublicKey device{};   // that wrote it
    std::uint32_t day = 0;                 // since 1970-01-01, UTC
    std::uint16_t part = 0;                // of the device's day, from 0 on without a gap
    friend auto operator<=>(const SegmentName&, const SegmentName&) = default;
};

// Of a segment with what is older than those reach, left for one new device.
struct LongName {
    crypto::SignaturePublicKey device{};   // that wrote it
    crypto::SignaturePublicKey reader{};   // the new one
    std::uint16_t part = 0;                // from 0 on without a gap, the newest first
    friend auto operator<=>(const LongName&, const LongName&) = default;
};

using Name = std::variant<SegmentName, LongName>;

inline constexpr std::size_t kSegmentSize = 256 * 1024;                          // bytes; of a blob of the smallest size class
inline constexpr std::size_t kContentsMax = kSegmentSize - 24 - 16 - 4;          // bytes

blobs::UploadKey upload_key(const HistoryKey& key, const Name& name);
blobs::Address address(const HistoryKey& key, const Name& name);

// At most kContentsMax of contents: more is the caller's bug. A new nonce each time, since a segment may be written anew.
base::Bytes seal_segment(const HistoryKey& key, const Name& name, base::ByteView contents, base::Random& random);
// nullopt: not this segment, or not whole.
std::optional<base::SecretBytes> open_segment(const HistoryKey& key, const Name& name, base::ByteView blob);

}  // namespace sinetti::archive
