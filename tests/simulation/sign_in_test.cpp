#include "chat/people.h"
#include "directory/relay_document.h"
#include "tests/simulation/vaults.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using Lines = std::vector<std::string>;

void say_as_member(World& world, Client& client, std::string_view title, const std::string& text)
{
    REQUIRE(client.conversation(title) != nullptr);
    client.submit(api::SendText{client.conversation(title)->id, text});
    world.settle();
}

}  // namespace

TEST_SUITE("simulation.sign_in")
{
    TEST_CASE("whoever joins has a vault at once, under their name, without having done anything")
    {
        for (const bool second_lines : {true, false}) {
            World world(1000);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            CHECK(world.relay.vaults.made == 2);
            for (auto* client : people) {
                CHECK(client->vault.state == api::VaultState::saved);
                CHECK(client->vault.sign_in_name == client->name());
                CHECK(client->vault.reason == api::Code::none);
                CHECK_FALSE(client->vault.code_shown);
                CHECK(world.relay.vaults.stored.contains(vault_of(world, client->name())));
                CHECK(opens_at_relay(world, client->name(), kPassphrase));
            }
        }
    }

    TEST_CASE("at a new machine a name and a passphrase suffice, and others let it into all conversations without clicking")
    {
        for (const bool second_lines : {true, false}) {
            World world(1001);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
            auto *aino = people[0], *bertta = people[1];
            make_group(world, people, "Ryhmä");
            say_as_member(world, *aino, "Ryhmä", "ennen");
            bertta->crash();   // her own device helps nobody
            auto& library = sign_in_at_new_machine(world, {"  BERTTA "}, "Kirjaston kone");
            CHECK_FALSE(library.session.shared);
            CHECK(library.session.organisation == "Virasto");
            CHECK(library.vault.state == api::VaultState::saved);
            pass_seconds(world, 30);
            REQUIRE(in_group(library));
            say_as_member(world, *aino, "Ryhmä", "jälkeen");
            say_as_member(world, library, "Ryhmä", "täällä taas");
            const auto lines = library.texts("Ryhmä");
            CHECK(std::ranges::count(lines, "Aino: jälkeen") == 1);
            CHECK(aino->texts("Ryhmä").back() == "Bertta: täällä taas");
            // It keeps what it has: locked and opened again, and started anew.
            library.submit(api::Lock{});
            world.settle();
            CHECK(library.phase() == api::Phase::locked);
            unlock(world, library);
            CHECK(library.phase() == api::Phase::open);
            restart(world, library);
            unlock(world, library);
            CHECK(library.phase() == api::Phase::open);
            CHECK(in_group(library));
            CHECK(world.relay.vaults.made == 3);
            CHECK(world.relay.vaults.rekeyed == 0);
        }
    }

    TEST_CASE("the founder is an administrator at a new machine too")
    {
        World world(1002);
        found(world, {"Aino", "Bertta"});
        auto& desk = sign_in_at_new_machine(world, {"Aino"}, "Pöytäkone");
        CHECK(desk.session.administrator);
        desk.submit(api::CreateInvitation{"Eero", api::Role::member});
        world.settle();
        CHECK(desk.invitation_ready.has_value());
    }

    TEST_CASE("a wrong passphrase and a name that nobody has are answered alike, and leave nothing")
    {
        World world(1003);
        found(world, {"Aino", "Bertta"});
        auto& machine = world.add("Kone");
        world.settle();
        for (const SignInAs& as : {SignInAs{"Bertta", std::string(kOtherPassphrase)}, SignInAs{"Kukaan", std::string(kPassphrase)}}) {
            try_sign_in(world, machine, as);
            CHECK(machine.phase() == api::Phase::no_account);
            CHECK(machine.last_error == api::Code::sign_in_failed);
            CHECK(machine.backend.records().empty());
        }
        const auto before = world.relay.vaults.evaluated;
        try_sign_in(world, machine, {"Bertta", "lyhyt"});
        CHECK(machine.last_error == api::Code::passphrase_too_short);
        try_sign_in(world, machine, {" \t", std::string(kPassphrase)});
        CHECK(machine.last_error == api::Code::name_missing);
        try_sign_in(world, machine, {"Bertta", "1234-5678", true});
        CHECK(machine.last_error == api::Code::recovery_code_mistyped);
        CHECK(world.relay.vaults.evaluated == before);   // none of these was a guess
        try_sign_in(world, machine, {"Bertta"});
        CHECK(machine.phase() == api::Phase::open);
    }

    TEST_CASE("after ten guesses of a day the passphrase opens nothing until tomorrow, and the recovery code does")
    {
        World world(1004);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto code = show_code(world, *people[1]);
        REQUIRE(code.size() == 39);
        world.advance(24 * 3600 * 1000);
        auto& machine = world.add("Kone");
        world.settle();
        for (int guess = 0; guess < 10; ++guess) {
            try_sign_in(world, machine, {"Bertta", std::string(kOtherPassphrase)});
            CHECK(machine.last_error == api::Code::sign_in_failed);
        }
        try_sign_in(world, machine, {"Bertta"});
        CHECK(machine.phase() == api::Phase::no_account);
        CHECK(machine.last_error == api::Code::guesses_spent);
        try_sign_in(world, machine, {"Bertta", code, true});
        CHECK(machine.phase() == api::Phase::recovering);
        CHECK(machine.session.organisation == "Virasto");
        machine.submit(api::Lock{});
        CHECK(machine.phase() == api::Phase::no_account);
        world.advance(24 * 3600 * 1000);
        try_sign_in(world, machine, {"Bertta"});
        CHECK(machine.phase() == api::Phase::open);
    }

    TEST_CASE("with the recovery code one chooses a new passphrase, and the old one opens nothing at the relay any more")
    {
        for (const bool second_lines : {true, false}) {
            World world(1005);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            const auto code = show_code(world, *people[1]);
            auto& machine = world.add("Kone");
            world.settle();
            try_sign_in(world, machine, {"Bertta", code, true});
            REQUIRE(machine.phase() == api::Phase::recovering);
            CHECK(machine.backend.records().empty());
            machine.submit(api::ChoosePassphrase{}, "lyhyt");
            CHECK(machine.phase() == api::Phase::recovering);
            CHECK(machine.last_error == api::Code::passphrase_too_short);
            machine.submit(api::ChoosePassphrase{}, kNewPassphrase);
            world.settle();
            REQUIRE(machine.phase() == api::Phase::open);
            CHECK(machine.vault.state == api::VaultState::saved);
            CHECK(machine.vault.sign_in_name == "Bertta");
            CHECK(machine.vault.code_shown);
            CHECK_FALSE(opens_at_relay(world, "Bertta", kPassphrase));
            CHECK(opens_at_relay(world, "Bertta", kNewPassphrase));
            CHECK(opens_store(machine, kNewPassphrase));
            CHECK_FALSE(opens_store(machine, kPassphrase));
            CHECK(show_code(world, machine, kNewPassphrase) == code);
        }
    }

    TEST_CASE("a relay document of another organisation, with other keys, or that is none goes nowhere")
    {
        World world(1006);
        found(world, {"Aino", "Bertta"});
        World other(1007);
        found(other, {"Vieras"});
        auto& machine = world.add("Kone");
        world.settle();
        const auto ours = *directory::parse_relay_document(world.relay.document());
        const auto theirs = *directory::parse_relay_document(other.relay.document());
        const auto sign_in = [&](const std::string& document) {
            machine.submit(api::SignIn{.name = "Bertta", .relay = document, .device = "Kone"}, kPassphrase);
            world.settle();
            CHECK(machine.phase() == api::Phase::no_account);
            CHECK(machine.backend.records().empty());
            return machine.last_error;
        };
        const auto guesses = world.relay.vaults.evaluated;
        CHECK(sign_in("") == api::Code::link_mangled);
        CHECK(sign_in("<!doctype html>") == api::Code::link_mangled);
        CHECK(sign_in(R"({"sinetti":2,"organisation":"")") == api::Code::link_outdated);
        CHECK(sign_in(directory::encode(theirs)) == api::Code::relay_key);
        CHECK(sign_in(directory::encode(directory::RelayDocument{theirs.root_public_key, ours.relay_keys})) == api::Code::relay_key);
        CHECK(sign_in(directory::encode(directory::RelayDocument{ours.root_public_key, theirs.relay_keys})) == api::Code::relay_key);
        CHECK(world.relay.vaults.evaluated == guesses);
        // Its channel is its own, but the key it signs with is not the one the vault names.
        auto mixed = ours;
        mixed.relay_keys.signing_public_key = theirs.relay_keys.signing_public_key;
        CHECK(sign_in(directory::encode(mixed)) == api::Code::relay_key);
    }

    TEST_CASE("somebody in between with keys of their own is found out by what the opened vault names, and no device is enrolled")
    {
        World world(1008);
        found(world, {"Aino", "Bertta"});
        World between(1009);   // its relay has the vaults, the directory and the guesses of the real one, and other keys
        between.relay.swap_directory(world.relay);
        between.relay.vaults.swap(world.relay.vaults);
        auto& machine = between.add("Kone");
        between.settle();
        machine.submit(api::SignIn{.name = "Bertta", .relay = between.relay.document(), .device = "Kone"}, kPassphrase);
        between.settle();
        CHECK(machine.phase() == api::Phase::no_account);
        CHECK(machine.last_error == api::Code::relay_key);
        CHECK(machine.backend.records().empty());
        CHECK(between.relay.appended == 0);
    }

    TEST_CASE("a damaged, truncated or foreign vault is one clear code, and nothing is kept or overwritten")
    {
        World world(1010);
        found(world, {"Aino", "Bertta"});
        auto& vaults = world.relay.vaults;
        const auto stored = vaults.stored.at(vault_of(world, "Bertta")).sealed;
        const auto foreign = vaults.stored.at(vault_of(world, "Aino")).sealed;
        auto& machine = world.add("Kone");
        world.settle();
        const std::function<void(wire::VaultFetched&)> lies[] = {
            [](auto& answer) { answer.sealed[answer.sealed.size() / 2] ^= 1; },
            [](auto& answer) { answer.sealed.pop_back(); },
            [](auto& answer) { answer.sealed.resize(100); },
            [](auto& answer) { answer.sealed.clear(); },
            [&](auto& answer) { answer.sealed = foreign; },
            [](auto& answer) { ++answer.version; },
            [](auto& answer) { answer.sealed[8] ^= 1; },   // the version under the seal
        };
        for (const auto& lie : lies) {
            vaults.falsify = lie;
            try_sign_in(world, machine, {"Bertta"});
            CHECK(machine.phase() == api::Phase::no_account);
            CHECK(machine.last_error == api::Code::vault_damaged);
            CHECK(machine.backend.records().empty());
        }
        vaults.falsify = nullptr;
        CHECK(vaults.rekeyed == 0);
        CHECK(vaults.stored.at(vault_of(world, "Bertta")).sealed == stored);
        try_sign_in(world, machine, {"Bertta"});
        CHECK(machine.phase() == api::Phase::open);
    }

    TEST_CASE("a relay that is not there, full, or in a hurry is said to be so, and signing in can be tried again")
    {
        World world(1011);
        found(world, {"Aino", "Bertta"});
        auto& machine = world.add("Kone");
        world.settle();
        world.relay_is_down = true;
        try_sign_in(world, machine, {"Bertta"});
        CHECK(machine.phase() == api::Phase::no_account);
        CHECK(machine.last_error == api::Code::relay_unreachable);
        world.relay_is_down = false;
        for (const auto& [refusal, code] : {std::pair{wire::Refusal::too_many_requests, api::Code::rate_limited}, {wire::Refusal::internal, api::Code::relay_refused}}) {
            world.relay.vaults.hindrance = refusal;
            try_sign_in(world, machine, {"Bertta"});
            CHECK(machine.phase() == api::Phase::no_account);
            CHECK(machine.last_error == code);
        }
        world.relay.vaults.hindrance.reset();
        try_sign_in(world, machine, {"Bertta"});
        CHECK(machine.phase() == api::Phase::open);
    }

    TEST_CASE("who is killed at any write or message while signing in signs in again, and is nobody twice")
    {
        for (const auto fault : {Fault::dies_before_write, Fault::dies_after_write, Fault::dies_before_send, Fault::dies_after_send, Fault::store_fails}) {
            for (std::size_t place = 1; place <= (is_of_store(fault) ? 6 : 12); ++place) {
                CAPTURE(static_cast<int>(fault));
                CAPTURE(place);
                World world(1012);
                const auto people = found(world, {"Aino", "Bertta"});
                make_group(world, people, "Ryhmä");
                auto& machine = world.add("Kone");
                world.settle();
                machine.plan(fault, place);
                try_sign_in(world, machine, {"Bertta"});
                machine.planned.reset();
                world.advance(3000);   // over a failed store's next attempt
                world.settle();
                if (!machine.is_running()) {
                    machine.start();
                    world.settle();
                }
                if (machine.phase() == api::Phase::no_account) try_sign_in(world, machine, {"Bertta"});
                if (machine.phase() == api::Phase::locked) unlock(world, machine);
                REQUIRE(machine.phase() == api::Phase::open);
                pass_seconds(world, 30);
                CHECK(in_group(machine));
                CHECK(live_devices(world, machine) == 2);
                CHECK(world.relay.vaults.rekeyed == 0);
            }
        }
    }

    TEST_CASE("who is killed at any write or message while recovering ends with the passphrase they chose")
    {
        for (const auto fault : {Fault::dies_before_write, Fault::dies_after_write, Fault::dies_before_send, Fault::dies_after_send}) {
            for (std::size_t place = 1; place <= 14; ++place) {
                CAPTURE(static_cast<int>(fault));
                CAPTURE(place);
                World world(1013);
                world.second_lines = false;
                const auto people = found(world, {"Aino", "Bertta"});
                const auto code = show_code(world, *people[1]);
                auto& machine = world.add("Kone");
                world.settle();
                machine.plan(fault, place);
                const auto recover = [&] {
                    try_sign_in(world, machine, {"Bertta", code, true});
                    if (machine.phase() == api::Phase::recovering) machine.submit(api::ChoosePassphrase{}, kNewPassphrase);
                    world.settle();
                };
                recover();
                if (!machine.is_running()) {
                    machine.planned.reset();
                    machine.start();
                    world.settle();
                    machine.phase() == api::Phase::no_account ? recover() : unlock(world, machine, kNewPassphrase);
                }
                REQUIRE(machine.phase() == api::Phase::open);
                CHECK(machine.vault.state == api::VaultState::saved);
                CHECK(opens_at_relay(world, "Bertta", kNewPassphrase));
                CHECK_FALSE(opens_at_relay(world, "Bertta", kPassphrase));
                CHECK(opens_store(machine, kNewPassphrase));
            }
        }
    }

    TEST_CASE("a shared machine writes nothing to its disk, and signs itself out when it is left")
    {
        for (const bool second_lines : {true, false}) {
            World world(1014);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            make_group(world, people, "Ryhmä");
            auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, "Kioski");
            CHECK(kiosk.session.shared);
            pass_seconds(world, 20);
            REQUIRE(in_group(kiosk));
            say_as_member(world, kiosk, "Ryhmä", "kioskista");
            CHECK(people[0]->texts("Ryhmä").back() == "Bertta: kioskista");
            CHECK(live_devices(world, *people[1]) == 2);
            const auto me = std::ranges::find(people[1]->people, true, &api::Person::me);
            CHECK(std::ranges::count(me->devices, true, &api::Device::shared) == 1);
            CHECK(kiosk.backend.commits() == 0);
            CHECK_FALSE(kiosk.shared_backend.records().empty());

            kiosk.submit(api::Lock{});
            CHECK(kiosk.phase() == api::Phase::opening);
            CHECK(kiosk.shared_backend.records().empty());
            world.settle();
            CHECK(kiosk.phase() == api::Phase::no_account);
            CHECK_FALSE(kiosk.session.shared);
            CHECK(kiosk.backend.commits() == 0);
            CHECK(live_devices(world, *people[1]) == 1);
            // Somebody else may sit down, and it is a machine like any other.
            try_sign_in(world, kiosk, {"Aino"});
            CHECK(kiosk.phase() == api::Phase::open);
            CHECK_FALSE(kiosk.session.shared);
            CHECK(kiosk.backend.commits() > 0);
        }
    }

    TEST_CASE("who signs in reads what was said before, though no other device of theirs is there; a shared machine leaves nothing of its own")
    {
        for (const bool shared : {false, true}) {
            World world(1020);
            const auto people = found(world, {"Aino", "Bertta"});
            make_group(world, people, "Ryhmä");
            say_as_member(world, *people[0], "Ryhmä", "ennen");
            const auto pass_hours = [&](std::int64_t hours) {
                for (std::int64_t passed = 0; passed < hours * 6; ++passed) {
                    world.settle();
                    world.advance(10 * 60'000);
                }
                world.settle();
            };
            pass_hours(7);   // longer than any device waits before it brings the archive up to date
            people[1]->set_offline(true);
            auto& machine = sign_in_at_new_machine(world, {.name = "Bertta", .shared = shared}, "Kone");
            pass_seconds(world, 120);
            REQUIRE(in_group(machine));
            const auto lines = machine.texts("Ryhmä");
            CHECK(std::ranges::count(lines, "Aino: ennen") == 1);
            CHECK(machine.noticed(api::Code::history_restored));
            people[0]->set_offline(true);
            const auto written = world.relay.blobs_completed;
            pass_hours(14);
            CHECK((world.relay.blobs_completed == written) == shared);
            CHECK(machine.connection.state == api::ConnectionState::connected);
        }
    }

    TEST_CASE("a new machine asks for no piece of the archive that cannot be there: of shared machines, and of days before there was a device")
    {
        World world(1022);
        const auto people = found(world, {"Aino", "Bertta"});
        make_group(world, people, "Ryhmä");
        for (const auto* name : {"Kirjasto", "Hotelli", "Lentokenttä"}) {
            auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, name);
            pass_seconds(world, 30);
            kiosk.submit(api::ForgetDevice{});
            world.settle();
        }
        const auto before = world.relay.blobs_missed;
        sign_in_at_new_machine(world, {.name = "Bertta"}, "Kone");
        pass_seconds(world, 20);
        const auto missed = world.relay.blobs_missed - before;
        CHECK(missed > 0);
        CHECK(missed <= 3);   // her first device's: tomorrow, what would come next of today, and yesterday where clocks differ
    }

    TEST_CASE("a shared machine without a relay is given back all the same, after a while")
    {
        World world(1015);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, "Kioski");
        kiosk.set_offline(true);
        kiosk.submit(api::Lock{});
        CHECK(kiosk.shared_backend.records().empty());
        world.settle();
        world.advance(11'000);
        world.settle();
        CHECK(kiosk.phase() == api::Phase::no_account);
        CHECK(live_devices(world, *people[1]) == 2);
    }

    TEST_CASE("a shared machine whose tab was closed is signed out by its person's next sign-in")
    {
        World world(1016);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, "Kioski");
        CHECK(kiosk.backend.records().empty());
        restart(world, kiosk);
        CHECK(kiosk.phase() == api::Phase::no_account);
        CHECK(live_devices(world, *people[1]) == 2);
        auto& laptop = sign_in_at_new_machine(world, {"Bertta"}, "Läppäri");
        pass_seconds(world, 5);
        CHECK(live_devices(world, laptop) == 2);
        const auto me = std::ranges::find(laptop.people, true, &api::Person::me);
        for (const auto& device : me->devices) CHECK(device.shared == device.revoked);
    }

    TEST_CASE("on a machine with somebody else's seal one may sit for a while, and the seal is as it was")
    {
        World world(1017);
        const auto people = found(world, {"Aino", "Bertta"});
        auto* aino = people[0];
        aino->submit(api::Lock{});
        world.settle();
        const auto before = aino->backend.records();
        aino->submit(api::SignIn{.name = "Bertta", .relay = world.relay.document(), .device = "Ainon kone"}, kPassphrase);
        CHECK(aino->phase() == api::Phase::locked);
        CHECK(aino->last_error == api::Code::already_enrolled);
        try_sign_in(world, *aino, {"Bertta", std::string(kOtherPassphrase), false, true});
        CHECK(aino->phase() == api::Phase::locked);
        CHECK(aino->last_error == api::Code::sign_in_failed);
        try_sign_in(world, *aino, {.name = "Bertta", .shared = true});
        REQUIRE(aino->phase() == api::Phase::open);
        CHECK(aino->session.me == people[1]->session.me);
        aino->submit(api::Lock{});
        world.settle();
        CHECK(aino->phase() == api::Phase::locked);
        CHECK(aino->backend.records() == before);
        unlock(world, *aino);
        CHECK(aino->phase() == api::Phase::open);
        CHECK(aino->session.me != people[1]->session.me);
    }

    TEST_CASE("a device without a usable name has one all the same")
    {
        World world(1019);
        found(world, {"Aino"});
        auto& machine = world.add("Kone");
        world.settle();
        machine.submit(api::SignIn{.name = "Aino", .relay = world.relay.document(), .device = std::string(65, 'x')}, kPassphrase);
        world.settle();
        REQUIRE(machine.phase() == api::Phase::open);
        const auto me = std::ranges::find(machine.people, true, &api::Person::me);
        CHECK(std::ranges::find(me->devices, true, &api::Device::here)->name == "Sinetti");
    }

    TEST_CASE("who has too many devices is told so at the new machine, which keeps nothing")
    {
        World world(1018);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto keys = account_of(*people[1]);
        for (std::size_t devices = 1; devices < directory::kLiveDevicesMax; ++devices)
            world.relay.append_raw(0, chat::add_device(chat::person_keys_of(keys), "Laite", world.clock.now(), world.random)->account.pending->enrolment_record);
        world.settle();
        for (const bool shared : {false, true}) {
            auto& machine = world.add("Kone");
            world.settle();
            try_sign_in(world, machine, {.name = "Bertta", .shared = shared});
            CHECK(machine.phase() == api::Phase::no_account);
            CHECK(machine.last_error == api::Code::too_many_devices);
            CHECK(machine.backend.records().empty());
            CHECK(machine.shared_backend.records().empty());
        }
    }
}
