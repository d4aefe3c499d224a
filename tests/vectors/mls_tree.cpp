// tree-operations, tree-validation and treekem: the ratchet tree and the paths through it.

#include "mls/group_context.h"
#include "mls/proposal.h"
#include "mls/validation.h"
#include "tests/vectors/kinds.h"
#include "tests/vectors/suites.h"

namespace sinetti::vectors {

using namespace mls;

namespace {

Outcome<RatchetTree> tree_of(CipherSuite suite, const Vector& vector, const char* name)
{
    return TRY(RatchetTree::parse(suite, TRY(vector.hex(name))));
}

crypto::HpkeKeyPair node_keys(CipherSuite suite, ByteView path_secret)
{
    return crypto::kem_derive_key_pair(suite.hpke().kem, suite.derive_secret(path_secret, "node").view());
}

struct PrivateMember {
    TreeKemPrivate keys;
    crypto::SignaturePrivateKey signature_key;
};

Outcome<std::map<std::uint32_t, PrivateMember>> private_members(CipherSuite suite, const Vector& vector, const RatchetTree& tree)
{
    std::map<std::uint32_t, PrivateMember> members;
    for (const auto& entry : TRY(vector.objects("leaves_private"))) {
        const LeafIndex leaf(TRY(entry.number32("index")));
        TRY(that(tree.leaf(leaf) != nullptr, "a private leaf is in the tree"));
        TreeKemPrivate keys(leaf, TRY(entry.secret<crypto::HpkePrivateKey>("encryption_priv")));
        for (const auto& node_secret : TRY(entry.objects("path_secrets"))) {
            const NodeIndex node(TRY(node_secret.number32("node")));
            auto pair = node_keys(suite, TRY(node_secret.hex("path_secret")));
            const auto* public_key = tree.public_key(node);
            TRY(that(public_key != nullptr, "the node of a path secret is not blank"));
            TRY(same("public key of a path secret", pair.public_key, *public_key));
            keys.set(node, std::move(pair.private_key));
        }
        auto signature_priv = TRY(signature_key(entry, "signature_priv"));
        members.emplace(leaf.value(), PrivateMember{std::move(keys), std::move(signature_priv)});
    }
    return members;
}

// The published path, as each of the others decrypts it.
Outcome<void> follow_path(CipherSuite suite, const RatchetTree& tree, const std::map<std::uint32_t, PrivateMember>& members, const Vector& entry,
                          LeafIndex sender, GroupContext& context)
{
    const auto bytes = TRY(entry.hex("update_path"));
    codec::Reader reader(bytes);
    const auto path = TRY(UpdatePath::read(reader));
    TRY(reader.finish());
    auto after = tree;
    TRY(apply_path(after, sender, path, {}));
    TRY(same("tree_hash_after", after.tree_hash(), TRY(entry.hex("tree_hash_after"))));
    context.tree_hash = base::to_bytes(after.tree_hash());
    const auto expected_secrets = TRY(entry.hex_list("path_secrets"));
    for (const auto& [leaf, member] : members) {
        if (LeafIndex(leaf) == sender) continue;
        auto keys = member.keys.clone();
        const auto secret = TRY(decrypt_path(after, keys, sender, path, {}, context.serialize()));
        TRY(same("commit_secret", secret, TRY(entry.hex("commit_secret"))));
        TRY(that(leaf < expected_secrets.size(), "there is a path secret for every leaf"));
        // The common ancestor may be filtered out; the secret then belongs to the next node above that is not.
        auto node = common_ancestor(LeafIndex(leaf), sender);
        while (after.contains(node) && keys.key(node) == nullptr) node = parent_unbounded(node);
        TRY(that(keys.key(node) != nullptr, "the path gives a key above the common ancestor"));
        TRY(same("private key of a path secret", *keys.key(node), node_keys(suite, expected_secrets[leaf]).private_key.view()));
    }
    return {};
}

// Our own path from the same sender reaches everybody else.
Outcome<void> make_path(const RatchetTree& tree, const std::map<std::uint32_t, PrivateMember>& members, LeafIndex sender, GroupContext& context,
                        base::Random& random)
{
    const auto found = members.find(sender.value());
    TRY(that(found != members.end(), "the sender's keys are there"));
    auto ours = tree;
    auto sender_keys = found->second.keys.clone();
    const auto made = create_path(ours, sender_keys, *ours.leaf(sender), found->second.signature_key, context.group_id, random);
    context.tree_hash = base::to_bytes(ours.tree_hash());
    const auto update = TRY(encrypt_path(ours, sender, made, {}, context.serialize(), random));
    for (const auto& [leaf, member] : members) {
        if (LeafIndex(leaf) == sender) continue;
        auto theirs = tree;
        auto keys = member.keys.clone();
        TRY(apply_path(theirs, sender, update, {}));
        TRY(same("tree hash after our path", theirs.tree_hash(), ours.tree_hash()));
        TRY(same("commit secret of our path", TRY(decrypt_path(theirs, keys, sender, update, {}, context.serialize())), made.commit_secret.view()));
    }
    return {};
}

}  // namespace

Outcome<void> run_tree_operations(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::no_aead));
    auto tree = TRY(tree_of(suite, vector, "tree_before"));
    TRY(same("tree_hash_before", tree.tree_hash(), TRY(vector.hex("tree_hash_before"))));
    const auto bytes = TRY(vector.hex("proposal"));
    codec::Reader reader(bytes);
    const auto proposal = TRY(Proposal::read(reader));
    TRY(reader.finish());
    const LeafIndex sender(TRY(vector.number32("proposal_sender")));
    if (const auto* add = std::get_if<Add>(&proposal.body)) {
        tree.add_leaf(add->key_package.leaf_node);
    } else if (const auto* update = std::get_if<Update>(&proposal.body)) {
        TRY(that(tree.leaf(sender) != nullptr, "the updated leaf is not blank"));
        tree.update_leaf(sender, update->leaf_node);
    } else if (const auto* remove = std::get_if<Remove>(&proposal.body)) {
        TRY(that(tree.leaf(remove->removed) != nullptr, "the removed leaf is not blank"));
        tree.remove_leaf(remove->removed);
    } else {
        return fail("the proposal is not one that changes a tree");
    }
    TRY(same("tree_hash_after", tree.tree_hash(), TRY(vector.hex("tree_hash_after"))));
    return same("tree_after", tree.serialize(), TRY(vector.hex("tree_after")));
}

Outcome<void> run_tree_validation(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::no_aead));
    const auto tree = TRY(tree_of(suite, vector, "tree"));
    TRY(same("tree", tree.serialize(), TRY(vector.hex("tree"))));
    const auto hashes = TRY(vector.hex_list("tree_hashes"));
    const auto resolutions = TRY(vector.number_lists("resolutions"));
    const auto count = node_count(tree.leaf_count());
    TRY(same("tree hashes listed", hashes.size(), count));
    TRY(same("resolutions listed", resolutions.size(), count));
    for (std::uint32_t i = 0; i < count; ++i) {
        TRY(within("node " + std::to_string(i), same("tree hash", tree.tree_hash(NodeIndex(i)), hashes[i])));
        std::vector<std::uint64_t> resolution;
        for (const auto node : tree.resolution(NodeIndex(i))) resolution.push_back(node.value());
        TRY(that(resolution == resolutions[i], "the resolution of node " + std::to_string(i) + " is the published one"));
    }
    const auto group_id = TRY(vector.hex("group_id"));
    TRY(validate_parents(tree));
    for (const auto leaf : tree.members()) TRY(tree.leaf(leaf)->verify(suite, LeafNodePosition{group_id, leaf}));
    // The leaves of a suite-1 tree list suite 1 only, which our own rule for capabilities rightly refuses.
    if (TRY(vector.number("cipher_suite")) == suite.id()) TRY(validate_tree(tree, group_id, {}));
    return {};
}

Outcome<void> run_treekem(const Vector& vector)
{
    const auto suite = TRY(suite_of(vector, Needs::whole_suite));
    const auto tree = TRY(tree_of(suite, vector, "ratchet_tree"));
    const auto members = TRY(private_members(suite, vector, tree));
    GroupContext context;
    context.cipher_suite = suite.id();
    context.group_id = TRY(vector.hex("group_id"));
    context.epoch = Epoch(TRY(vector.number("epoch")));
    context.confirmed_transcript_hash = TRY(vector.hex("confirmed_transcript_hash"));
    base::SeededRandom random(1);
    for (const auto& entry : TRY(vector.objects("update_paths"))) {
        const LeafIndex sender(TRY(entry.number32("sender")));
        const auto where = "path of leaf " + std::to_string(sender.value());
        TRY(that(tree.leaf(sender) != nullptr, where + ": the sender is in the tree"));
        TRY(within(where, follow_path(suite, tree, members, entry, sender, context)));
        TRY(within("our own " + where, make_path(tree, members, sender, context, random)));
    }
    return {};
}

}  // namespace sinetti::vectors
