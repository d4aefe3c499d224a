#include "mls/tree_math.h"

namespace sinetti::mls {

std::optional<NodeIndex> parent(NodeIndex node, LeafCount leaves)
{
    if (node == root(leaves)) return std::nullopt;
    return parent_unbounded(node);
}

std::optional<NodeIndex> sibling(NodeIndex node, LeafCount leaves)
{
    const auto above = parent(node, leaves);
    if (!above) return std::nullopt;
    return node < *above ? right(*above) : left(*above);
}

std::vector<NodeIndex> direct_path(NodeIndex node, LeafCount leaves)
{
    std::vector<NodeIndex> path;
    for (auto above = parent(node, leaves); above; above = parent(*above, leaves)) path.push_back(*above);
    return path;
}

NodeIndex common_ancestor(LeafIndex a, LeafIndex b)
{
    NodeIndex node = to_node(a);
    while (!is_below(b, node)) node = parent_unbounded(node);
    return node;
}

}  // namespace sinetti::mls
