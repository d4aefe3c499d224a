#include "mls/validation.h"

#include "mls/encode.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

bool less(ByteView a, ByteView b)
{
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

bool has_duplicates(std::vector<ByteView>& keys)   // sorts them
{
    std::sort(keys.begin(), keys.end(), less);
    return std::adjacent_find(keys.begin(), keys.end(), base::equal) != keys.end();
}

// Is some node in the resolution of `child` the one whose parent_hash vouches for `node` (§7.9.2)?
// "D is in the resolution of C, and the intersection of P's unmerged_leaves with the subtree under C is equal to the resolution
// of C with D removed."
std::size_t count_vouchers(const RatchetTree& tree, NodeIndex node, NodeIndex child, NodeIndex sibling)
{
    std::vector<NodeIndex> unmerged;
    for (const auto leaf : tree.parent_node(node)->unmerged_leaves)
        if (is_below(leaf, child)) unmerged.push_back(to_node(leaf));

    auto resolution = tree.resolution(child);
    if (resolution.size() != unmerged.size() + 1) return 0;
    std::sort(resolution.begin(), resolution.end());
    std::vector<NodeIndex> rest;
    std::set_difference(resolution.begin(), resolution.end(), unmerged.begin(), unmerged.end(), std::back_inserter(rest));
    if (rest.size() != 1) return 0;

    const auto expected = tree.parent_hash(node, sibling);
    if (is_leaf(rest[0])) {
        const auto* leaf = tree.leaf(to_leaf(rest[0]));
        return leaf->source == LeafNodeSource::commit && base::equal(leaf->parent_hash, expected) ? 1 : 0;
    }
    return base::equal(tree.parent_node(rest[0])->parent_hash, expected) ? 1 : 0;
}

Result<void> validate_parent(const RatchetTree& tree, NodeIndex node)
{
    const auto& content = *tree.parent_node(node);
    // ValTree01: the key of a parent is a public key of the suite's KEM (§5.1.1)
    if (!crypto::kem_is_public_key(tree.suite().hpke().kem, content.encryption_key)) return Unexpected(Error::invalid_tree);
    for (const auto leaf : content.unmerged_leaves) {
        // ValTree02: an unmerged leaf is a descendant of its parent that is not blank (§12.4.3.1)
        if (!is_below(leaf, node) || tree.is_blank(to_node(leaf))) return Unexpected(Error::invalid_tree);
        // ValTree03: every non-blank node between an unmerged leaf and its parent has the leaf unmerged, too (§12.4.3.1)
        for (auto between = child_towards(node, leaf); !is_leaf(between); between = child_towards(between, leaf)) {
            const auto* other = tree.parent_node(between);
            if (!other) continue;
            if (!std::binary_search(other->unmerged_leaves.begin(), other->unmerged_leaves.end(), leaf)) return Unexpected(Error::invalid_tree);
            break;   // it answers for those below it in its own turn
        }
    }
    // "top down": exactly one descendant for which the parent node is parent-hash valid. That descendant, when it is a parent
    // itself, is checked in its own turn, so that every chain ends in a leaf.
    const auto vouchers = count_vouchers(tree, node, left(node), right(node)) + count_vouchers(tree, node, right(node), left(node));
    // ValTree04: every parent is parent-hash valid (§7.9.2)
    if (vouchers != 1) return Unexpected(Error::invalid_tree);
    return {};
}

Result<void> validate_add(const Add& add, const GroupContext& context)
{
    // ValKeyPackage02: a key package is of the group's suite (§10.1)
    if (add.key_package.cipher_suite != context.cipher_suite) return Unexpected(Error::invalid_proposal);
    return add.key_package.validate(std::nullopt);
}

Result<void> validate_update(const Update& update, LeafIndex sender, const RatchetTree& tree, const GroupContext& context)
{
    const auto* current = tree.leaf(sender);
    // ValProposal01: the leaf of an Update has leaf_node_source update (§7.3)
    if (!current || update.leaf_node.source != LeafNodeSource::update) return Unexpected(Error::invalid_proposal);
    // ValProposal02: an Update brings another encryption key than the leaf it replaces (§7.3)
    if (base::equal(update.leaf_node.encryption_key, current->encryption_key)) return Unexpected(Error::invalid_proposal);
    return validate_leaf_node(tree.suite(), update.leaf_node, LeafNodePosition{context.group_id, sender});
}

Result<void> validate_psk(const PreSharedKeyId& psk, CipherSuite suite, ResumptionPskUsage usage)
{
    // ValProposal04: resumption secrets with usage reinit or branch are for those operations alone (§12.1.4)
    if (psk.type == PskType::resumption && psk.usage != usage) return Unexpected(Error::invalid_proposal);
    // ValProposal05: a psk_nonce has KDF.Nh bytes (§12.1.4)
    if (psk.psk_nonce.size() != suite.hash_size()) return Unexpected(Error::invalid_proposal);
    return {};
}

}  // namespace

bool may_be_external(ProposalType type)   // §12.1.8
{
    switch (type) {
    case ProposalType::add:
    case ProposalType::remove:
    case ProposalType::psk:
    case ProposalType::reinit:
    case ProposalType::group_context_extensions: return true;
    default: return false;
    }
}

Result<void> validate_lifetime(const Lifetime& lifetime, UnixSeconds now)
{
    // ValLeafNode12: a leaf that is imported is within its lifetime (§7.3)
    if (now < lifetime.not_before || now > lifetime.not_after) return Unexpected(Error::lifetime_out_of_range);
    // ValLeafNode13: the total lifetime of a leaf that is imported is acceptable (§7.2)
    if (lifetime.not_after.value - lifetime.not_before.value > kLeafLifetimeMax) return Unexpected(Error::lifetime_out_of_range);
    return {};
}

Result<void> validate_leaf_node(CipherSuite suite, const LeafNode& leaf, std::optional<LeafNodePosition> position)
{
    const auto& capabilities = leaf.capabilities;
    const auto lists = [](const auto& values, auto value) { return std::find(values.begin(), values.end(), value) != values.end(); };
    // ValLeafNode02: an encryption key is a public key of the suite's KEM (§5.1.1)
    if (!crypto::kem_is_public_key(suite.hpke().kem, leaf.encryption_key)) return Unexpected(Error::invalid_leaf_node);
    // ValLeafNode03: a leaf supports version mls10 (§7.2)
    if (!lists(capabilities.versions, ProtocolVersion::mls10)) return Unexpected(Error::invalid_leaf_node);
    // ValLeafNode04: a leaf supports the group's cipher suite (§7.2)
    if (!lists(capabilities.cipher_suites, suite.id())) return Unexpected(Error::invalid_leaf_node);
    // ValLeafNode05: a leaf's capabilities list the type of its credential (§7.2)
    if (!capabilities.supports(leaf.credential.type)) return Unexpected(Error::invalid_leaf_node);
    // ValLeafNode06: a leaf's capabilities list the extensions it has (§7.3)
    for (const auto& extension : leaf.extensions)
        if (!capabilities.supports(extension.type)) return Unexpected(Error::invalid_leaf_node);
    // ValLeafNode01: the signature of a leaf is of its own signature_key (§7.3)
    return leaf.verify(suite, position);
}

Result<void> validate_members(const RatchetTree& tree, const Extensions& group_extensions)
{
    // Nobody could be told of a larger group, or load it again.
    if (tree.leaf_count().value() > kLeafCountMax) return Unexpected(Error::invalid_tree);
    std::optional<RequiredCapabilities> required;
    if (const auto* extension = find_extension(group_extensions, ExtensionType::required_capabilities))
        required = TRY_OR(RequiredCapabilities::parse(extension->data), Error::malformed);

    std::vector<CredentialType> credential_types;
    std::vector<ByteView> signature_keys;
    std::vector<ByteView> encryption_keys;
    const auto members = tree.members();
    for (const auto index : members) {
        const auto& leaf = *tree.leaf(index);
        if (std::find(credential_types.begin(), credential_types.end(), leaf.credential.type) == credential_types.end())
            credential_types.push_back(leaf.credential.type);
        signature_keys.push_back(leaf.signature_key);
    }
    for (std::uint32_t node = 0; node < node_count(tree.leaf_count()); ++node)
        if (const auto* key = tree.public_key(NodeIndex(node))) encryption_keys.push_back(*key);
    // ValLeafNode10: signature keys are unique among the members (§7.3)
    if (has_duplicates(signature_keys)) return Unexpected(Error::invalid_leaf_node);
    // ValLeafNode11: encryption keys are unique among all nodes of the tree (§7.3, §12.4.3.1)
    if (has_duplicates(encryption_keys)) return Unexpected(Error::invalid_leaf_node);

    for (const auto index : members) {
        const auto& capabilities = tree.leaf(index)->capabilities;
        // ValLeafNode07: every member supports the credential types of all (§7.3)
        for (const auto type : credential_types)
            if (!capabilities.supports(type)) return Unexpected(Error::invalid_leaf_node);
        // ValLeafNode08: every member supports the extensions of the GroupContext (§13.4)
        for (const auto& extension : group_extensions)
            if (!capabilities.supports(extension.type)) return Unexpected(Error::invalid_leaf_node);
        // ValLeafNode09: every member has the required_capabilities (§11.1)
        if (required && !required->met_by(capabilities)) return Unexpected(Error::invalid_leaf_node);
    }
    return {};
}

Result<void> validate_parents(const RatchetTree& tree)
{
    for (std::uint32_t i = 1; i < node_count(tree.leaf_count()); i += 2)
        if (tree.parent_node(NodeIndex(i))) TRY(validate_parent(tree, NodeIndex(i)));
    return {};
}

Result<void> validate_tree(const RatchetTree& tree, ByteView group_id, const Extensions& group_extensions)
{
    TRY(validate_parents(tree));
    for (const auto leaf : tree.members()) TRY(validate_leaf_node(tree.suite(), *tree.leaf(leaf), LeafNodePosition{group_id, leaf}));
    return validate_members(tree, group_extensions);
}

Result<void> validate_path(const RatchetTree& tree, const UpdatePath& path, LeafNodePosition committer)
{
    // ValCommit04: the leaf of an UpdatePath has leaf_node_source commit (§12.4.2)
    if (path.leaf_node.source != LeafNodeSource::commit) return Unexpected(Error::invalid_path);
    TRY(validate_leaf_node(tree.suite(), path.leaf_node, committer));
    std::vector<ByteView> keys{path.leaf_node.encryption_key};
    for (const auto& node : path.nodes) {
        // ValCommit07: the keys of an UpdatePath are public keys of the suite's KEM (§5.1.1)
        if (!crypto::kem_is_public_key(tree.suite().hpke().kem, node.encryption_key)) return Unexpected(Error::invalid_path);
        keys.push_back(node.encryption_key);
    }
    // ValCommit06: the keys of an UpdatePath differ from each other (§12.4.2)
    if (has_duplicates(keys)) return Unexpected(Error::invalid_path);
    for (std::uint32_t node = 0; node < node_count(tree.leaf_count()); ++node) {
        const auto* key = tree.public_key(NodeIndex(node));
        // ValCommit05: none of the public keys of an UpdatePath appears in a node of the new tree (§12.4.2)
        if (key && std::binary_search(keys.begin(), keys.end(), ByteView(*key), less)) return Unexpected(Error::invalid_path);
    }
    return {};
}

Result<void> validate_newcomer(const Proposal* proposal)
{
    // ValFraming11: a new_member_proposal is an Add (§6.1)
    if (!proposal || proposal->type() != ProposalType::add) return Unexpected(Error::malformed);
    return {};
}

Result<void> validate_proposal(const SentProposal& sent, const RatchetTree& tree, const GroupContext& context, ResumptionPskUsage usage)
{
    const auto& proposal = *sent.proposal;
    // ValProposal07: an external sender proposes what such senders may only (§12.1.8)
    if (sent.sender.type == SenderType::external && !may_be_external(proposal.type())) return Unexpected(Error::malformed);
    if (sent.sender.type == SenderType::new_member_proposal) TRY(validate_newcomer(&proposal));

    if (const auto* add = std::get_if<Add>(&proposal.body)) return validate_add(*add, context);
    if (const auto* update = std::get_if<Update>(&proposal.body)) {
        if (sent.sender.type != SenderType::member) return Unexpected(Error::invalid_proposal);
        return validate_update(*update, sent.sender.leaf(), tree, context);
    }
    if (const auto* remove = std::get_if<Remove>(&proposal.body)) {
        // ValProposal03: a Remove names a leaf that is not blank (§12.1.3)
        if (!tree.leaf(remove->removed)) return Unexpected(Error::invalid_proposal);
        return {};
    }
    if (const auto* psk = std::get_if<PreSharedKeyProposal>(&proposal.body)) return validate_psk(psk->psk, tree.suite(), usage);
    if (const auto* reinit = std::get_if<ReInit>(&proposal.body)) {
        // ValProposal06: a ReInit has no lower version than the group (§12.1.5)
        if (reinit->version < ProtocolVersion::mls10) return Unexpected(Error::invalid_proposal);
        return {};
    }
    return {};
}

Result<void> validate_proposal_list(std::span<const SentProposal> proposals, std::optional<LeafIndex> committer)
{
    if (proposals.size() > kCommitProposalsMax) return Unexpected(Error::invalid_proposal_list);   // nobody could read them
    std::vector<LeafIndex> touched;   // by Update and Remove
    std::vector<Bytes> psks;
    std::size_t removes = 0;
    std::size_t external_inits = 0;
    std::size_t group_context_extensions = 0;
    std::size_t others = 0;           // what an external commit may not contain
    for (const auto& [proposal, sender] : proposals) {
        if (const auto* remove = std::get_if<Remove>(&proposal->body)) {
            // ValList02: no Remove of the committer (§12.2)
            if (committer && remove->removed == *committer) return Unexpected(Error::invalid_proposal_list);
            touched.push_back(remove->removed);
            ++removes;
        } else if (const auto* psk = std::get_if<PreSharedKeyProposal>(&proposal->body)) {
            psks.push_back(encode([&](auto& writer) { psk->psk.write(writer); }));
        } else if (std::holds_alternative<ExternalInit>(proposal->body)) {
            ++external_inits;
        } else {
            ++others;
        }
        if (std::holds_alternative<Update>(proposal->body)) {
            // ValList01: no Update by the committer (§12.2)
            if (committer && sender.leaf() == *committer) return Unexpected(Error::invalid_proposal_list);
            touched.push_back(sender.leaf());
        }
        if (std::holds_alternative<GroupContextExtensions>(proposal->body)) ++group_context_extensions;
        // ValList06: a ReInit stands alone (§12.2)
        if (std::holds_alternative<ReInit>(proposal->body) && proposals.size() > 1) return Unexpected(Error::invalid_proposal_list);
    }
    std::sort(touched.begin(), touched.end());
    // ValList03: a leaf is updated or removed once (§12.2)
    if (std::adjacent_find(touched.begin(), touched.end()) != touched.end()) return Unexpected(Error::invalid_proposal_list);
    std::vector<ByteView> psk_views(psks.begin(), psks.end());
    // ValList04: a PreSharedKeyID is named once (§12.2)
    if (psks.size() > kPreSharedKeysMax || has_duplicates(psk_views)) return Unexpected(Error::invalid_proposal_list);
    // ValList05: at most one GroupContextExtensions (§12.2)
    if (group_context_extensions > 1) return Unexpected(Error::invalid_proposal_list);
    if (committer) {
        // ValList07: a regular commit has no ExternalInit (§12.2)
        if (external_inits != 0) return Unexpected(Error::invalid_proposal_list);
        return {};
    }
    // ValList08: an external commit has exactly one ExternalInit (§12.2)
    if (external_inits != 1) return Unexpected(Error::invalid_proposal_list);
    // ValList09: an external commit has at most one Remove (§12.2)
    if (removes > 1) return Unexpected(Error::invalid_proposal_list);
    // ValList10: an external commit has ExternalInit, Remove and PreSharedKey proposals only (§12.2)
    if (others != 0) return Unexpected(Error::invalid_proposal_list);
    return {};
}

bool path_required(std::span<const SentProposal> proposals)
{
    const auto needs_path = [](const SentProposal& sent) {
        switch (sent.proposal->type()) {
        case ProposalType::update:
        case ProposalType::remove:
        case ProposalType::external_init:
        case ProposalType::group_context_extensions: return true;
        default: return false;
        }
    };
    return proposals.empty() || std::any_of(proposals.begin(), proposals.end(), needs_path);
}

}  // namespace sinetti::mls
