#pragma once
// Sealing fragments into cells. Only who holds the sender's secret recognises a cell: its tag and its key both come from it
// and from a counter that is stored before it is used.
//
//   tag_n = HKDF-Expand(sender_secret, "tag" ‖ u64 n, 16)      key_n = HKDF-Expand(sender_secret, "key" ‖ u64 n, 32)
//   cell  = tag_n ‖ ChaCha20-Poly1305(key_n, nonce 0, aad = u32 board ‖ tag_n, fragment padded to 992 bytes)
//
// The nonce is constant because each key seals exactly one cell.

#include "base/secret.h"
#include "crypto/dh.h"
#include "crypto/sign.h"
#include "mls/types.h"
#include "wire/frame.h"

#include <optional>

namespace sinetti::chat {

using Cell = base::ByteArray<wire::kCellSize>;
using MessageNumber = base::ByteArray<16>;        // ties the fragments of one message together
using CellSecret = base::NamedSecret<struct CellSecretTag>;       // of one epoch of a conversation
using SenderSecret = base::NamedSecret<struct SenderSecretTag>;   // of one sender in it, or of one direction of first contact

inline constexpr std::size_t kCellPlaintextSize = wire::kCellSize - wire::kTagSize - 16;
inline constexpr std::size_t kFragmentHeaderSize = 16 + 2 + 2 + 2;
inline constexpr std::size_t kFragmentDataMax = kCellPlaintextSize - kFragmentHeaderSize;   // bytes
inline constexpr std::size_t kFragmentsMax = 512;
inline constexpr std::size_t kPayloadMax = kFragmentsMax * kFragmentDataMax;                // bytes of one message
static_assert(kFragmentDataMax == 970);

struct Fragment {
    MessageNumber message{};
    std::uint16_t index = 0;
    std::uint16_t count = 1;
    base::Bytes data;
    friend bool operator==(const Fragment&, const Fragment&) = default;
};

SenderSecret conversation_sender_secret(const CellSecret& secret, mls::LeafIndex leaf);
// nullopt: the other's contact key is not a usable point.
std::optional<SenderSecret> first_contact_sender_secret(const crypto::DhPrivateKey& own_contact_key, base::ByteView other_contact_public_key,
                                                        const crypto::SignaturePublicKey& from_device, const crypto::SignaturePublicKey& to_device);

wire::Tag cell_tag(const SenderSecret& secret, std::uint64_t counter);
Cell seal_cell(const SenderSecret& secret, std::uint64_t counter, std::uint32_t board, const Fragment& fragment);
std::optional<Fragment> open_cell(const SenderSecret& secret, std::uint64_t counter, std::uint32_t board, base::ByteView cell);   // nullopt: not one of ours

}  // namespace sinetti::chat
