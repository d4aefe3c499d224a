#include "mls/tree_math.h"

#include "tests/support/vectors.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.tree_math")
{
    TEST_CASE("nodes relate as in tree-math.json") { run_vectors("mls/tree-math.json"); }

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
