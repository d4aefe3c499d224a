#include "mls/tree_math.h"

#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.tree_math")
{
    TEST_CASE("nodes relate as in tree-math.json")
    {
        for_each_vector("mls/tree-math.json", [](const nlohmann::json& vector) {
            const LeafCount leaves(number(vector, "n_leaves"));
            CHECK(node_count(leaves) == number(vector, "n_nodes"));
            CHECK(root(leaves).value() == number(vector, "root"));
            const auto check = [](const nlohmann::json& expected, std::optional<NodeIndex> found) {
                CHECK(expected.is_null() == !found.has_value());
                if (found && !expected.is_null()) CHECK(found->value() == expected.get<std::uint32_t>());
            };
            for (std::uint32_t i = 0; i < node_count(leaves); ++i) {
                const NodeIndex node(i);
                check(vector.at("left")[i], is_leaf(node) ? std::nullopt : std::optional(left(node)));
                check(vector.at("right")[i], is_leaf(node) ? std::nullopt : std::optional(right(node)));
                check(vector.at("parent")[i], parent(node, leaves));
                check(vector.at("sibling")[i], sibling(node, leaves));
            }
        });
    }

    TEST_CASE("the common ancestor is the lowest node above both leaves")
    {
        const LeafCount leaves(16);
        for (std::uint32_t a = 0; a < 16; ++a) {
            for (std::uint32_t b = 0; b < 16; ++b) {
                const auto ancestor = common_ancestor(LeafIndex(a), LeafIndex(b));
                CHECK(is_below(LeafIndex(a), ancestor));
                CHECK(is_below(LeafIndex(b), ancestor));
                if (a == b) continue;
                CHECK(is_below(LeafIndex(a), left(ancestor)) != is_below(LeafIndex(b), left(ancestor)));
                const auto path = direct_path(to_node(LeafIndex(a)), leaves);
                CHECK(std::find(path.begin(), path.end(), ancestor) != path.end());
            }
        }
    }
}
