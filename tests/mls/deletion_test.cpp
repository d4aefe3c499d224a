// The deletion schedule (RFC 9420 §9.2): what was consumed is nowhere in the records any more, and what is kept for late messages is
// kept for as long as the policy in types.h says and no longer. A group loaded from its records holds nothing else.

#include "mls/group_context.h"
#include "mls/records.h"
#include "tests/support/heap_watch.h"
#include "world.h"

#include <algorithm>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

// What the records know of the epoch, by name.
struct EpochRecord {
    std::map<std::string, Bytes> secrets;

    explicit EpochRecord(const RecordStore& store)
    {
        const auto record = store.get(records::kEpoch);
        REQUIRE(record.has_value());
        codec::Reader reader(record->view());
        REQUIRE(reader.raw(4).has_value());   // version, suite, membership
        REQUIRE(reader.opaque_view().has_value());
        REQUIRE(GroupContext::read(reader).has_value());
        for (const char* name : {"sender data", "exporter", "external", "confirm", "membership", "resumption", "authentication", "init"})
            secrets[name] = reader.opaque().value();
    }
};

bool holds(RecordStore& store, ByteView secret)
{
    return std::any_of(store.records().begin(), store.records().end(), [&](const auto& entry) {
        const auto& record = entry.second;
        return std::search(record.begin(), record.end(), secret.begin(), secret.end()) != record.end();
    });
}

Bytes record_secret(RecordStore& store, const std::string& name)   // of a node of the secret tree
{
    const auto found = store.records().find(name);
    REQUIRE(found != store.records().end());
    codec::Reader reader(found->second);
    REQUIRE(reader.u8().has_value());
    return reader.opaque().value();
}

struct Pair {
    base::SeededRandom random{41};
    Group alice = make_group("alice", random);
    Group bob = add_member(alice, {}, "bob", random);
    RecordStore store;   // bob's

    std::string now() const { return std::to_string(bob.epoch().value()); }
    void next_epoch()
    {
        const auto commit = take(alice.commit({}, random)).commit;
        for (auto* group : {&alice, &bob}) REQUIRE_FALSE(apply_commit(*group, commit).has_value());
        bob.flush(store);
    }
};

}  // namespace

TEST_SUITE("mls.deletion")
{
    TEST_CASE("the secrets of an epoch are gone with it, but for what late messages and resumption need")
    {
        Pair p;
        p.bob.flush(p.store);
        const EpochRecord before(p.store);
        for (const auto& [name, secret] : before.secrets) CHECK(holds(p.store, secret));
        p.next_epoch();
        for (const auto& entry : before.secrets) {
            CAPTURE(entry.first);
            CHECK(holds(p.store, entry.second) == (entry.first == "sender data" || entry.first == "resumption"));
        }
        for (std::size_t i = 0; i < kPastEpochsMax; ++i) {
            CHECK(holds(p.store, before.secrets.at("sender data")));
            p.next_epoch();
        }
        CHECK_FALSE(holds(p.store, before.secrets.at("sender data")));
        for (std::size_t i = kPastEpochsMax + 1; i < kResumptionPsksMax; ++i) p.next_epoch();
        CHECK(holds(p.store, before.secrets.at("resumption")));
        p.next_epoch();
        CHECK_FALSE(holds(p.store, before.secrets.at("resumption")));
    }

    TEST_CASE("reading a message deletes the node secrets above its sender, then each ratchet secret in turn")
    {
        Pair p;
        p.bob.flush(p.store);
        const auto encryption_secret = record_secret(p.store, "secret/" + p.now() + "/1");
        const auto sent = [&](const char* text) { return take(p.alice.encrypt(base::view_of(text), {}, p.random)); };
        CHECK(take(read_text(p.bob, sent("one"))) == "one");
        p.bob.flush(p.store);
        CHECK_FALSE(holds(p.store, encryption_secret));
        const auto ratchet = "ratchet/" + p.now() + "/" + std::to_string(p.alice.own_leaf().value());
        const auto second = sent("two");
        const auto after_one = p.store.records().at(ratchet);
        const auto third = sent("three");
        CHECK(take(read_text(p.bob, third)) == "three");   // keeps the key of the second alone
        p.bob.flush(p.store);
        const auto after_three = p.store.records().at(ratchet);
        CHECK(take(read_text(p.bob, second)) == "two");
        p.bob.flush(p.store);
        const auto after_two = p.store.records().at(ratchet);
        CHECK(after_three.size() > after_two.size());      // the kept key is gone
        CHECK(after_one.size() == after_two.size());
        for (const auto* message : {&second, &third}) CHECK(read_text(p.bob, *message).error() == Error::replayed);
        auto loaded = take(Group::load(p.store));
        for (const auto* message : {&second, &third}) CHECK(read_text(loaded, *message).error() == Error::replayed);
    }

    TEST_CASE("sending a message deletes its key at once: its own sender cannot read it back")
    {
        Pair p;
        p.bob.flush(p.store);
        const auto encryption_secret = record_secret(p.store, "secret/" + p.now() + "/1");
        const auto message = take(p.bob.encrypt(base::view_of("gone"), {}, p.random));
        p.bob.flush(p.store);
        CHECK_FALSE(holds(p.store, encryption_secret));
        auto loaded = take(Group::load(p.store));
        CHECK(read_text(loaded, message).error() == Error::own_message);
    }

    TEST_CASE("what is said is in no memory given back, be it sent or read")
    {
        Pair p;
        static constexpr std::string_view kWords = "for nobody else's eyes, and for no heap's";
        const tests::HeapWatch watch(base::view_of(kWords));
        {
            const auto message = take(p.alice.encrypt(base::view_of(kWords), {}, p.random));
            const auto processed = take(p.bob.process(message));
            CHECK(base::equal(std::get<ApplicationMessage>(processed).plaintext.view(), base::view_of(kWords)));
        }
        CHECK(watch.blocks() > 10);
        CHECK(watch.sightings() == 0);
    }

    TEST_CASE("the private keys a commit replaces are gone when it is merged")
    {
        Pair p;
        p.bob.flush(p.store);
        const auto keys_of = [&] {
            std::vector<Bytes> keys;
            codec::Reader reader(p.store.records().at("private"));
            REQUIRE(reader.raw(5).has_value());   // version, leaf
            for (auto count = reader.u32().value(); count > 0; --count) {
                REQUIRE(reader.u32().has_value());
                keys.push_back(reader.opaque().value());
            }
            return keys;
        };
        const auto before = keys_of();
        const auto commit = take(p.bob.commit({}, p.random)).commit;
        p.bob.flush(p.store);
        for (const auto& key : before) CHECK(holds(p.store, key));   // the commit may still lose
        for (auto* group : {&p.bob, &p.alice}) REQUIRE_FALSE(apply_commit(*group, commit).has_value());
        p.bob.flush(p.store);
        for (const auto& key : before) CHECK_FALSE(holds(p.store, key));
    }

    TEST_CASE("the keys of a commit and of an update that lost are gone with their epoch")
    {
        Pair p;
        take(p.bob.propose_update(p.random));
        take(p.bob.commit({}, p.random));
        p.bob.flush(p.store);
        const auto stored = [&](std::string_view prefix) {
            return std::ranges::any_of(p.store.names(), [&](const auto& name) { return name.starts_with(prefix); });
        };
        CHECK(stored("pending"));
        CHECK(stored("proposal/"));
        p.next_epoch();
        CHECK_FALSE(stored("pending"));
        CHECK_FALSE(stored("proposal"));
    }

    TEST_CASE("a member who was removed keeps no secret of the group")
    {
        Pair p;
        p.next_epoch();
        REQUIRE(read_text(p.bob, take(p.alice.encrypt(base::view_of("x"), {}, p.random))).has_value());
        p.bob.flush(p.store);
        const EpochRecord before(p.store);
        CommitRequest request;
        request.remove.push_back(p.bob.own_leaf());
        CHECK(apply_commit(p.bob, take(p.alice.commit(request, p.random)).commit) == Error::removed_from_group);
        p.bob.flush(p.store);
        for (const auto& [name, secret] : before.secrets) CHECK_FALSE(holds(p.store, secret));
        for (const auto& name : p.store.names()) CHECK((name == "epoch" || name == "private" || name.starts_with("tree")));
    }
}
