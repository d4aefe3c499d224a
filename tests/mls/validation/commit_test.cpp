// Commits (RFC 9420 §12.4).

#include "validation.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.validation")
{
    TEST_CASE("ValCommit01: a commit has a path when it is empty, removes, or changes extensions")
    {
        Trio t;
        t.refuse(t.mallory.commit({}), Error::path_required);
        t.refuse(t.mallory.commit({{Remove{t.alice.own_leaf()}}}), Error::path_required);
        t.refuse(t.mallory.commit({{GroupContextExtensions{}}}), Error::path_required);
    }

    TEST_CASE("ValCommit02: a proposal named by reference is one that was received in this epoch")
    {
        Trio t;
        Commit commit;
        commit.proposals.push_back({ProposalRef(32, 1)});
        t.refuse(t.mallory.say(std::move(commit)), Error::unknown_proposal);
    }

    TEST_CASE("ValCommit03: a pre-shared key is one we hold")
    {
        Trio t;
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{psk(kSuite.hash_size())}}}), Error::missing_psk);
        auto id = PreSharedKeyId::resumption(ResumptionPskUsage::application, t.mallory.context.group_id, Epoch(0));
        id.psk_nonce = Bytes(kSuite.hash_size(), 1);
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{id}}}), Error::missing_psk);
    }

    TEST_CASE("a path that breaks no rule is refused for what is inside it only")
    {
        Trio t;
        t.refuse(t.commit_path([](auto&) {}), Error::decryption_failed);
        t.refuse(t.commit_path([](auto&) {}, {{ExternalInit{Bytes(32, 1)}}, {Remove{t.mallory.leaf}}}, SenderType::new_member_commit),
                 Error::decryption_failed);
        CHECK(t.carol.process(t.commit_path([](auto&) {}, {{Remove{t.alice.own_leaf()}}, {Remove{t.carol.own_leaf()}}})).has_value());
    }

    TEST_CASE("ValCommit04: the leaf of a path was made for one")
    {
        Trio t;
        // Nobody is left to encrypt to, so that the leaf has no parent hash in any case.
        const std::vector<Proposal> removes{{Remove{t.alice.own_leaf()}}, {Remove{t.carol.own_leaf()}}};
        t.refuse(t.commit_path([](auto& path) { path.leaf_node.source = LeafNodeSource::update; }, removes), Error::invalid_path);
    }

    TEST_CASE("ValCommit05: the keys of a path are nowhere in the tree")
    {
        Trio t;
        const auto current = t.own_leaf().encryption_key;
        t.refuse(t.commit_path([&](auto& path) { path.leaf_node.encryption_key = current; }), Error::invalid_path);
        t.refuse(t.commit_path([&](auto& path) { path.nodes[0].encryption_key = current; }), Error::invalid_path);
    }

    TEST_CASE("ValCommit06: the keys of a path differ from each other")
    {
        Trio t;
        t.refuse(t.commit_path([](auto& path) { path.nodes[1].encryption_key = path.nodes[0].encryption_key; }), Error::invalid_path);
    }

    TEST_CASE("ValCommit07: the keys of a path are public keys of the suite's KEM")
    {
        Trio t;
        t.refuse(t.commit_path([](auto& path) { path.nodes[1].encryption_key.pop_back(); }), Error::invalid_path);
        t.refuse(t.commit_path([](auto& path) { make_none(path.nodes[1].encryption_key); }), Error::invalid_path);
    }

    TEST_CASE("ValCommit08: a path has one node for each of the filtered direct path")
    {
        Trio t;
        const auto more = t.newcomer().init_key;
        t.refuse(t.commit_path([&](auto& path) { path.nodes.push_back({more, {}}); }), Error::invalid_path);
        t.refuse(t.commit_path([](auto& path) { path.nodes.pop_back(); }), Error::invalid_path);
    }

    TEST_CASE("ValCommit09: a node of a path has one ciphertext for each of the resolution")
    {
        Trio t;   // carol reads the second node, so that she could do without the first
        t.refuse(t.commit_path([](auto& path) { path.nodes[0].encrypted_path_secret.clear(); }), Error::invalid_path);
        t.refuse(t.commit_path([](auto& path) { path.nodes[0].encrypted_path_secret.push_back({Bytes(32, 1), Bytes(48, 1)}); }), Error::invalid_path);
    }

    TEST_CASE("ValCommit10: the leaf of a path has the parent hash of the path")
    {
        Trio t;
        t.refuse(t.commit_path([](auto&) {}, {}, SenderType::member, [](auto& leaf) { leaf.parent_hash[0] ^= 1; }), Error::invalid_path);
        t.refuse(t.commit_path([](auto&) {}, {}, SenderType::member, [](auto& leaf) { leaf.parent_hash.clear(); }), Error::invalid_path);
    }

    TEST_CASE("ValCommit11: a group that has been reinitialized takes no proposal and no commit")
    {
        Trio t;
        CommitRequest request;
        request.reinit = ReInit{{1}, ProtocolVersion::mls10, kSuite.id(), {}};
        const auto commit = take(t.alice.commit(request, t.random)).commit;
        for (auto* group : {&t.alice, &t.bob, &t.carol}) REQUIRE_FALSE(apply_commit(*group, commit).has_value());
        t.bob.flush(t.mallory_store);
        const auto mallory = Insider::of(t.bob, t.mallory_store);
        CHECK(t.carol.process(mallory.say(Proposal{Remove{t.alice.own_leaf()}})).error() == Error::reinitialized);
        CHECK(t.carol.process(mallory.commit({{Add{t.newcomer()}}})).error() == Error::reinitialized);
    }

    TEST_CASE("ValCommit12: who knows of a proposal sends nothing before a commit, be it another's proposal or one's own")
    {
        Trio t;
        for (const bool own : {false, true}) {
            const auto proposal = take((own ? t.carol : t.alice).propose_update(t.random));
            if (!own) REQUIRE(t.carol.process(proposal).has_value());
            CHECK(t.carol.encrypt(base::view_of("x"), {}, t.random).error() == Error::commit_required);
            t.carol.flush(t.store);
            CHECK(take(Group::load(t.store)).encrypt(base::view_of("x"), {}, t.random).error() == Error::commit_required);
            take(t.carol.commit({}, t.random));
            CHECK(t.carol.encrypt(base::view_of("x"), {}, t.random).error() == Error::commit_required);   // it may lose the race
            REQUIRE(t.carol.merge_pending().has_value());
            CHECK(t.carol.encrypt(base::view_of("x"), {}, t.random).has_value());
        }
        const auto received = take(t.bob.process(take(t.alice.propose_update(t.random))));
        t.bob.drop_proposal(std::get<ReceivedProposal>(received).ref);
        CHECK(t.bob.encrypt(base::view_of("x"), {}, t.random).has_value());
    }
}
