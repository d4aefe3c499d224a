#include "mls/ratchet_tree.h"

#include "mls/encode.h"
#include "mls/tree_records.h"
#include "mls/validation.h"
#include "tests/support/vectors.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.ratchet_tree")
{
    TEST_CASE("chunks divide a tree among them, and a path touches one for each three levels")
    {
        for (const std::uint32_t leaves : {1u, 2u, 4u, 8u, 64u, 1024u}) {
            const auto tree = RatchetTree::blank(kSuite, LeafCount(leaves));
            const auto all = chunks_of(tree);
            std::map<ChunkIndex, int> nodes;
            for (std::uint32_t node = 0; node < node_count(LeafCount(leaves)); ++node) ++nodes[chunk_of(NodeIndex(node))];
            CHECK(nodes.size() == all.size());
            for (const auto& [chunk, count] : nodes) CHECK(count <= 7);
            for (const std::uint32_t leaf : {0u, leaves / 2, leaves - 1}) {
                Chunks touched{chunk_of(to_node(LeafIndex(leaf)))};
                for (const auto node : direct_path(to_node(LeafIndex(leaf)), LeafCount(leaves))) touched.insert(chunk_of(node));
                CHECK(touched.size() == static_cast<std::size_t>(std::countr_zero(leaves)) / 3 + 1);
            }
        }
    }

    TEST_CASE("a tree as changes of another is that tree, grown, shrunk and blanked")
    {
        base::SeededRandom random(8);
        const auto leaf = [&] { return make_key_package("m", random).key_package.leaf_node; };
        std::vector<RatchetTree> trees{RatchetTree(kSuite, leaf())};
        for (int i = 0; i < 9; ++i) {
            auto next = trees.back();
            next.add_leaf(leaf());
            trees.push_back(std::move(next));
        }
        auto changed = trees.back();
        changed.set_parent(NodeIndex(3), {leaf().encryption_key, {}, {LeafIndex(1)}});
        changed.remove_leaf(LeafIndex(6));
        trees.push_back(changed);
        changed.remove_leaf(LeafIndex(9));
        changed.remove_leaf(LeafIndex(8));
        CHECK(changed.leaf_count() == LeafCount(8));
        trees.push_back(changed);
        for (const auto& before : trees) {
            for (const auto& after : trees) {
                const auto bytes = encode([&](auto& writer) { after.write_changes(writer, before); });
                codec::Reader reader(bytes);
                const auto again = RatchetTree::read_changes(reader, before);
                REQUIRE(again.has_value());
                CHECK(reader.empty());
                CHECK(again->serialize() == after.serialize());
                CHECK(base::equal(again->tree_hash(), after.tree_hash()));
                CHECK(again->leaf_count() == after.leaf_count());
                for (std::size_t size = 0; size < bytes.size(); ++size) {
                    codec::Reader cut(base::ByteView(bytes).first(size));
                    CHECK_FALSE(RatchetTree::read_changes(cut, before).has_value());
                }
            }
            CHECK(before.changed_since(before).empty());
        }
    }

    TEST_CASE("trees hash, resolve and validate as in tree-validation.json")
    {
        run_vectors("mls/tree-validation.json");
        run_vectors("mls/suite1-noaead/tree-validation.json");
    }

    TEST_CASE("a tree with any public key of a parent changed is invalid")
    {
        const auto vectors = load_vectors("mls/tree-validation.json");
        if (!vectors) return;
        for (const auto& vector : *vectors) {
            const auto bytes = base::from_hex(vector.at("tree").get<std::string>());
            REQUIRE(bytes.has_value());
            const auto tree = RatchetTree::parse(kSuite, *bytes);
            REQUIRE(tree.has_value());
            for (std::uint32_t i = 1; i < node_count(tree->leaf_count()); i += 2) {
                const auto* node = tree->parent_node(NodeIndex(i));
                if (!node) continue;
                auto changed = *tree;
                auto parent = *node;
                parent.encryption_key[3] ^= 1;
                changed.set_parent(NodeIndex(i), parent);
                CHECK(validate_parents(changed).error() == Error::invalid_tree);
                parent = *node;
                parent.parent_hash.push_back(0);
                changed.set_parent(NodeIndex(i), parent);
                CHECK(validate_parents(changed).error() == Error::invalid_tree);
            }
        }
    }

    TEST_CASE("proposals change trees as in tree-operations.json") { run_vectors("mls/suite1-noaead/tree-operations.json"); }

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

    // The right half of the tree claims every one of its leaves unmerged at every one of its nodes, and so does the root; the left
    // half is a valid path of the first leaf. Validation goes as far as the root before it meets the first fault.
    TEST_CASE("the largest tree there can be, unmerged leaves everywhere, is validated and refused")
    {
        LeafNode leaf;
        leaf.encryption_key = Bytes(crypto::kem_public_key_size(kSuite.hpke().kem));
        leaf.source = LeafNodeSource::commit;
        RatchetTree tree(kSuite, leaf);
        for (std::uint32_t i = 1; i < kLeafCountMax; ++i) tree.add_leaf(leaf);
        const auto top = root(tree.leaf_count());
        const auto leaves_from = [](LeafIndex first, LeafIndex last) {
            std::vector<LeafIndex> leaves;
            for (auto next = first; next <= last; next = next.next()) leaves.push_back(next);
            return leaves;
        };
        for (std::uint32_t i = top.value() + 2; i < node_count(tree.leaf_count()); i += 2)
            tree.set_parent(NodeIndex(i), {leaf.encryption_key, {}, leaves_from(first_leaf_below(NodeIndex(i)), last_leaf_below(NodeIndex(i)))});

        Bytes parent_hash;
        for (auto node = top; !is_leaf(node); node = left(node)) {
            tree.set_parent(node, {leaf.encryption_key, parent_hash, leaves_from(LeafIndex(1), last_leaf_below(node))});
            parent_hash = tree.parent_hash(node, right(node));
        }
        leaf.parent_hash = parent_hash;
        tree.set_leaf(LeafIndex(0), leaf);
        CHECK(validate_parents(tree).error() == Error::invalid_tree);
    }

    TEST_CASE("leaves added below a node that another tree shares change this tree alone")
    {
        base::SeededRandom random(1);
        const auto leaf = make_key_package("x", random).key_package.leaf_node;
        RatchetTree tree(kSuite, leaf);
        for (int i = 1; i < 4; ++i) tree.add_leaf(leaf);
        tree.remove_leaf(LeafIndex(1));
        tree.set_parent(NodeIndex(3), {leaf.encryption_key, {}, {LeafIndex(2)}});
        const auto before = tree;
        CHECK(tree.add_leaf(leaf) == LeafIndex(1));
        CHECK(tree.parent_node(NodeIndex(3))->unmerged_leaves == std::vector{LeafIndex(1), LeafIndex(2)});
        CHECK(before.parent_node(NodeIndex(3))->unmerged_leaves == std::vector{LeafIndex(2)});
        CHECK(before.is_blank(NodeIndex(2)));
    }

    TEST_CASE("a list of more extensions than we accept is refused")
    {
        Extensions extensions;
        for (std::uint16_t type = 0; type < kExtensionsMax; ++type) extensions.push_back({ExtensionType{type}, {}});
        const auto encoded = [&] {
            codec::Writer writer;
            write_extensions(writer, extensions);
            return std::move(writer).take();
        };
        const auto read = [](ByteView bytes) {
            codec::Reader reader(bytes);
            return read_extensions(reader);
        };
        CHECK(read(encoded()).has_value());
        extensions.push_back({ExtensionType{kExtensionsMax}, {}});
        CHECK(read(encoded()).error() == codec::Error::too_large);
    }
}
