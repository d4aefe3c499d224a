// A store that was put back as it was: what restores an old profile does, or runs one copy in two places.

#include "tests/simulation/devices.h"
#include "tests/simulation/vaults.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

struct Town {
    tests::SealedKeys keys;
    World world;
    std::vector<Client*> people = found(world, {"Aino", "Bertta", "Cecilia"});
    Client& aino = *people[0];
    Client& bertta = *people[1];
    api::ConversationId group;

    explicit Town(std::uint64_t seed) : world(seed)
    {
        aino.submit(api::CreateConversation{api::ConversationKind::group, "Ryhmä", {aino.person("Bertta")}});
        world.settle();
        group = aino.conversation_ready->conversation;
        say(bertta, "ennen");
    }
    void say(Client& client, const std::string& text)
    {
        client.submit(api::SendText{group, text});
        world.settle();
    }
    using Store = std::map<store::RecordId, base::Bytes>;
    Store stored() const { return bertta.backend.records(); }
    void put_back(Store&& store)
    {
        bertta.crash();
        bertta.backend.records() = std::move(store);
        bertta.start();
        world.settle();
        bertta.submit(api::Unlock{}, kPassphrase);
        world.settle();
    }
    bool is_stopped() const { return bertta.connection.state == api::ConnectionState::refused && bertta.connection.reason == api::Code::store_rolled_back; }
    bool has(Client& client, const std::string& line)
    {
        const auto texts = client.texts("Ryhmä");
        return std::ranges::find(texts, line) != texts.end();
    }
};

}  // namespace

TEST_SUITE("simulation.older_copy")
{
    TEST_CASE("an older copy of a store that has said something since sends nothing, says why, also when it is opened again, and can be read")
    {
        Town t(8101);
        auto copy = t.stored();
        t.say(t.bertta, "jälkeen");
        REQUIRE(t.has(t.aino, "Bertta: jälkeen"));
        t.put_back(std::move(copy));
        CHECK(t.is_stopped());
        t.say(t.bertta, "kopiosta");
        reopen(t.world, t.bertta);
        t.world.settle();
        CHECK(t.is_stopped());
        t.say(t.aino, "kuuleeko Bertta");
        CHECK_FALSE(t.has(t.aino, "Bertta: kopiosta"));
        CHECK(t.has(t.bertta, "Bertta: ennen"));
        CHECK_FALSE(t.has(t.bertta, "Aino: kuuleeko Bertta"));
        CHECK(t.keys.reused() == 0);
    }

    TEST_CASE("what waits in an older copy when it is opened is not sealed either")
    {
        Town t(8102);
        t.bertta.set_offline(true);
        t.say(t.bertta, "odottaa");   // in the copy it has not left
        auto copy = t.stored();
        t.bertta.set_offline(false);
        t.world.settle();
        t.say(t.bertta, "jälkeen");
        t.put_back(std::move(copy));
        CHECK(t.is_stopped());
        const auto texts = t.aino.texts("Ryhmä");
        CHECK(std::ranges::count(texts, "Bertta: odottaa") == 1);
        CHECK(t.keys.reused() == 0);
    }

    TEST_CASE("a commit of an older copy's later self stops it like a message")
    {
        Town t(8103);
        auto copy = t.stored();
        t.bertta.submit(api::AddMembers{t.group, {t.bertta.person("Cecilia")}});
        t.world.settle();
        REQUIRE(t.people[2]->is_in("Ryhmä"));
        t.put_back(std::move(copy));
        CHECK(t.is_stopped());
        CHECK(t.keys.reused() == 0);
    }

    TEST_CASE("of one copy in two places the other stops as soon as one has spoken")
    {
        Town t(8104);
        auto& clone = t.world.add("Bertan kopio");
        clone.backend.records() = t.stored();
        clone.start();
        t.world.settle();
        clone.submit(api::Unlock{}, kPassphrase);
        t.world.settle();
        REQUIRE(clone.connection.state == api::ConnectionState::connected);
        t.say(clone, "täältä");
        CHECK(t.has(t.aino, "Bertta: täältä"));
        CHECK(t.is_stopped());
        CHECK(clone.connection.state == api::ConnectionState::connected);
        CHECK(t.keys.reused() == 0);
    }

    TEST_CASE("a conversation that was begun since, with whom this device had invited before, is not missed, and no counter it took is used again")
    {
        Town t(8107);
        const auto begin = [&](const std::string& title) {
            t.bertta.submit(api::CreateConversation{api::ConversationKind::group, title, {t.bertta.person("Cecilia")}});
            t.world.settle();
        };
        begin("Aiempi");   // so it looks for its own cells of first contact with her
        auto copy = t.stored();
        begin("Kadonnut");
        REQUIRE(t.people[2]->is_in("Kadonnut"));
        t.put_back(std::move(copy));
        CHECK(t.bertta.connection.state == api::ConnectionState::connected);
        CHECK(t.bertta.conversation("Kadonnut") == nullptr);
        begin("Uusi");
        CHECK(t.people[2]->is_in("Uusi"));
        CHECK(t.keys.reused() == 0);
    }

    TEST_CASE("a store that was put back before its device said anything more goes on")
    {
        Town t(8105);
        auto copy = t.stored();
        t.say(t.aino, "muut puhuvat");
        t.aino.submit(api::AddMembers{t.group, {t.aino.person("Cecilia")}});
        t.world.settle();
        t.put_back(std::move(copy));
        CHECK(t.bertta.connection.state == api::ConnectionState::connected);
        t.say(t.bertta, "jatkuu");
        CHECK(t.has(t.aino, "Bertta: jatkuu"));
        CHECK(t.has(t.bertta, "Aino: muut puhuvat"));
        CHECK(t.keys.reused() == 0);
    }

    TEST_CASE("an older copy signs its device out when it is erased, and whoever signs in anew is in the conversation again")
    {
        Town t(8106);
        auto copy = t.stored();
        t.say(t.bertta, "jälkeen");
        for (int hour = 0; hour < 7; ++hour) {   // and it is in the archive
            t.world.advance(3'600'000);
            t.world.settle();
        }
        t.put_back(std::move(copy));
        REQUIRE(t.is_stopped());
        t.bertta.submit(api::ForgetDevice{});
        pass_seconds(t.world, 30);
        CHECK(t.bertta.phase() == api::Phase::no_account);
        CHECK(t.bertta.backend.records().empty());
        CHECK(live_devices(t.world, t.aino) == 1);
        const auto bertta = std::ranges::find(t.aino.people, "Bertta", &api::Person::name);
        REQUIRE(bertta != t.aino.people.end());
        CHECK(std::ranges::all_of(bertta->devices, &api::Device::revoked));
        auto& anew = sign_in_at_new_machine(t.world, {"Bertta"}, "Bertan kone");
        pass_seconds(t.world, 150);
        REQUIRE(in_group(anew));
        t.say(anew, "täällä taas");
        CHECK(t.has(t.aino, "Bertta: täällä taas"));
        CHECK(t.has(anew, "Bertta: jälkeen"));   // what the copy did not have, from the archive
        CHECK(t.keys.reused() == 0);
    }
}
