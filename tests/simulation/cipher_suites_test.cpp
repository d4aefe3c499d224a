// Which suite a conversation gets, and what its larger keys cost in cells.

#include "chat/cells.h"
#include "tests/simulation/world.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

api::ConversationId create_group(World& world, Client& client, std::string title, std::vector<api::PersonId> members)
{
    client.submit(api::CreateConversation{api::ConversationKind::group, std::move(title), std::move(members)});
    world.settle();
    REQUIRE(client.conversation_ready.has_value());
    return client.conversation_ready->conversation;
}

// The relay comes back with another policy for its board.
void set_policy(World& world, std::uint16_t cipher_suite)
{
    world.relay.cipher_suite = cipher_suite;
    world.relay.restart();
    world.settle();
}

}  // namespace

TEST_SUITE("simulation.cipher_suites")
{
    TEST_CASE("conversations are post-quantum, unless the board's policy names another suite, and keep the suite they began with")
    {
        World world(11);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto *aino = people[0], *bertta = people[1], *cecilia = people[2];
        const auto first = create_group(world, *aino, "Ensimmäinen", {aino->person("Bertta")});
        for (auto* client : {aino, bertta}) CHECK(client->conversation("Ensimmäinen")->post_quantum);

        set_policy(world, 0x0003);
        const auto second = create_group(world, *bertta, "Toinen", {bertta->person("Aino")});
        for (auto* client : {aino, bertta}) CHECK_FALSE(client->conversation("Toinen")->post_quantum);

        // A newcomer is added with the key package of the conversation's own suite.
        aino->submit(api::AddMembers{first, {aino->person("Cecilia")}});
        bertta->submit(api::AddMembers{second, {bertta->person("Cecilia")}});
        world.settle();
        REQUIRE(cecilia->conversation("Ensimmäinen") != nullptr);
        REQUIRE(cecilia->conversation("Toinen") != nullptr);
        CHECK(cecilia->conversation("Ensimmäinen")->post_quantum);
        CHECK_FALSE(cecilia->conversation("Toinen")->post_quantum);
        cecilia->submit(api::SendText{first, "yksi"});
        cecilia->submit(api::SendText{second, "kaksi"});
        world.settle();
        for (auto* client : people) {
            CHECK(client->texts("Ensimmäinen").back() == "Cecilia: yksi");
            CHECK(client->texts("Toinen").back() == "Cecilia: kaksi");
        }
    }

    TEST_CASE("a policy that names a suite nobody here has makes no conversation and says so")
    {
        World world(12);
        const auto people = found(world, {"Aino", "Bertta"});
        set_policy(world, 0x0a0a);
        people[0]->submit(api::CreateConversation{api::ConversationKind::group, "Ei synny", {people[0]->person("Bertta")}});
        world.settle();
        CHECK(people[0]->noticed(api::Code::suite_unsupported));
        CHECK(people[0]->conversations.empty());
        CHECK(people[1]->conversations.empty());
        set_policy(world, 0);
        create_group(world, *people[0], "Syntyy", {people[0]->person("Bertta")});
        CHECK(people[1]->conversation("Syntyy")->post_quantum);
    }

    TEST_CASE("five people's messages, commits and Welcomes fit a message many times over")
    {
        World world(13);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daavid", "Eero"});
        auto* aino = people[0];
        const auto cells_of = [&](auto&& deed) {
            const auto before = world.relay.board(1).entries.size();
            deed();
            world.settle();
            return world.relay.board(1).entries.size() - before;
        };
        api::ConversationId group;
        const auto founding = cells_of([&] {
            group = create_group(world, *aino, "Viisikko", {aino->person("Bertta"), aino->person("Cecilia"), aino->person("Daavid"), aino->person("Eero")});
        });
        const auto text = cells_of([&] { aino->submit(api::SendText{group, "No huomenta, mitä kuuluu?"}); });
        const auto removal = cells_of([&] { aino->submit(api::RemoveMember{group, aino->person("Eero")}); });
        const auto addition = cells_of([&] { aino->submit(api::AddMembers{group, {aino->person("Eero")}}); });
        CHECK(text == 1);
        CHECK(removal <= 9);
        CHECK(founding <= 4 * 18);           // an invitation for each of the four
        CHECK(addition <= 9 + 18);           // a commit and an invitation
        CHECK(founding / 4 < chat::kFragmentsMax / 20);
        for (auto* client : people) CHECK(client->conversation("Viisikko")->members.size() == 5);
    }
}
