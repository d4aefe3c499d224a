#include "mls/treekem.h"

#include "mls/encode.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

crypto::HpkeKeyPair node_key_pair(CipherSuite suite, const PathSecret& path_secret)
{
    return crypto::kem_derive_key_pair(suite.hpke().kem, suite.derive_secret(path_secret.view(), "node").view());
}

PathSecret next_path_secret(CipherSuite suite, const PathSecret& path_secret)
{
    return PathSecret(suite.derive_secret(path_secret.view(), "path"));
}

// §7.5: "Any new member (from an Add proposal) added in the same Commit MUST be excluded from this resolution."
std::vector<NodeIndex> resolution_without(const RatchetTree& tree, NodeIndex node, std::span<const LeafIndex> added)
{
    auto nodes = tree.resolution(node);
    std::erase_if(nodes, [&](NodeIndex member) {
        return is_leaf(member) && std::binary_search(added.begin(), added.end(), to_leaf(member));
    });
    return nodes;
}

// Sets the public keys of a path and chains the parent hashes from the root down. Returns the parent hash for the leaf.
Bytes merge_path(RatchetTree& tree, LeafIndex sender, std::span<const PathStep> steps, std::span<const crypto::HpkePublicKey> keys)
{
    tree.blank_direct_path(sender);
    Bytes parent_hash;   // "The root node always has a zero-length hash for its parent hash."
    for (std::size_t i = steps.size(); i-- > 0;) {
        tree.set_parent(steps[i].node, {keys[i], parent_hash, {}});
        parent_hash = tree.parent_hash(steps[i].node, steps[i].copath_child);
    }
    return parent_hash;
}

}  // namespace

codec::Result<crypto::HpkeCiphertext> read_hpke_ciphertext(codec::Reader& reader)
{
    crypto::HpkeCiphertext ciphertext;
    ciphertext.kem_output = TRY(reader.opaque());
    ciphertext.ciphertext = TRY(reader.opaque());
    return ciphertext;
}

void write_hpke_ciphertext(codec::Writer& writer, const crypto::HpkeCiphertext& ciphertext)
{
    writer.opaque(ciphertext.kem_output).opaque(ciphertext.ciphertext);
}

codec::Result<UpdatePath> UpdatePath::read(codec::Reader& reader)
{
    UpdatePath path;
    path.leaf_node = TRY(LeafNode::read(reader));
    auto nodes = TRY(reader.vector());
    std::size_t recipients = 0;   // of all nodes together: no leaf is below two nodes of the copath
    while (!nodes.empty()) {
        if (path.nodes.size() == kPathNodesMax) return base::Unexpected(codec::Error::too_large);
        UpdatePathNode node;
        node.encryption_key = TRY(nodes.opaque());
        auto ciphertexts = TRY(nodes.vector());
        while (!ciphertexts.empty()) {
            if (++recipients > kLeafCountMax) return base::Unexpected(codec::Error::too_large);
            node.encrypted_path_secret.push_back(TRY(read_hpke_ciphertext(ciphertexts)));
        }
        path.nodes.push_back(std::move(node));
    }
    return path;
}

void UpdatePath::write(codec::Writer& writer) const
{
    leaf_node.write(writer);
    writer.vector([&](codec::Writer& list) {
        for (const auto& node : nodes) {
            list.opaque(node.encryption_key);
            list.vector([&](codec::Writer& ciphertexts) {
                for (const auto& ciphertext : node.encrypted_path_secret) write_hpke_ciphertext(ciphertexts, ciphertext);
            });
        }
    });
}

TreeKemPrivate::TreeKemPrivate(LeafIndex leaf, crypto::HpkePrivateKey&& leaf_key) : m_leaf(leaf)
{
    set(to_node(leaf), std::move(leaf_key));
}

const crypto::HpkePrivateKey* TreeKemPrivate::key(NodeIndex node) const
{
    const auto found = m_keys.find(node);
    return found == m_keys.end() ? nullptr : &found->second;
}

void TreeKemPrivate::set(NodeIndex node, crypto::HpkePrivateKey&& key)
{
    m_keys.insert_or_assign(node, std::move(key));
}

void TreeKemPrivate::erase(NodeIndex node)
{
    m_keys.erase(node);
}

void TreeKemPrivate::prune(const RatchetTree& tree)
{
    std::erase_if(m_keys, [&](const auto& entry) { return tree.is_blank(entry.first); });
}

TreeKemPrivate TreeKemPrivate::clone() const
{
    TreeKemPrivate copy(m_leaf, {});
    copy.m_keys.clear();
    for (const auto& [node, key] : m_keys) copy.m_keys.emplace(node, key.clone());
    return copy;
}

base::SecretBytes TreeKemPrivate::serialize() const
{
    return encode_secret([&](auto& writer) {
        writer.u32(m_leaf.value()).u32(static_cast<std::uint32_t>(m_keys.size()));
        for (const auto& [node, key] : m_keys) writer.u32(node.value()).opaque(key.view());
    });
}

codec::Result<TreeKemPrivate> TreeKemPrivate::read(codec::Reader& reader)
{
    TreeKemPrivate keys(LeafIndex(TRY(reader.u32())), {});
    keys.m_keys.clear();
    for (auto count = TRY(reader.u32()); count > 0; --count) {
        const NodeIndex node(TRY(reader.u32()));
        keys.set(node, crypto::HpkePrivateKey(TRY(reader.secret())));
    }
    if (!keys.key(to_node(keys.m_leaf))) return base::Unexpected(codec::Error::bad_value);
    return keys;
}

Result<CommitSecret> TreeKemPrivate::implant(const RatchetTree& tree, LeafIndex sender, NodeIndex node, PathSecret&& path_secret)
{
    const auto suite = tree.suite();
    bool reached = false;
    for (const auto& step : tree.filtered_direct_path(sender)) {
        reached = reached || step.node == node;
        if (!reached) continue;
        auto pair = node_key_pair(suite, path_secret);
        const auto* expected = tree.public_key(step.node);
        // ValWelcome11: keys derived from a path secret are those of the tree (§7.5, §12.4.3.1)
        if (!expected || !base::equal(*expected, pair.public_key)) return Unexpected(Error::invalid_path);
        set(step.node, std::move(pair.private_key));
        path_secret = next_path_secret(suite, path_secret);
    }
    if (!reached) return Unexpected(Error::invalid_path);
    return CommitSecret(std::move(path_secret));
}

NewPath create_path(RatchetTree& tree, TreeKemPrivate& keys, LeafNode leaf, const crypto::SignaturePrivateKey& signature_key, ByteView group_id,
                    base::Random& random)
{
    const auto suite = tree.suite();
    const auto sender = keys.leaf();
    NewPath path{tree.filtered_direct_path(sender), {}, {}};

    base::SecretBytes first(suite.hash_size());
    random.fill(first.mutable_view());
    PathSecret path_secret(std::move(first));
    std::vector<crypto::HpkePublicKey> public_keys;
    for (const auto node : direct_path(to_node(sender), tree.leaf_count())) keys.erase(node);
    for (const auto& step : path.steps) {
        auto pair = node_key_pair(suite, path_secret);
        keys.set(step.node, std::move(pair.private_key));
        public_keys.push_back(std::move(pair.public_key));
        auto next = next_path_secret(suite, path_secret);
        path.path_secrets.push_back(std::move(path_secret));
        path_secret = std::move(next);
    }
    path.commit_secret = CommitSecret(std::move(path_secret));

    auto leaf_keys = crypto::kem_generate_key_pair(suite.hpke().kem, random);
    leaf.encryption_key = std::move(leaf_keys.public_key);
    leaf.source = LeafNodeSource::commit;
    leaf.parent_hash = merge_path(tree, sender, path.steps, public_keys);
    leaf.sign(suite, signature_key, LeafNodePosition{group_id, sender});
    tree.set_leaf(sender, std::move(leaf));
    keys.set(to_node(sender), std::move(leaf_keys.private_key));
    return path;
}

Result<UpdatePath> encrypt_path(const RatchetTree& tree, LeafIndex sender, const NewPath& path, std::span<const LeafIndex> added,
                                ByteView group_context, base::Random& random)
{
    const auto sealer = tree.suite().sealer_with_label("UpdatePathNode", group_context);
    UpdatePath update{*tree.leaf(sender), {}};
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        UpdatePathNode node{*tree.public_key(path.steps[i].node), {}};
        for (const auto member : resolution_without(tree, path.steps[i].copath_child, added))
            node.encrypted_path_secret.push_back(TRY(sealer.encrypt(*tree.public_key(member), path.path_secrets[i].view(), random)));
        update.nodes.push_back(std::move(node));
    }
    return update;
}

Result<void> apply_path(RatchetTree& tree, LeafIndex sender, const UpdatePath& path, std::span<const LeafIndex> added)
{
    const auto steps = tree.filtered_direct_path(sender);
    // ValCommit08: an UpdatePath has one node for each of the filtered direct path (§7.5)
    if (path.nodes.size() != steps.size()) return Unexpected(Error::invalid_path);
    std::vector<crypto::HpkePublicKey> public_keys;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        // ValCommit09: a node of an UpdatePath has one ciphertext for each of the copath resolution (§7.6)
        if (path.nodes[i].encrypted_path_secret.size() != resolution_without(tree, steps[i].copath_child, added).size())
            return Unexpected(Error::invalid_path);
        public_keys.push_back(path.nodes[i].encryption_key);
    }
    // ValCommit10: the committer's new leaf has the parent hash of the path (§7.9.2)
    const auto expected = merge_path(tree, sender, steps, public_keys);
    if (!base::equal(expected, path.leaf_node.parent_hash)) return Unexpected(Error::invalid_path);
    tree.set_leaf(sender, path.leaf_node);
    return {};
}

Result<CommitSecret> decrypt_path(const RatchetTree& tree, TreeKemPrivate& keys, LeafIndex sender, const UpdatePath& path,
                                  std::span<const LeafIndex> added, ByteView group_context)
{
    const auto steps = tree.filtered_direct_path(sender);
    const auto ours = std::find_if(steps.begin(), steps.end(), [&](const auto& step) { return is_below(keys.leaf(), step.copath_child); });
    if (ours == steps.end()) return Unexpected(Error::invalid_path);
    const auto nodes = resolution_without(tree, ours->copath_child, added);
    const auto recipient = std::find_if(nodes.begin(), nodes.end(), [&](NodeIndex node) { return keys.key(node) != nullptr; });
    if (recipient == nodes.end()) return Unexpected(Error::invalid_path);

    const auto& ciphertexts = path.nodes[static_cast<std::size_t>(ours - steps.begin())].encrypted_path_secret;
    const auto& ciphertext = ciphertexts[static_cast<std::size_t>(recipient - nodes.begin())];
    const crypto::HpkeReceiver receiver(keys.key(*recipient)->view(), *tree.public_key(*recipient));
    auto path_secret = TRY(tree.suite().decrypt_with_label(receiver, "UpdatePathNode", group_context, ciphertext));
    if (path_secret.size() != tree.suite().hash_size()) return Unexpected(Error::invalid_path);
    for (const auto node : direct_path(to_node(sender), tree.leaf_count())) keys.erase(node);   // outdated (§7.5)
    return keys.implant(tree, sender, ours->node, PathSecret(std::move(path_secret)));
}

}  // namespace sinetti::mls
