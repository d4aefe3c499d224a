// Ratchet trees (RFC 9420 §7.9, §12.4.3.3).

#include "validation.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

// Alice has set all parents of the tree but node 5, which carol has set if it is there. So that a change of theirs is seen by its own rule,
// alice's parent hashes are chained anew.
Result<void> validate_chained(RatchetTree tree)
{
    auto leaf = *tree.leaf(LeafIndex(0));
    leaf.parent_hash = chain_parent_hashes(tree, LeafIndex(0));
    tree.set_leaf(LeafIndex(0), std::move(leaf));
    return validate_parents(tree);
}

}  // namespace

TEST_SUITE("mls.validation")
{
    TEST_CASE("ValTree01: the key of a parent is a public key of the suite's KEM")
    {
        Trio t;
        auto tree = t.tree();
        REQUIRE(validate_chained(tree).has_value());
        const auto good = *tree.parent_node(NodeIndex(1));
        auto parent = good;
        parent.encryption_key.back() ^= 1;   // another key is as good
        tree.set_parent(NodeIndex(1), parent);
        CHECK(validate_chained(tree).has_value());
        parent.encryption_key.pop_back();
        tree.set_parent(NodeIndex(1), parent);
        CHECK(validate_chained(tree).error() == Error::invalid_tree);
        parent = good;
        make_none(parent.encryption_key);
        tree.set_parent(NodeIndex(1), parent);
        CHECK(validate_chained(tree).error() == Error::invalid_tree);
    }

    TEST_CASE("ValTree02: an unmerged leaf stands below its parent and is not blank")
    {
        for (const auto leaf : {LeafIndex(2), LeafIndex(3), LeafIndex(4)}) {   // below: not; blank; outside
            Trio t;
            auto tree = t.tree();
            const NodeIndex node(leaf.value() == 2 ? 1 : 3);
            auto parent = *tree.parent_node(node);
            parent.unmerged_leaves = {leaf};
            tree.set_parent(node, parent);
            const auto verdict = validate_chained(tree);
            REQUIRE_FALSE(verdict.has_value());
            CHECK(verdict.error() == Error::invalid_tree);
        }
    }

    TEST_CASE("ValTree03: a leaf unmerged at a parent is unmerged at every parent between")
    {
        Trio t;
        add_member(t.carol, {&t.alice, &t.bob}, "dave", t.random);   // carol's path sets node 5
        REQUIRE_FALSE(apply_commit(t.bob, take(t.alice.commit({}, t.random)).commit).has_value());
        auto tree = t.tree();
        REQUIRE(tree.parent_node(NodeIndex(5)) != nullptr);
        REQUIRE(validate_chained(tree).has_value());
        auto parent = *tree.parent_node(NodeIndex(3));
        parent.unmerged_leaves = {LeafIndex(3)};
        tree.set_parent(NodeIndex(3), parent);
        const auto verdict = validate_chained(tree);
        REQUIRE_FALSE(verdict.has_value());
        CHECK(verdict.error() == Error::invalid_tree);
    }

    TEST_CASE("ValTree04: a parent is parent-hash valid")
    {
        Trio t;
        auto tree = t.tree();
        auto parent = *tree.parent_node(NodeIndex(3));
        parent.encryption_key[0] ^= 1;
        tree.set_parent(NodeIndex(3), parent);
        CHECK(validate_parents(tree).error() == Error::invalid_tree);
    }

    TEST_CASE("ValTree05: unmerged leaves are sorted")
    {
        const auto reads = [](std::vector<LeafIndex> unmerged) {
            const ParentNode node{Bytes(32, 1), {}, std::move(unmerged)};
            const auto bytes = encode([&](auto& writer) { node.write(writer); });
            codec::Reader reader(bytes);
            return ParentNode::read(reader).has_value();
        };
        CHECK(reads({LeafIndex(0), LeafIndex(1)}));
        CHECK_FALSE(reads({LeafIndex(1), LeafIndex(0)}));
        CHECK_FALSE(reads({LeafIndex(1), LeafIndex(1)}));
    }

    TEST_CASE("ValTree06: a ratchet tree ends in a node that is not blank")
    {
        Trio t;
        const auto leaf = t.own_leaf();
        const auto reads = [&](int blanks) {
            return RatchetTree::parse(kSuite, encode([&](auto& writer) {
                       writer.vector([&](codec::Writer& list) {
                           list.u8(1).u8(1);
                           leaf.write(list);
                           for (int i = 0; i < blanks; ++i) list.u8(0);
                       });
                   })).has_value();
        };
        CHECK(reads(0));
        CHECK_FALSE(reads(1));
        CHECK_FALSE(reads(2));
    }

    TEST_CASE("ValTree07: leaves and parents of a ratchet tree take turns")
    {
        Trio t;
        const auto leaf = t.own_leaf().serialize();
        const auto parent = encode([&](auto& writer) { ParentNode{Bytes(32, 1), {}, {}}.write(writer); });
        // A leaf, a parent and a leaf under these NodeTypes.
        const auto reads = [&](std::uint8_t first, std::uint8_t second) {
            return RatchetTree::parse(kSuite, encode([&](auto& writer) {
                       writer.vector([&](codec::Writer& list) {
                           list.u8(1).u8(first).raw(leaf);
                           list.u8(1).u8(second).raw(parent);
                           list.u8(1).u8(1).raw(leaf);
                       });
                   })).has_value();
        };
        CHECK(reads(1, 2));
        CHECK_FALSE(reads(2, 2));
        CHECK_FALSE(reads(1, 1));
        CHECK_FALSE(RatchetTree::parse(kSuite, encode([&](auto& writer) {
                        writer.vector([&](codec::Writer& list) { list.u8(1).u8(2).raw(parent); });
                    })).has_value());
    }
}
