#include "chat/workspace.h"
#include "tests/simulation/archives.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using Lines = std::vector<std::string>;

}  // namespace

TEST_SUITE("simulation.archive")
{
    TEST_CASE("a new device reads what was said before it came, though no other device of its person is there")
    {
        Office office(900);
        auto& world = office.world;
        pass_until_archived(world);
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kMinute);
        REQUIRE(tablet.is_in("Valmius"));
        CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä"});
        CHECK(tablet.noticed(api::Code::history_restored));
        CHECK_FALSE(tablet.noticed(api::Code::archive_damaged));
        say_as(world, office.aino(), "Valmius", "Nyt");
        say_as(world, tablet, "Valmius", "Täällä");
        CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä", "Nyt", "Täällä"});
        CHECK(only_texts(office.aino(), "Valmius") == Lines{"Kokous siirtyy", "Selvä", "Nyt", "Täällä"});
    }

    TEST_CASE("what was said a moment ago is there within a minute when another device of its person is")
    {
        Office office(901);
        auto& world = office.world;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, kMinute, 5'000);
        REQUIRE(tablet.is_in("Valmius"));
        CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä"});
    }

    TEST_CASE("what another device had not left yet when it came, a new one reads within the day")
    {
        Office office(909);
        auto& world = office.world;
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 3 * kHour, 10 * kMinute);
        CHECK(only_texts(tablet, "Valmius").empty());
        office.bertta().set_offline(false);
        pass(world, 9 * kHour, 10 * kMinute);
        CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä"});
    }

    TEST_CASE("the archive survives a restart of every device, and nothing comes twice from two of them")
    {
        Office office(902);
        auto& world = office.world;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 5 * kMinute, 5'000);
        say_as(world, office.aino(), "Valmius", "Molemmille");
        pass_until_archived(world);
        for (auto* client : {&office.bertta(), &tablet}) {
            client->crash();
            client->start();
            world.settle();
            client->submit(api::Unlock{}, kPassphrase);
            world.settle();
        }
        pass_until_archived(world);
        const auto before = office.bertta().texts("Valmius");
        auto& laptop = sign_in(world, office.bertta(), "Bertan kannettava");
        pass(world, 5 * kMinute, 5'000);
        CHECK(only_texts(laptop, "Valmius") == Lines{"Kokous siirtyy", "Selvä", "Molemmille"});
        const auto lines = laptop.texts("Valmius");
        CHECK(std::ranges::count(lines, "[Aino created]") == 1);
        CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä", "Molemmille"});
    }

    TEST_CASE("the archive is written by the clock, also when nothing is said, and each segment looks like every other")
    {
        Office office(903);
        auto& world = office.world;
        pass_until_archived(world);
        const auto first = world.relay.blobs_completed;
        CHECK(first >= 2);   // a device each
        pass_until_archived(world);
        CHECK(world.relay.blobs_completed >= first + 2);
        for (const auto& [address, blob] : world.relay.blobs) {
            CHECK(blob.size_class == 0);
            CHECK(blob.chunks.size() == wire::blob_chunks(0));
        }
        CHECK(world.relay.cells_by_device == 0);
        CHECK(world.relay.tokens_shown_twice == 0);
    }

    TEST_CASE("cut off anywhere while it writes or fetches, a device loses and doubles nothing")
    {
        for (std::size_t steps = 0; steps < 90; steps += 6) {
            CAPTURE(steps);
            Office office(910 + steps);
            auto& world = office.world;
            const auto reopen = [&](Client& client) {
                client.crash();
                client.start();
                world.settle();
                client.submit(api::Unlock{}, kPassphrase);
                world.settle();
            };
            // Some way into writing…
            const auto completed = world.relay.blobs_completed;
            for (int i = 0; i < 60 && world.relay.blobs.empty(); ++i) {
                world.settle();
                world.advance(10 * kMinute);
                world.run_steps(steps);
            }
            reopen(office.bertta());
            pass_until_archived(world);
            CHECK(world.relay.blobs_completed > completed);
            office.bertta().set_offline(true);
            // …and into fetching.
            auto& tablet = add_device(world, office.bertta(), "Bertan tabletti");
            world.settle();
            tablet.submit(api::Unlock{}, kPassphrase);
            world.run_steps(60 + 2 * steps);
            reopen(tablet);
            pass(world, kHour + 30 * kMinute, kMinute);
            REQUIRE(tablet.is_in("Valmius"));
            CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä"});
            CHECK(world.relay.tokens_shown_twice == 0);
        }
    }

    TEST_CASE("a segment that the relay has damaged is said to be, and the rest is read")
    {
        Office office(904);
        auto& world = office.world;
        pass_until_archived(world);
        const auto before = world.relay.blobs;
        say_as(world, office.aino(), "Valmius", "Myöhemmin");
        pass_until_archived(world);
        office.bertta().set_offline(true);
        for (auto& [address, blob] : world.relay.blobs)
            if (before.contains(address)) blob.chunks[3][100] ^= 1;
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kMinute);
        CHECK(tablet.noticed(api::Code::archive_damaged));
        CHECK(only_texts(tablet, "Valmius") == Lines{"Myöhemmin"});
    }

    TEST_CASE("a relay that has no room for blobs takes nothing away from anybody, and gets them later")
    {
        Office office(905);
        auto& world = office.world;
        world.relay.refuses_blobs = wire::Refusal::storage_full;
        pass_until_archived(world);
        CHECK(world.relay.blobs.empty());
        say_as(world, office.aino(), "Valmius", "Edelleen");
        CHECK(only_texts(office.bertta(), "Valmius") == Lines{"Kokous siirtyy", "Selvä", "Edelleen"});
        const auto refused = world.relay.blobs_refused;
        pass(world, 2 * kHour, 5 * kMinute);
        CHECK(world.relay.blobs_refused > refused);
        CHECK(world.relay.blobs_refused - refused <= 2 * (2 * kHour / chat::kArchiveRetry + 1));   // two devices, and not in a hurry
        world.relay.refuses_blobs.reset();
        pass_until_archived(world);
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kMinute);
        CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä", "Edelleen"});
    }

    TEST_CASE("into a conversation that is open, history comes without a gap, and is there as one goes up")
    {
        Office office(912);
        auto& world = office.world;
        Lines said{"Kokous siirtyy", "Selvä"};
        const auto say_many = [&] {
            for (std::size_t i = 0; i < chat::kTimelinePage + 10; ++i) {
                said.push_back(std::to_string(said.size()));
                say_as(world, office.aino(), "Valmius", said.back());
            }
        };
        say_many();
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, kMinute, 5'000);
        REQUIRE(tablet.is_in("Valmius"));
        say_many();
        const auto id = tablet.conversation("Valmius")->id;
        tablet.submit(api::OpenConversation{id});
        tablet.submit(api::OpenConversation{id});   // with nothing unread
        world.settle();
        REQUIRE(tablet.shown[id].size() == chat::kTimelinePage);
        office.bertta().set_offline(false);
        pass(world, 9 * kHour, 10 * kMinute);
        CHECK(tablet.noticed(api::Code::history_restored));
        CHECK(tablet.shown[id].size() == chat::kTimelinePage);
        CHECK(tablet.has_older);
        CHECK(only_texts(tablet, "Valmius") == said);
    }

    TEST_CASE("what the board does not keep any more is not brought back")
    {
        Office office(906);
        auto& world = office.world;
        pass_until_archived(world);
        office.bertta().set_offline(true);
        office.aino().set_offline(true);
        world.advance(31 * chat::kArchiveDay);
        office.aino().set_offline(false);
        world.settle();
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kMinute);
        CHECK(std::ranges::count(only_texts(tablet, "Valmius"), "Selvä") == 0);
    }

    TEST_CASE("a long history takes several segments, and comes back whole and in order")
    {
        Office office(907);
        auto& world = office.world;
        Lines said{"Kokous siirtyy", "Selvä"};
        for (int i = 0; i < 40; ++i) {
            said.push_back(std::to_string(i) + " " + std::string(16'000, 'a'));
            office.aino().submit(api::SendText{office.aino().conversation("Valmius")->id, said.back()});
            world.settle();
        }
        pass_until_archived(world);
        CHECK(world.relay.blobs_completed >= 6);
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kMinute);
        CHECK(only_texts(tablet, "Valmius") == said);
    }

    TEST_CASE("a conversation that its person has left is there to be read, and not to be written in")
    {
        Office office(908);
        auto& world = office.world;
        pass_until_archived(world);
        office.aino().submit(api::RemoveMember{office.aino().conversation("Valmius")->id, office.aino().person("Bertta")});
        world.settle();
        office.bertta().set_offline(true);
        auto& tablet = sign_in(world, office.bertta(), "Bertan tabletti");
        pass(world, 2 * kMinute);
        REQUIRE(tablet.conversation("Valmius") != nullptr);
        CHECK_FALSE(tablet.is_in("Valmius"));
        CHECK(only_texts(tablet, "Valmius") == Lines{"Kokous siirtyy", "Selvä"});
    }
}
