// Records that earlier versions wrote, kept as files: what is in somebody's store must be readable for ever.
//
// fixtures/records-v<N>.json was written by the version that stored format N. A change of format takes the next number in
// mls/records.h, keeps reading the older ones, and adds one file, written by this test itself:
//   SINETTI_WRITE_FIXTURE=tests/mls/fixtures/records-v<N>.json build/native-debug/bin/test_mls -tc="*writes its own fixture*"
// Files that exist are never written again.

#include "mls/records.h"
#include "tests/support/vectors.h"
#include "world.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace sinetti;
using namespace sinetti::tests;

namespace {

constexpr const char* kFolder = "tests/mls/fixtures";

std::string hex(ByteView bytes) { return base::to_hex(bytes); }

nlohmann::json records_of(Group& group)
{
    RecordStore store;
    group.flush(store);
    nlohmann::json records;
    for (const auto& [name, record] : store.records()) records[name] = hex(record);
    return records;
}

RecordStore store_of(const nlohmann::json& records)
{
    RecordStore store;
    for (const auto& [name, record] : records.items()) store.records()[name] = *base::from_hex(record.get<std::string>());
    return store;
}

// Alice in a group of three with something in every record there is: past epochs, ratchets with skipped keys, a pending commit,
// standalone proposals with the keys of an update, both of the kind that bring another signature key; then what the others sent, and what came of it.
nlohmann::json make_fixture()
{
    base::SeededRandom random(2026);
    auto alice = make_group("alice", random);
    auto bob = add_member(alice, {}, "bob", random);
    auto carol = add_member(bob, {&alice}, "carol", random);

    nlohmann::json fixture;
    fixture["late_message"] = hex(take(bob.encrypt(base::view_of("late"), {}, random)));
    const auto next = take(carol.commit({}, random)).commit;
    for (auto* group : {&alice, &bob, &carol}) REQUIRE_FALSE(apply_commit(*group, next).has_value());
    fixture["skipped_message"] = hex(take(bob.encrypt(base::view_of("skipped"), {}, random)));
    const auto read = take(bob.encrypt(base::view_of("read"), {}, random));
    REQUIRE(take(read_text(alice, read)) == "read");
    fixture["read_message"] = hex(read);
    fixture["next_message"] = hex(take(bob.encrypt(base::view_of("next"), {}, random)));

    const auto update = take(alice.propose_update(random, WireFormat::private_message, make_identity("alice", random)));
    REQUIRE(bob.process(update).has_value());
    REQUIRE(carol.process(update).has_value());
    const auto newcomer = make_key_package("dave", random);
    fixture["key_package_private"] = hex(newcomer.serialize().view());
    CommitRequest request;
    request.add.push_back(newcomer.key_package);
    request.identity = make_identity("alice", random);
    fixture["pending_commit"] = hex(take(alice.commit(request, random)).commit);
    fixture["epoch"] = alice.epoch().value();
    fixture["epoch_authenticator"] = hex(alice.epoch_authenticator());
    for (const auto& member : alice.members()) fixture["members"].push_back(base::to_text(member.credential.content));
    fixture["records"] = records_of(alice);

    request.identity.reset();
    const auto rival = take(bob.commit(request, random));   // takes in the update
    fixture["rival_commit"] = hex(rival.commit);
    fixture["rival_welcome"] = hex(*rival.welcome);
    REQUIRE(bob.merge_pending().has_value());
    fixture["rival_epoch_authenticator"] = hex(bob.epoch_authenticator());

    REQUIRE_FALSE(apply_commit(carol, rival.commit).has_value());
    request = {};
    request.remove.push_back(carol.own_leaf());
    REQUIRE(apply_commit(carol, take(bob.commit(request, random)).commit) == Error::removed_from_group);
    fixture["removed_records"] = records_of(carol);
    request = {};
    request.reinit = ReInit{Bytes{1, 2, 3}, ProtocolVersion::mls10, kSuite.id(), {}};
    take(bob.commit(request, random));
    REQUIRE(bob.merge_pending().has_value());
    fixture["reinitialized_records"] = records_of(bob);
    return fixture;
}

void check_fixture(const nlohmann::json& fixture)
{
    auto alice = take(Group::load(store_of(fixture.at("records"))));
    CHECK(alice.epoch().value() == fixture.at("epoch").get<std::uint64_t>());
    CHECK(alice.epoch_authenticator() == hex_field(fixture, "epoch_authenticator"));
    const auto members = alice.members();
    REQUIRE(members.size() == fixture.at("members").size());
    for (std::size_t i = 0; i < members.size(); ++i)
        CHECK(base::to_text(members[i].credential.content) == fixture.at("members")[i].get<std::string>());

    CHECK(take(read_text(alice, hex_field(fixture, "late_message"))) == "late");
    CHECK(take(read_text(alice, hex_field(fixture, "skipped_message"))) == "skipped");
    CHECK(take(read_text(alice, hex_field(fixture, "next_message"))) == "next");
    CHECK(read_text(alice, hex_field(fixture, "read_message")).error() == Error::replayed);

    REQUIRE(alice.has_pending_commit());
    CHECK(std::holds_alternative<OwnCommit>(take(alice.process(hex_field(fixture, "pending_commit")))));
    CHECK_FALSE(apply_commit(alice, hex_field(fixture, "rival_commit")).has_value());
    CHECK(alice.epoch_authenticator() == hex_field(fixture, "rival_epoch_authenticator"));

    // The other way out of the same records: our pending commit came first.
    auto winner = take(Group::load(store_of(fixture.at("records"))));
    CHECK(winner.merge_pending().has_value());
    CHECK(winner.epoch().value() == fixture.at("epoch").get<std::uint64_t>() + 1);
    CHECK(winner.members().size() == 4);

    base::SeededRandom random(1);
    const auto newcomer = take(KeyPackagePrivate::parse(hex_field(fixture, "key_package_private")));
    auto dave = take(Group::join(hex_field(fixture, "rival_welcome"), newcomer, random));
    CHECK(dave.epoch_authenticator() == alice.epoch_authenticator());
    CHECK(take(read_text(alice, take(dave.encrypt(base::view_of("hello"), {}, random)))) == "hello");
    CHECK(take(read_text(dave, take(alice.encrypt(base::view_of("hello"), {}, random)))) == "hello");

    auto removed = take(Group::load(store_of(fixture.at("removed_records"))));
    CHECK_FALSE(removed.is_member());
    CHECK(removed.encrypt({}, {}, random).error() == Error::removed_from_group);

    if (!fixture.contains("reinitialized_records")) return;   // since version 2
    auto reinitialized = take(Group::load(store_of(fixture.at("reinitialized_records"))));
    REQUIRE(reinitialized.reinit().has_value());
    CHECK(reinitialized.reinit()->group_id == Bytes{1, 2, 3});
    CHECK(reinitialized.encrypt({}, {}, random).error() == Error::reinitialized);
}

}  // namespace

TEST_SUITE("mls.stored_format")
{
    TEST_CASE("every stored format there ever was is read")
    {
        for (int version = 1; version <= records::kVersion; ++version) {
            const auto path = std::filesystem::path(kFolder) / ("records-v" + std::to_string(version) + ".json");
            CAPTURE(path.string());
            std::ifstream stream(path, std::ios::binary);
            REQUIRE(stream.good());
            const auto fixture = nlohmann::json::parse(stream, nullptr, false);
            REQUIRE_FALSE(fixture.is_discarded());
            CHECK(hex_field(fixture.at("records"), "epoch")[0] == version);
            check_fixture(fixture);
        }
    }

    TEST_CASE("today's version reads what it writes, and writes its own fixture when asked")
    {
        const auto fixture = make_fixture();
        check_fixture(fixture);
        const char* const path = std::getenv("SINETTI_WRITE_FIXTURE");
        if (path == nullptr) return;
        REQUIRE_FALSE(std::filesystem::exists(path));
        std::ofstream(path, std::ios::binary) << fixture.dump(1) << '\n';
    }
}
