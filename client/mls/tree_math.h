#pragma once
// Array-based full binary trees (RFC 9420 appendix C): leaves at even node indices, parents at odd ones, always 2^d leaves.
//
//           3
//         .-+-.
//        1     5        node indices; leaf i is node 2i
//       / \   / \       .
//      0   2 4   6

#include "mls/types.h"

#include <bit>
#include <optional>
#include <vector>

namespace sinetti::mls {

constexpr NodeIndex to_node(LeafIndex leaf) { return NodeIndex(leaf.value() * 2); }
constexpr bool is_leaf(NodeIndex node) { return node.value() % 2 == 0; }
constexpr LeafIndex to_leaf(NodeIndex node) { return LeafIndex(node.value() / 2); }   // of a leaf's node
constexpr unsigned level(NodeIndex node) { return static_cast<unsigned>(std::countr_one(node.value())); }
constexpr std::uint32_t node_count(LeafCount leaves) { return leaves.value() == 0 ? 0 : leaves.value() * 2 - 1; }
constexpr bool is_full_tree(LeafCount leaves) { return std::has_single_bit(leaves.value()); }

constexpr NodeIndex root(LeafCount leaves) { return NodeIndex(leaves.value() - 1); }   // of a full tree

// Of a parent node only.
constexpr NodeIndex left(NodeIndex node) { return NodeIndex(node.value() ^ (1u << (level(node) - 1))); }
constexpr NodeIndex right(NodeIndex node) { return NodeIndex(node.value() ^ (3u << (level(node) - 1))); }

constexpr NodeIndex parent_unbounded(NodeIndex node)   // as if the tree had no root
{
    const unsigned k = level(node);
    return NodeIndex((node.value() | (1u << k)) & ~(1u << (k + 1)));
}
constexpr NodeIndex child_towards(NodeIndex node, LeafIndex leaf) { return to_node(leaf) < node ? left(node) : right(node); }

std::optional<NodeIndex> parent(NodeIndex node, LeafCount leaves);    // nullopt for the root
std::optional<NodeIndex> sibling(NodeIndex node, LeafCount leaves);   // nullopt for the root

// From the node's parent to the root; empty for the root.
std::vector<NodeIndex> direct_path(NodeIndex node, LeafCount leaves);

// The lowest node that has both leaves below it.
NodeIndex common_ancestor(LeafIndex a, LeafIndex b);

constexpr LeafIndex first_leaf_below(NodeIndex node) { return LeafIndex((node.value() + 1 - (1u << level(node))) / 2); }
constexpr std::uint32_t leaves_below(NodeIndex node) { return 1u << level(node); }
constexpr LeafIndex last_leaf_below(NodeIndex node) { return LeafIndex(first_leaf_below(node).value() + leaves_below(node) - 1); }
constexpr bool is_below(LeafIndex leaf, NodeIndex node)   // a leaf counts as below itself
{
    return leaf >= first_leaf_below(node) && leaf.value() - first_leaf_below(node).value() < leaves_below(node);
}

}  // namespace sinetti::mls
