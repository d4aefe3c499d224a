// Several are let in by one commit: each gets an invitation of their own, and all of them the tree once.

#include "chat/shared_tree.h"
#include "tests/simulation/by_hand.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

// Cells between what was there and now.
template<typename Act>
std::size_t cells_of(World& world, const Act& act)
{
    const auto before = cells(world);
    act();
    world.settle();
    return cells(world) - before;
}

}  // namespace

TEST_SUITE("simulation.shared_trees")
{
    TEST_CASE("the tree is on the board once for all whom one commit lets in, at the founding and later")
    {
        World world(901);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daavid", "Eero", "Fanni", "Gabriel"});
        auto& aino = *people[0];
        std::vector<Client*> few(people.begin(), people.begin() + 3), many(people.begin(), people.begin() + 5);
        const auto for_two = cells_of(world, [&] { make_group(world, few, "Kolme"); });
        api::ConversationId group;
        const auto for_four = cells_of(world, [&] { group = make_group(world, many, "Viisi"); });
        // Two more leaves, keys above them and invitations, and not the whole of it twice more.
        CHECK(for_four < 2 * for_two);
        const auto for_one = cells_of(world, [&] { aino.submit(api::AddMembers{group, {aino.person("Fanni")}}); });
        const auto for_two_more = cells_of(world, [&] {
            aino.submit(api::RemoveMember{group, aino.person("Fanni")});
            world.settle();
            aino.submit(api::AddMembers{group, {aino.person("Fanni"), aino.person("Gabriel")}});
        });
        CHECK(for_two_more < 2 * for_one);
        for (auto* client : people) {
            const auto* conversation = client->conversation("Viisi");
            REQUIRE(conversation != nullptr);
            CHECK(conversation->members.size() == 7);
            client->submit(api::SendText{group, "täällä " + client->name()});
            world.settle();
        }
        const auto lines = people[1]->texts("Viisi");
        CHECK(std::ranges::count_if(lines, [](const std::string& line) { return line.find("täällä") != std::string::npos; }) == 7);
        CHECK(std::ranges::equal(std::vector(lines.end() - 7, lines.end()), [&] {
            const auto gabriels = people[6]->texts("Viisi");
            return std::vector(gabriels.end() - 7, gabriels.end());
        }()));
    }

    TEST_CASE("what was said before the tree came is read by those who waited for it")
    {
        World world(902);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1];
        aino.submit(api::CreateConversation{api::ConversationKind::group, "Ryhmä", {aino.person("Bertta"), aino.person("Cecilia")}});
        aino.submit(api::SendText{aino.conversation_ready->conversation, "ennen puuta"});
        world.settle();
        for (auto* client : people) CHECK(client->texts("Ryhmä").back() == "Aino: ennen puuta");
        CHECK(bertta.notices.empty());
    }

    TEST_CASE("an inviter who is offline, or whose board is closed, owes the tree and everything with it until they are back, over a restart too")
    {
        World world(903);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daavid"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto set_board = [&](bool closed) {
            aino.submit(api::SetBoard{.board = kBoard, .name = "Taulu", .retention_days = 30, .closed = closed});
            world.settle();
        };
        set_board(false);
        aino.submit(api::SetBoard{.name = "Toinen", .retention_days = 30});
        world.settle();
        bertta.set_offline(true);
        world.settle();
        bertta.submit(api::CreateConversation{api::ConversationKind::group, "Ryhmä", {bertta.person("Cecilia"), bertta.person("Daavid")}, kBoard});
        world.settle();
        CHECK(bertta.connection.unsent == 3);   // two invitations and a tree
        reopen(world, bertta);
        CHECK(bertta.connection.unsent == 3);
        set_board(true);
        bertta.set_offline(false);
        world.advance(120'000);
        world.settle();
        CHECK(bertta.connection.unsent == 3);
        CHECK(people[2]->conversation("Ryhmä") == nullptr);
        set_board(false);
        world.advance(120'000);
        world.settle();
        CHECK(bertta.connection.unsent == 0);
        for (auto* client : {people[2], people[3]}) CHECK(client->conversation("Ryhmä") != nullptr);
    }

    TEST_CASE("what is not the tree is said once, by whoever waits over a restart too, and the right one still lets them in")
    {
        World world(904);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        std::uint64_t contact = 0;
        aino.notices.clear();
        ByHand group(world, bertta, aino, "Käsin", contact);
        CHECK(aino.notices.empty());
        reopen(world, aino);
        group.write_where_the_tree_belongs(base::Bytes(3000, 7));
        CHECK(aino.noticed(api::Code::conversation_damaged));
        aino.notices.clear();
        auto another = group.tree();
        another[another.size() / 2] ^= 1;
        group.write_where_the_tree_belongs(another);
        CHECK(aino.notices.empty());
        CHECK(aino.conversation("Käsin") == nullptr);
        group.write_where_the_tree_belongs(group.tree());
        REQUIRE(aino.conversation("Käsin") != nullptr);
        CHECK(aino.conversation("Käsin")->members.size() == 2);
        aino.notices.clear();
        group.write_where_the_tree_belongs(group.tree());   // nobody looks any more
        CHECK(aino.notices.empty());
    }

    TEST_CASE("of one device no more than some invitations wait for a tree, and nobody else's make way for them")
    {
        World world(905);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        std::uint64_t cecilias = 0, berttas = 0;
        ByHand hers(world, cecilia, aino, "Cecilian", cecilias);
        std::deque<ByHand> groups;
        for (std::size_t i = 0; i <= chat::kAwaitedTreesMax; ++i) groups.emplace_back(world, bertta, aino, "Bertan " + std::to_string(i), berttas);
        for (auto& group : groups) group.write_where_the_tree_belongs(group.tree());
        hers.write_where_the_tree_belongs(hers.tree());
        CHECK(aino.conversation("Bertan 0") == nullptr);
        for (std::size_t i = 1; i <= chat::kAwaitedTreesMax; ++i) CHECK(aino.conversation("Bertan " + std::to_string(i)) != nullptr);
        CHECK(aino.conversation("Cecilian") != nullptr);
    }

    TEST_CASE("whoever is revoked while a tree is owed lets nobody in any more")
    {
        World world(906);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        std::uint64_t contact = 0;
        ByHand group(world, bertta, cecilia, "Käsin", contact);
        aino.submit(api::RemovePerson{aino.person("Bertta")});
        world.settle();
        group.write_where_the_tree_belongs(group.tree());
        CHECK(cecilia.conversation("Käsin") == nullptr);
    }
}
