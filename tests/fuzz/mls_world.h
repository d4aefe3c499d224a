#pragma once
// A group of four with parents in its tree, from fixed seeds, for the MLS targets.

#include "mls/encode.h"
#include "mls/group_state.h"

#include <map>

namespace sinetti::fuzz {

using namespace sinetti::mls;

inline const CipherSuite kSuite = CipherSuite::x25519_chacha20poly1305_sha256_ed25519();
inline constexpr std::uint32_t kMembers = 4;

// Members 0 … 3 are in the group; higher numbers are people outside.
inline KeyPackagePrivate person(std::uint64_t number)
{
    base::SeededRandom random(100 + number);
    const LeafNodeIdentity identity{Credential::basic(base::view_of("person " + std::to_string(number))), crypto::SignaturePrivateKey::generate(random)};
    return KeyPackagePrivate::generate(kSuite, identity, Lifetime{}, random);
}

struct PublicGroup {
    RatchetTree tree;
    GroupContext context;
    std::vector<TreeKemPrivate> keys;   // of the members
};

inline NewPath refresh_path(PublicGroup& group, std::uint32_t member, base::Random& random)
{
    auto leaf = *group.tree.leaf(LeafIndex(member));
    return create_path(group.tree, group.keys[member], std::move(leaf), person(member).signature_key, group.context.group_id, random);
}

inline PublicGroup make_public_group()
{
    PublicGroup group{RatchetTree(kSuite, person(0).key_package.leaf_node), {}, {}};
    for (std::uint32_t member = 0; member < kMembers; ++member) {
        auto keys = person(member);
        if (member > 0) group.tree.add_leaf(keys.key_package.leaf_node);
        group.keys.emplace_back(LeafIndex(member), crypto::HpkePrivateKey(keys.encryption_key.view()));
    }
    group.context.cipher_suite = kSuite.id();
    group.context.group_id = Bytes(32, 9);
    group.context.epoch = Epoch(5);
    group.context.confirmed_transcript_hash = Bytes(32, 8);
    base::SeededRandom random(1);
    for (const std::uint32_t committer : {0u, 3u}) {
        const auto path = refresh_path(group, committer, random);
        group.context.tree_hash = base::to_bytes(group.tree.tree_hash());
        const auto sealed = encrypt_path(group.tree, LeafIndex(committer), path, {}, group.context.serialize(), random);
        CHECK_INVARIANT(sealed.has_value());
        for (std::uint32_t member = 0; member < kMembers; ++member) {
            if (member == committer) continue;
            auto& keys = group.keys[member];
            CHECK_INVARIANT(decrypt_path(group.tree, keys, LeafIndex(committer), *sealed, {}, group.context.serialize()).has_value());
        }
    }
    return group;
}

// A whole group as two of its members see it.
struct LiveGroup {
    Group alice;
    Group bob;
};

inline LiveGroup make_live_group(base::Random& random)
{
    const auto identity_of = [](const KeyPackagePrivate& keys) {
        return LeafNodeIdentity{keys.key_package.leaf_node.credential, keys.signature_key.clone()};
    };
    auto alice = Group::create(kSuite, Bytes(32, 9), identity_of(person(0)), random);
    CHECK_INVARIANT(alice.has_value());
    CommitRequest request;
    const auto newcomer = person(1);
    request.add.push_back(newcomer.key_package);
    auto output = alice->commit(request, random);
    CHECK_INVARIANT(output.has_value() && output->welcome.has_value() && alice->merge_pending().has_value());
    auto bob = Group::join(*output->welcome, newcomer, random);
    CHECK_INVARIANT(bob.has_value());
    return {std::move(*alice), std::move(*bob)};
}

class Records final : public StateSink, public StateSource {
public:
    void put(std::string_view name, base::SecretBytes&& record) override
    {
        records.insert_or_assign(std::string(name), base::to_bytes(record.view()));
        ++changes;
    }
    void erase(std::string_view name) override
    {
        if (records.erase(std::string(name)) > 0) ++changes;
    }
    std::optional<base::SecretBytes> get(std::string_view name) const override
    {
        const auto found = records.find(std::string(name));
        if (found == records.end()) return std::nullopt;
        return base::SecretBytes(base::ByteView(found->second));
    }
    std::vector<std::string> names() const override
    {
        std::vector<std::string> list;
        for (const auto& [name, record] : records) list.push_back(name);
        return list;
    }

    std::map<std::string, Bytes> records;
    int changes = 0;
};

}  // namespace sinetti::fuzz
