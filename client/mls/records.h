#pragma once
// Names and headers of stored records. A record begins with its version; the numbers are pinned and never reused.

#include "codec/reader.h"
#include "mls/errors.h"
#include "mls/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace sinetti::mls::records {

// Version 1 ended an epoch without the ReInit that may have ended its group. Version 2 held the tree whole, again in a pending commit,
// all members of each past epoch, and all standalone proposals in one record. Version 3 did not say in which order those
// came, and knew of no signature key of ours but the one in use.
inline constexpr std::uint8_t kVersion = 4;
constexpr bool is_readable(std::uint8_t version) { return version >= 1 && version <= kVersion; }

inline constexpr std::string_view kEpoch = "epoch";           // context, secrets, identity, which past epochs are kept
inline constexpr std::string_view kTree = "tree";             // the size of the public ratchet tree; its nodes are in chunks
inline constexpr std::string_view kPrivate = "private";       // our keys in it
inline constexpr std::string_view kPending = "pending";       // our commit that is not confirmed yet
inline constexpr std::string_view kProposals = "proposals";   // standalone proposals of this epoch, before version 3
inline constexpr std::string_view kProposalPrefix = "proposal/";

std::string secret(Epoch epoch, NodeIndex node);      // "secret/<epoch>/<node>"
std::string ratchet(Epoch epoch, LeafIndex leaf);     // "ratchet/<epoch>/<leaf>"
std::string past(Epoch epoch);                        // "past/<epoch>"
std::string tree_chunk(std::uint32_t chunk);          // "tree/<topmost node>" (tree_records.h)
std::string proposal(ByteView ref);                   // "proposal/<hex of its reference>"

// The number behind `prefix` in `name`, when that is what `name` is.
std::optional<std::uint32_t> index_of(std::string_view name, std::string_view prefix);
std::string secret_prefix(Epoch epoch);
std::string ratchet_prefix(Epoch epoch);

}  // namespace sinetti::mls::records
