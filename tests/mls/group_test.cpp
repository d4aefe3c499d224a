#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.group")
{
    TEST_CASE("two members read each other")
    {
        base::SeededRandom random(1);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        CHECK(alice.epoch() == bob.epoch());
        CHECK(alice.epoch_authenticator() == bob.epoch_authenticator());
        CHECK(alice.members() == bob.members());
        CHECK(take(alice.export_secret("label", {}, 32)) == take(bob.export_secret("label", {}, 32)));

        const auto hello = take(alice.encrypt(base::view_of("hello"), base::view_of("aad"), random));
        auto processed = take(bob.process(hello));
        const auto& message = std::get<ApplicationMessage>(processed);
        CHECK(text_of(message) == "hello");
        CHECK(message.sender == alice.own_leaf());
        CHECK(base::to_text(message.authenticated_data) == "aad");
        CHECK(base::to_text(message.sender_credential.content) == "alice");

        const auto answer = take(bob.encrypt(base::view_of("answer"), {}, random));
        CHECK(take(read_text(alice, answer)) == "answer");
    }

    TEST_CASE("a path commit of each member is followed by all")
    {
        base::SeededRandom random(2);
        auto a = make_group("a", random);
        auto b = add_member(a, {}, "b", random);
        auto c = add_member(b, {&a}, "c", random);
        auto d = add_member(a, {&b, &c}, "d", random);
        auto e = add_member(d, {&a, &b, &c}, "e", random);
        std::vector<Group*> all{&a, &b, &c, &d, &e};
        for (auto* committer : all) {
            const auto output = take(committer->commit({}, random));
            CHECK_FALSE(output.welcome.has_value());
            for (auto* member : all) CHECK_FALSE(apply_commit(*member, output.commit).has_value());
            for (auto* member : all) CHECK(member->epoch_authenticator() == committer->epoch_authenticator());
        }
    }

    TEST_CASE("a removed member cannot read the next epoch")
    {
        base::SeededRandom random(3);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        auto carol = add_member(alice, {&bob}, "carol", random);

        CommitRequest request;
        request.remove.push_back(bob.own_leaf());
        const auto output = take(alice.commit(request, random));
        REQUIRE(alice.merge_pending().has_value());
        CHECK_FALSE(apply_commit(carol, output.commit).has_value());
        const auto secret = take(alice.encrypt(base::view_of("without bob"), {}, random));

        CHECK(read_text(bob, secret).error() == Error::future_epoch);
        auto processed = take(bob.process(output.commit));
        auto& staged = std::get<StagedCommit>(processed);
        CHECK(staged.removes_us());
        REQUIRE(staged.removed().size() == 1);
        CHECK(base::to_text(staged.removed()[0].credential.content) == "bob");
        CHECK(bob.merge(std::move(staged)).error() == Error::removed_from_group);
        CHECK_FALSE(bob.is_member());
        CHECK(read_text(bob, secret).error() == Error::removed_from_group);
        CHECK(bob.encrypt(base::view_of("x"), {}, random).error() == Error::removed_from_group);
        CHECK(bob.export_secret("x", {}, 32).error() == Error::removed_from_group);
        CHECK(bob.commit({}, random).error() == Error::removed_from_group);
        CHECK(take(read_text(carol, secret)) == "without bob");
    }
}
