// Proposals, single and in lists (RFC 9420 §12.1, §12.2).

#include "validation.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.validation")
{
    TEST_CASE("ValProposal01: the leaf of an Update was made for one")
    {
        Trio t;
        auto leaf = t.update_leaf();
        leaf.source = LeafNodeSource::commit;
        t.sign(leaf);
        t.refuse(t.mallory.say(Proposal{Update{leaf}}), Error::invalid_proposal);
    }

    TEST_CASE("ValProposal02: an Update brings a new encryption key")
    {
        Trio t;
        auto leaf = t.update_leaf();
        leaf.encryption_key = t.own_leaf().encryption_key;
        t.sign(leaf);
        t.refuse(t.mallory.say(Proposal{Update{leaf}}), Error::invalid_proposal);
    }

    TEST_CASE("ValProposal03: a Remove names a leaf that is not blank")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{Remove{LeafIndex(3)}}), Error::invalid_proposal);
        t.refuse(t.mallory.say(Proposal{Remove{LeafIndex(UINT32_MAX)}}), Error::invalid_proposal);
    }

    TEST_CASE("ValProposal04: resumption secrets for branch and reinit are for those alone")
    {
        Trio t;
        for (const auto usage : {ResumptionPskUsage::branch, ResumptionPskUsage::reinit}) {
            auto id = PreSharedKeyId::resumption(usage, t.mallory.context.group_id, t.mallory.context.epoch);
            id.psk_nonce = Bytes(kSuite.hash_size(), 1);
            t.refuse(t.mallory.say(Proposal{PreSharedKeyProposal{id}}), Error::invalid_proposal);
        }
    }

    TEST_CASE("ValProposal05: the nonce of a pre-shared key has KDF.Nh bytes")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{PreSharedKeyProposal{psk(31)}}), Error::invalid_proposal);
        t.refuse(t.mallory.say(Proposal{PreSharedKeyProposal{psk(33)}}), Error::invalid_proposal);
    }

    TEST_CASE("ValProposal06: a ReInit leads to no older version")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{ReInit{{1}, ProtocolVersion{0}, 3, {}}}), Error::invalid_proposal);
    }

    TEST_CASE("ValProposal07: an external sender proposes no Update and no ExternalInit")
    {
        Trio t;
        auto leaf = t.update_leaf();
        t.sign(leaf);
        t.mallory.signature_key = t.service.clone();
        t.refuse(t.mallory.say_as({SenderType::external, 0}, Proposal{Update{leaf}}), Error::malformed);
    }

    TEST_CASE("ValProposal08: an ExternalInit is no proposal of its own")
    {
        Trio t;
        t.refuse(t.mallory.say(Proposal{ExternalInit{Bytes(32, 1)}}), Error::invalid_proposal);
    }

    TEST_CASE("ValList01: a committer does not commit its own Update")
    {
        Trio t;
        auto leaf = t.update_leaf();
        t.sign(leaf);
        t.refuse(t.mallory.commit({{Update{leaf}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList02: a committer does not remove itself")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{t.mallory.leaf}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList03: a leaf is updated or removed once")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{t.alice.own_leaf()}}, {Remove{t.alice.own_leaf()}}}), Error::invalid_proposal_list);
        const Proposal remove{Remove{LeafIndex(1)}};
        const Proposal update{Update{}};
        const SentProposal both[] = {{&remove, Sender::member(LeafIndex(0))}, {&update, Sender::member(LeafIndex(1))}};
        CHECK(validate_proposal_list(both, LeafIndex(0)).error() == Error::invalid_proposal_list);
    }

    TEST_CASE("ValList04: a pre-shared key is named once")
    {
        Trio t;
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{psk(kSuite.hash_size())}}, {PreSharedKeyProposal{psk(kSuite.hash_size())}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList05: the extensions of a group are replaced once")
    {
        Trio t;
        t.refuse(t.mallory.commit({{GroupContextExtensions{}}, {GroupContextExtensions{}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList06: a ReInit stands alone")
    {
        Trio t;
        t.refuse(t.mallory.commit({{ReInit{{1}, ProtocolVersion::mls10, 3, {}}}, {Add{t.newcomer()}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList07: a member's commit has no ExternalInit")
    {
        Trio t;
        t.refuse(t.mallory.commit({{ExternalInit{Bytes(32, 1)}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList08: an external commit has exactly one ExternalInit")
    {
        CHECK(list_error({}, std::nullopt) == Error::invalid_proposal_list);
        CHECK(list_error({{ExternalInit{}}, {ExternalInit{}}}, std::nullopt) == Error::invalid_proposal_list);
    }

    TEST_CASE("ValList09: an external commit has at most one Remove")
    {
        CHECK(list_error({{ExternalInit{}}, {Remove{LeafIndex(0)}}, {Remove{LeafIndex(1)}}}, std::nullopt) == Error::invalid_proposal_list);
    }

    TEST_CASE("ValList10: an external commit has nothing but ExternalInit, Remove and pre-shared keys")
    {
        CHECK(list_error({{ExternalInit{}}, {GroupContextExtensions{}}}, std::nullopt) == Error::invalid_proposal_list);
        CHECK(list_error({{ExternalInit{}}, {Add{}}}, std::nullopt) == Error::invalid_proposal_list);
    }

    TEST_CASE("ValList11: an external commit names no proposal by reference")
    {
        Trio t;
        auto leaf = t.update_leaf();
        leaf.source = LeafNodeSource::commit;
        Commit commit;
        commit.proposals.push_back({Proposal{ExternalInit{Bytes(32, 1)}}});
        commit.proposals.push_back({ProposalRef(32, 1)});
        commit.path = UpdatePath{leaf, {}};
        t.refuse(t.mallory.say_as({SenderType::new_member_commit, 0}, std::move(commit)), Error::invalid_proposal_list);
    }

    TEST_CASE("ValList12: an external commit brings another encryption key than the leaf it removes has")
    {
        Trio t;
        const auto current = t.own_leaf().encryption_key;
        const std::vector<Proposal> proposals{{ExternalInit{Bytes(32, 1)}}, {Remove{t.mallory.leaf}}};
        const auto keep_key = [&](auto& path) { path.leaf_node.encryption_key = current; };
        t.refuse(t.commit_path(keep_key, proposals, SenderType::new_member_commit), Error::invalid_path);
    }
}
