// Messages from a member who breaks one rule each: the exact error, and a group that is as it was.

#include "mls/validation.h"

#include "insider.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

struct Trio {
    base::SeededRandom random{9};
    Group alice = make_group("alice", random);
    Group bob = add_member(alice, {}, "bob", random);
    Group carol = add_member(alice, {&bob}, "carol", random);
    RecordStore mallory_store;   // mallory is bob
    RecordStore store;
    Insider mallory = insider();

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
    KeyPackage newcomer() { return make_key_package("dave", random).key_package; }
};

PreSharedKeyId psk(std::size_t nonce_size)
{
    PreSharedKeyId id;
    id.psk_id = {1, 2, 3};
    id.psk_nonce = Bytes(nonce_size, 5);
    return id;
}

}  // namespace

TEST_SUITE("mls.validation")
{
    TEST_CASE("an empty commit needs a path") { Trio().refuse(Trio().mallory.commit({}), Error::path_required); }

    TEST_CASE("a remove needs a path")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{t.alice.own_leaf()}}}), Error::path_required);
    }

    TEST_CASE("a change of group extensions needs a path")
    {
        Trio t;
        t.refuse(t.mallory.commit({{GroupContextExtensions{}}}), Error::path_required);
    }

    TEST_CASE("a committer cannot remove itself")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{t.mallory.leaf}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("a member is removed once only")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{t.alice.own_leaf()}}, {Remove{t.alice.own_leaf()}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("nobody is removed from a blank leaf or one outside the tree")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Remove{LeafIndex(3)}}}), Error::invalid_proposal);
        t.refuse(t.mallory.commit({{Remove{LeafIndex(UINT32_MAX)}}}), Error::invalid_proposal);
    }

    TEST_CASE("a member's commit has no external init")
    {
        Trio t;
        t.refuse(t.mallory.commit({{ExternalInit{Bytes(32, 1)}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("group extensions are changed at most once")
    {
        Trio t;
        t.refuse(t.mallory.commit({{GroupContextExtensions{}}, {GroupContextExtensions{}}}), Error::invalid_proposal_list);
    }

    TEST_CASE("a pre-shared key has a full nonce, is named once, and is held")
    {
        Trio t;
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{psk(31)}}}), Error::invalid_proposal);
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{psk(32)}}, {PreSharedKeyProposal{psk(32)}}}), Error::invalid_proposal_list);
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{psk(32)}}}), Error::missing_psk);
        auto branch = psk(32);
        branch.type = PskType::resumption;
        branch.usage = ResumptionPskUsage::branch;
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{branch}}}), Error::invalid_proposal);
        branch.usage = ResumptionPskUsage::application;
        t.refuse(t.mallory.commit({{PreSharedKeyProposal{branch}}}), Error::missing_psk);
    }

    TEST_CASE("a reinit stands alone and leads to no older version")
    {
        Trio t;
        const ReInit reinit{{1}, ProtocolVersion::mls10, 3, {}};
        t.refuse(t.mallory.commit({{reinit}, {Add{t.newcomer()}}}), Error::invalid_proposal_list);
        t.refuse(t.mallory.commit({{ReInit{{1}, ProtocolVersion{0}, 3, {}}}}), Error::invalid_proposal);
    }

    TEST_CASE("a reference to a proposal nobody sent is refused")
    {
        Trio t;
        Commit commit;
        commit.proposals.push_back({ProposalRef(32, 1)});
        t.refuse(t.mallory.say(std::move(commit)), Error::unknown_proposal);
    }

    TEST_CASE("somebody who is in the group already is not added again")
    {
        Trio t;
        auto again = make_key_package("alice", t.random);
        base::SeededRandom other(77);
        const auto twice = make_key_package("dave", other).key_package;
        t.refuse(t.mallory.commit({{Add{twice}}, {Add{twice}}}), Error::invalid_leaf_node);
    }

    TEST_CASE("a key package that is not what it was signed as is not added")
    {
        Trio t;
        auto changed = t.newcomer();
        changed.init_key[0] ^= 1;
        t.refuse(t.mallory.commit({{Add{changed}}}), Error::bad_signature);
        changed = t.newcomer();
        changed.leaf_node.credential.content.push_back('x');
        t.refuse(t.mallory.commit({{Add{changed}}}), Error::bad_signature);
        changed = t.newcomer();
        changed.cipher_suite = 1;
        t.refuse(t.mallory.commit({{Add{changed}}}), Error::invalid_proposal);
    }

    TEST_CASE("an update that keeps the old key, or is somebody else's, is refused")
    {
        Trio t;
        auto leaf = t.newcomer().leaf_node;
        t.refuse(t.mallory.say(Proposal{Update{leaf}}), Error::invalid_proposal);   // a key package's leaf
        leaf.source = LeafNodeSource::update;
        t.refuse(t.mallory.say(Proposal{Update{leaf}}), Error::bad_signature);
        leaf.sign(kSuite, t.mallory.signature_key, LeafNodePosition{t.mallory.context.group_id, t.alice.own_leaf()});
        t.refuse(t.mallory.say(Proposal{Update{leaf}}), Error::bad_signature);
    }

    TEST_CASE("a commit with a wrong confirmation tag is refused")
    {
        Trio t;
        t.refuse(t.mallory.commit({{Add{t.newcomer()}}}), Error::bad_confirmation_tag);
    }

    TEST_CASE("a path that does not fit the tree is refused")
    {
        Trio t;
        Commit commit;
        auto leaf = t.newcomer().leaf_node;
        leaf.signature_key.assign(t.mallory.signature_key.public_key().begin(), t.mallory.signature_key.public_key().end());
        commit.path = UpdatePath{leaf, {}};
        t.refuse(t.mallory.say(commit), Error::invalid_path);   // a key package's leaf
        const auto sign = [&] {
            commit.path->leaf_node.sign(kSuite, t.mallory.signature_key, LeafNodePosition{t.mallory.context.group_id, t.mallory.leaf});
        };
        commit.path->leaf_node.source = LeafNodeSource::commit;
        t.refuse(t.mallory.say(commit), Error::bad_signature);
        sign();
        t.refuse(t.mallory.say(commit), Error::invalid_path);   // no node where there must be two
        commit.path->nodes = {{Bytes(32, 3), {{Bytes(32, 1), Bytes(48, 1)}}}, {Bytes(32, 4), {{Bytes(32, 1), Bytes(48, 1)}}}};
        t.refuse(t.mallory.say(commit), Error::invalid_path);   // the parent hash
        commit.path->nodes[1].encryption_key = commit.path->nodes[0].encryption_key;
        t.refuse(t.mallory.say(commit), Error::invalid_path);   // one key twice
        commit.path->nodes[1].encryption_key = Bytes(31, 4);
        t.refuse(t.mallory.say(commit), Error::invalid_path);   // not a key
    }

    TEST_CASE("only members, and outsiders the group names, are heard")
    {
        Trio t;
        const Proposal remove{Remove{t.alice.own_leaf()}};
        t.refuse(t.mallory.say_as(Sender::member(LeafIndex(3)), remove), Error::unknown_sender);
        t.refuse(t.mallory.say_as(Sender::member(t.alice.own_leaf()), remove), Error::bad_signature);
        t.refuse(t.mallory.say_as({SenderType::external, 0}, remove), Error::unknown_sender);
        t.refuse(t.mallory.say_as({SenderType::new_member_proposal, 0}, remove), Error::malformed);
        t.refuse(t.mallory.say_as({SenderType::new_member_commit, 0}, remove), Error::malformed);
        t.refuse(t.mallory.say_as({SenderType::new_member_proposal, 0}, Proposal{Add{t.newcomer()}}), Error::bad_signature);
        t.refuse(t.mallory.say_as(Sender::member(t.carol.own_leaf()), remove), Error::own_message);
        t.refuse(t.mallory.say(ApplicationData(base::view_of("in the open"))), Error::malformed);
    }

    TEST_CASE("messages of other groups and epochs are refused by name")
    {
        Trio t;
        auto other = t.mallory.context;
        std::swap(t.mallory.context.group_id[0], t.mallory.context.group_id[1]);
        t.refuse(t.mallory.commit({}), Error::wrong_group);
        t.mallory.context = other;
        t.mallory.context.epoch = t.mallory.context.epoch.next();
        t.refuse(t.mallory.commit({}), Error::future_epoch);
        t.mallory.context.epoch = Epoch(0);
        t.refuse(t.mallory.commit({}), Error::stale_epoch);
        t.refuse(t.newcomer().serialize(), Error::unsupported_wire_format);
        t.refuse(Bytes{0, 2, 0, 1}, Error::unsupported_version);
        t.refuse(Bytes{0, 1, 0, 9}, Error::unsupported_wire_format);
        t.refuse({}, Error::malformed);
    }

    TEST_CASE("lifetimes are held to now and to the longest there may be")
    {
        const Lifetime lifetime{UnixSeconds{1000}, UnixSeconds{2000}};
        CHECK(validate_lifetime(lifetime, UnixSeconds{1000}).has_value());
        CHECK(validate_lifetime(lifetime, UnixSeconds{2000}).has_value());
        CHECK(validate_lifetime(lifetime, UnixSeconds{999}).error() == Error::lifetime_out_of_range);
        CHECK(validate_lifetime(lifetime, UnixSeconds{2001}).error() == Error::lifetime_out_of_range);
        CHECK(validate_lifetime({UnixSeconds{2000}, UnixSeconds{1000}}, UnixSeconds{1500}).error() == Error::lifetime_out_of_range);
        CHECK(validate_lifetime({UnixSeconds{0}, UnixSeconds{kLeafLifetimeMax}}, UnixSeconds{5}).has_value());
        CHECK(validate_lifetime({UnixSeconds{0}, UnixSeconds{kLeafLifetimeMax + 1}}, UnixSeconds{5}).error() == Error::lifetime_out_of_range);
        CHECK(validate_lifetime({UnixSeconds{0}, UnixSeconds{UINT64_MAX}}, UnixSeconds{5}).error() == Error::lifetime_out_of_range);
    }
}
