#pragma once
// The checks of RFC 9420 on what others send: leaves (§7.3), trees (§12.4.3.1), lists of proposals (§12.2).

#include "mls/framing.h"

namespace sinetti::mls {

inline constexpr std::uint64_t kLeafLifetimeMax = 400ull * 24 * 60 * 60;   // seconds a leaf may be valid for in all (§7.2)

Result<void> validate_lifetime(const Lifetime& lifetime, UnixSeconds now);   // lifetime_out_of_range

// What a leaf must be by itself: signature, key sizes, and capabilities that list what it uses. `position` for update and commit
// leaves. Errors: invalid_leaf_node, bad_signature.
Result<void> validate_leaf_node(CipherSuite suite, const LeafNode& leaf, std::optional<LeafNodePosition> position);

// What the leaves of a group must be together: keys unique among all nodes, credentials and group extensions supported by all,
// required capabilities met (§7.3). Error: invalid_leaf_node.
Result<void> validate_members(const RatchetTree& tree, const Extensions& group_extensions);

// The parents of a tree: their unmerged leaves, and that each is parent-hash valid (§7.9.2). Error: invalid_tree.
Result<void> validate_parents(const RatchetTree& tree);

// A tree that a joiner was given (§12.4.3.1): its parents, every leaf, all of them together. Errors: invalid_tree, invalid_leaf_node,
// bad_signature.
Result<void> validate_tree(const RatchetTree& tree, ByteView group_id, const Extensions& group_extensions);

// The path of a commit against the tree it will be merged into: its leaf, and keys that are nowhere in the tree yet (§12.4.2).
// Errors: invalid_path, invalid_leaf_node, bad_signature.
Result<void> validate_path(const RatchetTree& tree, const UpdatePath& path, LeafNodePosition committer);

// What a new_member_proposal carries, a proposal or not (nullptr). Error: malformed.
Result<void> validate_newcomer(const Proposal* proposal);

// A proposal with who made it.
struct SentProposal {
    const Proposal* proposal;
    Sender sender;
};

// One proposal against the group it was made for. Errors: invalid_proposal, and those of key packages and leaves.
// `usage` is what a resumption secret may be used for: reinit and branch only in the commit that sets up such a group (§12.1.4).
Result<void> validate_proposal(const SentProposal& sent, const RatchetTree& tree, const GroupContext& context,
                               ResumptionPskUsage usage = ResumptionPskUsage::application);

// A whole list, each of them valid by itself. `committer` is nullopt for an external commit. Error: invalid_proposal_list.
Result<void> validate_proposal_list(std::span<const SentProposal> proposals, std::optional<LeafIndex> committer);

bool may_be_external(ProposalType type);   // may an external sender propose it? (§12.1.8)
bool path_required(std::span<const SentProposal> proposals);   // §12.4

}  // namespace sinetti::mls
