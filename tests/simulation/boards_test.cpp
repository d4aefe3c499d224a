// Boards as administrators sign them: what is signed is done, by the relay and by everybody's client, whatever else the relay says.

#include "chat/cells.h"
#include "tests/simulation/devices.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

void set_board(World& world, Client& administrator, api::SetBoard&& wish)
{
    administrator.submit(std::move(wish));
    world.settle();
}

const api::ConversationSummary* begin_group(World& world, Client& creator, const std::string& title, std::string_view member, std::uint32_t board = api::kAnyBoard)
{
    creator.submit(api::CreateConversation{api::ConversationKind::group, title, {creator.person(member)}, board});
    world.settle();
    return creator.conversation(title);
}

// Everybody begins a session with a relay that says this.
void misreport(World& world, std::function<void(std::vector<wire::BoardInfo>&)> lie)
{
    world.relay.misreports = std::move(lie);
    world.relay.restart();
    world.settle();
}

wire::BoardInfo& info_of(std::vector<wire::BoardInfo>& boards, std::uint32_t number) { return *std::ranges::find(boards, number, &wire::BoardInfo::board); }

void forget_notices(const std::vector<Client*>& people)
{
    for (auto* client : people) client->notices.clear();
}

}  // namespace

TEST_SUITE("simulation.boards")
{
    TEST_CASE("an administrator adds a board, everybody follows it at once, and a conversation lives on it")
    {
        World world(770);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::administrator});
        world.settle();
        set_board(world, bertta, {.name = "Ministerit", .retention_days = 7});
        CHECK(bertta.noticed(api::Code::board_added));
        for (const auto* client : people) {
            const auto* board = client->board(2);
            REQUIRE(board != nullptr);
            CHECK(board->name == "Ministerit");
            CHECK(board->is_signed);
            CHECK_FALSE(board->waiting);
            CHECK(board->retention_days == 7);
            CHECK_FALSE(client->board(1)->is_signed);
        }
        const auto before = world.relay.board(1).entries.size();
        REQUIRE(begin_group(world, cecilia, "Salainen", "Aino", 2) != nullptr);
        REQUIRE(aino.conversation("Salainen") != nullptr);
        aino.submit(api::SendText{aino.conversation("Salainen")->id, "täällä"});
        world.settle();
        CHECK(cecilia.texts("Salainen").back() == "Aino: täällä");
        CHECK(world.relay.board(1).entries.size() == before);   // the invitation too is where the conversation is
        CHECK(world.relay.board(2).entries.size() > 0);
        CHECK_FALSE(cecilia.noticed(api::Code::messages_gone));

        // And for who comes back, and who comes later.
        cecilia.crash();
        cecilia.start();
        world.settle();
        cecilia.submit(api::Unlock{}, kPassphrase);
        world.settle();
        REQUIRE(cecilia.board(2) != nullptr);
        CHECK(cecilia.board(2)->name == "Ministerit");
        CHECK(cecilia.board(2)->retention_days == 7);
        cecilia.submit(api::SendText{cecilia.conversation("Salainen")->id, "vielä"});
        world.settle();
        CHECK(aino.texts("Salainen").back() == "Cecilia: vielä");
        for (const auto* client : people) CHECK_FALSE(client->noticed(api::Code::relay_policy));
    }

    TEST_CASE("what is said of the connection is the weakest level that one's conversations have, wherever they are")
    {
        World world(769);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        set_board(world, aino, {.board = 1, .name = "Kaikki", .level = api::Level::mixed, .retention_days = 30});
        set_board(world, aino, {.name = "Ripeät", .level = api::Level::prompt, .retention_days = 30});
        CHECK(bertta.connection.level == api::Level::mixed);
        REQUIRE(begin_group(world, bertta, "Ripeä", "Aino", 2) != nullptr);
        CHECK(bertta.connection.level == api::Level::prompt);
        CHECK(aino.connection.level == api::Level::prompt);
        CHECK(cecilia.connection.level == api::Level::mixed);   // who has nothing there
        aino.submit(api::RemoveMember{aino.conversation("Ripeä")->id, aino.person("Bertta")});
        world.settle();
        REQUIRE_FALSE(bertta.conversation("Ripeä")->active);
        CHECK(bertta.connection.level == api::Level::mixed);
        CHECK(aino.connection.level == api::Level::prompt);
    }

    TEST_CASE("a new conversation takes the suite that was signed, in the same session, and the one that was there keeps its own")
    {
        World world(771);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        CHECK(begin_group(world, bertta, "Ennen", "Aino")->post_quantum);
        const auto sessions = world.relay.sessions_by_token;
        set_board(world, aino, {.board = 1, .name = "Kaikki", .post_quantum = false, .retention_days = 30});
        CHECK(aino.noticed(api::Code::board_changed));
        CHECK_FALSE(begin_group(world, bertta, "Jälkeen", "Aino")->post_quantum);
        CHECK(world.relay.sessions_by_token == sessions);
        CHECK(aino.conversation("Ennen")->post_quantum);
        CHECK_FALSE(aino.conversation("Jälkeen")->post_quantum);
        set_board(world, aino, {.board = 1, .name = "Kaikki", .post_quantum = true, .retention_days = 30});
        CHECK(begin_group(world, bertta, "Viimeksi", "Aino")->post_quantum);
    }

    TEST_CASE("a relay that says another policy than the signed one is found out, and the signed one is kept to")
    {
        World world(772);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        set_board(world, aino, {.board = 1, .name = "Kaikki", .post_quantum = true, .retention_days = 30});
        forget_notices(people);
        SUBCASE("a weaker suite")
        {
            misreport(world, [](auto& boards) { info_of(boards, 1).cipher_suite = 0x0003; });
        }
        SUBCASE("the suite it would choose itself")
        {
            misreport(world, [](auto& boards) { info_of(boards, 1).cipher_suite = 0; });
        }
        SUBCASE("another time for which messages are kept")
        {
            misreport(world, [](auto& boards) { info_of(boards, 1).retention_days = 365; });
        }
        SUBCASE("that there is no such board")
        {
            misreport(world, [](auto& boards) { boards.pop_back(); });
        }
        for (const auto* client : people) {
            REQUIRE(client->noticed(api::Code::relay_policy));
            const auto notice = std::ranges::find(client->notices, api::Code::relay_policy, &api::NoticeEvent::code);
            CHECK(notice->severity == api::Severity::error);
            CHECK(notice->subject == "Kaikki");
            CHECK(client->board(1)->retention_days == 30);
            CHECK(client->connection.state == api::ConnectionState::connected);
        }
        CHECK(begin_group(world, bertta, "Ryhmä", "Aino")->post_quantum);
        // It is said once, until the relay has come to its senses.
        forget_notices(people);
        world.relay.restart();
        world.settle();
        CHECK_FALSE(bertta.noticed(api::Code::relay_policy));
        auto lie = std::exchange(world.relay.misreports, nullptr);
        world.relay.restart();
        world.settle();
        CHECK_FALSE(bertta.noticed(api::Code::relay_policy));
        misreport(world, std::move(lie));
        CHECK(bertta.noticed(api::Code::relay_policy));
    }

    TEST_CASE("who was away while a policy was changed does not take the relay for a liar")
    {
        World world(773);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        set_board(world, aino, {.board = 1, .name = "Kaikki", .retention_days = 30});
        bertta.set_offline(true);
        world.settle();
        set_board(world, aino, {.board = 1, .name = "Kaikki", .retention_days = 7});
        set_board(world, aino, {.board = 1, .name = "Kaikki", .post_quantum = false, .retention_days = 90});
        bertta.set_offline(false);
        world.settle();
        CHECK_FALSE(bertta.noticed(api::Code::relay_policy));
        CHECK(bertta.board(1)->retention_days == 90);
        CHECK_FALSE(bertta.board(1)->post_quantum);
    }

    TEST_CASE("on a board that was signed as mixed no cell goes in a session, whatever level the relay says")
    {
        World world(774);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto group = make_group(world, people, "Ryhmä");
        set_board(world, aino, {.board = 1, .name = "Kaikki", .level = api::Level::mixed, .retention_days = 30});
        CHECK(bertta.conversation("Ryhmä")->level == api::Level::mixed);
        bertta.submit(api::SendText{group, "sekoitettuna"});
        world.settle();
        CHECK(aino.texts("Ryhmä").back() == "Bertta: sekoitettuna");
        CHECK_FALSE(world.relay.mixed.empty());
        CHECK(world.relay.cells_in_sessions == 0);
        misreport(world, [](auto& boards) { info_of(boards, 1).level = wire::SendingLevel::prompt; });
        CHECK(bertta.noticed(api::Code::relay_policy));
        CHECK_FALSE(bertta.noticed(api::Code::mixing_ended));
        bertta.submit(api::SendText{group, "yhä sekoitettuna"});
        world.settle();
        CHECK(aino.texts("Ryhmä").back() == "Bertta: yhä sekoitettuna");
        CHECK(world.relay.cells_in_sessions == 0);
        // An administrator may end it.
        world.relay.misreports = nullptr;
        set_board(world, aino, {.board = 1, .name = "Kaikki", .retention_days = 30});
        CHECK(bertta.noticed(api::Code::mixing_ended));
        const auto mixed = world.relay.mixed.size();
        bertta.submit(api::SendText{group, "taas suoraan"});
        world.settle();
        CHECK(aino.texts("Ryhmä").back() == "Bertta: taas suoraan");
        CHECK(world.relay.mixed.size() == mixed);
    }

    TEST_CASE("what waits when a board becomes mixed, or is no longer, arrives once")
    {
        World world(775);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto group = make_group(world, people, "Ryhmä");
        for (const auto level : {api::Level::mixed, api::Level::prompt, api::Level::mixed}) {
            aino.submit(api::SetBoard{.board = 1, .name = "Kaikki", .level = level, .retention_days = 30});
            for (int i = 0; i < 4; ++i) {
                bertta.submit(api::SendText{group, std::string(3'000, '.') + std::to_string(int(level)) + std::to_string(i)});
                world.run_steps(37);
            }
            world.settle();
        }
        CHECK(bertta.connection.waiting == 0);
        const auto texts = aino.texts("Ryhmä");
        CHECK(std::ranges::count_if(texts, [](const std::string& text) { return text.starts_with("Bertta: ..."); }) == 12);
    }

    TEST_CASE("a member's wish is refused here, a former administrator's policy by every client, though the relay lets it through")
    {
        World world(776);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        set_board(world, cecilia, {.name = "Oma"});
        CHECK(cecilia.noticed(api::Code::not_administrator));
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::administrator});
        world.settle();
        set_board(world, bertta, {.board = 1, .name = "Kaikki", .retention_days = 30});
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::member});
        world.settle();
        world.relay.takes_any_record = true;
        const auto keys = account_of(bertta);
        const auto weak = [&](std::uint32_t number) {
            return directory::encode(directory::sign_board_as_administrator(keys.identity, {.board = 1, .number = number, .suite = directory::BoardSuite::classical,
                                                                                           .sealed_name = base::Bytes(directory::kSealedNameSize, 1)}));
        };
        world.relay.append_raw(0, weak(1));
        world.settle();
        for (const auto* client : people) {
            CHECK(client->noticed(api::Code::directory_refused));
            CHECK(client->board(1)->post_quantum);
            CHECK_FALSE(client->noticed(api::Code::relay_policy));
        }
        misreport(world, [](auto& boards) { info_of(boards, 1).cipher_suite = 0x0003; });
        CHECK(cecilia.noticed(api::Code::relay_policy));
        CHECK(begin_group(world, cecilia, "Ryhmä", "Aino")->post_quantum);
    }

    TEST_CASE("what is decided without a connection waits, says so, survives the process, and arrives in its order")
    {
        World world(777);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        aino.set_offline(true);
        world.settle();
        aino.submit(api::SetBoard{.name = "Uusi", .retention_days = 7});
        CHECK(aino.noticed(api::Code::board_waiting));
        aino.submit(api::SetBoard{.board = 2, .name = "Uusi", .retention_days = 7});    // it is so
        aino.submit(api::SetBoard{.board = 2, .name = "Uudempi", .retention_days = 7});
        aino.submit(api::SetBoard{.board = 1, .name = "Vanha", .post_quantum = false, .retention_days = 30});
        REQUIRE(aino.board(2) != nullptr);
        CHECK(aino.board(2)->waiting);
        CHECK(aino.board(2)->name == "Uudempi");
        aino.crash();
        aino.start();
        aino.set_offline(false);
        world.settle();
        aino.submit(api::Unlock{}, kPassphrase);
        world.settle();
        for (const auto* client : people) {
            REQUIRE(client->board(2) != nullptr);
            CHECK(client->board(2)->name == "Uudempi");
            CHECK_FALSE(client->board(2)->waiting);
            CHECK_FALSE(client->board(1)->post_quantum);
            CHECK_FALSE(client->noticed(api::Code::board_refused));
        }
        CHECK(world.relay.directory().board(2)->records == 2);
        CHECK(world.relay.directory().board(1)->records == 1);
        CHECK_FALSE(bertta.noticed(api::Code::relay_policy));
    }

    TEST_CASE("of two administrators who change a board at once one is told that it was not taken; a full relay says so, and takes it later")
    {
        World world(778);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::administrator});
        world.settle();
        bertta.set_offline(true);
        world.settle();
        bertta.submit(api::SetBoard{.board = 1, .name = "Bertan", .retention_days = 7});
        set_board(world, aino, {.board = 1, .name = "Ainon", .retention_days = 90});
        bertta.set_offline(false);
        world.settle();
        CHECK(bertta.noticed(api::Code::board_refused));
        for (const auto* client : people) {
            CHECK(client->board(1)->name == "Ainon");
            CHECK_FALSE(client->board(1)->waiting);
        }
        world.relay.storage_full = true;
        bertta.submit(api::SetBoard{.board = 1, .name = "Bertan", .retention_days = 7});
        world.settle();
        CHECK(bertta.noticed(api::Code::relay_full));
        CHECK(bertta.board(1)->waiting);
        world.relay.storage_full = false;
        for (int i = 0; i < 30; ++i) {
            world.advance(60'000);
            world.settle();
        }
        CHECK(bertta.noticed(api::Code::board_changed));
        CHECK(aino.board(1)->name == "Bertan");
    }

    TEST_CASE("there is no such board, and there are no more than there can be")
    {
        World world(779);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& aino = *people[0];
        const auto refused = [&](api::Command&& command, api::Code code) {
            aino.notices.clear();
            aino.submit(std::move(command));
            return aino.noticed(code);
        };
        CHECK(refused(api::SetBoard{.board = 9, .name = "Yhdeksäs"}, api::Code::unknown_board));
        CHECK(refused(api::SetBoard{.name = ""}, api::Code::name_missing));
        CHECK(refused(api::CreateConversation{api::ConversationKind::group, "Ryhmä", {aino.person("Bertta")}, 9}, api::Code::unknown_board));
        CHECK(refused(api::CreateConversation{api::ConversationKind::group, "Ryhmä", {aino.person("Bertta")}, 0xffffffff}, api::Code::unknown_board));
        world.settle();
        for (std::size_t i = 0; i < directory::kSignedBoardsMax; ++i) {
            directory::BoardRecord record{.board = std::uint32_t(100 + i), .sealed_name = base::Bytes(directory::kSealedNameSize, 1)};
            world.relay.append_raw(0, directory::encode(directory::sign_board(*account_of(aino).root, std::move(record))));
        }
        world.settle();
        CHECK(aino.boards.size() == 1 + directory::kSignedBoardsMax);
        CHECK(refused(api::SetBoard{.name = "Yksi liikaa"}, api::Code::too_many_boards));
        CHECK(aino.connection.caught_up);
    }
}
