// Which release of the app each one runs and is offered, as it goes through their messages.

#include "tests/simulation/devices.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

api::Release release(std::uint64_t number, char hash = 'a') { return {"0.1.0", number, std::string(64, hash)}; }

void reports(Client& client, const api::Release& running, const api::Release& offered) { client.submit(api::ReportReleases{running, offered}); }

void say_in(World& world, Client& client, const api::ConversationId& group, const std::string& text)
{
    client.submit(api::SendText{group, text});
    world.settle();
}

void starts_again(World& world, Client& client)
{
    client.crash();
    client.releases = {};
    client.start();
    world.run_steps(3);
    client.submit(api::Unlock{}, kPassphrase);
    world.settle();
    REQUIRE(client.phase() == api::Phase::open);
}

}  // namespace

TEST_SUITE("simulation.releases")
{
    TEST_CASE("another build of the same number for one person is an alarm on both sides, names who says so, and survives a restart")
    {
        World world(900);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        for (auto* client : people) reports(*client, release(7), release(7));
        say_in(world, *people[0], group, "Huomenta");
        say_in(world, *people[1], group, "Huomenta Aino");
        for (auto* client : people) {
            CHECK(client->releases.alarms.empty());
            CHECK(client->releases.others == 1);
            CHECK(client->releases.running.hash == release(7).hash);
        }

        // A new release; Bertta is offered a build of her own.
        reports(*people[0], release(7), release(8, 'b'));
        reports(*people[1], release(7), release(8, 'c'));
        CHECK(people[1]->releases.alarms.empty());
        say_in(world, *people[1], group, "Mitä uutta?");
        REQUIRE(people[0]->releases.alarms.size() == 1);
        CHECK(people[1]->releases.alarms.empty());   // Aino has said nothing since
        say_in(world, *people[0], group, "Ei mitään");
        for (std::size_t i = 0; i < 2; ++i) {
            CAPTURE(i);
            const auto check = [&](bool told) {
                REQUIRE(people[i]->releases.alarms.size() == 1);
                const auto& alarm = people[i]->releases.alarms.front();
                CHECK(alarm.kind == api::ReleaseAlarmKind::fork);
                CHECK(alarm.number == 8);
                CHECK(alarm.hash == std::string(64, i == 0 ? 'c' : 'b'));
                CHECK(alarm.other == std::string(64, i == 0 ? 'b' : 'c'));
                CHECK(alarm.ours);
                CHECK(alarm.people == std::vector<api::PersonId>{people[i]->person(i == 0 ? "Bertta" : "Aino")});
                CHECK(alarm.told == told);
            };
            check(false);
            starts_again(world, *people[i]);
            check(false);   // nobody has seen it
            people[i]->submit(api::SawReleaseAlarms{});
            world.settle();
            check(true);
            starts_again(world, *people[i]);
            check(true);
        }
        // The client goes on working.
        say_in(world, *people[1], group, "Selvä");
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: Selvä");
    }

    TEST_CASE("who is offered two builds of one number is told at once, and so are the others with their next message")
    {
        World world(901);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        for (auto* client : people) reports(*client, release(7), release(7));
        reports(*people[1], release(7), release(7, 'c'));
        world.settle();
        REQUIRE(people[1]->releases.alarms.size() == 1);
        CHECK(people[1]->releases.alarms.front().people.empty());
        say_in(world, *people[1], group, "Hei");
        REQUIRE(people[0]->releases.alarms.size() == 1);
        CHECK(people[0]->releases.alarms.front().people == std::vector<api::PersonId>{people[0]->person("Bertta")});
        CHECK(people[0]->releases.alarms.front().hash == std::string(64, 'c'));
    }

    TEST_CASE("a roll-out over days is silent, whoever comes to it first")
    {
        World world(902);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        const auto group = make_group(world, people, "Ryhmä");
        for (int day = 0; day < 12; ++day) {
            for (std::size_t i = 0; i < 3; ++i) {
                const bool is_offered = day >= static_cast<int>(2 * i);
                const bool has_loaded = day >= static_cast<int>(3 * i);
                reports(*people[i], release(has_loaded ? 8 : 7, has_loaded ? 'b' : 'a'), release(is_offered ? 8 : 7, is_offered ? 'b' : 'a'));
                say_in(world, *people[i], group, "päivä " + std::to_string(day));
            }
            world.advance(kDay);
            world.settle();
        }
        for (auto* client : people) {
            CHECK(client->releases.alarms.empty());
            CHECK(client->releases.others == 2);
        }
    }

    TEST_CASE("what one person is offered and nobody else ever is, the others are told after seven days here")
    {
        World world(903);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        reports(*people[0], release(7), release(7));
        reports(*people[1], release(7), release(9, 'e'));
        say_in(world, *people[1], group, "Hei");
        for (int day = 1; day <= 7; ++day) {
            CHECK(people[0]->releases.alarms.empty());
            world.advance(kDay);
            reports(*people[0], release(7), release(7));
            world.settle();
        }
        REQUIRE(people[0]->releases.alarms.size() == 1);
        const auto& alarm = people[0]->releases.alarms.front();
        CHECK(alarm.kind == api::ReleaseAlarmKind::lonely);
        CHECK(alarm.number == 9);
        CHECK(alarm.other.empty());
        CHECK(alarm.people == std::vector<api::PersonId>{people[0]->person("Bertta")});
        starts_again(world, *people[0]);
        CHECK(people[0]->releases.alarms.size() == 1);
    }

    TEST_CASE("another device of one's own is compared as well")
    {
        World world(904);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        auto& laptop = sign_in(world, *people[0], "Aino 2");
        world.settle();
        REQUIRE(laptop.conversation("Ryhmä") != nullptr);
        reports(*people[0], release(7), release(7));
        reports(laptop, release(7, 'f'), release(7, 'f'));
        say_in(world, laptop, group, "Uudelta koneelta");
        REQUIRE(people[0]->releases.alarms.size() == 1);
        CHECK(people[0]->releases.alarms.front().people == std::vector<api::PersonId>{people[0]->session.me});
        CHECK(people[0]->releases.others == 0);   // nobody else has said anything
    }

    TEST_CASE("it costs no cell: the first message of a day says it, in the room it has, and the next ones do not")
    {
        World world(905);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        const auto cells_of = [&](std::size_t letters) {
            const auto before = world.relay.board(1).entries.size();
            say_in(world, *people[0], group, std::string(letters, 'x'));
            return world.relay.board(1).entries.size() - before;
        };
        // The longest text that fits a cell.
        std::size_t longest = 100;
        while (cells_of(longest + 1) == 1) ++longest;
        CHECK(longest > 400);
        reports(*people[0], release(7), release(7));
        CHECK(cells_of(longest - 42) == 1);
        CHECK(cells_of(longest) == 1);            // says nothing more of it
        world.advance(kDay);
        world.settle();
        reports(*people[0], release(7), release(7));
        CHECK(cells_of(longest) == 2);            // the first of the day
        reports(*people[0], release(7), release(8));
        CHECK(cells_of(longest - 84) == 1);       // news
        CHECK(cells_of(longest) == 1);
        CHECK(people[1]->releases.alarms.empty());
    }

    TEST_CASE("a client that is told of no release, as at a command line, says nothing of one and reads what others say")
    {
        World world(906);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        reports(*people[0], release(7), release(8));
        say_in(world, *people[0], group, "Hei");
        say_in(world, *people[1], group, "Hei itsellesi");
        CHECK(people[1]->texts("Ryhmä").back() == "Bertta: Hei itsellesi");
        CHECK(people[0]->releases.others == 0);
        for (auto* client : people) CHECK(client->releases.alarms.empty());
    }

    TEST_CASE("what is no release is not believed, and what came before the seal was open is not lost")
    {
        World world(907);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        reports(*people[1], release(7), release(7));
        people[0]->crash();
        people[0]->start();
        reports(*people[0], {"x", 0, std::string(64, 'a')}, {"x", 7, "none"});
        world.run_steps(3);
        reports(*people[0], release(7, 'b'), release(7, 'b'));
        people[0]->submit(api::Unlock{}, kPassphrase);
        world.settle();
        say_in(world, *people[0], group, "Huomenta");
        REQUIRE(people[1]->releases.alarms.size() == 1);
        CHECK(people[1]->releases.alarms.front().hash == std::string(64, 'b'));
    }
}
