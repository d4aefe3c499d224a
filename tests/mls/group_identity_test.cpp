// Members who change their own leaf: its signature key, credential, capabilities and extensions.

#include "three.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

// Somebody's next identity: everything that an identity has is another.
LeafNodeIdentity next_identity(const std::string& name, base::Random& random)
{
    auto identity = make_identity(name + " of today", random);
    identity.capabilities.proposals.push_back(static_cast<ProposalType>(0xf0f0));
    identity.extensions = {{ExtensionType::application_id, {1, 2, 3}}};
    return identity;
}

// Whether this is the identity a member has in a group.
bool has_identity(const Group& group, LeafIndex member, const LeafNodeIdentity& identity)
{
    const auto tree = RatchetTree::parse(kSuite, group.ratchet_tree());
    const auto* leaf = tree->leaf(member);
    return leaf && leaf->credential == identity.credential && base::equal(leaf->signature_key, identity.signature_key.public_key()) &&
           leaf->capabilities.supports(static_cast<ProposalType>(0xf0f0)) && find_extension(leaf->extensions, ExtensionType::application_id);
}

Group restarted(Group& group, RecordStore& store)
{
    group.flush(store);
    return take(Group::load(store));
}

}  // namespace

TEST_SUITE("mls.group_identity")
{
    TEST_CASE("a commit gives its committer another identity, before a restart and after it")
    {
        for (const bool restart : {false, true}) {
            Three t;
            RecordStore store;
            const auto identity = next_identity("alice", t.random);
            const auto dave_keys = make_key_package("dave", t.random);
            CommitRequest request;
            request.add.push_back(dave_keys.key_package);
            request.path = PathUse::when_required;
            request.identity = identity.clone();
            const auto output = take(t.alice.commit(request, t.random));
            if (restart) t.alice = restarted(t.alice, store);
            for (auto* group : {&t.bob, &t.carol}) {
                auto staged = std::get<StagedCommit>(take(group->process(output.commit)));
                REQUIRE(staged.updated().size() == 1);
                CHECK(staged.updated()[0].credential == identity.credential);
                REQUIRE(group->merge(std::move(staged)).has_value());
            }
            REQUIRE(t.alice.merge_pending().has_value());
            if (restart) t.alice = restarted(t.alice, store);
            auto dave = take(Group::join(*output.welcome, dave_keys, t.random));
            t.agree({&t.alice, &t.bob, &t.carol, &dave});
            CHECK(has_identity(dave, t.alice.own_leaf(), identity));
            CHECK(take(read_text(dave, take(t.alice.encrypt(base::view_of("it is I"), {}, t.random)))) == "it is I");
            const auto next = take(t.alice.commit({}, t.random)).commit;
            for (auto* group : {&t.alice, &t.bob, &t.carol, &dave}) CHECK_FALSE(apply_commit(*group, next).has_value());
            CHECK(has_identity(t.bob, t.alice.own_leaf(), identity));
        }
    }

    TEST_CASE("an Update brings another identity once it is committed, before a restart and after it")
    {
        for (const bool restart : {false, true}) {
            for (const auto format : kFormats) {
                Three t;
                RecordStore store;
                const auto identity = next_identity("bob", t.random);
                t.hear(take(t.bob.propose_update(t.random, format, identity.clone())), {&t.alice, &t.carol});
                if (restart) t.bob = restarted(t.bob, store);
                t.commit({});
                CHECK(has_identity(t.carol, t.bob.own_leaf(), identity));
                if (restart) t.bob = restarted(t.bob, store);
                CHECK(take(read_text(t.alice, take(t.bob.encrypt(base::view_of("it is I"), {}, t.random)))) == "it is I");
                const auto next = take(t.bob.commit({}, t.random)).commit;
                for (auto* group : t.all()) CHECK_FALSE(apply_commit(*group, next).has_value());
            }
        }
    }

    TEST_CASE("an identity that did not come to be, in a commit that lost or an Update that was left out, is forgotten")
    {
        Three t;
        CommitRequest request;
        request.identity = next_identity("bob", t.random);
        take(t.bob.propose_update(t.random, WireFormat::private_message, next_identity("bob", t.random)));   // nobody hears it
        take(t.bob.commit(request, t.random));
        t.commit({});
        CHECK(take(read_text(t.alice, take(t.bob.encrypt(base::view_of("as before"), {}, t.random)))) == "as before");
        CHECK(base::to_text(t.carol.members()[1].credential.content) == "bob");
    }

    TEST_CASE("an identity that no member could have is refused, in a commit and in an Update")
    {
        Three t;
        auto identity = make_identity("alice", t.random);
        identity.extensions = {{static_cast<ExtensionType>(0xf0f0), {}}};   // its capabilities do not list it
        CHECK(t.alice.propose_update(t.random, WireFormat::private_message, identity.clone()).error() == Error::invalid_leaf_node);
        CommitRequest request;
        request.identity = identity.clone();
        CHECK(t.alice.commit(request, t.random).error() == Error::invalid_leaf_node);
        CHECK_FALSE(t.alice.has_pending_commit());
        request.identity = make_identity("alice", t.random);
        request.identity->capabilities.credentials = {CredentialType::basic, CredentialType::x509};
        request.identity->credential = {CredentialType::x509, {}};   // the others do not know of it
        CHECK(t.alice.commit(request, t.random).error() == Error::invalid_leaf_node);
    }
}
