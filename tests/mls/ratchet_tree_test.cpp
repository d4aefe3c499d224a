#include "mls/ratchet_tree.h"

#include "mls/proposal.h"
#include "mls/validation.h"
#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

// Suite 1 and suite 3 trees differ in nothing but the number that capabilities list.
RatchetTree parse_tree(const nlohmann::json& vector, const char* name)
{
    auto tree = RatchetTree::parse(kSuite, hex_field(vector, name));
    REQUIRE(tree.has_value());
    return std::move(*tree);
}

}  // namespace

TEST_SUITE("mls.ratchet_tree")
{
    TEST_CASE("trees hash, resolve and validate as in tree-validation.json")
    {
        for (const auto* path : {"mls/tree-validation.json", "mls/suite1-noaead/tree-validation.json"}) {
            for_each_vector(path, [](const nlohmann::json& vector) {
                const auto tree = parse_tree(vector, "tree");
                CHECK(tree.serialize() == hex_field(vector, "tree"));
                for (std::uint32_t i = 0; i < node_count(tree.leaf_count()); ++i) {
                    CHECK(base::to_hex(tree.tree_hash(NodeIndex(i))) == vector.at("tree_hashes")[i].get<std::string>());
                    std::vector<std::uint32_t> resolution;
                    for (const auto node : tree.resolution(NodeIndex(i))) resolution.push_back(node.value());
                    CHECK(resolution == vector.at("resolutions")[i].get<std::vector<std::uint32_t>>());
                }
                const auto group_id = hex_field(vector, "group_id");
                CHECK(validate_parents(tree).has_value());
                for (const auto leaf : tree.members()) CHECK(tree.leaf(leaf)->verify(kSuite, LeafNodePosition{group_id, leaf}).has_value());
                if (number(vector, "cipher_suite") == kSuite.id()) CHECK(validate_tree(tree, group_id, {}).has_value());
            });
        }
    }

    TEST_CASE("a tree with any public key of a parent changed is invalid")
    {
        for_each_vector("mls/tree-validation.json", [](const nlohmann::json& vector) {
            const auto tree = parse_tree(vector, "tree");
            for (std::uint32_t i = 1; i < node_count(tree.leaf_count()); i += 2) {
                const auto* node = tree.parent_node(NodeIndex(i));
                if (!node) continue;
                auto changed = tree;
                auto parent = *node;
                parent.encryption_key[3] ^= 1;
                changed.set_parent(NodeIndex(i), parent);
                CHECK(validate_parents(changed).error() == Error::invalid_tree);
                parent = *node;
                parent.parent_hash.push_back(0);
                changed.set_parent(NodeIndex(i), parent);
                CHECK(validate_parents(changed).error() == Error::invalid_tree);
            }
        });
    }

    TEST_CASE("proposals change trees as in tree-operations.json")
    {
        for_each_vector("mls/suite1-noaead/tree-operations.json", [](const nlohmann::json& vector) {
            auto tree = parse_tree(vector, "tree_before");
            CHECK(base::to_hex(tree.tree_hash()) == vector.at("tree_hash_before").get<std::string>());
            const auto bytes = hex_field(vector, "proposal");
            codec::Reader reader(bytes);
            const auto proposal = Proposal::read(reader);
            REQUIRE(proposal.has_value());
            if (const auto* add = std::get_if<Add>(&proposal->body)) tree.add_leaf(add->key_package.leaf_node);
            if (const auto* update = std::get_if<Update>(&proposal->body))
                tree.update_leaf(LeafIndex(number(vector, "proposal_sender")), update->leaf_node);
            if (const auto* remove = std::get_if<Remove>(&proposal->body)) tree.remove_leaf(remove->removed);
            CHECK(base::to_hex(tree.tree_hash()) == vector.at("tree_hash_after").get<std::string>());
            CHECK(tree.serialize() == hex_field(vector, "tree_after"));
        });
    }

    TEST_CASE("a tree that ends in a blank, or has a node of the wrong kind, does not parse")
    {
        base::SeededRandom random(1);
        const auto leaf = make_key_package("a", random).key_package.leaf_node;
        RatchetTree tree(kSuite, leaf);
        const auto good = tree.serialize();
        REQUIRE(RatchetTree::parse(kSuite, good).has_value());
        codec::Reader reader(good);
        auto nodes = base::to_bytes(*reader.opaque_view());
        const auto with = [&](ByteView more) {
            auto all = nodes;
            all.insert(all.end(), more.begin(), more.end());
            codec::Writer writer;
            writer.opaque(all);
            return RatchetTree::parse(kSuite, writer.view()).has_value();
        };
        CHECK(with({}));
        CHECK_FALSE(with(Bytes{0}));         // a blank at the end
        CHECK_FALSE(with(Bytes{2}));         // neither absent nor present
        CHECK_FALSE(with(nodes));            // a leaf where a parent belongs
        CHECK_FALSE(RatchetTree::parse(kSuite, Bytes{0}).has_value());   // no node at all
        CHECK_FALSE(RatchetTree::parse(kSuite, {}).has_value());
    }

    TEST_CASE("the tree halves when its right half is empty, down to one leaf")
    {
        base::SeededRandom random(2);
        RatchetTree tree(kSuite, make_key_package("0", random).key_package.leaf_node);
        for (std::uint32_t i = 1; i < 9; ++i) CHECK(tree.add_leaf(make_key_package("x", random).key_package.leaf_node) == LeafIndex(i));
        CHECK(tree.leaf_count() == LeafCount(16));
        tree.remove_leaf(LeafIndex(5));
        CHECK(tree.leaf_count() == LeafCount(16));
        CHECK(tree.leftmost_blank_leaf() == LeafIndex(5));
        tree.remove_leaf(LeafIndex(8));
        CHECK(tree.leaf_count() == LeafCount(8));
        for (const std::uint32_t i : {7u, 6u, 4u}) tree.remove_leaf(LeafIndex(i));
        CHECK(tree.leaf_count() == LeafCount(4));
        for (const std::uint32_t i : {1u, 2u, 3u}) tree.remove_leaf(LeafIndex(i));
        CHECK(tree.leaf_count() == LeafCount(1));
    }
}
