#pragma once
// What the cases of this folder share. There is one for each validation rule of RFC 9420, named by the rule's id: a message that breaks
// this rule gives the rule's error and leaves the group as it was. docs/mls-validation.md is made from these names and from the ids in
// client/mls. Commits of the insider have a wrong confirmation tag besides, which is judged last. A case breaks one rule only: were it the
// work of two, one could go and nobody would notice (scripts/validation_mutants).

#include "mls/encode.h"
#include "mls/external.h"
#include "mls/group_extensions.h"
#include "mls/validation.h"
#include "tests/mls/insider.h"

#include <algorithm>
#include <functional>

namespace sinetti::tests {

// Chains the parent hashes of the parents on a leaf's filtered direct path anew, as whoever has set them would. Returns the leaf's own.
inline Bytes chain_parent_hashes(RatchetTree& tree, LeafIndex leaf)
{
    const auto steps = tree.filtered_direct_path(leaf);
    Bytes parent_hash;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        const auto* found = tree.parent_node(step->node);
        if (!found) continue;   // a path that is too short
        auto parent = *found;
        parent.parent_hash = parent_hash;
        tree.set_parent(step->node, std::move(parent));
        parent_hash = tree.parent_hash(step->node, step->copath_child);
    }
    return parent_hash;
}

struct Trio {
    base::SeededRandom random{9};
    crypto::SignaturePrivateKey service = crypto::SignaturePrivateKey::generate(random);   // the group's external sender
    Group alice = take(Group::create(kSuite, Bytes(32, 8), make_identity("alice", random), random, {{external_senders()}, {}}));
    Group bob = add_member(alice, {}, "bob", random);
    Group carol = add_member(alice, {&bob}, "carol", random);
    RecordStore mallory_store;   // mallory is bob
    RecordStore store;
    Insider mallory = insider();

    Extension external_senders() const
    {
        const ExternalSender sender{base::to_bytes(service.public_key()), Credential::basic(base::view_of("service"))};
        return external_senders_extension(std::span(&sender, 1));
    }
    Insider insider()
    {
        bob.flush(mallory_store);
        carol.flush(store);
        return Insider::of(bob, mallory_store);
    }
    // Carol refuses, for this reason, and nothing of hers has changed.
    void refuse(ByteView message, Error expected)
    {
        const auto epoch = carol.epoch();
        const auto processed = carol.process(message);
        REQUIRE_FALSE(processed.has_value());
        CHECK(static_cast<int>(processed.error()) == static_cast<int>(expected));
        const auto puts = store.puts;
        carol.flush(store);
        CHECK(store.puts == puts);
        CHECK(carol.epoch() == epoch);
        const auto good = take(alice.encrypt(base::view_of("still here"), {}, random));
        CHECK(take(read_text(carol, good)) == "still here");
        carol.flush(store);
    }
    RatchetTree tree() const
    {
        auto parsed = RatchetTree::parse(kSuite, bob.ratchet_tree());
        REQUIRE(parsed.has_value());
        return std::move(*parsed);
    }
    LeafNode own_leaf() const { return *tree().leaf(mallory.leaf); }
    LeafNode update_leaf()   // as mallory may propose it
    {
        auto leaf = own_leaf();
        leaf.encryption_key = crypto::kem_generate_key_pair(kSuite.hpke().kem, random).public_key;
        leaf.source = LeafNodeSource::update;
        leaf.parent_hash.clear();
        return leaf;
    }
    void sign(LeafNode& leaf) const { leaf.sign(kSuite, mallory.signature_key, LeafNodePosition{mallory.context.group_id, mallory.leaf}); }
    // The key package of a newcomer, changed by a test; it and its leaf are signed again.
    KeyPackage newcomer_with(const std::function<void(KeyPackage&)>& change)
    {
        const auto identity = make_identity("dave", random);
        auto key_package = generate_key_package(kSuite, identity, random, Lifetime{}).key_package;
        change(key_package);
        key_package.leaf_node.sign(kSuite, identity.signature_key, LeafNodePosition{mallory.context.group_id, LeafIndex(3)});
        const auto whole = encode([&](auto& writer) { key_package.write(writer); });
        const auto signature = encode([&](auto& writer) { writer.opaque(key_package.signature); });
        key_package.signature =
            kSuite.sign_with_label(identity.signature_key, "KeyPackageTBS", ByteView(whole).first(whole.size() - signature.size()));
        return key_package;
    }
    Bytes add(const std::function<void(KeyPackage&)>& change) { return mallory.commit({{Add{newcomer_with(change)}}}); }
    KeyPackage newcomer() { return make_key_package("dave", random).key_package; }
    // A commit with a path from mallory, changed by the test before its parent hashes are chained and its leaf is signed; change_leaf comes
    // between those. But for the changes everything is right, except that nobody can decrypt the path secrets: decryption_failed.
    Bytes commit_path(const std::function<void(UpdatePath&)>& change, std::vector<Proposal> proposals = {}, SenderType type = SenderType::member,
                      const std::function<void(LeafNode&)>& change_leaf = [](auto&) {})
    {
        auto after = tree();
        for (const auto& proposal : proposals)
            if (const auto* remove = std::get_if<Remove>(&proposal.body)) after.remove_leaf(remove->removed);
        UpdatePath path{update_leaf(), {}};
        path.leaf_node.source = LeafNodeSource::commit;
        after.place_leaf(mallory.leaf, path.leaf_node);   // where an external commit that removes mallory puts it again
        const auto steps = after.filtered_direct_path(mallory.leaf);
        for (const auto& step : steps) {
            UpdatePathNode node{crypto::kem_generate_key_pair(kSuite.hpke().kem, random).public_key, {}};
            for (std::size_t i = 0; i < after.resolution(step.copath_child).size(); ++i)
                node.encrypted_path_secret.push_back({Bytes(32, 1), Bytes(48, 1)});
            path.nodes.push_back(std::move(node));
        }
        change(path);
        after.blank_direct_path(mallory.leaf);
        for (std::size_t i = 0; i < std::min(steps.size(), path.nodes.size()); ++i) after.set_parent(steps[i].node, {path.nodes[i].encryption_key, {}, {}});
        path.leaf_node.parent_hash = chain_parent_hashes(after, mallory.leaf);
        change_leaf(path.leaf_node);
        sign(path.leaf_node);
        Commit commit;
        for (auto& proposal : proposals) commit.proposals.push_back({std::move(proposal)});
        commit.path = std::move(path);
        return mallory.say_as({type, type == SenderType::member ? mallory.leaf.value() : 0}, std::move(commit));
    }
};

// An X25519 point of small order: right in size, and nobody can encrypt to it.
inline void make_none(crypto::HpkePublicKey& key)
{
    std::fill(key.end() - 32, key.end(), std::uint8_t{0});
}

inline PreSharedKeyId psk(std::size_t nonce_size)
{
    PreSharedKeyId id;
    id.psk_id = {1, 2, 3};
    id.psk_nonce = Bytes(nonce_size, 5);
    return id;
}

// The verdict on a list by itself. Its proposals are valid one by one.
inline Error list_error(const std::vector<Proposal>& proposals, std::optional<LeafIndex> committer)
{
    std::vector<SentProposal> sent;
    const Sender sender = committer ? Sender::member(*committer) : Sender{SenderType::new_member_commit, 0};
    for (const auto& proposal : proposals) sent.push_back({&proposal, sender});
    const auto verdict = validate_proposal_list(sent, committer);
    REQUIRE_FALSE(verdict.has_value());
    return verdict.error();
}

// A Welcome by mallory for dave, opened with dave's keys, changed, and sealed again.
struct Invitation {
    Trio t;
    KeyPackagePrivate dave = make_key_package("dave", t.random);
    GroupInfo info;
    GroupSecrets secrets;
    std::uint16_t welcome_suite = kSuite.id();
    bool sign = true;
    JoinOptions options;

    Invitation()
    {
        CommitRequest request;
        request.add.push_back(dave.key_package);
        const auto message = take(MlsMessage::parse(*take(t.bob.commit(request, t.random)).welcome));
        const auto& welcome = std::get<Welcome>(message.body);
        const auto opened = take(kSuite.decrypt_with_label(dave.init_key.view(), "Welcome", welcome.encrypted_group_info,
                                                           welcome.secrets[0].encrypted_group_secrets));
        codec::Reader reader(opened.view());
        auto read = GroupSecrets::read(reader);
        REQUIRE(read.has_value());
        secrets = std::move(*read);
        info = take(open_group_info(kSuite, derive_welcome_secret(kSuite, secrets.joiner_secret, no_psk_secret(kSuite)),
                                    welcome.encrypted_group_info));
    }
    Error error()
    {
        if (sign) info.sign(kSuite, t.mallory.signature_key);
        Welcome welcome;
        welcome.cipher_suite = welcome_suite;
        welcome.encrypted_group_info =
            seal_group_info(kSuite, derive_welcome_secret(kSuite, secrets.joiner_secret, no_psk_secret(kSuite)), info);
        const auto plaintext = encode_secret([&](auto& writer) { secrets.write(writer); });
        auto sealed = kSuite.sealer_with_label("Welcome", welcome.encrypted_group_info)
                          .encrypt(dave.key_package.init_key, plaintext.view(), t.random);
        REQUIRE(sealed.has_value());
        welcome.secrets.push_back({dave.key_package.ref(), std::move(*sealed)});
        const auto joined = Group::join(MlsMessage{std::move(welcome)}.serialize(), dave, t.random, options);
        REQUIRE_FALSE(joined.has_value());
        return joined.error();
    }
    Extension& ratchet_tree() { return info.extensions[0]; }
};

inline constexpr auto kUnknown = static_cast<ExtensionType>(0xf0f0);   // for private use (§17.3): no GREASE of somebody's by chance

}  // namespace sinetti::tests
