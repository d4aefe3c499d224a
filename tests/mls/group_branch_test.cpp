// Branches and successors of a group (RFC 9420 §11.2, §11.3).

#include "tests/support/mls_inside.h"
#include "world.h"

#include <tuple>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

struct Family {
    base::SeededRandom random{31};
    Group alice = make_group("alice", random);
    Group bob = add_member(alice, {}, "bob", random);
    Group carol = add_member(alice, {&bob}, "carol", random);
    KeyPackagePrivate fresh_bob = make_key_package("bob", random);
    KeyPackagePrivate fresh_carol = make_key_package("carol", random);

    LeafNodeIdentity self() { return make_identity("alice", random); }
    void reinit(ReInit reinit)
    {
        CommitRequest request;
        request.reinit = std::move(reinit);
        const auto commit = take(alice.commit(request, random)).commit;
        for (auto* group : {&alice, &bob, &carol}) REQUIRE_FALSE(apply_commit(*group, commit).has_value());
    }
    Result<Group> join(const Bytes& welcome, const KeyPackagePrivate& key_package, const Group* former)
    {
        JoinOptions options;
        options.former = former;
        return Group::join(welcome, key_package, random, options);
    }
};

const ReInit kSuccession{Bytes(16, 4), ProtocolVersion::mls10, 3, {RequiredCapabilities{{}, {}, {CredentialType::basic}}.extension()}};

}  // namespace

TEST_SUITE("mls.group_branch")
{
    TEST_CASE("some members branch off, and both groups live on")
    {
        Family t;
        auto branch = take(t.alice.branch(Bytes(16, 9), t.self(), {t.fresh_bob.key_package}, t.random));
        CHECK(branch.group.epoch() == Epoch(1));
        auto bob = take(t.join(*branch.welcome, t.fresh_bob, &t.bob));
        CHECK(bob.epoch_authenticator() == branch.group.epoch_authenticator());
        const auto hello = take(bob.encrypt(base::view_of("between us"), {}, t.random));
        CHECK(take(read_text(branch.group, hello)) == "between us");
        const auto next = take(bob.commit({}, t.random)).commit;
        for (auto* group : {&bob, &branch.group}) CHECK_FALSE(apply_commit(*group, next).has_value());
        const auto old = take(t.carol.commit({}, t.random)).commit;
        for (auto* group : {&t.alice, &t.bob, &t.carol}) CHECK_FALSE(apply_commit(*group, old).has_value());
    }

    TEST_CASE("a branch is joined by members of the group it comes from, and by nobody else")
    {
        Family t;
        const auto dave = make_key_package("dave", t.random);
        CHECK(t.alice.branch(Bytes(16, 9), t.self(), {dave.key_package}, t.random).error() == Error::invalid_group_info);
        CHECK(t.alice.branch(Bytes(16, 9), make_identity("dave", t.random), {}, t.random).error() == Error::invalid_group_info);
        auto branch = take(t.alice.branch(Bytes(16, 9), t.self(), {t.fresh_bob.key_package}, t.random));
        CHECK(t.join(*branch.welcome, t.fresh_bob, nullptr).error() == Error::missing_psk);
        const auto elsewhere = make_group("bob", t.random);
        CHECK(t.join(*branch.welcome, t.fresh_bob, &elsewhere).error() == Error::missing_psk);
        CHECK(t.alice.successor(t.self(), {t.fresh_bob.key_package}, t.random).error() == Error::no_reinit);
        CHECK(take(t.alice.branch(Bytes(16, 9), t.self(), {}, t.random)).welcome == std::nullopt);
    }

    TEST_CASE("a branch and a successor take in no key package that has expired")
    {
        Family t;
        const Lifetime lifetime{UnixSeconds{1000}, UnixSeconds{2000}};
        const auto old_bob = generate_key_package(kSuite, make_identity("bob", t.random), t.random, lifetime).key_package;
        const auto carol = generate_key_package(kSuite, make_identity("carol", t.random), t.random, {UnixSeconds{1000}, UnixSeconds{4000}}).key_package;
        const auto branch = [&](std::optional<UnixSeconds> now) { return t.alice.branch(Bytes(16, 9), t.self(), {old_bob}, t.random, {}, now); };
        CHECK(branch(UnixSeconds{2001}).error() == Error::lifetime_out_of_range);
        CHECK(branch(UnixSeconds{2000}).has_value());
        CHECK(branch({}).has_value());
        t.reinit(kSuccession);
        const auto successor = [&](UnixSeconds now) { return t.alice.successor(t.self(), {old_bob, carol}, t.random, {}, now); };
        CHECK(successor(UnixSeconds{2001}).error() == Error::lifetime_out_of_range);
        CHECK(successor(UnixSeconds{1500}).has_value());
    }

    TEST_CASE("a branch is named after an epoch the members still know")
    {
        Family t;
        const auto next = take(t.carol.commit({}, t.random)).commit;
        auto branch = take(t.alice.branch(Bytes(16, 9), t.self(), {t.fresh_bob.key_package}, t.random));
        for (auto* group : {&t.bob, &t.carol}) CHECK_FALSE(apply_commit(*group, next).has_value());
        CHECK(t.join(*branch.welcome, t.fresh_bob, &t.bob).has_value());
        CHECK(t.join(*branch.welcome, t.fresh_bob, &t.alice).has_value());
        const auto outsider = make_group("bob", t.random);
        CHECK(t.join(*branch.welcome, t.fresh_bob, &outsider).error() == Error::missing_psk);
    }

    TEST_CASE("the successor of a reinitialized group has what the reinit said, and every member")
    {
        Family t;
        t.reinit(kSuccession);
        CHECK(t.carol.branch(Bytes(16, 9), make_identity("carol", t.random), {}, t.random).error() == Error::reinitialized);
        CHECK(t.alice.successor(t.self(), {t.fresh_bob.key_package}, t.random).error() == Error::invalid_group_info);
        // "these three steps may be done by the same group member or different members"
        const auto fresh_alice = make_key_package("alice", t.random);
        auto successor = take(
            t.bob.successor(make_identity("bob", t.random), {fresh_alice.key_package, t.fresh_carol.key_package}, t.random));
        CHECK(base::equal(successor.group.group_id(), kSuccession.group_id));
        CHECK(successor.group.extensions() == kSuccession.extensions);
        CHECK(successor.group.epoch() == Epoch(1));
        auto alice = take(t.join(*successor.welcome, fresh_alice, &t.alice));
        auto carol = take(t.join(*successor.welcome, t.fresh_carol, &t.carol));
        CHECK(alice.epoch_authenticator() == carol.epoch_authenticator());
        CHECK(take(read_text(carol, take(alice.encrypt(base::view_of("on we go"), {}, t.random)))) == "on we go");
    }

    TEST_CASE("a successor is refused by whoever did not see the reinit, or saw another")
    {
        Family t;
        Family other;   // the same keys and epochs, another reinit
        t.reinit(kSuccession);
        auto different = kSuccession;
        different.extensions.clear();
        auto successor = take(t.alice.successor(t.self(), {t.fresh_bob.key_package, t.fresh_carol.key_package}, t.random));
        CHECK(t.join(*successor.welcome, t.fresh_bob, &other.bob).error() == Error::missing_psk);
        other.reinit(different);
        CHECK(t.join(*successor.welcome, t.fresh_bob, &other.bob).error() == Error::decryption_failed);
        CHECK(t.join(*successor.welcome, t.fresh_bob, &t.bob).has_value());
    }

    TEST_CASE("a reinit to what we do not have ends the group and makes no successor")
    {
        for (const auto& [version, suite, error] : {std::tuple{ProtocolVersion{2}, 3, Error::unsupported_version},
                                                    std::tuple{ProtocolVersion::mls10, 0x0a0a, Error::unsupported_suite}}) {
            Family t;
            t.reinit({Bytes(16, 4), version, static_cast<std::uint16_t>(suite), {}});
            CHECK(t.alice.successor(t.self(), {t.fresh_bob.key_package, t.fresh_carol.key_package}, t.random).error() == error);
        }
    }

    // What a joiner checks of a branch or successor, with everything right at first.
    struct Related {
        Family t;
        Group* former = &t.bob;
        PreSharedKeyId psk;
        GroupContext context{kSuite.id(), kSuccession.group_id, Epoch(1), {}, {}, kSuccession.extensions};
        RatchetTree tree;

        explicit Related(ResumptionPskUsage usage) : tree(*RatchetTree::parse(kSuite, t.bob.ratchet_tree()))
        {
            if (usage == ResumptionPskUsage::reinit) t.reinit(kSuccession);
            psk = PreSharedKeyId::resumption(usage, base::to_bytes(t.bob.group_id()), t.bob.epoch());
            REQUIRE(validate().has_value());
        }
        Result<void> validate() const { return validate_related_group(*former, psk, context, tree); }
        void refuse() { CHECK(validate().error() == Error::invalid_group_info); }
    };

    TEST_CASE("ValBranch01: a branch and a successor welcome in epoch 1")
    {
        for (const auto usage : {ResumptionPskUsage::branch, ResumptionPskUsage::reinit}) {
            Related related(usage);
            related.context.epoch = Epoch(2);
            related.refuse();
        }
    }
    TEST_CASE("ValBranch02: a branch has its group's suite")
    {
        Related related(ResumptionPskUsage::branch);
        related.context.cipher_suite = 0x0054;
        related.refuse();
    }
    TEST_CASE("ValBranch03: a branch has members of its group only")
    {
        Related related(ResumptionPskUsage::branch);
        related.tree.add_leaf(make_key_package("dave", related.t.random).key_package.leaf_node);
        related.refuse();
    }
    TEST_CASE("ValBranch04: a successor comes from a group that ended in the epoch it names")
    {
        Related related(ResumptionPskUsage::reinit);
        related.psk.psk_epoch = Epoch(related.t.bob.epoch().value() - 1);
        related.refuse();
        Related living(ResumptionPskUsage::branch);
        living.psk.usage = ResumptionPskUsage::reinit;
        living.refuse();
    }
    TEST_CASE("ValBranch05: a successor has the version, group id, suite and extensions of the reinit")
    {
        Related id(ResumptionPskUsage::reinit);
        id.context.group_id[0] ^= 1;
        id.refuse();
        Related suite(ResumptionPskUsage::reinit);
        suite.context.cipher_suite = 0x0054;
        suite.refuse();
        Related version(ResumptionPskUsage::reinit);
        state_of(version.t.bob).epoch.reinit->version = ProtocolVersion{2};
        version.refuse();
        Related extensions(ResumptionPskUsage::reinit);
        extensions.context.extensions.clear();
        extensions.refuse();
    }
    TEST_CASE("ValBranch06: a successor has every member")
    {
        Related related(ResumptionPskUsage::reinit);
        related.tree.remove_leaf(related.t.carol.own_leaf());
        related.refuse();
    }

    TEST_CASE("a Welcome to a group one is in already is refused")
    {
        Family t;
        CommitRequest request;
        request.add.push_back(make_key_package("dave", t.random).key_package);
        const auto dave = make_key_package("dave", t.random);
        request.add = {dave.key_package};
        const auto welcome = *take(t.alice.commit(request, t.random)).welcome;
        JoinOptions options;
        options.is_known = [&](ByteView group_id) { return base::equal(group_id, t.alice.group_id()); };
        CHECK(Group::join(welcome, dave, t.random, options).error() == Error::invalid_group_info);
        options.is_known = [](ByteView) { return false; };
        CHECK(Group::join(welcome, dave, t.random, options).has_value());
    }
}
