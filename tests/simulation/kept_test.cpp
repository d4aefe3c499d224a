// What a person wants the same everywhere, settings and whom they have verified: with their vault it comes to every device of theirs.

#include "codec/writer.h"
#include "store/record_sealer.h"
#include "tests/simulation/linking.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

bool is_verified(const Client& client, std::string_view person)
{
    const auto found = std::ranges::find(client.people, person, &api::Person::name);
    return found != client.people.end() && found->verified;
}

constexpr std::size_t kPlaceStride = 3;   // one place in so many, others for each fault

void verify(World& world, Client& client, std::string_view person, bool verified = true)
{
    client.submit(api::SetVerified{client.person(person), verified});
    if (client.is_running()) world.settle();
}

void set(World& world, Client& client, std::string_view key, std::string_view value)
{
    client.submit(api::SetSetting{std::string(key), std::string(value)});
    if (client.is_running()) world.settle();
}

std::string setting(const Client& client, std::string_view key)
{
    const auto found = client.settings.find(std::string(key));
    return found == client.settings.end() ? std::string() : found->second;
}

// Every device has had its errands, and has found what the others left with theirs.
void pass_days(World& world, int days = 2)
{
    for (int day = 0; day < days; ++day) pass_day(world, 6);
}

// As a version of before has left it.
void put_record(Client& client, std::string_view name, base::ByteView value)
{
    const auto header = store::VaultHeader::parse(client.backend.records().at(store::kVaultHeaderId));
    const auto opened = store::open_vault(*header, base::view_of(kPassphrase), quick_password_key);
    REQUIRE(opened.has_value());
    base::SeededRandom random(9);
    auto write = store::RecordSealer(opened->master_key).seal(name, value, random);
    client.backend.records()[write.id] = std::move(*write.value);
}

bool has_record(const Client& client, std::string_view name)
{
    const auto header = store::VaultHeader::parse(client.backend.records().at(store::kVaultHeaderId));
    const auto opened = store::open_vault(*header, base::view_of(kPassphrase), quick_password_key);
    return opened && client.backend.records().contains(store::RecordSealer(opened->master_key).id(name));
}

base::Bytes settings_record(const std::map<std::string, std::string>& settings)
{
    codec::Writer writer;
    for (const auto& [key, value] : settings) writer.text(key).text(value);
    return std::move(writer).take();
}

}  // namespace

TEST_SUITE("simulation.kept")
{
    TEST_CASE("whom one has verified and how one likes it is so at once on a machine that one signs in at, with the passphrase or the code, shared or not")
    {
        for (const bool second_lines : {true, false}) {
            World world(1500);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            auto& bertta = *people[1];
            verify(world, bertta, "Aino");
            set(world, bertta, "theme", "dark");
            set(world, bertta, "notifications", "on");
            const auto code = show_code(world, bertta);
            pass_days(world, 1);
            for (const bool shared : {false, true}) {
                auto& machine = sign_in_at_new_machine(world, {.name = "Bertta", .shared = shared}, shared ? "Kioski" : "Kone");
                CHECK(is_verified(machine, "Aino"));
                CHECK(setting(machine, "theme") == "dark");
                CHECK(setting(machine, "notifications").empty());   // that is the other machine's
            }
            auto& recovered = world.add("Uusi");
            world.settle();
            try_sign_in(world, recovered, {"Bertta", code, true});
            recovered.submit(api::ChoosePassphrase{}, kNewPassphrase);
            world.settle();
            REQUIRE(recovered.phase() == api::Phase::open);
            CHECK(is_verified(recovered, "Aino"));
            CHECK(setting(recovered, "theme") == "dark");
            CHECK(vault_at_relay(world, "Bertta", kNewPassphrase)->kept.size() == 2);
        }
    }

    TEST_CASE("a name that came a second time stays known on a new machine, once it was verified")
    {
        World world(1501);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia", "Bertta"});
        auto& cecilia = *people[2];
        const auto second = people[3]->session.me;
        const auto shown = [&](const Client& client) { return *std::ranges::find(client.people, second, &api::Person::id); };
        CHECK(shown(cecilia).new_key);
        cecilia.submit(api::SetVerified{second, true});
        pass_days(world, 1);
        auto& machine = sign_in_at_new_machine(world, {"Cecilia"}, "Kone");
        CHECK(shown(machine).verified);
        CHECK_FALSE(shown(machine).new_key);
    }

    TEST_CASE("a linked device has it at once, before the vault has")
    {
        World world(1502);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto& bertta = *people[1];
        verify(world, bertta, "Aino");
        set(world, bertta, "theme", "dark");
        auto& guest = link_new_machine(world, bertta, "Kone");
        CHECK(is_verified(guest, "Aino"));
        CHECK(setting(guest, "theme") == "dark");
        CHECK_FALSE(is_verified(guest, "Cecilia"));
        pass_days(world);
        const auto vault = vault_at_relay(world, "Bertta");
        CHECK(verified_people(vault->kept).size() == 1);
        CHECK(vault->kept.at("theme").value == "dark");
    }

    TEST_CASE("on devices that are there it changes with their next look, to and fro, and what is taken back is taken back everywhere")
    {
        for (const bool second_lines : {true, false}) {
            World world(1503);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            auto& laptop = *people[1];
            auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
            verify(world, laptop, "Aino");
            set(world, laptop, "theme", "dark");
            CHECK_FALSE(is_verified(tablet, "Aino"));
            pass_days(world);
            CHECK(is_verified(tablet, "Aino"));
            CHECK(setting(tablet, "theme") == "dark");
            CHECK_FALSE(is_verified(*people[0], "Bertta"));   // nobody else hears of it

            verify(world, tablet, "Aino", false);
            set(world, tablet, "theme", "light");
            pass_days(world);
            CHECK_FALSE(is_verified(laptop, "Aino"));
            CHECK(setting(laptop, "theme") == "light");
            restart(world, laptop);
            unlock(world, laptop);
            CHECK_FALSE(is_verified(laptop, "Aino"));
            CHECK(setting(laptop, "theme") == "light");
        }
    }

    TEST_CASE("of two devices that change different things at once neither loses its change, and of the same thing the later one holds on both")
    {
        for (std::uint64_t seed = 1510; seed < 1514; ++seed) {
            CAPTURE(seed);
            World world(seed);
            const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
            auto& laptop = *people[1];
            auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
            laptop.submit(api::SetVerified{laptop.person("Aino"), true});
            tablet.submit(api::SetVerified{tablet.person("Cecilia"), true});
            laptop.submit(api::SetSetting{"language", "sv"});
            tablet.submit(api::SetSetting{"theme", "dark"});
            laptop.submit(api::SetSetting{"density", "compact"});
            world.advance(5);
            tablet.submit(api::SetSetting{"density", "comfortable"});
            pass_days(world, 3);
            for (const auto* device : {&laptop, &tablet}) {
                CHECK(is_verified(*device, "Aino"));
                CHECK(is_verified(*device, "Cecilia"));
                CHECK(setting(*device, "language") == "sv");
                CHECK(setting(*device, "theme") == "dark");
                CHECK(setting(*device, "density") == "comfortable");
            }
            CHECK(vault_at_relay(world, "Bertta")->kept.size() == 5);
        }
    }

    TEST_CASE("another passphrase and another recovery code leave what is kept, and take along what was not there yet")
    {
        World world(1504);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& laptop = *people[1];
        auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
        verify(world, laptop, "Aino");
        change_passphrase(world, laptop, kNewPassphrase);
        CHECK(verified_people(vault_at_relay(world, "Bertta", kNewPassphrase)->kept).size() == 1);
        set(world, tablet, "theme", "dark");
        for (int again = 0; again < 2; ++again) change_passphrase(world, tablet, kNewPassphrase);   // is told, and takes over what the laptop has chosen
        prove(world, laptop, kNewPassphrase);
        laptop.submit(api::RenewRecoveryCode{});
        world.settle();
        pass_days(world);
        CHECK(vault_at_relay(world, "Bertta", kNewPassphrase)->kept.size() == 2);
        CHECK(setting(laptop, "theme") == "dark");
    }

    TEST_CASE("a change on one's own machine brings no session and no version of its own")
    {
        World world(1505);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        pass_days(world, 1);
        const auto id = vault_of(world, "Bertta");
        const auto& vaults = world.relay.vaults;
        const auto fetched = vaults.fetched;
        const auto versions = vaults.versions.at(id).size();
        const auto sessions = world.relay.sessions_by_device;
        verify(world, bertta, "Aino");
        world.advance(2 * kHour);
        set(world, bertta, "theme", "dark");
        world.advance(2 * kHour);
        world.settle();
        CHECK(vaults.fetched == fetched);
        CHECK(world.relay.sessions_by_device == sessions);
        pass_days(world, 1);
        CHECK(vaults.versions.at(id).size() == versions + 1);
        CHECK(vault_at_relay(world, "Bertta")->kept.size() == 2);
        for (const auto& version : vaults.versions.at(id)) CHECK(version.sealed.size() == vaults.versions.at(id).front().sealed.size());
    }

    TEST_CASE("a shared machine leaves it in the vault when it is left, and before that, after a while")
    {
        for (const bool second_lines : {true, false}) {
            World world(1506);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta"});
            people[1]->set_offline(true);
            for (const bool left : {true, false}) {
                CAPTURE(left);
                auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, left ? "Kioski" : "Toinen");
                set(world, kiosk, "theme", left ? "dark" : "light");
                verify(world, kiosk, "Aino", left);
                if (left) {
                    kiosk.submit(api::Lock{});
                    world.settle();
                    CHECK(kiosk.phase() == api::Phase::no_account);
                    CHECK(live_devices(world, *people[1]) == 1);
                } else {
                    for (int minute = 0; minute < 50; ++minute) pass_seconds(world, 60);
                    kiosk.crash();
                }
                const auto vault = vault_at_relay(world, "Bertta");
                REQUIRE(vault->kept.contains("theme"));
                CHECK(vault->kept.at("theme").value == (left ? "dark" : "light"));
                CHECK(verified_people(vault->kept).size() == (left ? 1 : 0));
            }
        }
    }

    TEST_CASE("a shared machine that is left signs itself out although the vault cannot be had, or the relay is away")
    {
        for (const auto refusal : {wire::Refusal::overloaded, wire::Refusal::storage_full, wire::Refusal::not_authorised}) {
            World world(1507);
            const auto people = found(world, {"Aino", "Bertta"});
            auto& kiosk = sign_in_at_new_machine(world, {.name = "Bertta", .shared = true}, "Kioski");
            verify(world, kiosk, "Aino");
            world.relay.vaults.hindrance = refusal;
            kiosk.submit(api::Lock{});
            world.settle();
            CHECK(kiosk.phase() == api::Phase::no_account);
            CHECK(live_devices(world, *people[1]) == 1);
        }
    }

    TEST_CASE("what was set and verified before the vault kept it is taken over, goes there, and gives way to what is there")
    {
        World world(1508);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto& laptop = *people[1];
        auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
        const auto key = *base::from_hex(laptop.person("Aino"));
        laptop.crash();
        put_record(laptop, "verified", key);
        put_record(laptop, "settings", settings_record({{"theme", "dark"}, {"language", "sv"}, {"auto_lock", "5"}}));
        set(world, tablet, "language", "en");
        laptop.start();
        world.settle();
        unlock(world, laptop);
        CHECK(is_verified(laptop, "Aino"));
        CHECK(setting(laptop, "theme") == "dark");
        CHECK(setting(laptop, "auto_lock") == "5");
        CHECK_FALSE(has_record(laptop, "verified"));
        pass_days(world, 3);
        for (const auto* device : {&laptop, &tablet}) {
            CHECK(is_verified(*device, "Aino"));
            CHECK(setting(*device, "theme") == "dark");
            CHECK(setting(*device, "language") == "en");
        }
        CHECK(setting(tablet, "auto_lock").empty());
        const auto kept = vault_at_relay(world, "Bertta")->kept;
        CHECK(kept.size() == 3);
        CHECK(kept.at("theme").set == 0);
        restart(world, laptop);
        unlock(world, laptop);
        CHECK(is_verified(laptop, "Aino"));
    }

    TEST_CASE("who is killed at any write or message of a look loses nothing of what either device has set")
    {
        for (const auto fault : {Fault::dies_before_write, Fault::dies_after_write, Fault::dies_before_send, Fault::dies_after_send, Fault::store_fails, Fault::store_fails_after,
                                 Fault::loses_connection_before_send, Fault::loses_connection_after_send}) {
            bool reached_the_end = false;
            for (std::size_t place = 1 + static_cast<std::size_t>(fault) % kPlaceStride; !reached_the_end; place += kPlaceStride) {
                CAPTURE(static_cast<int>(fault));
                CAPTURE(place);
                REQUIRE(place < 40);
                World world(1520);
                world.second_lines = false;
                const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
                auto& laptop = *people[1];
                auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
                verify(world, laptop, "Aino");
                set(world, laptop, "theme", "dark");
                set(world, tablet, "theme", "light");
                verify(world, tablet, "Cecilia");
                laptop.crash();
                for (int day = 0; day < 5; ++day) pass_day(world, 6);   // until it has no token left: it begins with its errands
                laptop.start();
                world.settle();
                laptop.plan(fault, place);
                unlock(world, laptop);
                reached_the_end = !laptop.planned->happened;
                laptop.planned.reset();
                if (!laptop.is_running()) {
                    laptop.start();
                    world.settle();
                }
                if (laptop.phase() == api::Phase::locked) unlock(world, laptop);
                world.advance(3000);   // over a failed store's next attempt
                world.settle();
                REQUIRE(laptop.phase() == api::Phase::open);
                for (int day = 0; day < 3; ++day) pass_day(world, 6);   // a look that was lost is taken the day after
                for (const auto* device : {&laptop, &tablet}) {
                    CHECK(device->vault.reason == api::Code::none);
                    CHECK(is_verified(*device, "Aino"));
                    CHECK(is_verified(*device, "Cecilia"));
                    CHECK(setting(*device, "theme") == "light");
                }
                CHECK(vault_at_relay(world, "Bertta")->kept.size() == 3);
            }
        }
    }
}
