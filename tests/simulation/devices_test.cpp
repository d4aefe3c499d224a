#include "tests/simulation/devices.h"
#include "tests/simulation/vaults.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using Lines = std::vector<std::string>;

api::ConversationId create(World& world, Client& creator, const std::string& title, const Lines& names)
{
    std::vector<api::PersonId> members;
    for (const auto& name : names) members.push_back(creator.person(name));
    creator.submit(api::CreateConversation{api::ConversationKind::group, title, members});
    world.settle();
    REQUIRE(creator.conversation_ready.has_value());
    return creator.conversation_ready->conversation;
}

api::DeviceId device_of(const Client& client) { return base::to_hex(account_of(client).device.public_key()); }

const api::Device* device(const Client& client, std::string_view person, const api::DeviceId& id)
{
    const auto found = std::ranges::find(client.people, person, &api::Person::name);
    if (found == client.people.end()) return nullptr;
    const auto known = std::ranges::find(found->devices, id, &api::Device::id);
    return known == found->devices.end() ? nullptr : &*known;
}

bool has_line(const Lines& lines, std::string_view line) { return std::ranges::find(lines, line) != lines.end(); }

}  // namespace

TEST_SUITE("simulation.devices")
{
    TEST_CASE("a new device of a known person is enrolled by their identity key alone, wherever it is cut off")
    {
        for (std::size_t steps = 0; steps < 40; steps += 3) {
            CAPTURE(steps);
            World world(700 + steps);
            const auto people = found(world, {"Aino", "Bertta"});
            auto& tablet = add_device(world, *people[1], "Bertan tabletti");
            world.settle();
            tablet.submit(api::Unlock{}, kPassphrase);
            world.run_steps(steps);
            tablet.crash();
            tablet.start();
            world.settle();
            tablet.submit(api::Unlock{}, kPassphrase);
            world.settle();
            CHECK(tablet.phase() == api::Phase::open);
            CHECK(tablet.connection.state == api::ConnectionState::connected);
            CHECK(tablet.session.me == people[1]->session.me);
            CHECK(tablet.people.size() == 2);
            CHECK(world.relay.board(0).entries.size() == 4 + world.relay.issuers.size());
            CHECK(account_of(tablet).stage == chat::AccountStage::complete);
        }
    }

    TEST_CASE("a new device of somebody who was removed meanwhile forgets everything and says why")
    {
        World world(701);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& tablet = add_device(world, *people[1], "Bertan tabletti");
        const auto bertta = account_of(*people[1]).identity.public_key();
        world.relay.append_raw(0, directory::encode(directory::sign_revocation(*account_of(*people[0]).root, directory::RevokedKind::identity, bertta)));
        world.settle();
        tablet.submit(api::Unlock{}, kPassphrase);
        world.settle();
        CHECK(tablet.phase() == api::Phase::no_account);
        CHECK(tablet.last_error == api::Code::device_revoked);
        CHECK(tablet.backend.records().empty());
    }

    TEST_CASE("who has too many devices is told so on the new one, which keeps nothing")
    {
        World world(702);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto keys = account_of(*people[1]);
        for (std::size_t devices = 1; devices < directory::kLiveDevicesMax; ++devices) {
            const auto added = chat::add_device(chat::person_keys_of(keys), "Laite", world.clock.now(), world.random);
            REQUIRE(added.has_value());
            world.relay.append_raw(0, added->account.pending->enrolment_record);
        }
        auto& tablet = add_device(world, *people[1], "Bertan tabletti");
        world.settle();
        tablet.submit(api::Unlock{}, kPassphrase);
        world.settle();
        CHECK(tablet.phase() == api::Phase::no_account);
        CHECK(tablet.last_error == api::Code::too_many_devices);
    }

    TEST_CASE("a device that is signed out while it is connected is told so, and stays out")
    {
        World world(703);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& tablet = sign_in(world, *people[1], "Bertan tabletti");
        const auto keys = account_of(tablet);
        world.relay.append_raw(0, directory::encode(directory::sign_sign_out(keys.identity, keys.device.public_key())));
        world.settle(10'000);
        CHECK(tablet.connection.state == api::ConnectionState::refused);
        CHECK(tablet.connection.reason == api::Code::device_revoked);
        CHECK(people[1]->connection.state == api::ConnectionState::connected);
    }

    TEST_CASE("a person's two devices both hear and speak, as one person")
    {
        World world(710);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto *aino = people[0], *bertta = people[1], *cecilia = people[2];
        const auto early = create(world, *aino, "Varhain", {"Bertta", "Cecilia"});
        aino->submit(api::SendText{early, "ennen tablettia"});
        world.settle();
        auto& tablet = sign_in(world, *bertta, "Bertan tabletti");
        pass_seconds(world, 5);
        CHECK(tablet.is_in("Varhain"));
        const auto late = create(world, *cecilia, "Myöhemmin", {"Aino", "Bertta"});
        CHECK(bertta->is_in("Myöhemmin"));
        CHECK(tablet.is_in("Myöhemmin"));
        CHECK(tablet.conversation("Myöhemmin")->members.size() == 3);

        for (const auto& group : {early, late}) {
            bertta->submit(api::SendText{group, "koneelta"});
            world.settle();
            tablet.submit(api::SendText{group, "tabletilta"});
            aino->submit(api::SendText{group, "kuulen"});
            world.settle();
        }
        const Lines said{"[Cecilia created]", "Bertta: koneelta"};
        for (auto* client : {aino, bertta, cecilia, &tablet}) {
            const auto lines = client->texts("Myöhemmin");
            CHECK(lines.size() == 4);
            CHECK(has_line(lines, "Bertta: tabletilta"));
            CHECK(std::equal(said.begin(), said.end(), lines.begin()));
            CHECK(client->conversation("Varhain")->members.size() == 3);
        }
        CHECK(bertta->conversation("Myöhemmin")->unread == 0);   // her own are no news to her; the others' were read with texts()

        // Nobody is told of devices but their owner: neither line nor notice.
        for (auto* client : {aino, bertta, cecilia}) {
            const auto lines = client->texts("Varhain");
            CHECK(lines == Lines{"[Aino created]", "Aino: ennen tablettia", lines[2], lines[3], lines[4]});
            CHECK(client->noticed(api::Code::new_device) == (client == bertta));
            CHECK_FALSE(client->noticed(api::Code::member_added));
        }
        CHECK(tablet.texts("Varhain").front() == "[Bertta has a new device]");
        CHECK_FALSE(has_line(tablet.texts("Varhain"), "Aino: ennen tablettia"));
        CHECK_FALSE(tablet.noticed(api::Code::new_device));
        REQUIRE(device(*bertta, "Bertta", device_of(tablet)) != nullptr);
        CHECK(device(*bertta, "Bertta", device_of(tablet))->name == "Bertan tabletti");
        CHECK_FALSE(device(*bertta, "Bertta", device_of(tablet))->here);
        CHECK(device(tablet, "Bertta", device_of(tablet))->here);
        CHECK(device(tablet, "Bertta", device_of(*bertta))->name.empty());
    }

    TEST_CASE("one's other devices are listed with when they last wrote, to the hour and over restarts; nobody else's are, nor this one")
    {
        World world(711);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &laptop = *people[1];
        auto& tablet = sign_in(world, laptop, "Bertan tabletti");
        const auto group = create(world, aino, "Ryhmä", {"Bertta"});
        pass_seconds(world, 5);
        const auto written = [&](const Client& client, const Client& by) {   // apart from the day that is in the vault
            const auto* known = device(client, "Bertta", device_of(by));
            return known->seen_day_only ? 0 : known->seen_ms;
        };
        CHECK(written(laptop, tablet) == 0);
        tablet.submit(api::SendText{group, "tabletilta"});
        world.settle();
        const auto first = written(laptop, tablet);
        CHECK(first > 0);
        CHECK(written(tablet, tablet) == 0);
        CHECK(written(tablet, laptop) == 0);
        CHECK(written(aino, tablet) == 0);

        world.advance(10 * 60'000);
        tablet.submit(api::SendText{group, "heti perään"});
        world.settle();
        CHECK(written(laptop, tablet) == first);
        world.advance(2 * 60 * 60'000);
        tablet.submit(api::SendText{group, "myöhemmin"});
        world.settle();
        const auto later = written(laptop, tablet);
        CHECK(later >= first + 2 * 60 * 60'000);
        restart(world, laptop);
        unlock(world, laptop);
        CHECK(written(laptop, tablet) == later);
    }

    TEST_CASE("a new device is admitted by whoever is online: its person's other one at once, anybody else in turn")
    {
        World world(711);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daavid"});
        auto *aino = people[0], *bertta = people[1], *cecilia = people[2], *daavid = people[3];
        create(world, *aino, "Ryhmä", {"Bertta", "Cecilia", "Daavid"});
        aino->submit(api::CreateConversation{api::ConversationKind::direct, "", {aino->person("Bertta")}});
        world.settle();
        SUBCASE("her other device")
        {
            auto& tablet = sign_in(world, *bertta, "Bertan tabletti");
            CHECK(tablet.is_in("Ryhmä"));
            CHECK(tablet.is_in("Aino"));
        }
        SUBCASE("others, when hers is away; one of them does it for all")
        {
            bertta->set_offline(true);
            auto& tablet = sign_in(world, *bertta, "Bertan tabletti");
            CHECK_FALSE(tablet.is_in("Ryhmä"));
            pass_seconds(world, 12);
            CHECK(tablet.is_in("Ryhmä"));
            CHECK(tablet.is_in("Aino"));
            const auto cells = world.relay.board(1).entries.size();
            pass_seconds(world, 130);
            CHECK(world.relay.board(1).entries.size() == cells);
            bertta->set_offline(false);
            pass_seconds(world, 10);
            CHECK(world.relay.board(1).entries.size() == cells);
            tablet.submit(api::SendText{tablet.conversation("Ryhmä")->id, "täältä"});
            world.settle();
            CHECK(has_line(bertta->texts("Ryhmä"), "Bertta: täältä"));
        }
        SUBCASE("nobody is there: the first who comes")
        {
            for (auto* client : people) client->set_offline(true);
            auto& tablet = sign_in(world, *bertta, "Bertan tabletti");
            pass_seconds(world, 200);
            CHECK_FALSE(tablet.is_in("Ryhmä"));
            daavid->set_offline(false);
            pass_seconds(world, 140);
            CHECK(tablet.is_in("Ryhmä"));
            CHECK_FALSE(tablet.is_in("Aino"));   // Daavid is not in that one
            cecilia->set_offline(false);
            bertta->set_offline(false);
            pass_seconds(world, 10);
            CHECK(tablet.is_in("Aino"));
        }
        for (auto* client : people) CHECK_FALSE(client->noticed(api::Code::conversation_damaged));
    }

    TEST_CASE("a new device that was admitted by its person's old one joins, also when the old one was signed out meanwhile")
    {
        World world(712);
        const auto people = found(world, {"Aino", "Bertta"});
        auto *aino = people[0], *bertta = people[1];
        const auto group = create(world, *aino, "Ryhmä", {"Bertta"});
        for (auto* client : people) client->set_offline(true);
        auto& tablet = sign_in(world, *bertta, "Bertan tabletti");
        tablet.set_offline(true);
        bertta->set_offline(false);
        pass_seconds(world, 5);
        aino->set_offline(false);
        aino->submit(api::SignOutDevice{device_of(*bertta)});
        pass_seconds(world, 20);
        REQUIRE(bertta->connection.reason == api::Code::device_revoked);
        CHECK(aino->conversation("Ryhmä")->members.size() == 2);
        tablet.set_offline(false);
        pass_seconds(world, 20);
        REQUIRE(tablet.is_in("Ryhmä"));
        tablet.submit(api::SendText{group, "uudelta"});
        aino->submit(api::SendText{group, "kuulen"});
        world.settle();
        for (auto* client : {aino, &tablet}) {
            CHECK(has_line(client->texts("Ryhmä"), "Bertta: uudelta"));
            CHECK(has_line(client->texts("Ryhmä"), "Aino: kuulen"));
        }
    }

    TEST_CASE("when several would admit a device at one moment, one commit wins and the others see that it is done")
    {
        for (std::uint64_t seed = 720; seed < 726; ++seed) {
            CAPTURE(seed);
            World world(seed);
            const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daavid"});
            const auto group = create(world, *people[0], "Ryhmä", {"Bertta", "Cecilia", "Daavid"});
            auto& second = sign_in(world, *people[1], "Toinen");
            pass_seconds(world, 5);
            for (auto* client : people) client->set_offline(true);
            second.set_offline(true);
            auto& third = sign_in(world, *people[1], "Kolmas");
            // Time enough that it is everybody's turn as soon as they are back.
            for (auto* client : {people[0], people[1], people[2], people[3], &second}) client->set_offline(false);
            world.run_steps(world.random.below(300));
            world.advance(130'000);
            pass_seconds(world, 130);
            CHECK(third.is_in("Ryhmä"));
            third.submit(api::SendText{group, "kolmannelta"});
            world.settle();
            for (auto* client : {people[0], people[1], people[2], people[3], &second, &third}) {
                CHECK(has_line(client->texts("Ryhmä"), "Bertta: kolmannelta"));
                CHECK_FALSE(client->noticed(api::Code::conversation_damaged));
                CHECK(client->conversation("Ryhmä")->members.size() == 4);
            }
        }
    }

    TEST_CASE("a device that is signed out is removed by the first member online, and reads nothing of what comes after")
    {
        World world(730);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto *aino = people[0], *bertta = people[1], *cecilia = people[2];
        const auto group = create(world, *aino, "Ryhmä", {"Bertta", "Cecilia"});
        auto& tablet = sign_in(world, *bertta, "Bertan tabletti");
        pass_seconds(world, 5);
        REQUIRE(tablet.is_in("Ryhmä"));
        for (auto* client : {aino, cecilia, &tablet}) client->set_offline(true);
        bertta->submit(api::SignOutDevice{device_of(tablet)});
        pass_seconds(world, 5);
        CHECK(bertta->noticed(api::Code::device_signed_out));
        CHECK(device(*bertta, "Bertta", device_of(tablet))->revoked);
        CHECK(has_line(bertta->texts("Ryhmä"), "[a device of Bertta signed out]"));
        aino->set_offline(false);
        aino->submit(api::SendText{group, "vain jäljellä oleville"});
        pass_seconds(world, 5);
        cecilia->set_offline(false);
        tablet.set_offline(false);
        pass_seconds(world, 30);
        for (auto* client : {aino, bertta, cecilia}) {
            CHECK(client->texts("Ryhmä") == Lines{"[Aino created]", "[a device of Bertta signed out]", "Aino: vain jäljellä oleville"});
            CHECK(client->conversation("Ryhmä")->members.size() == 3);
        }
        CHECK(tablet.connection.state == api::ConnectionState::refused);
        CHECK(tablet.connection.reason == api::Code::device_revoked);
        CHECK_FALSE(has_line(tablet.texts("Ryhmä"), "Aino: vain jäljellä oleville"));
        // What it holds does not open the epoch that followed, wherever it got the cells from.
        CHECK(tablet.conversation("Ryhmä")->last.text != "vain jäljellä oleville");
        tablet.submit(api::ForgetDevice{});
        world.settle();
        CHECK(tablet.phase() == api::Phase::no_account);
        CHECK(tablet.backend.records().empty());
    }

    TEST_CASE("a forgotten device signs itself out: nobody waits for it and it takes no place; without a relay it is only forgotten")
    {
        for (const bool is_down : {false, true}) {
            World world(94);
            const auto people = found(world, {"Aino", "Bertta"});
            auto& aino = *people[0];
            auto& bertta = *people[1];
            create(world, aino, "Ryhmä", {"Bertta"});
            auto& tablet = sign_in(world, bertta, "Bertan tabletti");
            pass_seconds(world, 30);
            const auto id = device_of(tablet);
            REQUIRE(in_group(tablet));
            world.relay_is_down = is_down;
            tablet.submit(api::ForgetDevice{});
            pass_seconds(world, 30);
            CHECK(tablet.backend.records().empty());
            CHECK(tablet.phase() == api::Phase::no_account);
            world.relay_is_down = false;
            pass_seconds(world, 30);
            CHECK(device(aino, "Bertta", id)->revoked == !is_down);
            CHECK(has_line(aino.texts("Ryhmä"), "[a device of Bertta signed out]") == !is_down);
        }
    }

    TEST_CASE("a store that cannot be erased is said to be there, and goes on being said")
    {
        World world(95);
        const auto people = found(world, {"Aino"});
        people[0]->backend.fail_with(store::BackendError::broken);
        people[0]->submit(api::ForgetDevice{});
        pass_seconds(world, 60);
        CHECK(people[0]->phase() == api::Phase::failed);
        CHECK(people[0]->last_error == api::Code::store_broken);
        CHECK_FALSE(people[0]->backend.records().empty());
    }

    TEST_CASE("nothing is said to a device that is known to be signed out: who wants to speak removes it first")
    {
        World world(731);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        const auto group = create(world, *people[0], "Ryhmä", {"Bertta", "Cecilia"});
        auto& tablet = sign_in(world, *people[1], "Bertan tabletti");
        pass_seconds(world, 5);
        for (auto* client : {people[0], people[1], people[2]}) client->set_offline(true);
        world.settle();
        const auto keys = account_of(tablet);
        world.relay.append_raw(0, directory::encode(directory::sign_sign_out(keys.identity, keys.device.public_key())));
        people[0]->submit(api::SendText{group, "ensin avaimet"});
        people[0]->set_offline(false);
        world.settle();   // without waiting for anybody's turn
        CHECK(people[0]->texts("Ryhmä") == Lines{"[Aino created]", "[a device of Bertta signed out]", "Aino: ensin avaimet"});
    }

    TEST_CASE("an administrator removes a person: out of every group, told in plain words, and out of the directory for good")
    {
        World world(732);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Daavid"});
        auto *aino = people[0], *bertta = people[1], *cecilia = people[2], *daavid = people[3];
        auto& tablet = sign_in(world, *bertta, "Bertan tabletti");
        create(world, *cecilia, "Ilman ylläpitäjää", {"Bertta", "Daavid"});
        daavid->submit(api::CreateConversation{api::ConversationKind::direct, "", {daavid->person("Bertta")}});
        world.settle();
        cecilia->submit(api::RemovePerson{cecilia->person("Bertta")});
        CHECK(cecilia->noticed(api::Code::not_administrator));
        aino->submit(api::RemovePerson{aino->person("Bertta")});
        pass_seconds(world, 20);
        CHECK(aino->noticed(api::Code::person_removed));
        for (auto* client : {cecilia, daavid}) {
            CHECK(client->texts("Ilman ylläpitäjää") == Lines{"[Cecilia created]", "[Bertta removed by an administrator]"});
            CHECK(client->conversation("Ilman ylläpitäjää")->members.size() == 2);
        }
        CHECK(has_line(daavid->texts("Bertta"), "[Bertta removed by an administrator]"));
        for (auto* client : {bertta, &tablet}) {
            CHECK(client->connection.state == api::ConnectionState::refused);
            CHECK(client->connection.reason == api::Code::device_revoked);
            client->crash();
            client->start();
            world.settle();
            client->submit(api::Unlock{}, kPassphrase);
            world.settle();
            CHECK(client->connection.reason == api::Code::device_revoked);   // said again, without asking the relay
        }
    }

    TEST_CASE("a sign-out that was decided offline is done once the relay can be reached, also after a crash")
    {
        World world(734);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& tablet = sign_in(world, *people[1], "Bertan tabletti");
        pass_seconds(world, 5);
        const auto tablet_id = device_of(tablet);
        people[1]->set_offline(true);
        world.settle();
        people[1]->submit(api::SignOutDevice{tablet_id});
        world.settle();
        CHECK_FALSE(device(*people[1], "Bertta", tablet_id)->revoked);
        people[1]->crash();
        people[1]->start();
        world.settle();
        people[1]->submit(api::Unlock{}, kPassphrase);
        world.settle();
        people[1]->set_offline(false);
        pass_seconds(world, 60);
        CHECK(device(*people[1], "Bertta", tablet_id)->revoked);
        CHECK(people[1]->noticed(api::Code::device_signed_out));
        CHECK(tablet.connection.reason == api::Code::device_revoked);
    }

    TEST_CASE("whose only device was signed out is let in again with the next one")
    {
        World world(733);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        const auto group = create(world, *people[0], "Ryhmä", {"Bertta", "Cecilia"});
        people[2]->submit(api::CreateConversation{api::ConversationKind::direct, "", {people[2]->person("Bertta")}});
        world.settle();
        const auto lost = account_of(*people[1]);
        people[1]->crash();
        people[0]->submit(api::SignOutDevice{base::to_hex(lost.device.public_key())});   // the holder of the root key may
        pass_seconds(world, 20);
        CHECK(people[0]->conversation("Ryhmä")->members.size() == 2);
        CHECK(has_line(people[2]->texts("Ryhmä"), "[a device of Bertta signed out]"));
        for (auto* client : {people[0], people[2]}) {   // what is awaited survives
            client->crash();
            client->start();
            world.settle();
            client->submit(api::Unlock{}, kPassphrase);
        }
        auto& next = sign_in(world, *people[1], "Uusi kone");
        pass_seconds(world, 20);
        REQUIRE(next.is_in("Ryhmä"));
        REQUIRE(next.is_in("Cecilia"));
        next.submit(api::SendText{group, "täällä taas"});
        world.settle();
        CHECK(people[0]->texts("Ryhmä") == Lines{"[Aino created]", "[a device of Bertta signed out]", "[Bertta has a new device]", "Bertta: täällä taas"});
    }

    TEST_CASE("devices come and go while everybody dies at random: in the end the groups hold the live ones, and speak")
    {
        for (std::uint64_t seed = 740; seed < 746; ++seed) {
            CAPTURE(seed);
            World world(seed);
            const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
            const auto group = create(world, *people[0], "Ryhmä", {"Bertta", "Cecilia"});
            auto& tablet = sign_in(world, *people[1], "Tabletti");
            auto& phone = add_device(world, *people[2], "Puhelin");
            world.settle();
            const std::vector<Client*> everybody{people[0], people[1], people[2], &tablet, &phone};
            const auto revive = [&](Client& client) {
                client.start();
                client.submit(api::Unlock{}, kPassphrase);
                world.run_steps(10);
                if (client.phase() == api::Phase::locked) client.submit(api::Unlock{}, kPassphrase);
            };
            phone.submit(api::Unlock{}, kPassphrase);
            const auto tablet_id = device_of(tablet);
            for (std::size_t round = 0; round < 60; ++round) {
                auto& client = *everybody[world.random.below(everybody.size())];
                if (!client.is_running())
                    revive(client);
                else if (world.random.below(3) == 0)
                    client.crash();
                else if (client.phase() == api::Phase::open && round % 7 == 0)
                    client.submit(api::SendText{group, "sana " + std::to_string(round)});
                if (round == 30 && people[1]->phase() == api::Phase::open) people[1]->submit(api::SignOutDevice{tablet_id});
                world.run_steps(world.random.below(40));
                world.advance(static_cast<std::int64_t>(world.random.below(3000)));
            }
            for (auto* client : everybody)
                if (!client->is_running()) revive(*client);
            pass_seconds(world, 30);
            if (people[1]->phase() == api::Phase::open && !device(*people[1], "Bertta", tablet_id)->revoked) people[1]->submit(api::SignOutDevice{tablet_id});
            pass_seconds(world, 60);
            people[1]->submit(api::SendText{group, "lopuksi"});
            pass_seconds(world, 20);
            REQUIRE(phone.is_in("Ryhmä"));
            for (auto* client : {people[0], people[1], people[2], &phone}) {
                CHECK(has_line(client->texts("Ryhmä"), "Bertta: lopuksi"));
                CHECK_FALSE(client->noticed(api::Code::conversation_damaged));
            }
            CHECK(tablet.connection.reason == api::Code::device_revoked);
            CHECK_FALSE(has_line(tablet.texts("Ryhmä"), "Bertta: lopuksi"));
            CHECK(world.relay.tags_refused == 0);
        }
    }
}
