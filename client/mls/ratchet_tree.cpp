#include "mls/ratchet_tree.h"

#include "mls/encode.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

enum class NodeType : std::uint8_t { blank = 0, leaf = 1, parent = 2 };   // §7.8; blank in the store only

std::size_t parent_slot(NodeIndex node)
{
    return node.value() / 2;
}

}  // namespace

codec::Result<ParentNode> ParentNode::read(codec::Reader& reader)
{
    ParentNode node;
    node.encryption_key = TRY(reader.opaque());
    node.parent_hash = TRY(reader.opaque());
    auto list = TRY(reader.vector());
    node.unmerged_leaves.reserve(list.rest().size() / 4);
    while (!list.empty()) {
        const LeafIndex leaf(TRY(list.u32()));
        // ValTree05: unmerged_leaves are sorted in increasing order (§7.1)
        if (!node.unmerged_leaves.empty() && node.unmerged_leaves.back() >= leaf) return base::Unexpected(codec::Error::bad_value);
        node.unmerged_leaves.push_back(leaf);
    }
    return node;
}

void ParentNode::write(codec::Writer& writer) const
{
    writer.opaque(encryption_key).opaque(parent_hash).varint(unmerged_leaves.size() * 4);
    for (const auto leaf : unmerged_leaves) writer.u32(leaf.value());
}

RatchetTree::RatchetTree(CipherSuite suite, LeafNode only_leaf) : m_suite(suite)
{
    resize(LeafCount(1));
    m_leaves[0] = std::make_shared<const LeafNode>(std::move(only_leaf));
}

RatchetTree RatchetTree::blank(CipherSuite suite, LeafCount leaves)
{
    RatchetTree tree(suite);
    tree.resize(leaves);
    tree.m_last_leaf_hint = leaves.value() - 1;
    return tree;
}

codec::Result<RatchetTree> RatchetTree::parse(CipherSuite suite, ByteView ratchet_tree)
{
    codec::Reader reader(ratchet_tree);
    auto list = TRY(reader.vector());
    TRY(reader.finish());

    RatchetTree tree(suite);
    bool last_is_blank = true;
    for (std::uint32_t i = 0; !list.empty(); ++i) {
        if (i >= 2 * kLeafCountMax) return base::Unexpected(codec::Error::too_large);
        const bool present = TRY(list.optional_marker());
        last_is_blank = !present;
        const bool expect_leaf = is_leaf(NodeIndex(i));
        if (present) {
            const auto type = static_cast<NodeType>(TRY(list.u8()));
            // ValTree07: leaves and parents of a ratchet_tree alternate (§12.4.3.3)
            if (type != (expect_leaf ? NodeType::leaf : NodeType::parent)) return base::Unexpected(codec::Error::bad_value);
        }
        if (expect_leaf) {
            tree.m_leaves.push_back(nullptr);
            if (present) tree.m_leaves.back() = std::make_shared<const LeafNode>(TRY(LeafNode::read(list)));
        } else {
            tree.m_parents.push_back(nullptr);
            if (present) tree.m_parents.back() = std::make_shared<ParentNode>(TRY(ParentNode::read(list)));
        }
    }
    // ValTree06: the last node of a ratchet_tree is not blank (§12.4.3.3)
    if (last_is_blank) return base::Unexpected(codec::Error::bad_value);
    std::uint32_t width = static_cast<std::uint32_t>(std::max(tree.m_leaves.size(), tree.m_parents.size() + 1));
    tree.resize(LeafCount(std::bit_ceil(width)));
    tree.m_last_leaf_hint = tree.leaf_count().value() - 1;
    return tree;
}

void RatchetTree::write_entry(codec::Writer& writer, NodeIndex node) const
{
    writer.u32(node.value());
    if (is_blank(node)) {
        writer.u8(static_cast<std::uint8_t>(NodeType::blank));
    } else if (is_leaf(node)) {
        writer.u8(static_cast<std::uint8_t>(NodeType::leaf));
        leaf(to_leaf(node))->write(writer);
    } else {
        writer.u8(static_cast<std::uint8_t>(NodeType::parent));
        parent_node(node)->write(writer);
    }
}

codec::Result<NodeIndex> RatchetTree::read_entry(codec::Reader& reader)
{
    const NodeIndex node(TRY(reader.u32()));
    const auto type = static_cast<NodeType>(TRY(reader.u8()));
    if (!contains(node)) return base::Unexpected(codec::Error::bad_value);
    if (type == NodeType::leaf && is_leaf(node)) {
        set_leaf(to_leaf(node), TRY(LeafNode::read(reader)));
    } else if (type == NodeType::parent && !is_leaf(node)) {
        set_parent(node, TRY(ParentNode::read(reader)));
    } else if (type == NodeType::blank) {
        if (is_leaf(node))
            blank_leaf(to_leaf(node));
        else
            blank_parent(node);
        invalidate(node);
    } else {
        return base::Unexpected(codec::Error::bad_value);
    }
    return node;
}

std::vector<NodeIndex> RatchetTree::changed_since(const RatchetTree& before) const
{
    const auto content = [](const RatchetTree& tree, NodeIndex node) -> const void* {
        if (!tree.contains(node)) return nullptr;
        if (is_leaf(node)) return tree.m_leaves[to_leaf(node).value()].get();
        return tree.m_parents[parent_slot(node)].get();
    };
    std::vector<NodeIndex> changed;
    const auto end = node_count(std::max(leaf_count(), before.leaf_count()));
    for (std::uint32_t i = 0; i < end; ++i)
        if (content(*this, NodeIndex(i)) != content(before, NodeIndex(i))) changed.push_back(NodeIndex(i));
    return changed;
}

void RatchetTree::write_changes(codec::Writer& writer, const RatchetTree& before) const
{
    writer.u32(leaf_count().value());
    writer.vector([&](codec::Writer& list) {
        for (const auto node : changed_since(before))
            if (contains(node)) write_entry(list, node);
    });
}

codec::Result<RatchetTree> RatchetTree::read_changes(codec::Reader& reader, RatchetTree before)
{
    const LeafCount leaves(TRY(reader.u32()));
    if (leaves.value() > kLeafCountMax || !is_full_tree(leaves)) return base::Unexpected(codec::Error::bad_value);
    before.resize(leaves);
    before.m_first_blank_hint = 0;
    before.m_last_leaf_hint = leaves.value() - 1;
    auto list = TRY(reader.vector());
    while (!list.empty()) TRY(before.read_entry(list));
    return before;
}

Bytes RatchetTree::serialize() const
{
    std::uint32_t end = node_count(leaf_count());
    while (end > 0 && is_blank(NodeIndex(end - 1))) --end;
    return encode([&](auto& writer) {
        writer.vector([&](codec::Writer& list) {
            for (std::uint32_t i = 0; i < end; ++i) {
                const NodeIndex node(i);
                list.optional_marker(!is_blank(node));
                if (is_blank(node)) continue;
                if (is_leaf(node)) {
                    list.u8(static_cast<std::uint8_t>(NodeType::leaf));
                    leaf(to_leaf(node))->write(list);
                } else {
                    list.u8(static_cast<std::uint8_t>(NodeType::parent));
                    parent_node(node)->write(list);
                }
            }
        });
    });
}

const LeafNode* RatchetTree::leaf(LeafIndex leaf) const
{
    return contains(leaf) ? m_leaves[leaf.value()].get() : nullptr;
}

const ParentNode* RatchetTree::parent_node(NodeIndex node) const
{
    return contains(node) && !is_leaf(node) ? m_parents[parent_slot(node)].get() : nullptr;
}

const crypto::HpkePublicKey* RatchetTree::public_key(NodeIndex node) const
{
    if (is_leaf(node)) {
        const auto* content = leaf(to_leaf(node));
        return content ? &content->encryption_key : nullptr;
    }
    const auto* content = parent_node(node);
    return content ? &content->encryption_key : nullptr;
}

std::vector<LeafIndex> RatchetTree::members() const
{
    std::vector<LeafIndex> members;
    for (std::uint32_t i = 0; i < m_leaves.size(); ++i)
        if (m_leaves[i]) members.push_back(LeafIndex(i));
    return members;
}

void RatchetTree::collect_resolution(NodeIndex node, std::vector<NodeIndex>& out) const
{
    if (is_leaf(node)) {
        if (!is_blank(node)) out.push_back(node);
        return;
    }
    if (const auto* content = parent_node(node)) {
        out.push_back(node);
        for (const auto leaf : content->unmerged_leaves) out.push_back(to_node(leaf));
        return;
    }
    collect_resolution(left(node), out);
    collect_resolution(right(node), out);
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex node) const
{
    std::vector<NodeIndex> nodes;
    collect_resolution(node, nodes);
    return nodes;
}

bool RatchetTree::is_empty_below(NodeIndex node) const
{
    if (!is_blank(node)) return false;
    return is_leaf(node) || (is_empty_below(left(node)) && is_empty_below(right(node)));
}

std::vector<PathStep> RatchetTree::filtered_direct_path(LeafIndex leaf) const
{
    std::vector<PathStep> path;
    NodeIndex below = to_node(leaf);
    for (const auto node : direct_path(below, leaf_count())) {
        const auto copath_child = below < node ? right(node) : left(node);
        if (!is_empty_below(copath_child)) path.push_back({node, copath_child});
        below = node;
    }
    return path;
}

LeafIndex RatchetTree::leftmost_blank_leaf() const
{
    std::uint32_t i = m_first_blank_hint;
    while (i < m_leaves.size() && m_leaves[i]) ++i;
    return LeafIndex(i);
}

void RatchetTree::place_leaf(LeafIndex leaf, LeafNode node)
{
    if (!contains(leaf)) resize(LeafCount(leaf_count().value() * 2));
    CHECK_INVARIANT(contains(leaf));
    set_leaf(leaf, std::move(node));
}

LeafIndex RatchetTree::add_leaf(LeafNode node)
{
    const auto leaf = leftmost_blank_leaf();
    place_leaf(leaf, std::move(node));
    m_first_blank_hint = leaf.value() + 1;
    for (const auto above : direct_path(to_node(leaf), leaf_count())) {
        auto& content = m_parents[parent_slot(above)];
        if (!content) continue;
        // Shared with another tree: a copy first. Once, so that adding many leaves does not copy ever longer lists.
        if (content.use_count() > 1) content = std::make_shared<ParentNode>(*content);
        auto& unmerged = content->unmerged_leaves;
        unmerged.insert(std::lower_bound(unmerged.begin(), unmerged.end(), leaf), leaf);
    }
    return leaf;
}

void RatchetTree::update_leaf(LeafIndex leaf, LeafNode node)
{
    CHECK_INVARIANT(!is_blank(to_node(leaf)));
    set_leaf(leaf, std::move(node));
    blank_direct_path(leaf);
}

void RatchetTree::remove_leaf(LeafIndex leaf)
{
    CHECK_INVARIANT(!is_blank(to_node(leaf)));
    blank_leaf(leaf);
    blank_direct_path(leaf);
    truncate();
}

void RatchetTree::blank_leaf(LeafIndex leaf)
{
    m_leaves[leaf.value()] = nullptr;
    m_first_blank_hint = std::min(m_first_blank_hint, leaf.value());
}

void RatchetTree::blank_direct_path(LeafIndex leaf)
{
    for (const auto node : direct_path(to_node(leaf), leaf_count())) blank_parent(node);
    invalidate(to_node(leaf));
}

void RatchetTree::blank_parent(NodeIndex node)
{
    m_parents[parent_slot(node)] = nullptr;
}

void RatchetTree::set_parent(NodeIndex node, ParentNode parent)
{
    CHECK_INVARIANT(contains(node) && !is_leaf(node));
    m_parents[parent_slot(node)] = std::make_shared<ParentNode>(std::move(parent));
    invalidate(node);
}

void RatchetTree::set_leaf(LeafIndex leaf, LeafNode node)
{
    CHECK_INVARIANT(contains(leaf));
    m_leaves[leaf.value()] = std::make_shared<const LeafNode>(std::move(node));
    m_last_leaf_hint = std::max(m_last_leaf_hint, leaf.value());
    invalidate(to_node(leaf));
}

void RatchetTree::resize(LeafCount leaves)
{
    m_leaves.resize(leaves.value());
    m_parents.resize(leaves.value() - 1);
    m_hashes.resize(node_count(leaves) * m_suite.hash_size());
    m_hash_known.resize(node_count(leaves), false);
}

void RatchetTree::truncate()
{
    // §7.7: "When the right subtree of the tree no longer has any non-blank nodes, it can be safely removed." Each leaf that is removed
    // makes the walk to the last one longer by what it makes the next one shorter.
    while (m_last_leaf_hint > 0 && !m_leaves[m_last_leaf_hint]) --m_last_leaf_hint;
    auto size = static_cast<std::uint32_t>(m_leaves.size());
    while (size > 1 && m_last_leaf_hint < size / 2) size /= 2;
    if (size != m_leaves.size()) resize(LeafCount(size));
}

void RatchetTree::invalidate(NodeIndex node)
{
    m_hash_known[node.value()] = false;
    for (auto above = parent(node, leaf_count()); above; above = parent(*above, leaf_count())) m_hash_known[above->value()] = false;
}

Bytes RatchetTree::hash_leaf(LeafIndex leaf, const LeafNode* node) const
{
    return m_suite.hash(encode([&](auto& writer) {   // TreeHashInput with a LeafNodeHashInput
        writer.u8(static_cast<std::uint8_t>(NodeType::leaf)).u32(leaf.value()).optional_marker(node != nullptr);
        if (node) node->write(writer);
    }));
}

Bytes RatchetTree::hash_parent(const ParentNode* node, ByteView left_hash, ByteView right_hash) const
{
    return m_suite.hash(encode([&](auto& writer) {   // TreeHashInput with a ParentNodeHashInput
        writer.u8(static_cast<std::uint8_t>(NodeType::parent)).optional_marker(node != nullptr);
        if (node) node->write(writer);
        writer.opaque(left_hash).opaque(right_hash);
    }));
}

ByteView RatchetTree::tree_hash(NodeIndex node) const
{
    const auto size = m_suite.hash_size();
    const auto slot = base::MutableByteView(m_hashes).subspan(node.value() * size, size);
    if (!m_hash_known[node.value()]) {
        const auto computed = is_leaf(node) ? hash_leaf(to_leaf(node), leaf(to_leaf(node)))
                                            : hash_parent(parent_node(node), tree_hash(left(node)), tree_hash(right(node)));
        std::copy(computed.begin(), computed.end(), slot.begin());
        m_hash_known[node.value()] = true;
    }
    return slot;
}

Bytes RatchetTree::original_tree_hash(NodeIndex node, std::span<const LeafIndex> excluded) const
{
    // Only those below the node, so that the work is that of the subtree however many others are excluded.
    const std::span<const LeafIndex> below(std::lower_bound(excluded.begin(), excluded.end(), first_leaf_below(node)),
                                           std::upper_bound(excluded.begin(), excluded.end(), last_leaf_below(node)));
    if (below.empty()) return base::to_bytes(tree_hash(node));
    if (is_leaf(node)) return hash_leaf(to_leaf(node), nullptr);

    const auto left_hash = original_tree_hash(left(node), below);
    const auto right_hash = original_tree_hash(right(node), below);
    const auto* content = parent_node(node);
    if (!content) return hash_parent(nullptr, left_hash, right_hash);
    ParentNode original{content->encryption_key, content->parent_hash, {}};
    std::set_difference(content->unmerged_leaves.begin(), content->unmerged_leaves.end(), below.begin(), below.end(),
                        std::back_inserter(original.unmerged_leaves));
    return hash_parent(&original, left_hash, right_hash);
}

Bytes RatchetTree::parent_hash(NodeIndex node, NodeIndex sibling) const
{
    const auto* content = parent_node(node);
    CHECK_INVARIANT(content != nullptr);
    const auto sibling_hash = original_tree_hash(sibling, content->unmerged_leaves);
    return m_suite.hash(encode([&](auto& writer) {   // ParentHashInput
        writer.opaque(content->encryption_key).opaque(content->parent_hash).opaque(sibling_hash);
    }));
}

}  // namespace sinetti::mls
