// Boards of the level mixed: a message a second by the clock, cells in some of them, and nobody to say that one has arrived.

#include "chat/cells.h"
#include "chat/mixing.h"
#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {


// Time goes by in steps shorter than a tick, so that everything happens when it is due.
void live(World& world, std::int64_t milliseconds)
{
    constexpr std::int64_t kStep = 100;
    for (std::int64_t passed = 0; passed < milliseconds; passed += kStep) {
        while (world.step()) {}
        world.advance(kStep);
    }
    while (world.step()) {}
}

void revive(World& world, Client& client)
{
    if (!client.is_running()) client.start();
    world.settle();
    if (client.phase() == api::Phase::locked) client.submit(api::Unlock{}, kPassphrase);
    world.settle();
}

std::size_t times_said(Client& client, const std::string& text)
{
    const auto texts = client.texts("Ryhmä");
    return static_cast<std::size_t>(std::ranges::count(texts, text));
}

std::size_t cells_sent(const SimulatedRelay& relay)
{
    return static_cast<std::size_t>(std::ranges::count_if(relay.mixed, [](const auto& message) { return message.is_cell; }));
}

}  // namespace

TEST_SUITE("simulation.mixing")
{
    TEST_CASE("everything people do on a mixed board goes out in mixed messages, and nothing of it in a session")
    {
        World world(700);
        world.relay.level = wire::SendingLevel::mixed;
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        const auto group = make_group(world, people, "Ryhmä");
        world.settle(5 * kMinute);
        live(world, kMinute);
        for (auto* client : people) client->submit(api::SendText{group, "moi"});
        people[0]->submit(api::SendText{group, std::string(5000, 'a')});   // several cells
        people[1]->submit(api::RenameConversation{group, "Ryhmä"});
        world.settle(5 * kMinute);
        live(world, 10'000);
        for (auto* client : people) {
            for (const auto* name : {"Aino", "Bertta", "Cecilia"}) CHECK(times_said(*client, std::string(name) + ": moi") == 1);
            CHECK(times_said(*client, "Aino: " + std::string(5000, 'a')) == 1);
            CHECK(client->connection.level == api::Level::mixed);
            CHECK(client->connection.unsent == 0);
        }
        CHECK(world.relay.cells_in_sessions == 0);
        CHECK(world.relay.cells_by_device == 0);
        CHECK(world.relay.tokens_shown_twice == 0);
        CHECK(cells_sent(world.relay) == world.relay.board(1).entries.size());
    }

    TEST_CASE("a new group's invitations are few cells and its tree comes once, and what is said meanwhile does not wait for them")
    {
        World world(710);
        world.relay.level = wire::SendingLevel::mixed;
        world.relay.tokens_per_device = wire::kTokensPerDeviceMixed;
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daniel", "Eero", "Fanni", "Gunnar"});
        live(world, kMinute);
        const auto begin = world.relay.board(1).entries.size();
        std::vector<api::PersonId> members;
        for (std::size_t i = 1; i < people.size(); ++i) members.push_back(people[0]->person(people[i]->name()));
        people[0]->submit(api::CreateConversation{api::ConversationKind::group, "Ryhmä", members});
        const auto group = people[0]->conversation_ready->conversation;
        const auto are_in = [&] { return static_cast<std::size_t>(std::ranges::count_if(people, [](const Client* client) { return client->conversation("Ryhmä") != nullptr; })) - 1; };
        const auto seconds_until = [&](std::size_t count) {
            std::int64_t seconds = 0;
            for (; are_in() < count && seconds < 600; ++seconds) live(world, 1000);
            return seconds;
        };
        live(world, 3000);
        people[0]->submit(api::SendText{group, "tervetuloa"});
        live(world, 5000);
        CHECK(people[0]->connection.waiting == 0);
        CHECK(are_in() == 0);
        const auto all = 8 + seconds_until(members.size());
        live(world, 5000);
        const auto cells = static_cast<std::int64_t>(world.relay.board(1).entries.size() - begin);
        CHECK(cells < 40);                        // 2 or 3 for each, and the tree, which would be 14 more for each
        CHECK(all <= cells + 5);
        for (auto* client : people) CHECK(times_said(*client, "Aino: tervetuloa") == 1);
    }

    TEST_CASE("the moments at which a device sends are its clock's, whether its owner writes or not")
    {
        World world(701);
        world.relay.level = wire::SendingLevel::mixed;
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        live(world, 2 * kMinute);
        world.relay.mixed.clear();
        for (int i = 0; i < 12; ++i) {
            people[0]->submit(api::SendText{group, "sana " + std::to_string(i)});
            live(world, static_cast<std::int64_t>(world.random.below(4000)));
        }
        live(world, kMinute);
        const auto of = [&](const Client* client) {
            std::vector<std::int64_t> moments;
            for (const auto& message : world.relay.mixed)
                if (World::is_line_of(message.connection, *client)) moments.push_back(message.at.value);
            return moments;
        };
        for (const auto* client : people) {
            const auto moments = of(client);
            REQUIRE(moments.size() > 60);
            // The world's own clock moves in steps of a tenth.
            for (std::size_t i = 1; i < moments.size(); ++i) CHECK(std::abs(moments[i] - moments[i - 1] - wire::kMixedPeriod) <= 100);
        }
        CHECK(cells_sent(world.relay) == 12);   // and it was Aino who wrote
        CHECK(times_said(*people[1], "Aino: sana 11") == 1);
    }

    TEST_CASE("whatever goes wrong at whichever write or send, what is written arrives once, and no token is shown twice")
    {
        const tests::SealedKeys keys;
        World world(702);
        world.second_lines = false;   // every message goes over the line whose faults are counted
        world.relay.level = wire::SendingLevel::mixed;
        world.relay.cipher_suite = 0x0003;
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        live(world, kMinute);
        std::size_t happened = 0, said = 0;
        for (std::size_t fault = 0; fault < kFaults; ++fault) {
            for (std::size_t place = 1; place <= 4; ++place) {
                CAPTURE(fault);
                CAPTURE(place);
                auto& aino = *people[0];
                aino.plan(static_cast<Fault>(fault), place);
                const auto text = "sana " + std::to_string(said++) + std::string(place % 2 == 0 ? 1500 : 0, '.');
                aino.submit(api::SendText{group, text});
                if (aino.is_running()) live(world, 3000);
                happened += aino.planned->happened ? 1 : 0;
                aino.planned.reset();
                revive(world, aino);
                world.settle();
                // Who died before the word was stored never said it.
                const auto seen = times_said(*people[1], "Aino: " + text);
                CHECK(seen <= 1);
                if (seen == 0) CHECK(times_said(aino, "Aino: " + text) == 0);
                CHECK(times_said(aino, "Aino: " + text + " (waiting)") == 0);
            }
        }
        CHECK(happened > 20);
        CHECK(world.relay.tokens_shown_twice == 0);
        CHECK(world.relay.tags_refused == 0);
        CHECK(keys.reused() == 0);
        CHECK(world.relay.cells_in_sessions == 0);
    }

    TEST_CASE("a cell that is lost on the way is sent again, later and under another token")
    {
        World world(703);
        world.relay.level = wire::SendingLevel::mixed;
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        live(world, kMinute);
        world.relay.mixed.clear();
        bool loses = true;
        world.relay.loses_mixed = [&] { return loses; };
        people[0]->submit(api::SendText{group, std::string(2500, 'b')});   // several cells
        live(world, chat::kEchoTimeout - 5000);
        const auto lost = cells_sent(world.relay);
        CHECK(lost >= 3);
        CHECK(people[0]->connection.waiting == 1);
        loses = false;
        live(world, 2 * chat::kEchoTimeout);
        CHECK(times_said(*people[1], "Aino: " + std::string(2500, 'b')) == 1);
        CHECK(cells_sent(world.relay) == 2 * lost);
        CHECK(world.relay.tokens_shown_twice == 0);
        CHECK_FALSE(people[0]->noticed(api::Code::cells_unheard));
    }

    TEST_CASE("who is not heard for long is told so, and heard in the end")
    {
        World world(704);
        world.relay.level = wire::SendingLevel::mixed;
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        live(world, kMinute);
        bool loses = true;
        world.relay.loses_mixed = [&] { return loses; };
        people[0]->submit(api::SendText{group, "kuuleeko kukaan"});
        live(world, 3 * kMinute);   // more tries than there are under one counter
        CHECK(people[0]->noticed(api::Code::cells_unheard));
        CHECK(people[0]->connection.waiting == 1);
        loses = false;
        live(world, kMinute);
        CHECK(times_said(*people[1], "Aino: kuuleeko kukaan") == 1);
        CHECK(people[0]->connection.waiting == 0);
    }

    TEST_CASE("a member who squats on another's tags costs them counters, and no message")
    {
        World world(705);
        world.relay.level = wire::SendingLevel::mixed;
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        live(world, kMinute);
        // What leaves first is lost, and others' bytes stand under its tag by the time it comes again.
        bool squats = true;
        world.relay.intercepts_cell = [&](base::ByteView cell) {
            if (!squats) return false;
            squats = false;
            auto other = base::to_bytes(cell);
            other.back() ^= 1;
            world.relay.append_raw(1, other);
            return true;
        };
        people[0]->submit(api::SendText{group, "minun paikkani"});
        live(world, 5000);   // there is no timeout to wait for: it was seen
        CHECK(times_said(*people[1], "Aino: minun paikkani") == 1);
        CHECK(world.relay.tags_refused == 0);
        CHECK_FALSE(people[0]->noticed(api::Code::conversation_damaged));
    }

    TEST_CASE("where no ingress that batches is on the way nothing is sent in another one, and people are told")
    {
        World world(706);
        world.relay.level = wire::SendingLevel::mixed;
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        live(world, kMinute);
        const auto entries = world.relay.board(1).entries.size();
        world.relay.has_mixing_ingress = false;
        people[0]->submit(api::SendText{group, "odotan"});
        live(world, kMinute);
        CHECK(people[0]->noticed(api::Code::not_mixed));
        CHECK(people[0]->connection.state == api::ConnectionState::connected);   // reading goes on
        CHECK(people[0]->connection.waiting == 1);
        CHECK(world.relay.board(1).entries.size() == entries);
        CHECK(world.relay.cells_in_sessions == 0);
        world.relay.has_mixing_ingress = true;
        people[0]->cut_connection();
        world.settle();
        CHECK(times_said(*people[1], "Aino: odotan") == 1);
    }

    TEST_CASE("a board that becomes mixed is mixed from the next word on, and one that is no longer says so")
    {
        World world(707);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        people[0]->submit(api::SendText{group, "suoraan"});
        world.settle();
        CHECK(world.relay.mixed.empty());
        world.relay.level = wire::SendingLevel::mixed;   // while everybody is connected
        people[0]->submit(api::SendText{group, "sekoitettuna"});
        world.settle();
        CHECK(times_said(*people[1], "Aino: sekoitettuna") == 1);
        CHECK(world.relay.cells_in_sessions == 1);       // refused, and never tried again
        CHECK(cells_sent(world.relay) >= 1);
        CHECK_FALSE(people[0]->noticed(api::Code::mixing_ended));

        world.relay.level = wire::SendingLevel::prompt;
        people[0]->cut_connection();
        world.settle();
        CHECK(people[0]->noticed(api::Code::mixing_ended));
        CHECK(people[0]->connection.level == api::Level::prompt);
        people[0]->submit(api::SendText{group, "taas suoraan"});
        world.settle();
        CHECK(times_said(*people[1], "Aino: taas suoraan") == 1);
    }

    TEST_CASE("a device fetches the whole supply of tokens, however many it uses")
    {
        World world(708);
        world.relay.level = wire::SendingLevel::mixed;
        world.relay.tokens_per_device = wire::kTokensPerDeviceMixed;
        found(world, {"Aino"});
        for (int i = 0; i < 200; ++i) {
            world.advance(20'000);
            world.settle();
        }
        CHECK(world.relay.tokens_issued == (1 + directory::kTokenPeriodsAhead) * wire::kTokensPerDeviceMixed);
    }

    TEST_CASE("whose tokens are used up is told, the message waits, and it leaves when there are tokens again")
    {
        World world(709);
        world.relay.level = wire::SendingLevel::mixed;
        world.relay.tokens_per_device = 32;
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        live(world, kMinute);
        std::size_t said = 0;
        const auto text = [](std::size_t number) { return std::string(8'000, '.') + std::to_string(number); };
        for (; said < 20 && !people[0]->noticed(api::Code::cells_used_up); ++said) {
            people[0]->submit(api::SendText{group, text(said)});
            live(world, 20'000);
        }
        CHECK(people[0]->noticed(api::Code::cells_used_up));
        CHECK(people[0]->connection.state == api::ConnectionState::connected);
        CHECK(people[0]->connection.waiting >= 1);
        const auto now = world.clock.now().value;
        world.relay.publish_issuer({now - now % directory::kTokenPeriod + (1 + directory::kTokenPeriodsAhead) * directory::kTokenPeriod});
        live(world, 4 * kMinute);
        CHECK(people[0]->connection.waiting == 0);
        CHECK(times_said(*people[1], "Aino: " + text(said - 1)) == 1);
    }
}
