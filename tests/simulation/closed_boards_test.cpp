// Boards that administrators close: nothing is written there any more, what waits is held and not lost, and goes out when they are open again.

#include "tests/simulation/devices.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using Lines = std::vector<std::string>;

constexpr std::uint32_t kOld = 1, kNew = 2;

void close_or_open(World& world, Client& administrator, std::uint32_t number, bool closed, api::Level level = api::Level::prompt)
{
    administrator.submit(api::SetBoard{.board = number, .name = number == kOld ? "Vanha taulu" : "Uusi taulu", .level = level, .retention_days = 30, .closed = closed});
    world.settle();
}

// Two boards that administrators have signed.
std::vector<Client*> found_with_boards(World& world, const Lines& names)
{
    const auto people = found(world, names);
    close_or_open(world, *people[0], kOld, false);
    people[0]->submit(api::SetBoard{.name = "Uusi taulu", .retention_days = 30});
    world.settle();
    REQUIRE(people.back()->board(kNew) != nullptr);
    return people;
}

// Longer than any pause or turn.
void pass_minutes(World& world, int minutes = 30)
{
    for (int i = 0; i < minutes; ++i) {
        world.settle();
        world.advance(60'000);
    }
    world.settle();
}

bool refused(Client& client, api::Command&& command, api::Code code)
{
    client.notices.clear();
    client.submit(std::move(command));
    return client.noticed(code);
}

std::size_t count_of(const Lines& lines, std::string_view line) { return static_cast<std::size_t>(std::ranges::count(lines, line)); }

}  // namespace

TEST_SUITE("simulation.closed_boards")
{
    TEST_CASE("conversations on a closed board can be read; what waits there is held, over a restart too, and goes out once when it is opened")
    {
        World world(781);
        const auto people = found_with_boards(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        const auto group = make_group(world, {&aino, &bertta}, "Ryhmä");
        bertta.set_offline(true);
        world.settle();
        bertta.submit(api::SendText{group, std::string(3'000, '.')});
        bertta.submit(api::AddMembers{group, {bertta.person("Cecilia")}});
        bertta.submit(api::SendText{group, "odottaa"});
        close_or_open(world, aino, kOld, true);
        CHECK(aino.noticed(api::Code::board_closed));
        CHECK(aino.noticed(api::Code::conversations_closed));
        CHECK_FALSE(cecilia.noticed(api::Code::conversations_closed));
        CHECK(cecilia.board(kOld)->closed);
        const auto length = world.relay.board(kOld).entries.size();

        bertta.set_offline(false);
        world.settle();
        CHECK(bertta.noticed(api::Code::conversations_closed));
        CHECK(bertta.conversation("Ryhmä")->closed);
        CHECK(bertta.conversation("Ryhmä")->active);
        CHECK(bertta.conversation("Ryhmä")->board == kOld);
        CHECK(bertta.connection.waiting == 0);
        CHECK(bertta.connection.unsent == 3);
        CHECK(bertta.connection.held == 3);
        const auto delivered = world.delivered;
        world.settle();
        CHECK(world.delivered == delivered);   // nothing is tried
        for (const auto& command : {api::Command(api::SendText{group, "x"}), api::Command(api::AddMembers{group, {bertta.person("Cecilia")}}),
                                    api::Command(api::RemoveMember{group, bertta.person("Aino")}), api::Command(api::RenameConversation{group, "x"})})
            CHECK(refused(bertta, api::Command(command), api::Code::closed_board));
        CHECK(bertta.notices.front().subject == "Vanha taulu");
        CHECK(bertta.connection.unsent == 3);
        reopen(world, bertta);
        pass_minutes(world);
        CHECK(bertta.conversation("Ryhmä")->closed);
        CHECK(bertta.connection.held == 3);
        CHECK(bertta.texts("Ryhmä").back() == "Bertta: odottaa (waiting)");
        CHECK(world.relay.board(kOld).entries.size() == length);
        CHECK(world.relay.cells_refused_closed == 0);

        close_or_open(world, aino, kOld, false);
        CHECK(aino.noticed(api::Code::board_opened));
        CHECK(bertta.noticed(api::Code::conversations_opened));
        CHECK_FALSE(bertta.conversation("Ryhmä")->closed);
        CHECK(bertta.connection.unsent == 0);
        CHECK(bertta.connection.held == 0);
        CHECK(count_of(aino.texts("Ryhmä"), "Bertta: odottaa") == 1);
        CHECK(count_of(aino.texts("Ryhmä"), "Bertta: " + std::string(3'000, '.')) == 1);
        CHECK(cecilia.texts("Ryhmä").back() == "Bertta: odottaa");
    }

    TEST_CASE("no new conversation begins on a closed board: it goes to the first that is open, with the same two people too")
    {
        World world(782);
        const auto people = found_with_boards(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        bertta.submit(api::CreateConversation{api::ConversationKind::direct, "", {bertta.person("Aino")}});
        world.settle();
        const auto first = bertta.conversation_ready->conversation;
        close_or_open(world, aino, kOld, true);
        CHECK(refused(bertta, api::CreateConversation{api::ConversationKind::group, "Ei", {bertta.person("Aino")}, kOld}, api::Code::closed_board));
        const auto length = world.relay.board(kOld).entries.size();
        const auto group = make_group(world, {&bertta, &aino}, "Uusi");
        CHECK(bertta.conversation("Uusi")->board == kNew);
        aino.submit(api::SendText{group, "täällä"});
        bertta.submit(api::CreateConversation{api::ConversationKind::direct, "", {bertta.person("Aino")}});
        world.settle();
        const auto second = bertta.conversation_ready->conversation;
        CHECK(second != first);
        bertta.submit(api::CreateConversation{api::ConversationKind::direct, "", {bertta.person("Aino")}});
        CHECK(bertta.conversation_ready->conversation == second);
        world.settle();
        CHECK(bertta.texts("Uusi").back() == "Aino: täällä");
        CHECK(std::ranges::count(aino.conversations, api::ConversationKind::direct, &api::ConversationSummary::kind) == 2);
        CHECK(world.relay.board(kOld).entries.size() == length);
    }

    TEST_CASE("an invitation into a conversation on a closed board waits, and keeps none to another board waiting")
    {
        World world(783);
        const auto people = found_with_boards(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        bertta.set_offline(true);
        world.settle();
        for (const auto* title : {"Ensin", "Toinen"})
            bertta.submit(api::CreateConversation{api::ConversationKind::group, title, {bertta.person("Aino")}, kOld});
        bertta.submit(api::CreateConversation{api::ConversationKind::group, "Muualla", {bertta.person("Aino")}, kNew});
        close_or_open(world, aino, kOld, true);
        bertta.set_offline(false);
        world.settle();
        CHECK(aino.conversation("Muualla") != nullptr);
        CHECK(aino.conversation("Ensin") == nullptr);
        CHECK(bertta.connection.held == 2);
        reopen(world, bertta);
        CHECK(bertta.connection.held == 2);
        CHECK(world.relay.cells_refused_closed == 0);
        close_or_open(world, aino, kOld, false);
        CHECK(aino.conversation("Ensin") != nullptr);
        CHECK(aino.conversation("Toinen") != nullptr);
        CHECK(bertta.connection.unsent == 0);
    }

    TEST_CASE("what is on its way when a board is closed is there once for everybody, or waits and arrives once later")
    {
        for (const auto level : {api::Level::prompt, api::Level::mixed}) {
            for (std::size_t steps = 0; steps < 120; steps += level == api::Level::mixed ? 29 : 13) {
                CAPTURE(level);
                CAPTURE(steps);
                World world(800 + steps);
                const auto people = found_with_boards(world, {"Aino", "Bertta", "Cecilia"});
                auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
                const auto group = make_group(world, {&aino, &bertta}, "Ryhmä");
                const bool mixed = level == api::Level::mixed;
                if (mixed) close_or_open(world, aino, kOld, false, level);
                Lines wanted;
                for (int i = 0; i < 3; ++i) {
                    const auto text = std::string(2'500, '.') + std::to_string(i);
                    wanted.push_back("Bertta: " + text);
                    bertta.submit(api::SendText{group, text});
                    if (i == 1 && !mixed) bertta.submit(api::AddMembers{group, {bertta.person("Cecilia")}});
                }
                aino.submit(api::SetBoard{.board = kOld, .name = "Vanha taulu", .level = level, .retention_days = 30, .closed = true});
                world.run_steps(steps);
                if (steps % 2 == 0) bertta.cut_connection();
                if (mixed) world.advance(std::int64_t(steps) * 100);
                world.settle();
                pass_minutes(world, 3);
                CHECK(bertta.connection.unsent == bertta.connection.held);
                const auto refused_before = world.relay.cells_refused_closed;
                pass_minutes(world, 10);
                CHECK(world.relay.cells_refused_closed == refused_before);   // no trying again and again
                if (steps % 3 == 0) reopen(world, bertta);
                close_or_open(world, aino, kOld, false, level);
                pass_minutes(world, 10);
                CHECK(bertta.connection.unsent == 0);
                const auto texts = aino.texts("Ryhmä");
                for (const auto& line : wanted) CHECK(count_of(texts, line) == 1);
                CHECK_FALSE(bertta.noticed(api::Code::relay_refused));
                if (mixed) continue;
                REQUIRE(cecilia.conversation("Ryhmä") != nullptr);
                CHECK(cecilia.texts("Ryhmä").back() == wanted.back());
            }
        }
    }

    TEST_CASE("devices come into conversations on a closed board, and go out of them, when it is open again")
    {
        World world(784);
        const auto people = found_with_boards(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto group = make_group(world, {&aino, &bertta}, "Ryhmä");
        close_or_open(world, aino, kOld, true);
        auto& tablet = sign_in(world, bertta, "Bertan tabletti");
        pass_minutes(world);
        CHECK(world.relay.cells_refused_closed == 0);
        CHECK((tablet.conversation("Ryhmä") == nullptr || !tablet.conversation("Ryhmä")->active));
        CHECK(tablet.board(kOld)->closed);
        CHECK_FALSE(tablet.noticed(api::Code::conversations_closed));   // it was so before
        close_or_open(world, aino, kOld, false);
        pass_minutes(world);
        REQUIRE(tablet.conversation("Ryhmä") != nullptr);
        CHECK(tablet.conversation("Ryhmä")->active);
        tablet.submit(api::SendText{group, "tabletilta"});
        world.settle();
        CHECK(aino.texts("Ryhmä").back() == "Bertta: tabletilta");
    }

    TEST_CASE("the last open board is not closed, nor one that is not there, nor by a member; who is late is told")
    {
        World world(785);
        const auto people = found_with_boards(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto closing = [](std::uint32_t number) { return api::SetBoard{.board = number, .name = "Taulu", .retention_days = 30, .closed = true}; };
        CHECK(refused(bertta, closing(kOld), api::Code::not_administrator));
        CHECK(refused(aino, closing(9), api::Code::unknown_board));
        CHECK(refused(aino, closing(api::kAnyBoard), api::Code::unknown_board));
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::administrator});
        world.settle();
        bertta.set_offline(true);
        world.settle();
        bertta.submit(closing(kNew));
        CHECK(bertta.noticed(api::Code::board_waiting));
        CHECK(refused(bertta, closing(kOld), api::Code::last_open_board));   // with what waits
        close_or_open(world, aino, kOld, true);
        CHECK(refused(aino, closing(kNew), api::Code::last_open_board));
        bertta.set_offline(false);
        world.settle();
        CHECK(bertta.noticed(api::Code::board_refused));
        for (const auto* client : people) {
            CHECK(client->board(kOld)->closed);
            CHECK_FALSE(client->board(kNew)->closed);
        }
        // A policy that says nothing of it opens it.
        close_or_open(world, bertta, kOld, false);
        CHECK_FALSE(aino.board(kOld)->closed);
    }

    TEST_CASE("who has no right to close a board is ignored by every client, though the relay lets it through")
    {
        World world(786);
        const auto people = found_with_boards(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto group = make_group(world, people, "Ryhmä");
        world.relay.takes_any_record = true;
        directory::BoardRecord record{.board = kOld, .number = 1, .sealed_name = base::Bytes(directory::kSealedNameSize, 1), .closed = true};
        world.relay.append_raw(0, directory::encode(directory::sign_board_as_administrator(account_of(bertta).identity, std::move(record))));
        world.settle();
        for (const auto* client : people) {
            CHECK(client->noticed(api::Code::directory_refused));
            CHECK_FALSE(client->board(kOld)->closed);
        }
        bertta.submit(api::SendText{group, "yhä täällä"});
        world.settle();
        CHECK(aino.texts("Ryhmä").back() == "Bertta: yhä täällä");
    }

    TEST_CASE("a relay that says a board is closed where nobody has signed that is tried again in a while, and its word is not taken")
    {
        World world(787);
        const auto people = found_with_boards(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto group = make_group(world, people, "Ryhmä");
        world.relay.says_closed = true;
        bertta.submit(api::SendText{group, "odottaa"});
        world.settle();
        CHECK(bertta.noticed(api::Code::relay_refused));
        CHECK_FALSE(bertta.conversation("Ryhmä")->closed);
        const auto before = world.clock.now();
        world.relay.cells_refused_closed = 0;
        pass_minutes(world);
        CHECK(std::int64_t(world.relay.cells_refused_closed) * 20'000 < world.clock.now().value - before.value);   // three a minute at the most
        world.relay.says_closed = false;
        pass_minutes(world, 10);
        CHECK(aino.texts("Ryhmä").back() == "Bertta: odottaa");
    }
}
