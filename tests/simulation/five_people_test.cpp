#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using Lines = std::vector<std::string>;

}  // namespace

TEST_SUITE("simulation.five_people")
{
    TEST_CASE("five people found, enrol, talk in a group and in pairs, lose a member, reload and work offline")
    {
        World world(1);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daavid", "Eero"});
        auto *aino = people[0], *bertta = people[1], *cecilia = people[2], *daavid = people[3], *eero = people[4];
        for (auto* client : people) {
            CHECK(client->people.size() == 5);
            CHECK(client->session.organisation == "Virasto");
        }
        CHECK(aino->session.administrator);
        CHECK_FALSE(bertta->session.administrator);
        CHECK(aino->invitations.size() == 4);
        CHECK(std::ranges::all_of(aino->invitations, [](const api::Invitation& invitation) { return invitation.used && invitation.fragment.empty(); }));

        bertta->submit(api::CreateConversation{api::ConversationKind::group, "Hallitusviisikko",
                                               {bertta->person("Aino"), bertta->person("Cecilia"), bertta->person("Daavid"), bertta->person("Eero")}});
        world.settle();
        REQUIRE(bertta->conversation_ready.has_value());
        for (auto* client : people) {
            const auto* group = client->conversation("Hallitusviisikko");
            REQUIRE_MESSAGE(group != nullptr, client->name());
            CHECK(group->members.size() == 5);
            CHECK(group->active);
        }
        const auto group = bertta->conversation_ready->conversation;

        bertta->submit(api::SendText{group, "Huomenta!"});
        world.settle();
        aino->submit(api::SendText{group, "No huomenta 👍🏽"});
        eero->submit(api::SendText{group, std::string(20'000, 'e')});
        world.settle();
        CHECK(aino->conversation("Hallitusviisikko")->unread == 2);
        const auto lines = bertta->texts("Hallitusviisikko");
        CHECK(lines.size() == 4);
        for (auto* client : people) CHECK(client->texts("Hallitusviisikko") == lines);
        CHECK(aino->conversation("Hallitusviisikko")->unread == 0);

        // Two people, and again: the same conversation.
        cecilia->submit(api::CreateConversation{api::ConversationKind::direct, "", {cecilia->person("Daavid")}});
        world.settle();
        const auto direct = cecilia->conversation_ready->conversation;
        daavid->submit(api::CreateConversation{api::ConversationKind::direct, "", {daavid->person("Cecilia")}});
        world.settle();
        CHECK(daavid->conversation_ready->conversation == direct);
        daavid->submit(api::SendText{direct, "kahden kesken"});
        world.settle();
        CHECK(cecilia->texts("Daavid") == Lines{"[Cecilia created]", "Daavid: kahden kesken"});
        CHECK(aino->conversations.size() == 1);

        // Renamed by one, seen by all.
        daavid->submit(api::RenameConversation{group, "Viisikko"});
        world.settle();
        for (auto* client : people) CHECK(client->conversation("Viisikko") != nullptr);

        // One is removed and reads nothing that is said afterwards.
        aino->submit(api::RemoveMember{group, aino->person("Eero")});
        world.settle();
        aino->submit(api::SendText{group, "Eero ei näe tätä"});
        world.settle();
        CHECK_FALSE(eero->conversation("Viisikko")->active);
        auto eeros = eero->texts("Viisikko");
        CHECK(eeros.back() == "[Aino removed us]");
        CHECK(std::ranges::none_of(eeros, [](const std::string& line) { return line.find("ei näe") != std::string::npos; }));
        CHECK(bertta->texts("Viisikko").back() == "Aino: Eero ei näe tätä");
        CHECK(bertta->conversation("Viisikko")->members.size() == 4);
        eero->submit(api::SendText{group, "kuuleeko kukaan"});
        world.settle();
        CHECK(eero->noticed(api::Code::removed_from_conversation));

        // And is let in again: the history stays, what was missed stays missed.
        aino->submit(api::AddMembers{group, {aino->person("Eero")}});
        world.settle();
        CHECK(eero->conversation("Viisikko")->active);
        aino->submit(api::SendText{group, "tervetuloa takaisin"});
        eero->submit(api::SendText{group, "kiitos"});
        world.settle();
        eeros = eero->texts("Viisikko");
        CHECK(std::ranges::find(eeros, "Aino: tervetuloa takaisin") != eeros.end());
        CHECK(std::ranges::none_of(eeros, [](const std::string& line) { return line.find("ei näe") != std::string::npos; }));

        // Reload: everything is there, without the relay too.
        const auto before = cecilia->texts("Viisikko");
        cecilia->crash();
        world.relay_is_down = true;
        world.relay.restart();
        world.settle();
        cecilia->start();
        world.settle();
        CHECK(cecilia->phase() == api::Phase::locked);
        cecilia->submit(api::Unlock{}, "väärä salasana tässä");
        world.settle();
        CHECK(cecilia->last_error == api::Code::wrong_passphrase);
        CHECK(cecilia->phase() == api::Phase::locked);
        cecilia->submit(api::Unlock{}, kPassphrase);
        world.settle();
        REQUIRE(cecilia->phase() == api::Phase::open);
        CHECK(cecilia->connection.state != api::ConnectionState::connected);
        CHECK(cecilia->texts("Viisikko") == before);
        for (const auto* text : {"yksi", "kaksi", "kolme"}) cecilia->submit(api::SendText{group, text});
        world.settle();
        CHECK(cecilia->connection.waiting == 3);
        CHECK(cecilia->texts("Viisikko").back() == "Cecilia: kolme (waiting)");

        // The relay is back: they go out once and in order, also over another reload.
        cecilia->crash();
        cecilia->start();
        cecilia->submit(api::Unlock{}, kPassphrase);
        world.relay_is_down = false;
        world.settle();
        CHECK(cecilia->connection.waiting == 0);
        const auto after = bertta->texts("Viisikko");
        REQUIRE(after.size() >= 3);
        CHECK(Lines(after.end() - 3, after.end()) == Lines{"Cecilia: yksi", "Cecilia: kaksi", "Cecilia: kolme"});
        CHECK(cecilia->texts("Viisikko") == after);
        CHECK(world.relay.tags_refused == 0);
        for (auto* client : people) CHECK_FALSE(client->noticed(api::Code::conversation_damaged));
    }

    TEST_CASE("what comes while nobody looks at the open conversation is unread, over a reload too, until somebody looks")
    {
        World world(2);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto group = make_group(world, people, "Ryhmä");
        const auto say = [&](const std::string& text) {
            aino.submit(api::SendText{group, text});
            world.settle();
            return bertta.conversation("Ryhmä")->unread;
        };
        bertta.submit(api::OpenConversation{group});
        CHECK(say("yksi") == 0);
        bertta.submit(api::Look{false});
        CHECK(say("kaksi") == 1);
        CHECK(say("kolme") == 2);
        CHECK(bertta.shown[group].size() == 4);   // it is on the screen all the same
        bertta.submit(api::Look{true});
        world.settle();
        CHECK(bertta.conversation("Ryhmä")->unread == 0);
        bertta.submit(api::Look{false});
        CHECK(say("neljä") == 1);
        reopen(world, bertta);
        CHECK(bertta.conversation("Ryhmä")->unread == 1);
        bertta.submit(api::OpenConversation{group});
        world.settle();
        CHECK(bertta.conversation("Ryhmä")->unread == 0);
        CHECK(say("viisi") == 0);   // whoever begins looks
    }
}
