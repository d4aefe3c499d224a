#include "mls/records.h"
#include "tests/support/mls_inside.h"
#include "world.h"

#include <algorithm>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

struct Three {
    base::SeededRandom random{5};
    Group alice = make_group("alice", random);
    Group bob = add_member(alice, {}, "bob", random);
    Group carol = add_member(bob, {&alice}, "carol", random);
};

}  // namespace

TEST_SUITE("mls.group_store")
{
    TEST_CASE("a group loaded from its records continues where it stopped")
    {
        Three p;
        RecordStore store;
        const auto early = take(p.bob.encrypt(base::view_of("early"), {}, p.random));
        const auto second = take(p.bob.encrypt(base::view_of("second"), {}, p.random));
        CHECK(take(read_text(p.alice, second)) == "second");
        p.alice.flush(store);
        auto loaded = take(Group::load(store));
        CHECK(loaded.epoch() == p.alice.epoch());
        CHECK(loaded.own_leaf() == p.alice.own_leaf());
        CHECK(loaded.epoch_authenticator() == p.alice.epoch_authenticator());
        CHECK(loaded.members() == p.alice.members());
        CHECK(read_text(loaded, second).error() == Error::replayed);
        CHECK(take(read_text(loaded, early)) == "early");

        const auto spoken = take(loaded.encrypt(base::view_of("from the records"), {}, p.random));
        CHECK(take(read_text(p.bob, spoken)) == "from the records");
        const auto commit = take(loaded.commit({}, p.random)).commit;
        for (auto* group : {&loaded, &p.bob, &p.carol}) CHECK_FALSE(apply_commit(*group, commit).has_value());
        CHECK(loaded.epoch_authenticator() == p.carol.epoch_authenticator());
    }

    TEST_CASE("a pending commit is there after loading, and its echo is known")
    {
        Three p;
        RecordStore store;
        CommitRequest request;
        const auto newcomer = make_key_package("dave", p.random);
        request.add.push_back(newcomer.key_package);
        const auto output = take(p.alice.commit(request, p.random));
        p.alice.flush(store);
        auto loaded = take(Group::load(store));
        CHECK(loaded.has_pending_commit());
        auto processed = take(loaded.process(output.commit));
        CHECK(std::holds_alternative<OwnCommit>(processed));
        CHECK(loaded.epoch() == p.bob.epoch());   // the echo by itself changes nothing
        REQUIRE(loaded.merge_pending().has_value());
        CHECK_FALSE(apply_commit(p.bob, output.commit).has_value());
        CHECK(loaded.epoch_authenticator() == p.bob.epoch_authenticator());
        CHECK(loaded.merge_pending().error() == Error::no_pending_commit);
        auto dave = take(Group::join(*output.welcome, newcomer, p.random));
        loaded.flush(store);
        CHECK_FALSE(store.records().contains("pending"));
        CHECK(take(Group::load(store)).epoch_authenticator() == dave.epoch_authenticator());
    }

    TEST_CASE("a stored pending commit that does not lead on from the stored epoch is a bad record")
    {
        static constexpr base::ByteArray<32> kBytes{1};
        static constexpr base::ByteView kKey(kBytes);
        struct Damage {
            const char* what;
            void (*change)(NextEpoch& next);
        };
        const Damage damages[] = {
            {"the epoch after the next", [](NextEpoch& next) { next.state.context.epoch = next.state.context.epoch.next(); }},
            {"the epoch that is", [](NextEpoch& next) { next.state.context.epoch = Epoch(next.state.context.epoch.value() - 1); }},
            {"another group", [](NextEpoch& next) { next.state.context.group_id[0] ^= 1; }},
            {"another suite", [](NextEpoch& next) { next.state.context.cipher_suite ^= 1; }},
            {"another member's place", [](NextEpoch& next) { next.state.keys = TreeKemPrivate(LeafIndex(1), crypto::HpkePrivateKey(kKey)); }},
            {"no leaf of ours", [](NextEpoch& next) { next.state.tree.remove_leaf(LeafIndex(0)); }},
            {"another signature key", [](NextEpoch& next) { next.signature_key = *crypto::SignaturePrivateKey::from_seed(Bytes(32, 1)); }},
            {"message keys for fewer leaves", [](NextEpoch& next) { next.messages = SecretTree(kSuite, LeafCount(2), EncryptionSecret(kKey)); }},
        };
        for (const auto& damage : damages) {
            CAPTURE(damage.what);
            Three p;
            RecordStore store;
            take(p.alice.commit({}, p.random));
            p.alice.flush(store);
            REQUIRE(Group::load(store).has_value());
            auto& state = state_of(p.alice);
            auto& next = state.pending->next;
            damage.change(next);
            next.state.context.tree_hash = base::to_bytes(next.state.tree.tree_hash());
            next.state.serialized_context = next.state.context.serialize();
            state.dirty.pending = true;
            p.alice.flush(store);
            CHECK(Group::load(store).error() == Error::bad_record);
        }
    }

    TEST_CASE("a stored Update of ours with another signature key than its leaf shows is a bad record")
    {
        Three p;
        RecordStore store;
        take(p.alice.propose_update(p.random, WireFormat::private_message, make_identity("alice", p.random)));
        p.alice.flush(store);
        REQUIRE(Group::load(store).has_value());
        auto& state = state_of(p.alice);
        state.own_updates.begin()->second.signature_key = *crypto::SignaturePrivateKey::from_seed(Bytes(32, 1));
        state.dirty.proposals.insert(state.proposals.begin()->first);
        p.alice.flush(store);
        CHECK(Group::load(store).error() == Error::bad_record);
    }

    TEST_CASE("who has been removed has no pending commit")
    {
        Three p;
        RecordStore store;
        take(p.carol.commit({}, p.random));
        p.carol.flush(store);
        const auto pending = store.records().at("pending");
        CommitRequest request;
        request.remove.push_back(p.carol.own_leaf());
        CHECK(apply_commit(p.carol, take(p.alice.commit(request, p.random)).commit) == Error::removed_from_group);
        p.carol.flush(store);
        REQUIRE(Group::load(store).has_value());
        store.records()["pending"] = pending;
        CHECK(Group::load(store).error() == Error::bad_record);
    }

    TEST_CASE("an epoch stored under another suite is a bad record")
    {
        Three p;
        RecordStore store;
        auto& epoch = state_of(p.alice).epoch;
        epoch.context.cipher_suite ^= 1;
        epoch.serialized_context = epoch.context.serialize();
        p.alice.flush(store);
        CHECK(Group::load(store).error() == Error::bad_record);
    }

    TEST_CASE("a dropped pending commit is gone from the records, and its keys are not used again")
    {
        Three p;
        RecordStore store;
        const auto first = take(p.alice.commit({}, p.random)).commit;
        p.alice.flush(store);
        CHECK(store.records().contains("pending"));
        p.alice.clear_pending_commit();
        p.alice.flush(store);
        CHECK_FALSE(store.records().contains("pending"));
        auto loaded = take(Group::load(store));
        CHECK(loaded.process(first).error() == Error::own_message);
        const auto second = take(loaded.commit({}, p.random)).commit;
        CHECK(first != second);
        CHECK_FALSE(apply_commit(p.bob, second).has_value());   // at the next generation of the handshake ratchet
    }

    TEST_CASE("a message writes one record of the same size in a group of five and of two hundred, sent or read")
    {
        std::set<std::size_t> sizes;
        for (const int members : {5, 200}) {
            base::SeededRandom random(3);
            auto alice = make_group("alice", random);
            auto bob = add_member(alice, {}, "bob", random);
            CommitRequest request;
            for (int i = 2; i < members; ++i) request.add.push_back(make_key_package("m", random).key_package);
            const auto output = take(alice.commit(request, random));
            REQUIRE(alice.merge_pending().has_value());
            REQUIRE_FALSE(apply_commit(bob, output.commit).has_value());

            RecordStore of_alice;
            RecordStore of_bob;
            const auto say = [&] {
                const auto message = take(alice.encrypt(base::view_of("words"), {}, random));
                CHECK(take(read_text(bob, message)) == "words");
                for (auto [group, store] : {std::pair(&alice, &of_alice), std::pair(&bob, &of_bob)}) {
                    store->puts = 0;
                    store->bytes = 0;
                    group->flush(*store);
                }
            };
            say();   // the first of an epoch takes its sender out of the secret tree
            for (int i = 0; i < 3; ++i) {
                say();
                for (const auto* store : {&of_alice, &of_bob}) {
                    CHECK(store->puts == 1);
                    sizes.insert(store->bytes);
                }
            }
            alice.flush(of_alice);
            CHECK(of_alice.puts == 1);   // nothing is dirty
        }
        CHECK(sizes.size() == 1);
    }

    TEST_CASE("a commit in a group of a thousand writes the path that it changes, pending and merged, made and followed")
    {
        base::SeededRandom random(3);
        auto alice = make_group("alice", random);
        auto bob = add_member(alice, {}, "bob", random);
        CommitRequest request;
        for (int i = 2; i < 1000; ++i) request.add.push_back(make_key_package("m", random).key_package);
        auto output = take(alice.commit(request, random));
        REQUIRE(alice.merge_pending().has_value());
        REQUIRE_FALSE(apply_commit(bob, output.commit).has_value());
        RecordStore of_alice;
        RecordStore of_bob;
        alice.flush(of_alice);
        bob.flush(of_bob);
        const auto written = [](Group& group, RecordStore& store) {
            store.bytes = 0;
            group.flush(store);
            return store.bytes;
        };
        // Four chunks of seven nodes, none larger than a leaf; then the secrets, our own keys and those above us in the secret tree.
        const auto leaf = request.add[0].leaf_node.serialize().size() + kSuite.hash_size();
        const auto most = 4 * 7 * leaf + 8192;
        CHECK(most < alice.ratchet_tree().size() / 10);
        output = take(alice.commit({}, random));
        CHECK(written(alice, of_alice) < 11 * leaf + 8192);
        CHECK(take(Group::load(of_alice)).has_pending_commit());
        REQUIRE(alice.merge_pending().has_value());
        CHECK(written(alice, of_alice) < most);
        REQUIRE_FALSE(apply_commit(bob, output.commit).has_value());
        CHECK(written(bob, of_bob) < most);
        for (const auto* store : {&of_alice, &of_bob}) CHECK(take(Group::load(*store)).epoch_authenticator() == bob.epoch_authenticator());
    }

    TEST_CASE("chunks of a tree of two epochs are no tree")
    {
        Three p;
        for (int i = 0; i < 20; ++i) add_member(p.alice, {&p.bob}, "m", p.random);
        RecordStore store;
        p.bob.flush(store);
        const auto before = store.records();
        REQUIRE_FALSE(apply_commit(p.bob, take(p.alice.commit({}, p.random)).commit).has_value());
        p.bob.flush(store);
        const auto after = store.records();
        int mixed = 0;
        for (const auto& [name, record] : after) {
            const auto old = before.find(name);
            if (!name.starts_with("tree/") || old == before.end() || old->second == record) continue;
            store.records() = after;
            store.records()[name] = old->second;
            CHECK(Group::load(store).error() == Error::bad_record);
            ++mixed;
        }
        CHECK(mixed == 2);
    }

    TEST_CASE("a standalone proposal is a record of its own, with the key of our update, until it is dropped or its epoch ends")
    {
        Three p;
        RecordStore store;
        const auto stored = [&] {
            p.alice.flush(store);
            return std::ranges::count_if(store.names(), [](const auto& name) { return name.starts_with("proposal/"); });
        };
        CHECK(stored() == 0);
        const auto update = take(p.alice.propose_update(p.random));
        CHECK(stored() == 1);
        const auto received = take(p.alice.process(take(p.bob.propose_update(p.random))));
        store.puts = 0;
        CHECK(stored() == 2);
        CHECK(store.puts == 2);   // the proposal, and bob's ratchet
        p.alice.drop_proposal(std::get<ReceivedProposal>(received).ref);
        CHECK(stored() == 1);
        // Somebody else takes our update in, and the key for it has come through the store.
        auto loaded = take(Group::load(store));
        REQUIRE(p.bob.process(update).has_value());
        REQUIRE(p.carol.process(update).has_value());
        const auto commit = take(p.carol.commit({}, p.random)).commit;
        REQUIRE_FALSE(apply_commit(loaded, commit).has_value());
        REQUIRE(p.carol.merge_pending().has_value());
        CHECK(loaded.epoch_authenticator() == p.carol.epoch_authenticator());
        p.alice = std::move(loaded);
        CHECK(stored() == 0);
    }

    TEST_CASE("proposals are committed in the order they came after a restart as well, and those of records without an order before all others")
    {
        Three p;
        RecordStore store;
        const std::vector<std::string> names{"dave", "erin", "frank", "grace", "heidi", "ivan"};
        for (const auto& name : names) {
            REQUIRE(p.alice.process(take(p.bob.propose_add(make_key_package(name, p.random).key_package, p.random))).has_value());
            p.alice.flush(store);
            if (name == "dave") {
                const auto record = std::ranges::find_if(store.records(), [](const auto& entry) { return entry.first.starts_with("proposal/"); });
                record->second.erase(record->second.begin(), record->second.begin() + 4);   // as version 3 wrote it
                record->second[0] = 3;
            }
            p.alice = take(Group::load(store));
        }
        take(p.alice.commit({}, p.random));
        REQUIRE(p.alice.merge_pending().has_value());
        const auto members = p.alice.members();
        REQUIRE(members.size() == 3 + names.size());
        for (std::size_t i = 0; i < names.size(); ++i) CHECK(base::to_text(members[3 + i].credential.content) == names[i]);
    }

    TEST_CASE("a stored proposal about somebody who is not there is a bad record")
    {
        Three p;
        RecordStore store;
        REQUIRE(p.alice.propose_remove(p.carol.own_leaf(), p.random).has_value());
        p.alice.flush(store);
        const auto before = store.records();
        CommitRequest request;
        request.remove.push_back(p.carol.own_leaf());
        const auto commit = take(p.bob.commit(request, p.random)).commit;
        CHECK_FALSE(apply_commit(p.alice, commit).has_value());
        p.alice.flush(store);
        CHECK(Group::load(store).has_value());
        for (const auto& [name, record] : before)
            if (name.starts_with("proposal/")) store.records()[name] = record;
        CHECK(Group::load(store).error() == Error::bad_record);
    }

    TEST_CASE("a late message tells who spoke then, whoever stands at that leaf now")
    {
        Three p;
        RecordStore store;
        const auto leaf = p.carol.own_leaf();
        const auto late = take(p.carol.encrypt(base::view_of("late"), {}, p.random));
        CommitRequest request;
        request.remove.push_back(leaf);
        REQUIRE_FALSE(apply_commit(p.alice, take(p.bob.commit(request, p.random)).commit).has_value());
        REQUIRE(p.bob.merge_pending().has_value());
        auto dave = add_member(p.bob, {&p.alice}, "dave", p.random);
        CHECK(dave.own_leaf() == leaf);
        p.alice.flush(store);
        auto loaded = take(Group::load(store));
        for (auto* group : {&p.alice, &loaded}) {
            const auto processed = take(group->process(late));
            CHECK(base::to_text(std::get<ApplicationMessage>(processed).sender_credential.content) == "carol");
        }
    }

    TEST_CASE("epochs beyond the window leave no record behind")
    {
        Three p;
        RecordStore store;
        for (int i = 0; i < 8; ++i) {
            take(p.alice.encrypt(base::view_of("x"), {}, p.random));
            p.alice.flush(store);
            take(p.alice.commit({}, p.random));
            REQUIRE(p.alice.merge_pending().has_value());
            p.alice.flush(store);
        }
        std::set<std::string> epochs;
        for (const auto& name : store.names()) {
            for (const std::string prefix : {"past/", "secret/", "ratchet/"})
                if (name.starts_with(prefix)) epochs.insert(name.substr(prefix.size(), name.find('/', prefix.size()) - prefix.size()));
        }
        const auto now = p.alice.epoch().value();
        std::set<std::string> expected;
        for (std::uint64_t i = 0; i <= kPastEpochsMax; ++i) expected.insert(std::to_string(now - i));
        CHECK(epochs == expected);
    }

    // §9.2: a key that opened a message is deleted, a commit's too, although its epoch is kept for late messages.
    TEST_CASE("the key that opened a commit is gone once the commit is merged")
    {
        Three p;
        RecordStore store;
        const auto epoch = std::to_string(p.bob.epoch().value());
        const auto name = "ratchet/" + epoch + "/" + std::to_string(p.alice.own_leaf().value());
        const auto late = take(p.alice.encrypt(base::view_of("late"), {}, p.random));
        const auto commit = take(p.alice.commit({}, p.random)).commit;
        auto staged = take(p.bob.process(commit));
        p.bob.flush(store);
        CHECK_FALSE(store.records().contains(name));   // staging alone uses up nothing
        CHECK(take(read_text(p.bob, late)) == "late");
        REQUIRE(p.bob.merge(std::get<StagedCommit>(std::move(staged))).has_value());
        p.bob.flush(store);
        REQUIRE(store.records().contains(name));
        codec::Reader reader(store.records().at(name));
        CHECK(reader.u8().value() == records::kVersion);
        CHECK(reader.u32().value() == 1);   // the handshake ratchet stands at its second generation
        CHECK(read_text(p.bob, late).error() == Error::replayed);
    }

    TEST_CASE("a record that is missing, cut short anywhere or of another version is refused")
    {
        Three p;
        RecordStore store;
        p.carol.flush(store);
        CHECK_FALSE(apply_commit(p.carol, take(p.alice.commit({}, p.random)).commit).has_value());
        take(p.carol.encrypt(base::view_of("x"), {}, p.random));
        take(p.carol.propose_update(p.random));
        take(p.carol.commit({}, p.random));
        p.carol.flush(store);
        REQUIRE(Group::load(store).has_value());
        const auto good = store.records();
        for (const auto& [name, record] : good) {
            CAPTURE(name);
            const bool optional = name == "pending" || name.starts_with("proposal/");
            for (std::size_t size = 0; size < record.size(); ++size) {
                store.records() = good;
                store.records()[name].resize(size);
                CHECK(Group::load(store).error() == Error::bad_record);
            }
            store.records() = good;
            store.records()[name].push_back(0);
            CHECK(Group::load(store).error() == Error::bad_record);
            store.records() = good;
            store.records()[name][0] = records::kVersion + 1;
            CHECK(Group::load(store).error() == Error::bad_record);
            store.records() = good;
            store.records().erase(name);
            CHECK(Group::load(store).has_value() == optional);
        }
    }
}
