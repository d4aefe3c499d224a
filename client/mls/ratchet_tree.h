#pragma once
// The public ratchet tree (RFC 9420 §7): who is in the group, and the HPKE public keys of every subtree.
//
// Nodes are immutable and shared, so a copy of a tree is cheap: a commit is staged on a copy and the original stays as it was.
// Invariants: (1) the tree has 2^d leaves, and its right half holds a non-blank leaf unless d is 0 (§7.7). (2) unmerged_leaves
// is sorted and names leaves below its node. (3) a cached tree hash is that of the node's present content.

#include "mls/leaf_node.h"
#include "mls/tree_math.h"

#include <memory>
#include <span>

namespace sinetti::mls {

struct ParentNode {   // §7.1
    crypto::HpkePublicKey encryption_key;
    Bytes parent_hash;
    std::vector<LeafIndex> unmerged_leaves;

    static codec::Result<ParentNode> read(codec::Reader& reader);
    void write(codec::Writer& writer) const;
    friend bool operator==(const ParentNode&, const ParentNode&) = default;
};

struct PathStep {
    NodeIndex node;            // on the filtered direct path
    NodeIndex copath_child;    // its child off the path
};

class RatchetTree {
public:
    RatchetTree(CipherSuite suite, LeafNode only_leaf);

    // A ratchet_tree extension (§12.4.3.3). Only its form is checked here; see validate_tree().
    static codec::Result<RatchetTree> parse(CipherSuite suite, ByteView ratchet_tree);
    Bytes serialize() const;

    // For the store, nodes one by one. An entry has a node's index, its NodeType and its content; a blank one may stand there as well.
    static RatchetTree blank(CipherSuite suite, LeafCount leaves);
    void write_entry(codec::Writer& writer, NodeIndex node) const;
    codec::Result<NodeIndex> read_entry(codec::Reader& reader);      // into this tree; bad_value when it has no place there
    // The nodes of either tree that are not the same object in both: whatever differs, in order, at the cost of a look at each.
    std::vector<NodeIndex> changed_since(const RatchetTree& before) const;
    // This tree as what changed since `before`, and such changes applied to it: for a commit that is pending.
    void write_changes(codec::Writer& writer, const RatchetTree& before) const;
    static codec::Result<RatchetTree> read_changes(codec::Reader& reader, RatchetTree before);

    CipherSuite suite() const { return m_suite; }
    LeafCount leaf_count() const { return LeafCount(static_cast<std::uint32_t>(m_leaves.size())); }
    bool contains(NodeIndex node) const { return node.value() < node_count(leaf_count()); }
    bool contains(LeafIndex leaf) const { return leaf.value() < leaf_count().value(); }
    const LeafNode* leaf(LeafIndex leaf) const;        // nullptr when blank or outside
    const ParentNode* parent_node(NodeIndex node) const;    // nullptr when blank or outside
    const crypto::HpkePublicKey* public_key(NodeIndex node) const;   // nullptr when blank
    bool is_blank(NodeIndex node) const { return public_key(node) == nullptr; }
    std::vector<LeafIndex> members() const;            // the non-blank leaves, in order

    std::vector<NodeIndex> resolution(NodeIndex node) const;              // §4.1.1
    std::vector<PathStep> filtered_direct_path(LeafIndex leaf) const;     // §4.1.2

    // §12.1.1–§12.1.3. The leaf that is updated or removed must not be blank.
    LeafIndex leftmost_blank_leaf() const;             // where add_leaf() would put it, possibly just outside
    LeafIndex add_leaf(LeafNode leaf);
    void update_leaf(LeafIndex leaf, LeafNode node);
    void remove_leaf(LeafIndex leaf);

    // §7.5, the public half of an UpdatePath: blanks the direct path, then sets what the path names.
    void blank_direct_path(LeafIndex leaf);
    void set_parent(NodeIndex node, ParentNode parent);
    void set_leaf(LeafIndex leaf, LeafNode node);
    void place_leaf(LeafIndex leaf, LeafNode node);    // of an external committer: extends the tree when needed, merges nothing

    ByteView tree_hash() const { return tree_hash(root(leaf_count())); }       // §7.8
    ByteView tree_hash(NodeIndex node) const;
    // §7.9: the tree hash of `node` with these leaves (sorted) blanked and struck from every unmerged_leaves.
    Bytes original_tree_hash(NodeIndex node, std::span<const LeafIndex> excluded) const;
    // §7.9: the parent hash of a non-blank parent node with respect to its child `sibling`.
    Bytes parent_hash(NodeIndex node, NodeIndex sibling) const;

private:
    explicit RatchetTree(CipherSuite suite) : m_suite(suite) {}
    void resize(LeafCount leaves);
    void truncate();
    void blank_leaf(LeafIndex leaf);
    void invalidate(NodeIndex node);
    void blank_parent(NodeIndex node);
    void collect_resolution(NodeIndex node, std::vector<NodeIndex>& out) const;
    bool is_empty_below(NodeIndex node) const;
    Bytes hash_leaf(LeafIndex leaf, const LeafNode* node) const;
    Bytes hash_parent(const ParentNode* node, ByteView left_hash, ByteView right_hash) const;

    CipherSuite m_suite;
    std::vector<std::shared_ptr<const LeafNode>> m_leaves;       // by leaf index
    std::vector<std::shared_ptr<ParentNode>> m_parents;          // by (node index - 1) / 2; changed only while nobody shares it
    std::uint32_t m_first_blank_hint = 0;                        // no blank leaf stands before it
    std::uint32_t m_last_leaf_hint = 0;                          // no other leaf stands behind it; never beyond the tree
    mutable Bytes m_hashes;                                      // hash_size() bytes a node
    mutable std::vector<bool> m_hash_known;
};

}  // namespace sinetti::mls
