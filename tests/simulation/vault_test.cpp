#include "chat/vault_keeper.h"
#include "tests/simulation/vaults.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using enum api::PassphraseState;

api::PassphraseEvent last(const Client& client)
{
    REQUIRE_FALSE(client.passphrase_events.empty());
    return client.passphrase_events.back();
}

bool is(const api::PassphraseEvent& event, api::PassphraseState state, api::Code error = api::Code::none) { return event.state == state && event.error == error; }

store::RecordId vault_record(const Client& client)
{
    const auto header = store::VaultHeader::parse(client.backend.records().at(store::kVaultHeaderId));
    const auto opened = store::open_vault(*header, base::view_of(kPassphrase), quick_password_key);
    REQUIRE(opened.has_value());
    return store::RecordSealer(opened->master_key).id(chat::kVaultRecord);
}

// As a version of before vaults has left it.
void forget_vault(World& world, Client& client)
{
    client.crash();
    client.backend.records().erase(vault_record(client));
    world.relay.vaults.stored.erase(vault_of(world, client.name()));
    client.start();
    world.settle();
}

}  // namespace

TEST_SUITE("simulation.vault")
{
    TEST_CASE("an account from before there were vaults gets one when it is unlocked next")
    {
        for (const bool second_lines : {true, false}) {
            World world(1100);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            forget_vault(world, *people[1]);
            unlock(world, *people[1]);
            CHECK(people[1]->phase() == api::Phase::open);
            CHECK(people[1]->vault.state == api::VaultState::saved);
            CHECK(opens_at_relay(world, "Bertta", kPassphrase));
        }
    }

    TEST_CASE("a second person of the same name signs in with a number behind it, and nobody's guesses are spent on finding it")
    {
        World world(1101);
        const auto people = found(world, {"Aino", "Bertta", "bertta"});
        CHECK(people[1]->vault.sign_in_name == "Bertta");
        CHECK(people[2]->vault.sign_in_name == "bertta 2");
        CHECK(world.relay.vaults.evaluated == 3);
        auto& first = sign_in_at_new_machine(world, {"Bertta"}, "Kone 1");
        auto& second = sign_in_at_new_machine(world, {"Bertta 2"}, "Kone 2");
        CHECK(first.session.me == people[1]->session.me);
        CHECK(second.session.me == people[2]->session.me);
        CHECK(second.vault.sign_in_name == "Bertta 2");
    }

    TEST_CASE("where somebody else's vault stands in the way the next number is taken, whoever has the same passphrase")
    {
        World world(1102);
        const auto people = found(world, {"Aino", "Bertta 2", "Bertta"});
        CHECK(people[2]->vault.sign_in_name == "Bertta");
        const auto& bertta = world.clients.emplace_back(std::make_unique<Client>(world, "Bertta", 77));
        bertta->start();
        people[0]->submit(api::CreateInvitation{"Bertta", api::Role::member});
        world.settle();
        bertta->submit(api::OpenLink{people[0]->invitation_ready->invitation.fragment});
        world.settle();
        bertta->submit(api::Enrol{"Bertta", ""}, kPassphrase);
        world.settle();
        // "Bertta 2" is the second of the name, and the name of somebody else.
        CHECK(bertta->vault.state == api::VaultState::saved);
        CHECK(bertta->vault.sign_in_name == "Bertta 3");
    }

    TEST_CASE("a device whose sibling was faster with the vault takes that one")
    {
        World world(1103);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& tablet = sign_in(world, *people[1], "Bertan tabletti");   // knows of no vault
        CHECK(tablet.vault.state == api::VaultState::saved);
        CHECK(tablet.vault.sign_in_name == "Bertta");
        CHECK(world.relay.vaults.made == 2);
        CHECK(show_code(world, tablet) == show_code(world, *people[1]));
    }

    TEST_CASE("who is killed at any write or message while the vault is made has one in the end, and one alone")
    {
        for (const auto fault : {Fault::dies_before_write, Fault::dies_after_write, Fault::dies_before_send, Fault::dies_after_send, Fault::loses_connection_before_send,
                                 Fault::loses_connection_after_send}) {
            for (std::size_t place = 1; place <= 12; ++place) {
                CAPTURE(static_cast<int>(fault));
                CAPTURE(place);
                World world(1104);
                world.second_lines = false;
                const auto people = found(world, {"Aino", "Bertta"});
                auto& bertta = *people[1];
                forget_vault(world, bertta);
                bertta.crash();
                const auto made = world.relay.vaults.made;
                bertta.start();
                bertta.plan(fault, place);
                world.settle();
                unlock(world, bertta);
                bertta.planned.reset();
                for (int again = 0; again < 2; ++again) {
                    if (!bertta.is_running()) {
                        bertta.start();
                        world.settle();
                    }
                    if (bertta.phase() == api::Phase::locked) unlock(world, bertta);
                    world.advance(11 * 60'000);
                    world.settle();
                }
                REQUIRE(bertta.phase() == api::Phase::open);
                CHECK(bertta.vault.state == api::VaultState::saved);
                CHECK(bertta.vault.sign_in_name == "Bertta");
                CHECK(world.relay.vaults.made == made + 1);
                CHECK(opens_at_relay(world, "Bertta", kPassphrase));
                CHECK(show_code(world, bertta).size() == 39);
            }
        }
    }

    TEST_CASE("a relay that cannot take the vault now gets it later, and nothing else waits for that")
    {
        for (const auto refusal : {wire::Refusal::storage_full, wire::Refusal::overloaded, wire::Refusal::too_many_requests, wire::Refusal::vault_guesses_spent}) {
            World world(1105);
            world.relay.vaults.hindrance = refusal;
            const auto people = found(world, {"Aino", "Bertta"});
            CHECK(people[1]->connection.state == api::ConnectionState::connected);
            CHECK(people[1]->vault.state == api::VaultState::saving);
            CHECK(people[1]->vault.reason != api::Code::none);
            world.relay.vaults.hindrance.reset();
            world.advance(11 * 60'000);
            world.settle();
            CHECK(people[1]->vault.state == api::VaultState::saved);
            CHECK(people[1]->vault.reason == api::Code::none);
        }
    }

    TEST_CASE("the passphrase is proven for five minutes, and nothing is changed or shown without it")
    {
        World world(1106);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        bertta.submit(api::ChangePassphrase{}, kNewPassphrase);
        CHECK(is(last(bertta), unproven, api::Code::not_proven));
        bertta.submit(api::ShowRecoveryCode{});
        bertta.submit(api::RenewRecoveryCode{});
        world.settle();
        CHECK(is(last(bertta), unproven, api::Code::not_proven));
        CHECK(bertta.recovery_code.empty());
        prove(world, bertta, kOtherPassphrase);
        CHECK(is(last(bertta), unproven, api::Code::wrong_passphrase));
        prove(world, bertta);
        CHECK(is(last(bertta), proven));
        bertta.submit(api::ChangePassphrase{}, "lyhyt");
        CHECK(is(last(bertta), proven, api::Code::passphrase_too_short));
        world.advance(5 * 60'000);
        world.settle();
        bertta.submit(api::ShowRecoveryCode{});
        world.settle();
        CHECK(is(last(bertta), unproven, api::Code::not_proven));
        CHECK(bertta.recovery_code.empty());
        CHECK(world.relay.vaults.rekeyed == 0);
    }

    TEST_CASE("after a change the old passphrase opens nothing, neither here nor at the relay, and the recovery code still does")
    {
        for (const bool second_lines : {true, false}) {
            World world(1107);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            auto& bertta = *people[1];
            const auto code = show_code(world, bertta);
            change_passphrase(world, bertta, kNewPassphrase);
            CHECK(is(last(bertta), changed));
            CHECK(opens_at_relay(world, "Bertta", kNewPassphrase));
            CHECK_FALSE(opens_at_relay(world, "Bertta", kPassphrase));
            CHECK(opens_store(bertta, kNewPassphrase));
            CHECK_FALSE(opens_store(bertta, kPassphrase));
            restart(world, bertta);
            unlock(world, bertta);
            CHECK(bertta.last_error == api::Code::wrong_passphrase);
            unlock(world, bertta, kNewPassphrase);
            CHECK(bertta.phase() == api::Phase::open);
            auto& machine = world.add("Kone");
            world.settle();
            try_sign_in(world, machine, {"Bertta"});
            CHECK(machine.last_error == api::Code::sign_in_failed);
            try_sign_in(world, machine, {"Bertta", code, true});
            CHECK(machine.phase() == api::Phase::recovering);
        }
    }

    TEST_CASE("a new recovery code takes the place of the old one, which opens nothing any more")
    {
        World world(1108);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        const auto old = show_code(world, bertta);
        CHECK(bertta.vault.code_shown);
        CHECK(show_code(world, bertta) == old);
        prove(world, bertta);
        bertta.submit(api::RenewRecoveryCode{});
        world.settle();
        const auto renewed = bertta.recovery_code;
        CHECK(renewed.size() == 39);
        CHECK(renewed != old);
        auto& machine = world.add("Kone");
        world.settle();
        try_sign_in(world, machine, {"Bertta", old, true});
        CHECK(machine.last_error == api::Code::sign_in_failed);
        try_sign_in(world, machine, {"Bertta", renewed, true});
        CHECK(machine.phase() == api::Phase::recovering);
        CHECK(opens_at_relay(world, "Bertta", kPassphrase));
    }

    TEST_CASE("two devices change the passphrase at the same time: one does, the other is told, and can be told the new one")
    {
        for (std::uint64_t seed = 1110; seed < 1116; ++seed) {
            CAPTURE(seed);
            World world(seed);
            const auto people = found(world, {"Aino", "Bertta"});
            auto& laptop = *people[1];
            auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
            for (auto* device : {&laptop, &tablet}) prove(world, *device);
            laptop.submit(api::ChangePassphrase{}, kNewPassphrase);
            tablet.submit(api::ChangePassphrase{}, kOtherPassphrase);
            world.settle();
            const bool laptop_won = is(last(laptop), changed);
            auto& winner = laptop_won ? laptop : tablet;
            auto& loser = laptop_won ? tablet : laptop;
            const auto chosen = laptop_won ? kNewPassphrase : kOtherPassphrase;
            const auto lost = laptop_won ? kOtherPassphrase : kNewPassphrase;
            CHECK(is(last(winner), changed));
            CHECK(is(last(loser), proven, api::Code::vault_elsewhere_changed));
            CHECK(loser.vault.reason == api::Code::vault_elsewhere_changed);
            CHECK(opens_at_relay(world, "Bertta", chosen));
            CHECK_FALSE(opens_at_relay(world, "Bertta", lost));
            CHECK_FALSE(opens_at_relay(world, "Bertta", kPassphrase));
            CHECK(opens_store(loser, kPassphrase));
            CHECK_FALSE(opens_store(loser, lost));

            // It remembers, and refuses to show a code it cannot vouch for.
            restart(world, loser);
            unlock(world, loser);
            CHECK(loser.vault.reason == api::Code::vault_elsewhere_changed);
            loser.recovery_code.clear();
            CHECK(show_code(world, loser).empty());
            CHECK(is(last(loser), proven, api::Code::vault_elsewhere_changed));
            change_passphrase(world, loser, lost);
            CHECK(is(last(loser), proven, api::Code::sign_in_failed));
            CHECK(opens_store(loser, kPassphrase));
            change_passphrase(world, loser, chosen);
            CHECK(is(last(loser), changed));
            CHECK(loser.vault.reason == api::Code::none);
            CHECK(opens_store(loser, chosen));
            CHECK_FALSE(opens_store(loser, kPassphrase));
            CHECK(world.relay.vaults.rekeyed == 1);
            CHECK(show_code(world, loser, chosen) == show_code(world, winner, chosen));
        }
    }

    TEST_CASE("a device that does not know of a new recovery code shows that one all the same, and changes nothing with the old one")
    {
        World world(1120);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& laptop = *people[1];
        auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
        const auto old = show_code(world, laptop);
        prove(world, laptop);
        laptop.submit(api::RenewRecoveryCode{});
        world.settle();
        CHECK(laptop.recovery_code != old);
        CHECK(show_code(world, tablet) == laptop.recovery_code);
        // The same when it is the passphrase that this device changes.
        auto& phone = sign_in_at_new_machine(world, {"Bertta"}, "Puhelin");
        prove(world, laptop);
        laptop.submit(api::RenewRecoveryCode{});
        world.settle();
        change_passphrase(world, phone, kNewPassphrase);
        CHECK((is(last(phone), changed) || is(last(phone), proven, api::Code::vault_elsewhere_changed)));
    }

    TEST_CASE("an older vault than this device has seen is named, and nothing takes its place")
    {
        World world(1121);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        const auto id = vault_of(world, "Bertta");
        show_code(world, bertta);   // another version
        auto& vaults = world.relay.vaults;
        REQUIRE(vaults.versions[id].size() >= 2);
        vaults.stored[id] = vaults.versions[id].front();
        change_passphrase(world, bertta, kNewPassphrase);
        CHECK(is(last(bertta), proven, api::Code::vault_rolled_back));
        CHECK(bertta.vault.reason == api::Code::vault_rolled_back);
        CHECK(vaults.stored[id].version == 1);
        CHECK(opens_store(bertta, kPassphrase));
        CHECK_FALSE(opens_store(bertta, kNewPassphrase));
        bertta.recovery_code.clear();
        CHECK(show_code(world, bertta).empty());
        CHECK(is(last(bertta), proven, api::Code::vault_rolled_back));
    }

    TEST_CASE("a damaged or foreign vault that is handed out for a conflict is named, and nothing takes its place")
    {
        for (const bool foreign : {true, false}) {
            World world(1122);
            const auto people = found(world, {"Aino", "Bertta"});
            auto& laptop = *people[1];
            auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
            show_code(world, tablet);
            const auto id = vault_of(world, "Bertta");
            const auto stored = world.relay.vaults.stored[id].sealed;
            const auto other = world.relay.vaults.stored[vault_of(world, "Aino")].sealed;
            world.relay.vaults.falsify = [&](wire::VaultFetched& answer) {
                if (foreign) answer.sealed = other; else answer.sealed.back() ^= 1;
            };
            change_passphrase(world, laptop, kNewPassphrase);
            CHECK(is(last(laptop), proven, api::Code::vault_damaged));
            CHECK(laptop.vault.reason == api::Code::vault_damaged);
            CHECK(world.relay.vaults.stored[id].sealed == stored);
            CHECK(opens_store(laptop, kPassphrase));
            world.relay.vaults.falsify = nullptr;
            change_passphrase(world, laptop, kNewPassphrase);
            CHECK(is(last(laptop), changed));
            CHECK(laptop.vault.reason == api::Code::none);
        }
    }

    TEST_CASE("who is killed at any write or message while the passphrase changes opens with the old or the new one, and then it is the same everywhere")
    {
        for (const auto& return_with : {kPassphrase, kNewPassphrase}) {
            for (const auto fault : {Fault::dies_before_write, Fault::dies_after_write, Fault::dies_before_send, Fault::dies_after_send, Fault::store_fails,
                                     Fault::loses_connection_before_send, Fault::loses_connection_after_send}) {
                for (std::size_t place = 1; place <= 10; ++place) {
                    CAPTURE(return_with);
                    CAPTURE(static_cast<int>(fault));
                    CAPTURE(place);
                    World world(1130);
                    world.second_lines = false;
                    const auto people = found(world, {"Aino", "Bertta"});
                    auto& bertta = *people[1];
                    restart(world, bertta);
                    unlock(world, bertta);
                    prove(world, bertta);
                    bertta.plan(fault, place);
                    bertta.submit(api::ChangePassphrase{}, kNewPassphrase);
                    world.settle();
                    world.advance(3000);   // over a failed store's next attempt
                    world.settle();
                    bertta.planned.reset();
                    if (!bertta.is_running()) {
                        bertta.start();
                        world.settle();
                        unlock(world, bertta, return_with);
                        if (bertta.phase() != api::Phase::open) unlock(world, bertta, return_with == kPassphrase ? kNewPassphrase : kPassphrase);
                    }
                    world.advance(11 * 60'000);
                    world.settle();
                    REQUIRE(bertta.phase() == api::Phase::open);
                    CHECK(bertta.vault.state == api::VaultState::saved);
                    const bool changed_here = opens_store(bertta, kNewPassphrase);
                    CHECK(opens_store(bertta, kPassphrase) == !changed_here);
                    CHECK(opens_at_relay(world, "Bertta", kNewPassphrase) == changed_here);
                    CHECK(opens_at_relay(world, "Bertta", kPassphrase) == !changed_here);
                }
            }
        }
    }

    TEST_CASE("a change that the relay never heard of is called off by who comes back with the old passphrase")
    {
        World world(1131);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        prove(world, bertta);
        world.relay.vaults.hindrance = wire::Refusal::overloaded;
        bertta.submit(api::ChangePassphrase{}, kNewPassphrase);
        world.settle();
        CHECK(is(last(bertta), changing));
        CHECK(opens_store(bertta, kPassphrase));
        CHECK(opens_store(bertta, kNewPassphrase));
        restart(world, bertta);
        world.relay.vaults.hindrance.reset();
        unlock(world, bertta);
        world.advance(11 * 60'000);
        world.settle();
        CHECK(bertta.vault.state == api::VaultState::saved);
        CHECK(opens_store(bertta, kPassphrase));
        CHECK_FALSE(opens_store(bertta, kNewPassphrase));
        CHECK(opens_at_relay(world, "Bertta", kPassphrase));
    }

    TEST_CASE("a relay that has lost its vaults gets a new one from whoever changes the passphrase, or types it once more")
    {
        World world(1133);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        world.relay.vaults.stored.clear();
        world.relay.vaults.renew_keys(5);
        change_passphrase(world, aino, kNewPassphrase);
        CHECK(is(last(aino), changed));
        CHECK(opens_at_relay(world, "Aino", kNewPassphrase));
        CHECK(opens_store(aino, kNewPassphrase));
        CHECK_FALSE(opens_store(aino, kPassphrase));

        CHECK(show_code(world, bertta).empty());
        CHECK(bertta.vault.reason == api::Code::vault_elsewhere_changed);
        change_passphrase(world, bertta, kPassphrase);
        CHECK(is(last(bertta), changed));
        CHECK(bertta.vault.reason == api::Code::none);
        CHECK(opens_at_relay(world, "Bertta", kPassphrase));
        CHECK(opens_store(bertta, kPassphrase));
        CHECK(show_code(world, bertta).size() == 39);
        auto& machine = sign_in_at_new_machine(world, {"Bertta"}, "Kone");
        CHECK(machine.session.me == bertta.session.me);
    }

    TEST_CASE("a device finds out unasked, with the errands of the next day, that the passphrase was changed elsewhere")
    {
        for (const bool second_lines : {true, false}) {
            CAPTURE(second_lines);
            World world(1140);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            auto& laptop = *people[1];
            auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
            world.advance(2 * kHour);
            world.settle();
            change_passphrase(world, tablet, kNewPassphrase);
            REQUIRE(is(last(tablet), changed));
            const auto guesses = world.relay.vaults.evaluated;
            for (int day = 0; day < 2; ++day) pass_day(world);
            CHECK(laptop.vault.reason == api::Code::vault_elsewhere_changed);
            CHECK(tablet.vault.reason == api::Code::none);
            CHECK(world.relay.vaults.evaluated == guesses);
            CHECK(opens_store(laptop, kPassphrase));
        }
    }

    TEST_CASE("looking costs one fetch and one version a day, and tells of a vault that was put back or damaged, which it leaves as it is")
    {
        World world(1141);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        show_code(world, bertta);   // another version
        auto& vaults = world.relay.vaults;
        const auto id = vault_of(world, "Bertta");
        REQUIRE(vaults.versions[id].size() >= 2);
        pass_day(world);
        const auto before = vaults.fetched;
        const auto changed = vaults.changed;
        pass_day(world);
        CHECK(vaults.fetched > before);
        CHECK(vaults.fetched <= before + people.size());
        CHECK(vaults.changed > changed);
        CHECK(vaults.changed <= changed + people.size());
        CHECK(bertta.vault.reason == api::Code::none);

        vaults.falsify = [](wire::VaultFetched& answer) { answer.sealed.back() ^= 1; };
        pass_day(world);
        pass_day(world);
        CHECK(bertta.vault.reason == api::Code::vault_damaged);
        vaults.falsify = nullptr;
        pass_day(world);
        pass_day(world);
        CHECK(bertta.vault.reason == api::Code::none);
        vaults.stored[id] = vaults.versions[id].front();
        pass_day(world);
        pass_day(world);
        CHECK(bertta.vault.reason == api::Code::vault_rolled_back);
        CHECK(vaults.stored[id].version == 1);
        CHECK(bertta.vault.state == api::VaultState::saved);
    }

    TEST_CASE("a relay that cannot answer a look now changes nothing, and the next one finds what there is")
    {
        World world(1142);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        world.relay.vaults.hindrance = wire::Refusal::overloaded;
        for (int day = 0; day < 2; ++day) pass_day(world);
        CHECK(bertta.vault.reason == api::Code::none);
        CHECK(bertta.vault.state == api::VaultState::saved);
        world.relay.vaults.hindrance.reset();
        CHECK(show_code(world, bertta).size() == 39);
    }

    TEST_CASE("while there is no connection, or no vault yet, nothing is begun")
    {
        World world(1132);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        prove(world, bertta);
        bertta.set_offline(true);
        world.settle();
        bertta.submit(api::ChangePassphrase{}, kNewPassphrase);
        CHECK(is(last(bertta), proven, api::Code::relay_unreachable));
        bertta.set_offline(false);
        world.settle();
        forget_vault(world, bertta);
        world.relay.vaults.hindrance = wire::Refusal::overloaded;
        unlock(world, bertta);
        prove(world, bertta);
        bertta.submit(api::ShowRecoveryCode{});
        CHECK(is(last(bertta), proven, api::Code::vault_unsaved));
        CHECK(opens_store(bertta, kPassphrase));
    }
}
