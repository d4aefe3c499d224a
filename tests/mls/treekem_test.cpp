#include "mls/treekem.h"

#include "mls/group_context.h"
#include "suite_vectors.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

crypto::HpkeKeyPair node_keys(ByteView path_secret)
{
    return crypto::kem_derive_key_pair(kSuite.hpke().kem, kSuite.derive_secret(path_secret, "node").view());
}

struct VectorMember {
    TreeKemPrivate keys;
    crypto::SignaturePrivateKey signature_key;
};

std::map<std::uint32_t, VectorMember> members_of(const nlohmann::json& vector, const RatchetTree& tree)
{
    std::map<std::uint32_t, VectorMember> members;
    for (const auto& entry : vector.at("leaves_private")) {
        const LeafIndex leaf(number(entry, "index"));
        TreeKemPrivate keys(leaf, secret_field<crypto::HpkePrivateKey>(entry, "encryption_priv"));
        for (const auto& node_secret : entry.at("path_secrets")) {
            const NodeIndex node(number(node_secret, "node"));
            auto pair = node_keys(hex_field(node_secret, "path_secret"));
            REQUIRE(tree.public_key(node) != nullptr);
            CHECK(*tree.public_key(node) == pair.public_key);
            keys.set(node, std::move(pair.private_key));
        }
        auto signature_key = crypto::SignaturePrivateKey::from_seed(hex_field(entry, "signature_priv"));
        REQUIRE(signature_key.has_value());
        members.emplace(leaf.value(), VectorMember{std::move(keys), std::move(*signature_key)});
    }
    return members;
}

}  // namespace

TEST_SUITE("mls.treekem")
{
    TEST_CASE("update paths are applied, decrypted and made as in treekem.json")
    {
        for_each_vector("mls/treekem.json", [](const nlohmann::json& vector) {
            const auto parsed = RatchetTree::parse(kSuite, hex_field(vector, "ratchet_tree"));
            REQUIRE(parsed.has_value());
            const auto& tree = *parsed;
            const auto members = members_of(vector, tree);
            GroupContext context;
            context.cipher_suite = kSuite.id();
            context.group_id = hex_field(vector, "group_id");
            context.epoch = Epoch(number(vector, "epoch"));
            context.confirmed_transcript_hash = hex_field(vector, "confirmed_transcript_hash");
            base::SeededRandom random(1);

            for (const auto& entry : vector.at("update_paths")) {
                const LeafIndex sender(number(entry, "sender"));
                CAPTURE(sender.value());
                const auto bytes = hex_field(entry, "update_path");
                codec::Reader reader(bytes);
                const auto path = UpdatePath::read(reader);
                REQUIRE(path.has_value());
                CHECK(reader.empty());

                auto after = tree;
                REQUIRE(apply_path(after, sender, *path, {}).has_value());
                CHECK(base::to_hex(after.tree_hash()) == entry.at("tree_hash_after").get<std::string>());
                context.tree_hash = base::to_bytes(after.tree_hash());
                for (const auto& [leaf, member] : members) {
                    if (LeafIndex(leaf) == sender) continue;
                    auto keys = member.keys.clone();
                    const auto secret = take(decrypt_path(after, keys, sender, *path, {}, context.serialize()));
                    CHECK(bytes_of(secret) == hex_field(entry, "commit_secret"));
                    const auto expected = base::from_hex(entry.at("path_secrets")[leaf].get<std::string>());
                    REQUIRE(expected.has_value());
                    const auto* key = keys.key(common_ancestor(LeafIndex(leaf), sender));
                    // The common ancestor may be filtered out; the secret then belongs to the next node above that is not.
                    for (auto node = common_ancestor(LeafIndex(leaf), sender); !key; node = parent_unbounded(node)) key = keys.key(node);
                    CHECK(bytes_of(*key) == bytes_of(node_keys(*expected).private_key));
                }

                // Our own path from the same sender reaches everybody else.
                auto ours = tree;
                auto sender_keys = members.at(sender.value()).keys.clone();
                const auto made = create_path(ours, sender_keys, *ours.leaf(sender), members.at(sender.value()).signature_key, context.group_id, random);
                context.tree_hash = base::to_bytes(ours.tree_hash());
                const auto update = take(encrypt_path(ours, sender, made, {}, context.serialize(), random));
                for (const auto& [leaf, member] : members) {
                    if (LeafIndex(leaf) == sender) continue;
                    auto theirs = tree;
                    auto keys = member.keys.clone();
                    REQUIRE(apply_path(theirs, sender, update, {}).has_value());
                    CHECK(base::equal(theirs.tree_hash(), ours.tree_hash()));
                    CHECK(bytes_of(take(decrypt_path(theirs, keys, sender, update, {}, context.serialize()))) == bytes_of(made.commit_secret));
                }
            }
        });
    }
}
