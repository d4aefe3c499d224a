#include "mls/secret_tree.h"

#include "tests/support/vectors.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

Bytes bytes_of(const base::SecretBytes& secret)
{
    return base::to_bytes(secret.view());
}

SecretTree make_tree(std::uint32_t leaves, std::uint64_t seed = 1)
{
    base::SeededRandom random(seed);
    EncryptionSecret secret{base::SecretBytes(kSuite.hash_size())};
    random.fill(secret.mutable_view());
    return SecretTree(kSuite, LeafCount(leaves), std::move(secret));
}

Bytes key_at(SecretTree& tree, LeafIndex leaf, RatchetType type, std::uint32_t generation)
{
    auto found = take(tree.find(leaf, type, Generation(generation)));
    auto key = bytes_of(found.key.key);
    tree.consume(std::move(found));
    return key;
}

}  // namespace

TEST_SUITE("mls.secret_tree")
{
    TEST_CASE("keys and nonces are those of secret-tree.json") { run_vectors("mls/secret-tree.json"); }

    TEST_CASE("looking for a key changes nothing")
    {
        auto tree = make_tree(8);
        const auto before = bytes_of(tree.serialize());
        for (std::uint32_t leaf = 0; leaf < 8; ++leaf) CHECK(tree.find(LeafIndex(leaf), RatchetType::application, Generation(5)).has_value());
        CHECK(bytes_of(tree.serialize()) == before);
    }

    TEST_CASE("a key is found once, in whatever order")
    {
        auto straight = make_tree(4);
        auto shuffled = make_tree(4);
        const LeafIndex leaf(2);
        std::map<std::uint32_t, Bytes> keys;
        for (std::uint32_t i = 0; i < 8; ++i) keys[i] = key_at(straight, leaf, RatchetType::application, i);
        for (const std::uint32_t i : {5u, 0u, 7u, 3u, 1u, 2u, 6u, 4u}) {
            CHECK(key_at(shuffled, leaf, RatchetType::application, i) == keys[i]);
            CHECK(shuffled.find(leaf, RatchetType::application, Generation(i)).error() == Error::replayed);
        }
        CHECK(bytes_of(straight.serialize()) == bytes_of(shuffled.serialize()));
    }

    TEST_CASE("a jump beyond the window is refused")
    {
        auto tree = make_tree(2);
        CHECK(tree.find(LeafIndex(0), RatchetType::application, Generation(kGenerationsAheadMax)).has_value());
        CHECK(tree.find(LeafIndex(0), RatchetType::application, Generation(kGenerationsAheadMax + 1)).error() == Error::generation_too_far);
        CHECK(tree.find(LeafIndex(0), RatchetType::application, Generation(UINT32_MAX)).error() == Error::generation_too_far);
        CHECK(tree.find(LeafIndex(2), RatchetType::application, Generation(0)).error() == Error::unknown_sender);
    }

    TEST_CASE("skipped keys are kept up to their limit, the oldest go first")
    {
        auto tree = make_tree(2);
        key_at(tree, LeafIndex(0), RatchetType::application, kGenerationsAheadMax);
        key_at(tree, LeafIndex(0), RatchetType::application, kGenerationsAheadMax + 3);
        CHECK(tree.find(LeafIndex(0), RatchetType::application, Generation(0)).error() == Error::replayed);
        CHECK(tree.find(LeafIndex(0), RatchetType::application, Generation(1)).error() == Error::replayed);
        CHECK(tree.find(LeafIndex(0), RatchetType::application, Generation(2)).has_value());
    }

    // §9.2, the deletion schedule: nothing that is left gives a used key again.
    TEST_CASE("the secrets a used key came from are gone from the tree")
    {
        EncryptionSecret root_secret{base::SecretBytes(kSuite.hash_size())};
        root_secret.data()[0] = 7;
        const auto root_bytes = bytes_of(root_secret);
        SecretTree tree(kSuite, LeafCount(4), std::move(root_secret));
        const auto left_bytes = bytes_of(take(kSuite.expand_with_label(root_bytes, "tree", base::view_of("left"), kSuite.hash_size())));
        const auto leaf_bytes = bytes_of(take(kSuite.expand_with_label(left_bytes, "tree", base::view_of("right"), kSuite.hash_size())));
        const auto ratchet_bytes = bytes_of(kSuite.derive_secret(leaf_bytes, "application"));
        const auto right_bytes = bytes_of(take(kSuite.expand_with_label(root_bytes, "tree", base::view_of("right"), kSuite.hash_size())));
        const auto used = key_at(tree, LeafIndex(1), RatchetType::application, 0);

        const auto left_over = base::to_hex(tree.serialize().view());
        for (const auto& gone : {root_bytes, left_bytes, leaf_bytes, ratchet_bytes, used})
            CHECK(left_over.find(base::to_hex(gone)) == std::string::npos);
        CHECK(left_over.find(base::to_hex(right_bytes)) != std::string::npos);   // the others' secrets stay
    }

    TEST_CASE("a tree stored item by item is the same tree")
    {
        auto tree = make_tree(8);
        RecordStore store;
        tree.flush(Epoch(3), store);
        key_at(tree, LeafIndex(6), RatchetType::application, 4);
        key_at(tree, LeafIndex(1), RatchetType::handshake, 0);
        tree.flush(Epoch(3), store);
        store.puts = 0;
        key_at(tree, LeafIndex(6), RatchetType::application, 2);
        tree.flush(Epoch(3), store);
        CHECK(store.puts == 1);   // one message, one ratchet

        auto loaded = take(SecretTree::load(kSuite, LeafCount(8), Epoch(3), store));
        CHECK(bytes_of(loaded.serialize()) == bytes_of(tree.serialize()));
        CHECK(SecretTree::load(kSuite, LeafCount(8), Epoch(4), store).error() == Error::bad_record);
        tree.erase_records(Epoch(3), store);
        CHECK(store.records().empty());
    }
}
