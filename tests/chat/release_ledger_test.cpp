#include "chat/release_ledger.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::chat;

namespace {

constexpr PublicKey kAino{1}, kBertta{2}, kEero{3};
using Kind = ReleaseAlarm::Kind;

constexpr base::UnixMilliseconds day(std::int64_t n) { return {(20'000 + n) * 24 * 3600 * 1000}; }
Release release(std::uint64_t number, std::uint8_t hash = 1) { return {number, {hash}}; }
Releases both(const Release& one) { return {one, one}; }

PublicKey somebody(std::size_t n)
{
    PublicKey key{7};
    key[1] = static_cast<std::uint8_t>(n);
    key[2] = static_cast<std::uint8_t>(n >> 8);
    return key;
}

}  // namespace

TEST_SUITE("chat.release_ledger")
{
    TEST_CASE("a roll-out, some on the old release and some on the new one, is silent however long it takes")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(1)), day(0));
        ledger.hear(kAino, both(release(1)), day(0));
        ledger.hear(kBertta, {release(1), release(2)}, day(1));
        ledger.look({release(1), release(2)}, day(1));
        ledger.hear(kAino, both(release(2)), day(1));
        for (int i = 2; i < 40; ++i) {
            ledger.look(both(release(2)), day(i));
            ledger.hear(kBertta, {release(1), release(2)}, day(i));
        }
        CHECK(ledger.alarms().empty());
        CHECK(ledger.others_with(release(2), kEero) == 2);
        CHECK(ledger.others_with(release(2), kAino) == 1);
    }

    TEST_CASE("a release that was there for some hours, and that several were offered, is no matter")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(1)), day(0));
        ledger.hear(kAino, {release(1), release(2)}, day(0));
        ledger.hear(kBertta, {release(1), release(2)}, day(0));
        for (int i = 1; i < 40; ++i) ledger.look(both(release(3)), day(i));
        CHECK(ledger.alarms().empty());
    }

    TEST_CASE("another hash for a number of ours is a fork, whichever came first, and names who speaks of it")
    {
        ReleaseLedger ledger;
        SUBCASE("ours was first")
        {
            ledger.look(both(release(5, 1)), day(0));
            ledger.hear(kAino, {release(4), release(5, 2)}, day(0));
        }
        SUBCASE("theirs was first")
        {
            ledger.hear(kAino, {release(4), release(5, 2)}, day(0));
            CHECK(ledger.alarms().empty());
            ledger.look(both(release(5, 1)), day(0));
        }
        REQUIRE(ledger.alarms().size() == 1);
        const auto& alarm = ledger.alarms().front();
        CHECK(alarm.kind == Kind::fork);
        CHECK(alarm.release == release(5, 2));
        CHECK(alarm.other == release(5, 1).hash);
        CHECK(alarm.other_is_ours);
        CHECK(alarm.people == std::vector<PublicKey>{kAino});
        CHECK_FALSE(alarm.told);
        // Who says the same joins it; it is not raised again.
        ledger.set_told();
        ledger.hear(kBertta, both(release(5, 2)), day(0));
        REQUIRE(ledger.alarms().size() == 1);
        CHECK(alarm.people == std::vector<PublicKey>{kAino, kBertta});
        CHECK(ledger.alarms().front().told);
    }

    TEST_CASE("two hashes for one number that the relay offers to ourselves are a fork that nobody is named for")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(5, 1)), day(0));
        ledger.look({release(5, 1), release(5, 2)}, day(0));
        REQUIRE(ledger.alarms().size() == 1);
        CHECK(ledger.alarms().front().people.empty());
        CHECK(ledger.alarms().front().release == release(5, 2));
        CHECK(ledger.alarms().front().other_is_ours);
        // Others who have either are no news.
        ledger.hear(kAino, both(release(5, 1)), day(0));
        ledger.hear(kBertta, both(release(5, 2)), day(0));
        CHECK(ledger.alarms().size() == 1);
    }

    TEST_CASE("two others who were given different releases of one number are told apart, though we were given neither")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(1)), day(0));
        ledger.hear(kAino, {release(1), release(5, 1)}, day(0));
        ledger.hear(kBertta, {release(1), release(5, 2)}, day(0));
        ledger.hear(kEero, {release(1), release(5, 1)}, day(0));
        REQUIRE(ledger.alarms().size() == 1);
        CHECK_FALSE(ledger.alarms().front().other_is_ours);
        CHECK(ledger.alarms().front().people == std::vector<PublicKey>{kBertta});
        ledger.look({release(1), release(5, 1)}, day(1));
        REQUIRE(ledger.alarms().size() == 1);
        CHECK(ledger.alarms().front().other_is_ours);
    }

    TEST_CASE("what one person alone was offered, and we never on seven later days on which we looked, is told on the seventh")
    {
        ReleaseLedger ledger;
        std::uint64_t number = 9;   // newer than ours
        SUBCASE("newer than ours") {}
        SUBCASE("older than ours") { number = 1; }
        ledger.look(both(release(2)), day(0));
        ledger.hear(kAino, {release(2), release(number, 7)}, day(0));
        for (int i = 0; i < 20; ++i) ledger.look(both(release(2)), day(0));   // one day, however often
        for (int i = 1; i < api::kLonelyReleaseDays; ++i) ledger.look(both(release(2)), day(3 * i));
        CHECK(ledger.alarms().empty());
        ledger.look(both(release(2)), day(3 * api::kLonelyReleaseDays));
        REQUIRE(ledger.alarms().size() == 1);
        CHECK(ledger.alarms().front().kind == Kind::lonely);
        CHECK(ledger.alarms().front().release == release(number, 7));
        CHECK(ledger.alarms().front().people == std::vector<PublicKey>{kAino});
        CHECK_FALSE(ledger.alarms().front().other.has_value());
    }

    TEST_CASE("what several were offered and is newer than all we ever were is told as well: it may be we who are kept back")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(2)), day(0));
        for (const auto& person : {kAino, kBertta}) ledger.hear(person, {release(2), release(3)}, day(0));
        for (int i = 1; i <= api::kLonelyReleaseDays; ++i) ledger.look(both(release(2)), day(i));
        REQUIRE(ledger.alarms().size() == 1);
        CHECK(ledger.alarms().front().release == release(3));
    }

    TEST_CASE("days without a look, and what somebody only runs, do not count")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(2)), day(0));
        ledger.hear(kAino, {release(1, 9), release(2)}, day(0));   // has been away for long
        ledger.hear(kBertta, {release(2), release(8)}, day(0));
        for (int i = 1; i < 40; ++i) ledger.look({release(2), {}}, day(i));   // the relay is not to be reached
        CHECK(ledger.alarms().empty());
    }

    TEST_CASE("whatever is claimed, and by however many, what is kept is bounded, and an alarm is not crowded out")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(5, 1)), day(0));
        ledger.hear(kBertta, both(release(5, 2)), day(0));
        REQUIRE(ledger.alarms().size() == 1);
        // One who claims something else each time raises two alarms of their own, and keeps four claims.
        for (std::uint8_t hash = 10; hash < 250; ++hash) ledger.hear(kEero, both(release(5, hash)), day(0));
        CHECK(ledger.alarms().size() == 1 + kAlarmsPerPerson);
        CHECK(std::ranges::count_if(ledger.alarms(), [](const ReleaseAlarm& alarm) { return alarm.people.front() == kEero; }) == kAlarmsPerPerson);
        for (std::size_t n = 0; n < 2'000; ++n) ledger.hear(somebody(n), {release(1000 + n), release(5, static_cast<std::uint8_t>(n))}, day(0));
        CHECK(ledger.alarms().size() == kReleaseAlarmsMax);
        CHECK(ledger.alarms().front().people.front() == kBertta);
        for (const auto& alarm : ledger.alarms()) CHECK(alarm.people.size() <= kAlarmPeopleMax);
        for (std::size_t n = 0; n < 500; ++n) ledger.look(both(release(10'000 + n)), day(0));
        const auto record = ledger.serialize();
        CHECK(record.size() < 32'000);
        const auto again = ReleaseLedger::parse(record.view());
        REQUIRE(again.has_value());
        CHECK(*again == ledger);
    }

    TEST_CASE("claims without a number, or with one too large for JSON, are not heard")
    {
        ReleaseLedger ledger;
        const auto before = ledger.serialize();
        ledger.hear(kAino, {release(0, 1), release(kReleaseNumberMax + 1, 1)}, day(0));
        CHECK(base::equal(ledger.serialize().view(), before.view()));
    }

    TEST_CASE("an alarm goes when it was told and is old, and not before both")
    {
        ReleaseLedger ledger;
        ledger.look(both(release(5, 1)), day(0));
        ledger.hear(kAino, both(release(5, 2)), day(0));
        ledger.look(both(release(5, 1)), day(kAlarmKeptDays));
        CHECK(ledger.alarms().size() == 1);
        ledger.set_told();
        ledger.look(both(release(5, 1)), day(kAlarmKeptDays + 1));
        CHECK(ledger.alarms().empty());
    }

    TEST_CASE("an offer is said for half a day after it was looked at, what runs for as long as it does")
    {
        ReleaseLedger ledger;
        CHECK(ledger.to_say(day(0)).empty());
        ledger.look(both(release(5)), day(0));
        CHECK(ledger.to_say({day(0).value + kOfferFresh}) == both(release(5)));
        CHECK(ledger.to_say({day(0).value + kOfferFresh + 1}) == Releases{release(5), {}});
    }

    TEST_CASE("the record survives writing and reading, and is refused when it is cut, too long or of another version")
    {
        ReleaseLedger ledger;
        ledger.look({release(5, 1), release(6, 1)}, day(0));
        ledger.hear(kAino, {release(5, 2), release(9, 2)}, day(0));
        ledger.look({release(6, 1), release(6, 3)}, day(1));
        const auto record = ledger.serialize();
        const auto again = ReleaseLedger::parse(record.view());
        REQUIRE(again.has_value());
        CHECK(*again == ledger);
        CHECK(again->alarms().size() == 2);
        for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(ReleaseLedger::parse(record.view().first(size)).has_value());
        auto longer = base::to_bytes(record.view());
        longer.push_back(0);
        CHECK_FALSE(ReleaseLedger::parse(longer).has_value());
        auto version = base::to_bytes(record.view());
        version[1] = 2;
        CHECK_FALSE(ReleaseLedger::parse(version).has_value());
        CHECK(ReleaseLedger::load({}) == ReleaseLedger());
    }
}
