#pragma once
// What relays of one cluster write for each other on its streams, and how it is encoded: a version, a kind, an origin by which the
// writer knows its own again, and the content, as docs/operations.md, "A cluster", describes it. Each is a decision that every
// relay takes in the same order and judges by the same rule, so that all come to the same end.

#include "codec/reader.h"
#include "relay/store.h"
#include "relay/token_store.h"
#include "relay/vault_store.h"

#include <variant>

namespace sinetti::relay {

using Origin = base::ByteArray<16>;   // random, of each message its own

// --- the stream of boards ---

struct EntryBatch {                   // counts if the board ends at `end`; all the entries are new then
    std::uint32_t board = 0;
    Boundary end;
    Day day;
    std::vector<NewEntry> entries;
};
struct BoardPolicy {                  // add: counts if there is no such board; otherwise if there is
    wire::BoardInfo info;
    bool add = false;
};
struct GuessMade {                    // allowed if it is one of the first kVaultGuessesPerDay of its row and day
    VaultRow row{};
    Day day;
};
struct VaultVersion {                 // counts in the place of version `previous`, or if the vault is unknown
    VaultRow row{};
    std::uint64_t previous = 0;
    VaultAccess access;
    base::Bytes sealed;
};
struct VaultsForgotten {};
struct RelayIdentity {                // the first one counts: whose cluster this is
    base::ByteArray<32> channel_public_key{};
    base::ByteArray<32> signing_public_key{};
    base::ByteArray<32> vault_key_check{};
    friend bool operator==(const RelayIdentity&, const RelayIdentity&) = default;
};

// --- the stream of access tokens ---

struct IssuerAdded {                  // counts if no other issuer is there for its period
    tokens::TokenKeyId id{};
    base::UnixMilliseconds not_before;
    base::UnixMilliseconds expires;
    base::Bytes sealed_key;           // under what the relays of a cluster share and the servers of NATS do not have
};
struct TokensSpent {                  // each is accepted if it was not spent before
    tokens::TokenKeyId issuer{};
    std::vector<tokens::TokenNonce> nonces;
};
struct TokensAllowed {                // counts if the device stays within the number that whoever wrote this goes by
    Allowance allowance;
    std::uint16_t count_max = 0;
};
struct IssuersForgotten {
    std::vector<tokens::TokenKeyId> issuers;
};

// --- the stream of blobs ---

struct BlobMade {                     // counts if there is no such blob, or the one there was made by a message up to `known`
    wire::BlobAddress address{};
    std::uint8_t size_class = 0;
    Day last_day;
    std::uint64_t known = 0;          // whoever wrote this knew everything up to that sequence, and of no such blob
};
struct BlobKept {                     // counts if the blob is there and would be kept for less
    wire::BlobAddress address{};
    Day last_day;
};
struct BlobChunk {                    // counts if it is the blob's next
    wire::BlobAddress address{};
    std::uint32_t number = 0;
    base::Bytes data;
};
struct BlobRemoved {                  // counts if the blob is there and kept until this day at the longest
    wire::BlobAddress address{};
    Day last_day;
};
struct BlobsExpired {                 // counts if no later day was said: whatever was kept until before it goes
    Day day;
};

using ClusterRecord = std::variant<EntryBatch, BoardPolicy, GuessMade, VaultVersion, VaultsForgotten, RelayIdentity, IssuerAdded, TokensSpent, TokensAllowed, IssuersForgotten,
                                   BlobMade, BlobKept, BlobChunk, BlobRemoved, BlobsExpired>;

struct ClusterMessage {
    Origin origin{};
    ClusterRecord record;
};

inline constexpr std::size_t kBatchEntriesMax = 1024;
inline constexpr std::size_t kSpentMax = 4096;       // in one message
inline constexpr std::size_t kForgottenMax = 64;
inline constexpr std::size_t kSealedIssuerMax = 256; // bytes

base::Bytes encode(const ClusterMessage& message);
codec::Result<ClusterMessage> decode_cluster_message(base::ByteView bytes);

std::size_t encoded_batch_entry_size(std::size_t entry_size);   // of one entry in an EntryBatch; the rest is below kBatchOverheadMax
inline constexpr std::size_t kBatchOverheadMax = 128;

}  // namespace sinetti::relay
