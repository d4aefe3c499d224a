#pragma once
// Numbers, enumerations and policy limits of RFC 9420. Wire enumerations have the width of the wire and survive values they
// do not name (GREASE, §13.5).

#include "base/bytes.h"
#include "base/secret.h"
#include "base/strong.h"

#include <cstdint>

namespace sinetti::mls {

using base::Bytes;
using base::ByteView;

using LeafIndex = base::StrongNumber<std::uint32_t, struct LeafIndexTag>;
using NodeIndex = base::StrongNumber<std::uint32_t, struct NodeIndexTag>;
using LeafCount = base::StrongNumber<std::uint32_t, struct LeafCountTag>;
using Epoch = base::StrongNumber<std::uint64_t, struct EpochTag>;
using Generation = base::StrongNumber<std::uint32_t, struct GenerationTag>;

enum class ProtocolVersion : std::uint16_t { mls10 = 1 };

enum class WireFormat : std::uint16_t {   // §17.2
    public_message = 1,
    private_message = 2,
    welcome = 3,
    group_info = 4,
    key_package = 5,
};

enum class ContentType : std::uint8_t { application = 1, proposal = 2, commit = 3 };                          // §6
enum class SenderType : std::uint8_t { member = 1, external = 2, new_member_proposal = 3, new_member_commit = 4 };   // §6

enum class ExtensionType : std::uint16_t {   // §17.3
    application_id = 1,
    ratchet_tree = 2,
    required_capabilities = 3,
    external_pub = 4,
    external_senders = 5,
};

enum class ProposalType : std::uint16_t {   // §17.4
    add = 1,
    update = 2,
    remove = 3,
    psk = 4,
    reinit = 5,
    external_init = 6,
    group_context_extensions = 7,
};

enum class CredentialType : std::uint16_t { basic = 1, x509 = 2 };   // §17.5

// Policy. RFC 9420 leaves these to the application.
inline constexpr std::uint32_t kGenerationsAheadMax = 1000;      // how far a sender's ratchet may jump
inline constexpr std::uint32_t kSkippedKeysMax = 1000;           // unused keys kept per ratchet for messages out of order
inline constexpr std::size_t kPastEpochsMax = 3;                 // epochs kept for late messages, decryption only
inline constexpr std::size_t kResumptionPsksMax = 16;            // past epochs whose resumption secret can still be named
inline constexpr std::uint32_t kLeafCountMax = 1u << 16;         // leaves in a tree we accept
inline constexpr std::size_t kPathNodesMax = 16;                 // nodes of an UpdatePath: the levels of such a tree
static_assert(kLeafCountMax == 1u << kPathNodesMax);
inline constexpr std::size_t kCommitProposalsMax = kLeafCountMax;      // in one commit, by value and by reference
inline constexpr std::size_t kPreSharedKeysMax = UINT16_MAX;     // in one commit or Welcome: PSKLabel counts them in 16 bits (§8.4)
inline constexpr std::size_t kExternalSendersMax = 1024;         // of one group
inline constexpr std::size_t kExtensionsMax = 128;               // in one list, and in each list of required capabilities: every one of
                                                                 // them is looked for in the capabilities of every member
inline constexpr std::size_t kLeafNodeSizeMax = std::size_t{64} << 10;   // bytes of a leaf, whoever's it is
inline constexpr std::size_t kMessageSizeMax = std::size_t{64} << 20;   // bytes of one MLSMessage
inline constexpr std::size_t kProposalsPerEpochMax = 4096;       // standalone proposals kept until the next commit
inline constexpr std::size_t kProposalBytesPerEpochMax = std::size_t{8} << 20;   // bytes of all their encodings
inline constexpr std::size_t kProposalChecksMax = 64;            // trials to find which of them can stand together in a commit

}  // namespace sinetti::mls
