// A store that was put back: what its device has said since is known to be its own, and nothing else is.

#include "mls/encode.h"
#include "tests/support/mls_rogue.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

namespace {

// Alice, and Bob as he was stored.
struct Past {
    base::SeededRandom random{61};
    Group alice = make_group("alice", random);
    Group bob = add_member(alice, {}, "bob", random);
    RecordStore store;

    void keep() { bob.flush(store); }
    Group before() { return take(Group::load(store)); }
    Bytes say(Group& group, const char* text) { return take(group.encrypt(base::view_of(text), {}, random)); }
};

}  // namespace

TEST_SUITE("mls.later_self")
{
    TEST_CASE("what a member has said and committed since it was stored is its later self's, in this epoch and in one that is kept")
    {
        Past p;
        const auto known = p.say(p.bob, "before");
        p.keep();
        const auto said = p.say(p.bob, "after"), committed = take(p.bob.commit({}, p.random)).commit;
        for (const bool epoch_later : {false, true}) {
            auto before = p.before();
            if (epoch_later) REQUIRE_FALSE(apply_commit(before, take(p.alice.commit({}, p.random)).commit).has_value());
            CHECK(before.is_of_later_self(said));
            CHECK(before.is_of_later_self(committed));
            CHECK_FALSE(before.is_of_later_self(known));
            CHECK(before.process(said).error() == Error::own_message);   // it is asked, and nothing changes
            CHECK(before.is_of_later_self(said));
        }
        CHECK_FALSE(p.bob.is_of_later_self(said));
        CHECK_FALSE(p.bob.is_of_later_self(committed));
        CHECK_FALSE(p.alice.is_of_later_self(said));
    }

    TEST_CASE("what others say, forge or change is nobody's later self")
    {
        Past p;
        p.keep();
        const auto mallory = RogueMember::of(p.bob);
        const auto said = p.say(p.bob, "after");
        const auto before = p.before();
        CHECK_FALSE(before.is_of_later_self(p.say(p.alice, "hei")));
        // Every member can seal under Bob's keys, and nobody else can sign for him.
        const auto forged = mallory.private_plaintext(
            ContentType::application, encode([](auto& writer) { writer.text("hei").opaque(Bytes(64, 1)); }), Generation(0));
        CHECK(p.alice.process(forged).error() == Error::bad_signature);
        CHECK_FALSE(before.is_of_later_self(forged));
        for (std::size_t i = 0; i < said.size(); ++i) {
            auto changed = said;
            changed[i] ^= 1;
            CHECK_FALSE(before.is_of_later_self(changed));
            CHECK_FALSE(before.is_of_later_self(ByteView(said).first(i)));
        }
        CHECK(before.is_of_later_self(said));
    }

    TEST_CASE("of an epoch that is not kept, and of a group that one is not in any more, nothing is known")
    {
        Past p;
        const auto stranger = make_group("bob", p.random);
        p.keep();
        const auto said = p.say(p.bob, "after");
        CHECK_FALSE(stranger.is_of_later_self(said));
        auto before = p.before();
        for (std::size_t i = 0; i <= kPastEpochsMax; ++i) {
            CHECK(before.is_of_later_self(said));
            const auto commit = take(p.alice.commit({}, p.random)).commit;
            for (auto* group : {&p.alice, &before}) REQUIRE_FALSE(apply_commit(*group, commit).has_value());
        }
        CHECK_FALSE(before.is_of_later_self(said));

        Past q;
        q.keep();
        const auto late = q.say(q.bob, "late");
        auto out = q.before();
        CommitRequest request;
        request.remove.push_back(q.bob.own_leaf());
        REQUIRE(apply_commit(out, take(q.alice.commit(request, q.random)).commit) == Error::removed_from_group);
        CHECK_FALSE(out.is_of_later_self(late));
    }
}
