#include "tests/simulation/devices.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

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
}
