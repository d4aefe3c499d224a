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

    TEST_CASE("nobody is shown the creator's first leaf, which may live for ever")
    {
        base::SeededRandom random(2);
        auto alice = make_group("alice", random);
        const auto newcomer = make_key_package("bob", random);
        CommitRequest request;
        request.add.push_back(newcomer.key_package);
        request.path = PathUse::when_required;
        const auto welcome = take(alice.commit(request, random)).welcome;
        const auto bob = take(Group::join(*welcome, newcomer, random));
        const auto tree = RatchetTree::parse(kSuite, bob.ratchet_tree());
        REQUIRE(tree.has_value());
        CHECK(tree->leaf(LeafIndex(0))->source == LeafNodeSource::commit);
    }

    TEST_CASE("a Welcome for several is one for each of them, which lets nobody else in")
    {
        base::SeededRandom random(13);
        auto alice = make_group("alice", random);
        std::vector<KeyPackagePrivate> newcomers;
        CommitRequest request;
        for (const auto* name : {"bob", "carol", "dave"}) {
            newcomers.push_back(make_key_package(name, random));
            request.add.push_back(newcomers.back().key_package);
        }
        const auto output = take(alice.commit(request, random));
        REQUIRE(alice.merge_pending().has_value());
        const auto parts = take(split_welcome(*output.welcome));
        REQUIRE(parts.size() == newcomers.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            CHECK(parts[i].size() < output.welcome->size());
            for (std::size_t other = 0; other < parts.size(); ++other) {
                if (other != i) CHECK(Group::join(parts[i], newcomers[other], random).error() == Error::no_matching_key_package);
            }
            auto joined = take(Group::join(parts[i], newcomers[i], random));
            CHECK(joined.epoch_authenticator() == alice.epoch_authenticator());
            CHECK(joined.members() == alice.members());
        }
        const auto alone = take(split_welcome(parts[0]));
        REQUIRE(alone.size() == 1);
        CHECK(alone[0] == parts[0]);
        CHECK(split_welcome(output.commit).error() == Error::unsupported_wire_format);
        for (std::size_t size = 0; size < parts[0].size(); ++size) CHECK_FALSE(split_welcome(base::ByteView(parts[0]).first(size)).has_value());
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

    TEST_CASE("an added member reads nothing of earlier epochs")
    {
        base::SeededRandom random(4);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        const auto before = take(alice.encrypt(base::view_of("before carol"), {}, random));
        const auto last_commit = take(bob.commit({}, random)).commit;
        CHECK_FALSE(apply_commit(alice, last_commit).has_value());
        REQUIRE(bob.merge_pending().has_value());
        auto carol = add_member(alice, {&bob}, "carol", random);
        CHECK(read_text(carol, before).error() == Error::stale_epoch);
        CHECK(carol.process(last_commit).error() == Error::stale_epoch);
        CHECK(take(read_text(bob, before)) == "before carol");   // who was there still can
    }

    TEST_CASE("the loser of a commit race applies the winner's commit")
    {
        base::SeededRandom random(5);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        auto carol = add_member(alice, {&bob}, "carol", random);
        const auto winner = take(alice.commit({}, random)).commit;
        const auto loser = take(bob.commit({}, random)).commit;
        for (auto* group : {&alice, &bob, &carol}) CHECK_FALSE(apply_commit(*group, winner).has_value());
        for (auto* group : {&alice, &bob, &carol}) {
            CHECK(group->process(loser).error() == Error::stale_epoch);
            CHECK_FALSE(group->has_pending_commit());
            CHECK(group->epoch_authenticator() == alice.epoch_authenticator());
        }
        const auto again = take(bob.commit({}, random)).commit;
        for (auto* group : {&alice, &bob, &carol}) CHECK_FALSE(apply_commit(*group, again).has_value());
        CHECK(alice.epoch_authenticator() == bob.epoch_authenticator());
    }

    TEST_CASE("a message is read once, in any order, and for three epochs after its own")
    {
        base::SeededRandom random(6);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        std::vector<Bytes> messages;
        for (int i = 0; i < 5; ++i) messages.push_back(take(alice.encrypt(base::view_of(std::to_string(i)), {}, random)));
        for (const std::size_t i : {3u, 0u, 2u}) CHECK(take(read_text(bob, messages[i])) == std::to_string(i));
        for (const std::size_t i : {3u, 0u, 2u}) CHECK(read_text(bob, messages[i]).error() == Error::replayed);
        CHECK(read_text(alice, messages[4]).error() == Error::own_message);
        for (std::size_t i = 0; i < kPastEpochsMax; ++i) {
            const auto commit = take(alice.commit({}, random)).commit;
            REQUIRE(alice.merge_pending().has_value());
            CHECK_FALSE(apply_commit(bob, commit).has_value());
        }
        CHECK(take(read_text(bob, messages[4])) == "4");
        CHECK(read_text(bob, messages[4]).error() == Error::replayed);
        CHECK(read_text(alice, messages[4]).error() == Error::own_message);
        CHECK_FALSE(apply_commit(bob, take(alice.commit({}, random)).commit).has_value());
        CHECK(read_text(bob, messages[1]).error() == Error::stale_epoch);
    }

    TEST_CASE("a tampered message of any byte changes nothing")
    {
        base::SeededRandom random(7);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        RecordStore store;
        bob.flush(store);
        store.puts = 0;
        const auto newcomer = make_key_package("carol", random);
        CommitRequest request;
        request.add.push_back(newcomer.key_package);
        const auto message = take(alice.encrypt(base::view_of("untouched"), base::view_of("aad"), random));
        const auto proposal = take(alice.propose_update(random));
        const auto output = take(alice.commit(request, random));
        for (const auto* original : {&message, &proposal, &output.commit}) {
            for (std::size_t i = 0; i < original->size(); ++i) {
                auto tampered = *original;
                tampered[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
                CHECK_FALSE(bob.process(tampered).has_value());
                CHECK_FALSE(bob.process(ByteView(*original).first(i)).has_value());
            }
        }
        bob.flush(store);
        CHECK(store.puts == 0);
        CHECK(take(read_text(bob, message)) == "untouched");
        CHECK(std::holds_alternative<ReceivedProposal>(take(bob.process(proposal))));
        CHECK_FALSE(apply_commit(bob, output.commit).has_value());
        REQUIRE(alice.merge_pending().has_value());
        CHECK(alice.epoch_authenticator() == bob.epoch_authenticator());

        for (std::size_t i = 0; i < output.welcome->size(); ++i) {
            auto tampered = *output.welcome;
            tampered[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
            CHECK_FALSE(Group::join(tampered, newcomer, random).has_value());
            CHECK_FALSE(Group::join(ByteView(*output.welcome).first(i), newcomer, random).has_value());
        }
        CHECK(take(Group::join(*output.welcome, newcomer, random)).epoch_authenticator() == bob.epoch_authenticator());
    }

    TEST_CASE("a staged commit says what it will do, and dropping it does nothing")
    {
        base::SeededRandom random(8);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        auto carol = add_member(alice, {&bob}, "carol", random);
        CommitRequest request;
        request.add.push_back(make_key_package("dave", random).key_package);
        request.remove.push_back(carol.own_leaf());
        request.authenticated_data = {1, 2, 3};
        const auto commit = take(alice.commit(request, random)).commit;
        for (int i = 0; i < 2; ++i) {
            auto processed = take(bob.process(commit));
            const auto& staged = std::get<StagedCommit>(processed);
            CHECK(staged.epoch() == bob.epoch().next());
            CHECK(base::to_text(staged.committer().credential.content) == "alice");
            REQUIRE(staged.added().size() == 1);
            CHECK(base::to_text(staged.added()[0].credential.content) == "dave");
            CHECK(staged.added()[0].leaf == carol.own_leaf());   // the leftmost blank leaf
            REQUIRE(staged.removed().size() == 1);
            CHECK(base::to_text(staged.removed()[0].credential.content) == "carol");
            CHECK(staged.updated().empty());
            CHECK(base::equal(staged.authenticated_data(), request.authenticated_data));
            CHECK_FALSE(staged.removes_us());
        }
        auto first = take(bob.process(commit));
        auto second = take(bob.process(commit));
        REQUIRE(bob.merge(std::get<StagedCommit>(std::move(first))).has_value());
        CHECK(bob.merge(std::get<StagedCommit>(std::move(second))).error() == Error::wrong_base);
    }

    TEST_CASE("commits and removals that make no sense are refused where they are made")
    {
        base::SeededRandom random(9);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        const auto refuse = [&](const CommitRequest& request, Error expected) {
            CHECK(alice.commit(request, random).error() == expected);
            CHECK_FALSE(alice.has_pending_commit());
        };
        CommitRequest request;
        request.remove = {alice.own_leaf()};
        refuse(request, Error::nothing_to_remove);
        request.remove = {LeafIndex(17)};
        refuse(request, Error::nothing_to_remove);
        request.remove = {bob.own_leaf(), bob.own_leaf()};
        refuse(request, Error::nothing_to_remove);
        request = {};
        const auto dave = make_key_package("dave", random).key_package;
        request.add = {dave, dave};
        refuse(request, Error::invalid_leaf_node);
        request.add = {dave};
        request.add[0].signature[0] ^= 1;
        refuse(request, Error::bad_signature);
        request.add = {dave};
        request.now = UnixSeconds{5};
        refuse(request, Error::lifetime_out_of_range);   // it is valid for all time, which is too long
        CHECK(Group::join(alice.encrypt({}, {}, random).value(), make_key_package("x", random), random).error() ==
              Error::unsupported_wire_format);
    }

    TEST_CASE("a message says its group, epoch and kind before it is read")
    {
        base::SeededRandom random(10);
        auto alice = make_group("alice", random);
        const auto header = take(peek(take(alice.encrypt({}, {}, random))));
        CHECK(header.wire_format == WireFormat::private_message);
        CHECK(base::equal(header.group_id, alice.group_id()));
        CHECK(header.epoch == alice.epoch());
        CHECK(header.content_type == ContentType::application);
        CHECK(take(peek(take(alice.commit({}, random)).commit)).content_type == ContentType::commit);
        CHECK(peek(make_key_package("x", random).key_package.serialize()).error() == Error::unsupported_wire_format);
    }

    TEST_CASE("another member takes in our update, and we take in theirs")
    {
        base::SeededRandom random(11);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        auto carol = add_member(alice, {&bob}, "carol", random);
        const auto update = take(bob.propose_update(random));
        const auto removal = take(carol.propose_remove(alice.own_leaf(), random));
        for (auto* group : {&alice, &carol}) CHECK(group->process(update).has_value());
        for (auto* group : {&alice, &bob}) CHECK(group->process(removal).has_value());
        const auto commit = take(carol.commit({}, random)).commit;
        CHECK(apply_commit(alice, commit) == Error::removed_from_group);
        CHECK_FALSE(apply_commit(bob, commit).has_value());
        REQUIRE(carol.merge_pending().has_value());
        CHECK(carol.members().size() == 2);
        const auto next = take(bob.commit({}, random)).commit;
        REQUIRE(bob.merge_pending().has_value());
        CHECK_FALSE(apply_commit(carol, next).has_value());
        CHECK(bob.epoch_authenticator() == carol.epoch_authenticator());
    }
}
