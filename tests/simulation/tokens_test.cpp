#include "tests/simulation/world.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

bool is_connected(const Client& client) { return client.connection.state == api::ConnectionState::connected; }

// Time goes by in small steps, so that everything that is due happens.
void go_by(World& world, std::int64_t milliseconds)
{
    for (std::int64_t passed = 0; passed < milliseconds; passed += kHour / 12) {
        world.advance(kHour / 12);
        world.settle();
    }
}

// And so that connections last: nobody is silent for long.
void live_on(World& world, std::int64_t milliseconds)
{
    constexpr std::int64_t kStep = 20'000;
    for (std::int64_t passed = 0; passed < milliseconds; passed += kStep) {
        world.advance(kStep);
        world.settle();
    }
}

void start_and_unlock(World& world, Client& client)
{
    client.start();
    world.settle();
    client.submit(api::Unlock{}, kPassphrase);
}

}  // namespace

TEST_SUITE("simulation.tokens")
{
    TEST_CASE("everybody reads and writes in token sessions, and no cell comes in a session with a name")
    {
        World world(400);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        const auto group = make_group(world, people, "Ryhmä");
        for (auto* client : people) client->submit(api::SendText{group, "moi"});
        for (auto* client : people) client->cut_connection();
        world.settle();
        for (auto* client : people) CHECK(client->texts("Ryhmä").size() == 4);
        CHECK(world.relay.sessions_by_token >= 6);
        CHECK(world.relay.sessions_by_device == 3);   // one each, for the first tokens
        CHECK(world.relay.cells_by_device == 0);
        CHECK(world.relay.tokens_shown_twice == 0);
    }

    TEST_CASE("a crash at any instant shows no token twice, loses no request, and leaves everybody able to come back")
    {
        for (std::uint64_t seed = 410; seed < 416; ++seed) {
            CAPTURE(seed);
            World world(seed);
            const auto people = found(world, {"Aino", "Bertta"});
            auto& client = *people[1];
            client.backend.set_delayed(true);
            for (int i = 0; i < 12; ++i) {
                world.run_steps(world.random.below(25));
                client.crash();
                client.start();
                world.run_steps(world.random.below(4));
                client.submit(api::Unlock{}, kPassphrase);
            }
            client.backend.set_delayed(false);
            client.crash();
            start_and_unlock(world, client);
            world.settle();
            REQUIRE(client.phase() == api::Phase::open);
            CHECK(is_connected(client));
            CHECK(world.relay.tokens_shown_twice == 0);
            CHECK(world.relay.cells_by_device == 0);
        }
    }

    TEST_CASE("a crash in the session beside, at any instant, costs nothing")
    {
        for (std::uint64_t seed = 420; seed < 428; ++seed) {
            CAPTURE(seed);
            World world(seed);
            world.relay.tokens_per_device = tokens::kTokensPerRequest;
            const auto people = found(world, {"Aino"});
            auto& aino = *people[0];
            const auto before = world.relay.sessions_by_device;
            world.relay.publish_issuer({world.relay.issuers.back().record.not_before.value});
            while (world.relay.sessions_by_device == before)
                if (!world.step()) world.advance(10'000);
            world.run_steps(seed - 420);
            aino.crash();
            start_and_unlock(world, aino);
            go_by(world, kHour);
            CHECK(is_connected(aino));
            CHECK_FALSE(aino.noticed(api::Code::no_tokens));
            CHECK(world.relay.tokens_shown_twice == 0);
        }
    }

    TEST_CASE("a crash between request and answer costs no second allowance")
    {
        for (std::uint64_t seed = 440; seed < 444; ++seed) {
            CAPTURE(seed);
            World world(seed);
            world.relay.tokens_per_device = tokens::kTokensPerRequest;
            const auto people = found(world, {"Aino"});
            auto& bertta = world.add("Bertta");
            people[0]->submit(api::CreateInvitation{"Bertta", api::Role::member});
            world.settle();
            bertta.submit(api::OpenLink{people[0]->invitation_ready->invitation.fragment});
            world.settle();
            bertta.submit(api::Enrol{"Bertta", "Avustaja"}, kPassphrase);
            world.run_steps(3 * (seed - 440) + 20);
            bertta.crash();
            start_and_unlock(world, bertta);
            world.settle();
            if (bertta.phase() == api::Phase::no_account) continue;   // it died before anything was stored
            CHECK(is_connected(bertta));
            CHECK_FALSE(bertta.noticed(api::Code::no_tokens));
        }
    }

    TEST_CASE("a relay that issues with a key of its own for somebody gets no token shown")
    {
        World world(460);
        const auto people = found(world, {"Aino"});
        world.relay.issues_with_own_key = true;
        people[0]->submit(api::CreateInvitation{"Bertta", api::Role::member});
        world.settle();
        auto& bertta = world.add("Bertta");
        bertta.submit(api::OpenLink{people[0]->invitation_ready->invitation.fragment});
        world.settle();
        bertta.submit(api::Enrol{"Bertta", "Avustaja"}, kPassphrase);
        const auto before = world.relay.sessions_by_token;
        world.settle(20'000);
        CHECK_FALSE(is_connected(bertta));
        CHECK(bertta.noticed(api::Code::relay_garbled));
        CHECK(world.relay.sessions_by_token == before);
        world.relay.issues_with_own_key = false;
        world.settle();
        CHECK(is_connected(bertta));
    }

    TEST_CASE("when no token can be had people are told once; they come with the next period")
    {
        World world(470);
        world.relay.tokens_per_device = 0;
        auto& aino = world.add("Aino");
        aino.submit(api::OpenLink{world.founder_link()});
        world.settle();
        aino.submit(api::Found{"Virasto", "Aino", "Päällikkö"}, kPassphrase);
        world.settle(60'000);
        CHECK_FALSE(is_connected(aino));
        CHECK(aino.connection.reason == api::Code::no_tokens);
        CHECK(std::ranges::count(aino.notices, api::Code::no_tokens, &api::NoticeEvent::code) == 1);
        world.relay.tokens_per_device = 64;
        world.advance(kDay);
        world.settle();
        CHECK(is_connected(aino));
    }

    TEST_CASE("after days away somebody fetches new tokens and goes on")
    {
        World world(480);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto group = make_group(world, people, "Ryhmä");
        people[1]->set_offline(true);
        world.settle();
        for (int day = 0; day < 5; ++day) {
            world.advance(kDay);
            world.settle();
        }
        people[0]->submit(api::SendText{group, "missä olet?"});
        world.settle();
        people[1]->set_offline(false);
        people[1]->submit(api::SendText{group, "lomalla"});
        world.settle();
        CHECK(is_connected(*people[1]));
        CHECK(people[0]->texts("Ryhmä").back() == "Bertta: lomalla");
        CHECK(people[1]->texts("Ryhmä") == people[0]->texts("Ryhmä"));
        CHECK(world.relay.cells_by_device == 0);
    }

    TEST_CASE("tomorrow's tokens are fetched ahead, so that a new day begins with a token and not with a name")
    {
        World world(490);
        const auto people = found(world, {"Aino", "Bertta"});
        world.advance(kDay);   // into the next period; its tokens are there already, those of the one after are not
        world.relay.publish_issuer({world.relay.issuers.back().record.not_before.value + directory::kTokenPeriod});
        const auto before = world.relay.sessions_by_device;
        world.settle();
        CHECK(world.relay.sessions_by_device == before);
        const auto reading = world.relay.sessions_by_token;
        live_on(world, kHour);
        CHECK(world.relay.sessions_by_device == before + 2);
        CHECK(world.relay.sessions_by_token == reading);   // beside the sessions there were, which went on
        for (auto* client : people) CHECK(is_connected(*client));
        people[0]->set_offline(true);
        world.settle();
        world.advance(kDay);
        people[0]->set_offline(false);
        world.settle();
        CHECK(is_connected(*people[0]));
        CHECK(world.relay.sessions_by_device == before + 2);
        CHECK(world.relay.cells_by_device == 0);
    }

    TEST_CASE("without a second connection the first one takes turns, when nothing waits to be sent")
    {
        World world(495);
        world.second_lines = false;
        const auto people = found(world, {"Aino", "Bertta"});
        world.relay.publish_issuer({world.relay.issuers.back().record.not_before.value});
        const auto devices = world.relay.sessions_by_device;
        const auto reading = world.relay.sessions_by_token;
        live_on(world, kHour);
        CHECK(world.relay.sessions_by_device == devices + 2);
        CHECK(world.relay.sessions_by_token == reading + 2);
        for (auto* client : people) CHECK(is_connected(*client));
        CHECK(world.relay.cells_by_device == 0);
    }

    TEST_CASE("a moment to fetch tokens stays where it was drawn when connections end and begin, and moves when it would fall together with one")
    {
        World world(496);
        const auto people = found(world, {"Aino"});
        auto& aino = *people[0];
        world.relay.publish_issuer({world.relay.issuers.back().record.not_before.value});
        world.settle();
        const auto before = world.relay.sessions_by_device;
        for (int minute = 0; minute < 40 && world.relay.sessions_by_device == before; ++minute) {
            aino.cut_connection();   // a line that never holds for long
            world.settle();
            world.advance(60'000);
            world.settle();
        }
        CHECK(world.relay.sessions_by_device == before + 1);

        world.relay.publish_issuer({world.relay.issuers.back().record.not_before.value});
        world.settle();
        aino.set_offline(true);
        world.settle();
        world.advance(kHour);
        aino.set_offline(false);
        const auto away = world.relay.sessions_by_device;
        world.settle();
        CHECK(is_connected(aino));
        CHECK(world.relay.sessions_by_device == away);
        live_on(world, kHour);
        CHECK(world.relay.sessions_by_device == away + 1);
    }

    TEST_CASE("an answer with a key of its own, in the session beside, is named and brings no token; reading goes on")
    {
        World world(498);
        const auto people = found(world, {"Aino"});
        world.relay.issues_with_own_key = true;
        world.relay.publish_issuer({world.relay.issuers.back().record.not_before.value});
        const auto reading = world.relay.sessions_by_token;
        live_on(world, kHour);
        CHECK(people[0]->noticed(api::Code::relay_garbled));
        CHECK(is_connected(*people[0]));
        CHECK(world.relay.sessions_by_token == reading);
    }

    TEST_CASE("when an issuer key is replaced its tokens are thrown away, by everybody")
    {
        World world(500);
        const auto people = found(world, {"Aino", "Bertta"});
        std::vector<base::UnixMilliseconds> periods;
        for (const auto& issuer : world.relay.issuers) periods.push_back(issuer.record.not_before);
        for (const auto period : periods) world.relay.publish_issuer(period);
        world.settle();
        const auto before = world.relay.sessions_by_device;
        for (auto* client : people) client->cut_connection();
        world.settle();
        for (auto* client : people) CHECK(is_connected(*client));
        CHECK(world.relay.sessions_by_device == before + 2);
    }
}
