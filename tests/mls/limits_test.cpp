// Limits of policy (mls/types.h): what is beyond one is refused before it costs anything, and much of what is within them takes no
// longer than its length.

#include "mls/encode.h"
#include "mls/group_extensions.h"
#include "mls/validation.h"
#include "tests/support/mls_inside.h"
#include "tests/support/mls_rogue.h"
#include "tests/support/mls_state.h"

#include "work.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

Bytes leaf_bytes(std::size_t capabilities, std::size_t extensions)
{
    base::SeededRandom random(3);
    auto leaf = make_key_package("aino", random).key_package.leaf_node;
    leaf.capabilities.proposals.assign(capabilities, static_cast<ProposalType>(0xf0f0));
    leaf.extensions.clear();
    for (std::size_t i = 0; i < extensions; ++i) leaf.extensions.push_back({static_cast<ExtensionType>(1000 + i), {}});
    return leaf.serialize();
}

bool is_read(const Bytes& bytes)
{
    codec::Reader reader(bytes);
    return LeafNode::read(reader).has_value();
}

// What comes of a value whose list has the smallest entries there are, in this number.
template<typename T>
codec::Result<T> read_with(ByteView before, ByteView entry, std::size_t count, ByteView after)
{
    const auto bytes = encode([&](auto& writer) {
        writer.raw(before).varint(entry.size() * count);
        for (std::size_t i = 0; i < count; ++i) writer.raw(entry);
        writer.raw(after);
    });
    codec::Reader reader(bytes);
    return T::read(reader);
}

struct Duo {
    base::SeededRandom random{31};
    Group alice = make_group("alice", random);
    Group bob = add_member(alice, {}, "bob", random);
    RecordStore store;
};

}  // namespace

TEST_SUITE("mls.limits")
{
    TEST_CASE("a message of more than kMessageSizeMax bytes is refused by everything that reads one")
    {
        Duo duo;
        auto message = take(duo.alice.encrypt({}, {}, duo.random));
        message.resize(kMessageSizeMax + 1);
        CHECK(MlsMessage::parse(message).error() == Error::malformed);
        CHECK(KeyPackage::parse(message).error() == Error::malformed);
        CHECK(peek(message).error() == Error::malformed);
        CHECK(duo.bob.process(message).error() == Error::malformed);
        const auto invited = make_key_package("dave", duo.random);
        CHECK(Group::join(message, invited, duo.random).error() == Error::malformed);
    }

    TEST_CASE("a ratchet_tree of more than kLeafCountMax leaves is refused, and blanks are counted")
    {
        const auto leaf = leaf_bytes(1, 0);
        const auto tree = [&](std::size_t blanks) {   // and one leaf at the end
            return encode([&](auto& writer) {
                writer.vector([&](codec::Writer& list) { list.raw(Bytes(blanks, 0)).u8(1).u8(1).raw(leaf); });
            });
        };
        CHECK(RatchetTree::parse(kSuite, tree(2 * kLeafCountMax)).error() == codec::Error::too_large);
        CHECK(RatchetTree::parse(kSuite, tree(kLeafCountMax)).has_value());
    }

    TEST_CASE("no group grows beyond kLeafCountMax")
    {
        base::SeededRandom random(4);
        const auto leaf = make_key_package("aino", random).key_package.leaf_node;
        RatchetTree tree(kSuite, leaf);
        for (std::uint32_t next = 1; next < kLeafCountMax; next *= 2) tree.place_leaf(LeafIndex(next), leaf);
        REQUIRE(tree.leaf_count() == LeafCount(kLeafCountMax));
        CHECK(validate_members(tree, {}).error() == Error::invalid_leaf_node);   // all have the same keys
        tree.place_leaf(LeafIndex(kLeafCountMax), leaf);
        CHECK(validate_members(tree, {}).error() == Error::invalid_tree);
    }

    TEST_CASE("more than 1024 capabilities or kExtensionsMax extensions are refused")
    {
        CHECK(is_read(leaf_bytes(1024, 0)));
        CHECK_FALSE(is_read(leaf_bytes(1024 + 1, 0)));
        CHECK(is_read(leaf_bytes(1, kExtensionsMax)));
        CHECK_FALSE(is_read(leaf_bytes(1, kExtensionsMax + 1)));
        const auto required = [](std::size_t count) {
            return encode([&](auto& writer) { writer.varint(2 * count).raw(Bytes(2 * count, 7)).varint(0).varint(0); });
        };
        CHECK(RequiredCapabilities::parse(required(kExtensionsMax)).has_value());
        CHECK_FALSE(RequiredCapabilities::parse(required(kExtensionsMax + 1)).has_value());
    }

    TEST_CASE("a commit of more than kCommitProposalsMax proposals is refused, read or made")
    {
        const Bytes remove{1, 0, 3, 0, 0, 0, 0};
        const Bytes no_path{0};
        CHECK(read_with<Commit>({}, remove, kCommitProposalsMax, no_path).has_value());
        CHECK(read_with<Commit>({}, remove, kCommitProposalsMax + 1, no_path).error() == codec::Error::too_large);
        const Proposal add{Add{}};
        const std::vector<SentProposal> list(kCommitProposalsMax + 1, SentProposal{&add, Sender::member(LeafIndex(0))});
        CHECK(validate_proposal_list(std::span(list).first(kCommitProposalsMax), LeafIndex(0)).has_value());
        CHECK(validate_proposal_list(list, LeafIndex(0)).error() == Error::invalid_proposal_list);
    }

    TEST_CASE("a ProposalRef has as many bytes as a hash of some suite of ours")
    {
        for (std::size_t size = 0; size < 100; ++size) {
            const auto bytes = encode([&](auto& writer) { writer.u8(2).opaque(Bytes(size, 1)); });
            codec::Reader reader(bytes);
            CHECK(ProposalOrRef::read(reader).has_value() == (size == 32 || size == 64));
        }
    }

    TEST_CASE("a Welcome for more than kLeafCountMax newcomers is refused")
    {
        const Bytes suite{0, 3};
        const Bytes entry{0, 0, 0};
        const Bytes no_group_info{0};
        CHECK(read_with<Welcome>(suite, entry, kLeafCountMax, no_group_info).has_value());
        CHECK(read_with<Welcome>(suite, entry, kLeafCountMax + 1, no_group_info).error() == codec::Error::too_large);
    }

    TEST_CASE("an UpdatePath of more than kPathNodesMax nodes is refused, and one with more than kLeafCountMax ciphertexts in all")
    {
        const auto leaf = leaf_bytes(1, 0);
        const Bytes node{0, 0};
        CHECK(read_with<UpdatePath>(leaf, node, kPathNodesMax, {}).has_value());
        CHECK(read_with<UpdatePath>(leaf, node, kPathNodesMax + 1, {}).error() == codec::Error::too_large);
        const auto node_of = [](std::size_t ciphertexts) {
            return encode([&](auto& writer) { writer.u8(0).varint(2 * ciphertexts).raw(Bytes(2 * ciphertexts, 0)); });
        };
        CHECK(read_with<UpdatePath>(leaf, node_of(kLeafCountMax / 2), 2, {}).has_value());
        CHECK(read_with<UpdatePath>(leaf, node_of(kLeafCountMax / 2 + 1), 2, {}).error() == codec::Error::too_large);
    }

    TEST_CASE("a Welcome with more than kPreSharedKeysMax pre-shared keys is refused")
    {
        const Bytes no_secrets{0, 0};   // the joiner_secret, and no path_secret
        const Bytes external{1, 0, 0};
        CHECK(read_with<GroupSecrets>(no_secrets, external, kPreSharedKeysMax, {}).has_value());
        CHECK(read_with<GroupSecrets>(no_secrets, external, kPreSharedKeysMax + 1, {}).error() == codec::Error::too_large);
    }

    TEST_CASE("more than kExternalSendersMax external senders are refused")
    {
        const auto senders = [](std::size_t count) {
            const std::vector<ExternalSender> list(count, ExternalSender{{}, Credential::basic({})});
            return read_external_senders(external_senders_extension(list).data);
        };
        CHECK(senders(kExternalSendersMax).has_value());
        CHECK(senders(kExternalSendersMax + 1).error() == codec::Error::too_large);
    }

    TEST_CASE("a length beyond the input allocates nothing")
    {
        // Every vector says that 2^30 - 1 bytes follow.
        for (std::uint16_t wire_format = 1; wire_format <= 5; ++wire_format) {
            const auto bytes = encode([&](auto& writer) { writer.u16(std::uint16_t{1}).u16(wire_format).raw(Bytes(40, 0xbf)); });
            CHECK(MlsMessage::parse(bytes).error() == Error::malformed);
        }
        CHECK_FALSE(RatchetTree::parse(kSuite, Bytes(40, 0xbf)).has_value());
        CHECK_FALSE(KeyPackagePrivate::parse(Bytes(40, 0xbf)).has_value());
        const Bytes ones(40, 0xff);
        codec::Reader keys(ones);
        CHECK_FALSE(TreeKemPrivate::read(keys).has_value());   // counts of 2^32 - 1
        const Bytes counts{0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
        codec::Reader tree(counts);
        CHECK_FALSE(SecretTree::read(kSuite, tree).has_value());
    }

    TEST_CASE("of the keys that a jump skips, kSkippedKeysMax are kept")
    {
        SecretTree tree(kSuite, LeafCount(2), EncryptionSecret(base::ByteView(Bytes(32, 1))));
        for (const std::uint32_t generation : {kGenerationsAheadMax, 2 * kGenerationsAheadMax}) {
            auto found = take(tree.find(LeafIndex(1), RatchetType::application, Generation(generation)));
            tree.consume(std::move(found));
        }
        CHECK(tree.find(LeafIndex(1), RatchetType::application, Generation(5)).error() == Error::replayed);
        CHECK(tree.find(LeafIndex(1), RatchetType::application, Generation(2 * kGenerationsAheadMax - 1)).has_value());
    }

    TEST_CASE("a stored ratchet with more keys than are kept, or keys of other sizes, is refused")
    {
        const auto tree_with = [](std::uint32_t keys, std::size_t key_size, std::size_t nonce_size, std::size_t secret_size) {
            return encode([&](auto& writer) {
                writer.u32(1u).u32(0u).u32(1u).u32(0u);   // one leaf, no node, one pair of ratchets, of leaf 0
                for (int ratchet = 0; ratchet < 2; ++ratchet) {
                    writer.u32(5000u).opaque(Bytes(secret_size, 1)).u32(keys);
                    for (std::uint32_t i = 0; i < keys; ++i) writer.u32(i).opaque(Bytes(key_size, 2)).opaque(Bytes(nonce_size, 3));
                }
            });
        };
        const auto reads = [](const Bytes& bytes) {
            codec::Reader reader(bytes);
            return SecretTree::read(kSuite, reader).has_value();
        };
        CHECK(reads(tree_with(3, 32, 12, 32)));
        CHECK(reads(tree_with(kSkippedKeysMax, 32, 12, 32)));
        CHECK_FALSE(reads(tree_with(kSkippedKeysMax + 1, 32, 12, 32)));
        CHECK_FALSE(reads(tree_with(3, 31, 12, 32)));
        CHECK_FALSE(reads(tree_with(3, 33, 12, 32)));
        CHECK_FALSE(reads(tree_with(3, 32, 0, 32)));
        CHECK_FALSE(reads(tree_with(3, 32, 12, 31)));
    }

    TEST_CASE("a stored secret tree has keys for each leaf exactly once")
    {
        struct Shape {
            std::vector<std::uint32_t> nodes;
            std::vector<std::uint32_t> ratchets;
            bool whole;
        };
        // Of four leaves; node 3 is the root, 1 and 5 are below it.
        const std::vector<Shape> shapes{{{3}, {}, true},      {{1, 5}, {}, true},     {{5}, {0, 1}, true}, {{0, 2, 4, 6}, {}, true},
                                        {{1, 0, 2}, {}, false}, {{1}, {0, 1}, false},  {{5}, {0}, false},   {{3, 5}, {}, false},
                                        {{}, {}, false},      {{5}, {0, 7}, false},   {{7}, {}, false}};
        for (const auto& shape : shapes) {
            CAPTURE(&shape - shapes.data());
            const auto bytes = encode([&](auto& writer) {
                writer.u32(4u).u32(static_cast<std::uint32_t>(shape.nodes.size()));
                for (const auto node : shape.nodes) writer.u32(node).opaque(Bytes(32, 1));
                writer.u32(static_cast<std::uint32_t>(shape.ratchets.size()));
                for (const auto leaf : shape.ratchets) {
                    writer.u32(leaf);
                    for (int ratchet = 0; ratchet < 2; ++ratchet) writer.u32(0u).opaque(Bytes(32, 1)).u32(0u);
                }
            });
            codec::Reader reader(bytes);
            CHECK(SecretTree::read(kSuite, reader).has_value() == shape.whole);
        }
    }

    TEST_CASE("records that place us at a blank leaf are refused")
    {
        Duo duo;
        add_member(duo.alice, {&duo.bob}, "carol", duo.random);   // leaf 3 is blank
        duo.bob.flush(duo.store);
        auto& record = duo.store.records().at("private");
        record[4] = 3;                                            // behind the version, the leaf index
        record = encode([&](auto& writer) { writer.u8(record[0]).u32(3u).u32(1u).u32(6u).opaque(Bytes(32, 1)); });
        CHECK(Group::load(duo.store).error() == Error::bad_record);
    }

    TEST_CASE("proposals beyond kProposalsPerEpochMax are refused, and change nothing")
    {
        Duo duo;
        const auto mallory = RogueMember::of(duo.bob);
        // Public messages may come in any number; each has another psk_nonce.
        const auto proposal = [&](std::size_t number) {
            PreSharedKeyProposal psk;
            psk.psk.psk_id = encode([&](auto& writer) { writer.u32(static_cast<std::uint32_t>(number)); });
            psk.psk.psk_nonce = Bytes(32, 1);
            return mallory.public_message(Sender::member(mallory.leaf()), Proposal{psk});
        };
        for (std::size_t i = 0; i < kProposalsPerEpochMax; ++i) REQUIRE(duo.alice.process(proposal(i)).has_value());
        duo.alice.flush(duo.store);
        const auto before = whole_state(duo.alice);
        CHECK(duo.alice.process(proposal(kProposalsPerEpochMax)).error() == Error::too_many_proposals);
        CHECK(duo.alice.propose_remove(duo.bob.own_leaf(), duo.random).error() == Error::too_many_proposals);
        CHECK(whole_state(duo.alice) == before);
        // Nobody has these keys, so the next commit leaves them all out; and then there is room again.
        const auto commit = take(duo.alice.commit({}, duo.random)).commit;
        REQUIRE(duo.alice.merge_pending().has_value());
        CHECK_FALSE(apply_commit(duo.bob, commit).has_value());
        const auto update = take(duo.bob.propose_update(duo.random));
        CHECK(duo.alice.process(update).has_value());
    }

    TEST_CASE("proposals of more than kProposalBytesPerEpochMax in all are refused, and change nothing")
    {
        Duo duo;
        const auto mallory = RogueMember::of(duo.bob);
        const auto proposal = [&](std::uint8_t number) {
            const Extension extension{static_cast<ExtensionType>(0xf000), Bytes(std::size_t{1} << 20, number)};
            return mallory.public_message(Sender::member(mallory.leaf()), Proposal{GroupContextExtensions{{extension}}});
        };
        const std::uint8_t fit = kProposalBytesPerEpochMax / (std::size_t{1} << 20) - 1;   // each has some bytes more than its extension
        for (std::uint8_t i = 0; i < fit; ++i) REQUIRE(duo.alice.process(proposal(i)).has_value());
        duo.alice.flush(duo.store);
        const auto before = whole_state(duo.alice);
        CHECK(duo.alice.process(proposal(fit)).error() == Error::too_many_proposals);
        CHECK(whole_state(duo.alice) == before);
        CHECK(duo.alice.process(proposal(0)).has_value());   // we have this one
        auto loaded = take(Group::load(duo.store));
        CHECK(loaded.process(proposal(fit)).error() == Error::too_many_proposals);
        const auto small = take(duo.bob.propose_update(duo.random));
        const auto received = take(duo.alice.process(small));
        duo.alice.drop_proposal(std::get<ReceivedProposal>(take(duo.alice.process(proposal(0)))).ref);
        CHECK(duo.alice.process(proposal(fit)).has_value());   // there is room again
    }

    TEST_CASE("a leaf of more than kLeafNodeSizeMax bytes is refused")
    {
        base::SeededRandom random(3);
        auto leaf = make_key_package("aino", random).key_package.leaf_node;
        leaf.extensions = {{ExtensionType::application_id, {}}};
        const auto room = kLeafNodeSizeMax - leaf.serialize().size() - 3;   // the length takes four bytes, not one
        leaf.extensions[0].data.resize(room - 3);                           // and that of the list as well
        REQUIRE(leaf.serialize().size() == kLeafNodeSizeMax);
        CHECK(is_read(leaf.serialize()));
        leaf.extensions[0].data.push_back(0);
        CHECK_FALSE(is_read(leaf.serialize()));
    }

    TEST_CASE("of many proposals those that cannot stand are left out, and of very many, some that could")
    {
        const auto add = [](Duo& duo, CredentialType type) {
            LeafNodeIdentity identity{{type, {2, 7, 7, 1, 9}}, crypto::SignaturePrivateKey::generate(duo.random)};
            identity.capabilities.credentials = {CredentialType::basic, type};
            const auto keys = KeyPackagePrivate::generate(kSuite, identity, Lifetime{}, duo.random);
            REQUIRE(duo.alice.process(take(duo.bob.propose_add(keys.key_package, duo.random))).has_value());
        };
        const auto added = [](Duo& duo) {
            const auto commit = take(duo.alice.commit({}, duo.random)).commit;
            return std::get<StagedCommit>(take(duo.bob.process(commit))).added().size();
        };
        {
            Duo duo;
            for (int i = 0; i < 40; ++i) add(duo, i % 20 == 7 ? CredentialType::x509 : CredentialType::basic);   // nobody supports these
            CHECK(added(duo) == 38);
        }
        {
            Duo duo;
            for (int i = 0; i < 100; ++i) add(duo, i % 2 == 1 ? CredentialType::x509 : CredentialType::basic);
            const auto count = added(duo);
            CHECK(count > 10);
            CHECK(count < 50);
        }
    }

    // Of the size that is the limit, so that whatever grew faster than the tree would not end.
    TEST_CASE("a tree of kLeafCountMax leaves empties in any order")
    {
        base::SeededRandom random(5);
        const auto leaf = make_key_package("aino", random).key_package.leaf_node;
        auto full = RatchetTree::blank(kSuite, LeafCount(kLeafCountMax));
        for (std::uint32_t i = 0; i < kLeafCountMax; ++i) full.set_leaf(LeafIndex(i), leaf);
        for (const std::uint32_t from : {1u, kLeafCountMax / 2}) {
            auto tree = full;
            for (std::uint32_t i = 0; i + 1 < kLeafCountMax; ++i) tree.remove_leaf(LeafIndex((from + i) % kLeafCountMax));
            const std::uint32_t last = from - 1;
            CHECK(tree.leaf_count() == LeafCount(std::bit_ceil(last + 1)));
            CHECK(tree.members() == std::vector{LeafIndex(last)});
        }
    }

    TEST_CASE("what a joiner and a reader do grows as the tree and the list of proposals do")
    {
        struct Costs {
            std::size_t tree_bytes;
            Work join;
            Work remove;
        };
        std::vector<Costs> costs;
        for (const std::size_t members : {64, 256}) {
            Duo duo;
            // Half of them come by a commit with a path, the others remain unmerged above it.
            for (const auto path : {PathUse::always, PathUse::when_required}) {
                CommitRequest request;
                for (std::size_t i = 1; i < members / 2; ++i) request.add.push_back(make_key_package("m", duo.random).key_package);
                request.path = path;
                const auto commit = take(duo.alice.commit(request, duo.random)).commit;
                REQUIRE(duo.alice.merge_pending().has_value());
                REQUIRE_FALSE(apply_commit(duo.bob, commit).has_value());
            }
            REQUIRE(duo.alice.members().size() == members);
            Costs cost{duo.alice.ratchet_tree().size(), {}, {}};
            const auto info = take(duo.alice.group_info());
            cost.join = work_of([&] { REQUIRE(Group::join_external(info, make_identity("dave", duo.random), duo.random).has_value()); });
            CHECK(cost.join.signatures == members + 2);   // each leaf, the GroupInfo, and the joiner's own leaf
            CommitRequest request;
            for (const auto& member : duo.alice.members())
                if (member.leaf.value() > 1) request.remove.push_back(member.leaf);
            const auto commit = take(duo.alice.commit(request, duo.random)).commit;
            cost.remove = work_of([&] { REQUIRE_FALSE(apply_commit(duo.bob, commit).has_value()); });
            CHECK(cost.remove.signatures == 2);   // the commit's and its leaf's
            costs.push_back(cost);
        }
        // Four times as many: four times the work, and for the parent hashes of as many more levels (§7.9.2).
        CHECK(costs[1].join.hashed < costs[0].join.hashed * 4 * 8 / 6 + costs[1].tree_bytes);
        CHECK(costs[1].join.hashed < costs[1].tree_bytes * 10);
        CHECK(costs[1].remove.hashed < costs[1].tree_bytes);
    }

    TEST_CASE("no commit follows the last epoch, made, received or to join by")
    {
        Duo duo;
        const auto commit = take(duo.bob.commit({}, duo.random)).commit;
        duo.bob.clear_pending_commit();
        for (auto* group : {&duo.alice, &duo.bob}) {
            auto& epoch = state_of(*group).epoch;
            epoch.context.epoch = Epoch(UINT64_MAX);
            epoch.serialized_context = epoch.context.serialize();
        }
        CHECK(duo.alice.commit({}, duo.random).error() == Error::last_epoch);
        CHECK_FALSE(duo.alice.has_pending_commit());
        const auto mallory = RogueMember::of(duo.bob);
        CHECK(duo.alice.process(mallory.private_message(Commit{}, Generation(1))).error() == Error::last_epoch);
        CHECK(duo.alice.process(commit).error() == Error::stale_epoch);
        const auto said = take(duo.bob.encrypt(base::view_of("still here"), {}, duo.random));
        CHECK(take(read_text(duo.alice, said)) == "still here");
        const auto info = take(duo.alice.group_info());
        CHECK(Group::join_external(info, make_identity("dave", duo.random), duo.random).error() == Error::last_epoch);
    }

    TEST_CASE("a tree empties from either end with a shape that follows its last member")
    {
        base::SeededRandom random(5);
        const auto leaf = make_key_package("aino", random).key_package.leaf_node;
        for (const bool from_the_right : {true, false}) {
            RatchetTree tree(kSuite, leaf);
            for (std::uint32_t i = 1; i < 200; ++i) tree.add_leaf(leaf);
            CHECK(tree.leaf_count() == LeafCount(256));
            for (std::uint32_t i = 1; i < 200; ++i) {
                const LeafIndex next(from_the_right ? 200 - i : i - 1);
                tree.remove_leaf(next);
                const std::uint32_t last = from_the_right ? 199 - i : 199;
                CHECK(tree.leaf_count() == LeafCount(std::bit_ceil(last + 1)));
            }
        }
    }
}
