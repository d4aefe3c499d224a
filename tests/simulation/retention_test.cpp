// Clients that were away for longer than the relay keeps what is written.

#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

void fill(World& world, std::size_t cells)
{
    for (std::size_t i = 0; i < cells; ++i) world.relay.append_raw(1, world.random.array<1024>());
}

// Everything in whole blocks that is on the board now.
void cut(World& world)
{
    const auto length = world.relay.board(1).entries.size();
    world.relay.cut(1, length - length % wire::kBlockEntries);
}

std::size_t times(const std::vector<std::string>& lines, const std::string& line) { return static_cast<std::size_t>(std::ranges::count(lines, line)); }

}  // namespace

TEST_SUITE("simulation.retention")
{
    TEST_CASE("who missed messages is told so once, and goes on when another member writes")
    {
        World world(300);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        people[1]->set_offline(true);
        // More than a window of tags.
        for (int i = 0; i < 100; ++i) people[0]->submit(api::SendText{group, "viesti " + std::to_string(i)});
        world.settle();
        fill(world, 400);
        cut(world);
        people[1]->notices.clear();
        people[1]->set_offline(false);
        world.settle();
        CHECK(people[1]->connection.state == api::ConnectionState::connected);
        CHECK(std::ranges::count(people[1]->notices, api::Code::messages_gone, &api::NoticeEvent::code) == 1);
        CHECK_FALSE(people[1]->noticed(api::Code::relay_fork));
        CHECK(people[1]->texts("Ryhmä") == std::vector<std::string>{"[Aino created]", "[messages gone]"});

        // Whether the others are still in the same epoch is not known yet: nothing leaves, and a restart changes nothing about it.
        people[1]->submit(api::SendText{group, "olen takaisin"});
        world.settle(5'000);
        CHECK(people[1]->connection.waiting == 1);
        people[1]->crash();
        people[1]->start();
        world.run_steps(3);
        people[1]->submit(api::Unlock{}, kPassphrase);
        world.settle();
        CHECK(people[1]->connection.waiting == 1);
        CHECK(people[0]->texts("Ryhmä").back() == "Aino: viesti 99");

        people[0]->submit(api::SendText{group, "tervetuloa"});
        world.settle();
        CHECK(people[1]->connection.waiting == 0);
        CHECK(times(people[1]->texts("Ryhmä"), "Aino: tervetuloa") == 1);
        CHECK(times(people[1]->texts("Ryhmä"), "[messages gone]") == 1);
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: olen takaisin");
        people[0]->submit(api::SendText{group, "jatketaan"});
        world.settle();
        CHECK(people[1]->texts("Ryhmä").back() == "Aino: jatketaan");
    }

    TEST_CASE("who missed a change of members waits, and goes on when added again")
    {
        World world(301);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        const auto group = make_group(world, {people[0], people[1]}, "Ryhmä");
        people[1]->set_offline(true);
        people[0]->submit(api::AddMembers{group, {people[0]->person("Cecilia")}});
        world.settle();
        fill(world, 300);
        cut(world);
        people[1]->set_offline(false);
        world.settle();
        CHECK(people[1]->texts("Ryhmä").back() == "[messages gone]");
        people[1]->submit(api::SendText{group, "kuuleeko kukaan?"});
        people[0]->submit(api::SendText{group, "Bertta ei kuule tätä"});
        world.settle(20'000);
        CHECK(people[1]->connection.waiting == 1);
        CHECK(people[2]->texts("Ryhmä").back() == "Aino: Bertta ei kuule tätä");

        people[0]->submit(api::RemoveMember{group, people[0]->person("Bertta")});
        world.settle();
        people[0]->submit(api::AddMembers{group, {people[0]->person("Bertta")}});
        world.settle();
        CHECK(people[1]->connection.waiting == 0);
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: kuuleeko kukaan?");
        CHECK(people[2]->texts("Ryhmä").back() == "Bertta: kuuleeko kukaan?");
        people[2]->submit(api::SendText{group, "kuuluu"});
        world.settle();
        CHECK(people[1]->texts("Ryhmä").back() == "Cecilia: kuuluu");
        // And all of it is stored as it should be.
        people[1]->crash();
        people[1]->start();
        world.run_steps(3);
        people[1]->submit(api::Unlock{}, kPassphrase);
        world.settle();
        REQUIRE(people[1]->phase() == api::Phase::open);
        people[1]->submit(api::SendText{group, "hyvä"});
        world.settle();
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: hyvä");
    }

    TEST_CASE("an invitation after the missed ones is still found")
    {
        World world(302);
        const auto people = found(world, {"Aino", "Bertta"});
        people[1]->set_offline(true);
        std::vector<api::ConversationId> missed;
        for (int i = 0; i < 40; ++i) make_group(world, people, "Kadonnut " + std::to_string(i));
        fill(world, 300);
        cut(world);
        people[1]->set_offline(false);
        world.settle();
        CHECK(people[1]->conversations.empty());
        CHECK(people[1]->noticed(api::Code::messages_gone));
        const auto group = make_group(world, people, "Uusi");
        people[1]->submit(api::SendText{group, "tässä olen"});
        world.settle();
        CHECK(people[0]->texts("Uusi").back() == "Bertta: tässä olen");
    }

    TEST_CASE("a newcomer begins at the cut, and nothing is missing for them")
    {
        World world(303);
        auto people = found(world, {"Aino"});
        fill(world, 600);
        cut(world);
        world.settle();
        auto& aino = *people[0];
        aino.submit(api::CreateInvitation{"Bertta"});
        world.settle();
        REQUIRE(aino.invitation_ready.has_value());
        auto& bertta = world.add("Bertta");
        bertta.start();
        world.run_steps(3);
        bertta.submit(api::OpenLink{aino.invitation_ready->invitation.fragment});
        world.settle();
        bertta.submit(api::Enrol{"Bertta", ""}, kPassphrase);
        world.settle();
        REQUIRE(bertta.phase() == api::Phase::open);
        CHECK(bertta.connection.state == api::ConnectionState::connected);
        CHECK_FALSE(bertta.noticed(api::Code::messages_gone));
        const auto group = make_group(world, {&aino, &bertta}, "Ryhmä");
        bertta.submit(api::SendText{group, "hei"});
        world.settle();
        CHECK(aino.texts("Ryhmä").back() == "Bertta: hei");
        fill(world, 600);
        world.settle();
        bertta.crash();
        bertta.start();
        world.run_steps(3);
        bertta.submit(api::Unlock{}, kPassphrase);
        world.settle();
        CHECK(bertta.connection.state == api::ConnectionState::connected);
        CHECK(bertta.texts("Ryhmä").back() == "Bertta: hei");
    }
}
