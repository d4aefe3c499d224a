#include "directory/relay_document.h"
#include "tests/simulation/linking.h"
#include "vault/link_code.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;
using api::Code;
using api::LinkState;
using api::Phase;

namespace {

void say_in_group(World& world, Client& client, const std::string& text)
{
    REQUIRE(client.conversation("Ryhmä") != nullptr);
    client.submit(api::SendText{client.conversation("Ryhmä")->id, text});
    world.settle();
}

bool contains(base::ByteView where, base::ByteView what) { return std::ranges::search(where, what).begin() != where.end(); }

}  // namespace

TEST_SUITE("simulation.link")
{
    TEST_CASE("a code lets a new device in once its person has said yes, with all conversations and without a click of anybody else's")
    {
        World world(2000);
        const auto people = found(world, {"Aino", "Bertta"});
        auto *aino = people[0], *bertta = people[1];
        make_group(world, people, "Ryhmä");
        say_in_group(world, *aino, "ennen");
        auto& guest = machine(world, "Firefox, Windows");
        const auto code = offer(world, *bertta);
        REQUIRE(code.size() == 19);
        CHECK(bertta->link.until_ms > world.clock.now().value + 9 * 60'000);
        join(world, guest, code);
        pass_seconds(world, 5);
        CHECK(guest.phase() == Phase::linking);
        CHECK(guest.link.state == LinkState::waiting);
        REQUIRE(bertta->link.state == LinkState::asked);
        CHECK(bertta->link.device == "Firefox, Windows");
        CHECK_FALSE(bertta->link.shared);
        CHECK(bertta->link.code.empty());
        CHECK(bertta->link.number.size() == 6);
        CHECK(bertta->link.number == guest.link.number);
        CHECK(guest.backend.records().empty());   // nothing before the yes

        answer(world, *bertta, true);
        CHECK(bertta->link.state == LinkState::done);
        REQUIRE(guest.phase() == Phase::open);
        CHECK(guest.session.me == bertta->session.me);
        CHECK(guest.session.organisation == "Virasto");
        CHECK(guest.vault.state == api::VaultState::saved);
        CHECK(guest.vault.sign_in_name == "Bertta");
        CHECK(world.relay.vaults.rekeyed == 0);
        pass_seconds(world, 30);
        REQUIRE(in_group(guest));
        say_in_group(world, guest, "täällä");
        CHECK(aino->texts("Ryhmä").back() == "Bertta: täällä");
        CHECK(live_devices(world, guest) == 2);
        CHECK(bertta->noticed(Code::new_device));
    }

    TEST_CASE("a linked device opens with the passphrase of the device that let it in, which nobody has typed on it, and has keys of its own")
    {
        World world(2001);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& guest = link_new_machine(world, *people[1], "Kone");
        CHECK(opens_store(guest, kPassphrase));
        CHECK_FALSE(opens_store(guest, kOtherPassphrase));
        CHECK(guest.backend.records().at(store::kVaultHeaderId) != people[1]->backend.records().at(store::kVaultHeaderId));
        guest.submit(api::Lock{});
        world.settle();
        unlock(world, guest, kOtherPassphrase);
        CHECK(guest.phase() == Phase::locked);
        unlock(world, guest);
        CHECK(guest.phase() == Phase::open);
        restart(world, guest);
        unlock(world, guest);
        CHECK(guest.phase() == Phase::open);
        // It can do with the vault what any device can.
        change_passphrase(world, guest, kNewPassphrase);
        CHECK(opens_at_relay(world, "Bertta", kNewPassphrase));
        CHECK(opens_store(guest, kNewPassphrase));
        CHECK(show_code(world, guest, kNewPassphrase).size() == 39);
    }

    TEST_CASE("a linked device reads what was said before")
    {
        World world(2002);
        const auto people = found(world, {"Aino", "Bertta"});
        make_group(world, people, "Ryhmä");
        say_in_group(world, *people[0], "ennen");
        auto& guest = link_new_machine(world, *people[1], "Kone");
        pass_seconds(world, 300);
        CHECK(std::ranges::count(guest.texts("Ryhmä"), "Aino: ennen") == 1);
        CHECK(guest.noticed(Code::history_restored));
    }

    TEST_CASE("a shared machine is linked without a passphrase on its keyboard, keeps nothing, and signs itself out")
    {
        World world(2003);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& kiosk = machine(world, "Kioski");
        join(world, kiosk, offer(world, *people[1]), true);
        pass_seconds(world, 5);
        CHECK(people[1]->link.shared);
        answer(world, *people[1], true);
        REQUIRE(kiosk.phase() == Phase::open);
        CHECK(kiosk.session.shared);
        CHECK(kiosk.backend.commits() == 0);
        kiosk.submit(api::Lock{});
        world.settle();
        CHECK(kiosk.phase() == Phase::no_account);
        CHECK(kiosk.shared_backend.records().empty());
        CHECK(live_devices(world, *people[1]) == 1);
    }

    TEST_CASE("who says no lets nobody in: the new device is told, and nothing is left on either side")
    {
        World world(2004);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& guest = machine(world, "Kone");
        join(world, guest, offer(world, *people[1]));
        pass_seconds(world, 5);
        REQUIRE(people[1]->link.state == LinkState::asked);
        answer(world, *people[1], false);
        CHECK(people[1]->link.state == LinkState::none);
        CHECK(guest.phase() == Phase::no_account);
        CHECK(guest.last_error == Code::device_not_admitted);
        CHECK(guest.backend.records().empty());
        CHECK(live_devices(world, *people[1]) == 1);
        // And it can begin anew at once.
        link_new_machine(world, *people[1], "Toinen kone");
    }

    TEST_CASE("a code is good once: a second device is told so, and the first is let in all the same")
    {
        World world(2005);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &first = machine(world, "Ensimmäinen"), &second = machine(world, "Toinen");
        const auto code = offer(world, *people[1]);
        join(world, first, code);
        pass_seconds(world, 3);
        join(world, second, code);
        CHECK(second.phase() == Phase::no_account);
        CHECK(second.last_error == Code::device_code_used);
        CHECK(people[1]->link.device == "Ensimmäinen");
        answer(world, *people[1], true);
        CHECK(first.phase() == Phase::open);
        join(world, second, code);
        CHECK(second.last_error == Code::device_code_used);
        CHECK(second.backend.records().empty());
    }

    TEST_CASE("two devices that give the code at one moment: one is asked about, the other is told that the code is used")
    {
        for (std::uint64_t seed = 2006; seed < 2012; ++seed) {
            World world(seed);
            const auto people = found(world, {"Aino", "Bertta"});
            auto &first = machine(world, "Ensimmäinen"), &second = machine(world, "Toinen");
            const auto code = offer(world, *people[1]);
            for (auto* guest : {&first, &second}) guest->submit(api::JoinDevice{.relay = world.relay.document(), .device = guest->name()}, code);
            pass_seconds(world, 5);
            REQUIRE(people[1]->link.state == LinkState::asked);
            auto& winner = people[1]->link.device == first.name() ? first : second;
            auto& loser = &winner == &first ? second : first;
            CHECK(winner.phase() == Phase::linking);
            CHECK(loser.phase() == Phase::no_account);
            CHECK(loser.last_error == Code::device_code_used);
        }
    }

    TEST_CASE("a code that is mistyped, of nobody, cancelled, expired or of another organisation is one clear code, and leaves nothing")
    {
        World world(2012);
        const auto people = found(world, {"Aino", "Bertta"});
        World other(2013);
        const auto strangers = found(other, {"Vieras"});
        auto& guest = machine(world, "Kone");
        const auto refused = [&](std::string_view code) {
            join(world, guest, code);
            CHECK(guest.phase() == Phase::no_account);
            CHECK(guest.backend.records().empty());
            return guest.last_error;
        };
        const auto asked = world.relay.meetings.asked;
        CHECK(refused("") == Code::device_code_mistyped);
        CHECK(refused("0000-0000-0000-0001") == Code::device_code_mistyped);
        CHECK(refused(std::string(5000, 'A')) == Code::device_code_mistyped);
        CHECK(world.relay.meetings.asked == asked);   // the relay was not asked
        CHECK(refused(base::to_text(vault::LinkCode::generate(world.random).text().view())) == Code::device_code_unknown);
        CHECK(refused(offer(other, *strangers[0])) == Code::device_code_unknown);

        const auto cancelled = offer(world, *people[1]);
        people[1]->submit(api::CancelLink{});
        pass_seconds(world, 3);
        CHECK(people[1]->link.state == LinkState::none);
        CHECK(people[1]->link.error == Code::none);
        CHECK(world.relay.meetings.open.empty());
        CHECK(refused(cancelled) == Code::device_code_unknown);

        const auto expired = offer(world, *people[1]);
        CHECK(expired != cancelled);
        pass_seconds(world, 601);
        CHECK(people[1]->link.state == LinkState::none);
        CHECK(people[1]->link_error == Code::device_code_expired);
        CHECK(refused(expired) == Code::device_code_unknown);
        link_new_machine(world, *people[1], "Toinen kone");
    }

    TEST_CASE("a person who neither says yes nor no in time lets nobody in, and both are told")
    {
        World world(2014);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& guest = machine(world, "Kone");
        join(world, guest, offer(world, *people[1]));
        pass_seconds(world, 5);
        REQUIRE(people[1]->link.state == LinkState::asked);
        pass_seconds(world, 605);
        CHECK(people[1]->link.state == LinkState::none);
        CHECK(people[1]->link_error == Code::device_code_expired);
        CHECK(guest.phase() == Phase::no_account);
        CHECK(guest.last_error == Code::device_code_expired);
        people[1]->submit(api::AnswerLink{true});
        pass_seconds(world, 5);
        CHECK(live_devices(world, *people[1]) == 1);
    }

    TEST_CASE("a code is shown only to who has just typed the passphrase, and no other device's change of the vault waits")
    {
        World world(2015);
        const auto people = found(world, {"Aino", "Bertta"});
        auto* bertta = people[1];
        bertta->submit(api::LinkDevice{});
        world.settle();
        CHECK(bertta->link.state == LinkState::none);
        CHECK(bertta->link.error == Code::not_proven);
        prove(world, *bertta, kOtherPassphrase);
        bertta->submit(api::LinkDevice{});
        world.settle();
        CHECK(bertta->link.error == Code::not_proven);
        prove(world, *bertta);
        pass_seconds(world, 301);
        bertta->submit(api::LinkDevice{});
        world.settle();
        CHECK(bertta->link.error == Code::not_proven);
        bertta->set_offline(true);
        world.settle();
        prove(world, *bertta);
        bertta->submit(api::LinkDevice{});
        world.settle();
        CHECK(bertta->link.error == Code::relay_unreachable);
    }

    TEST_CASE("another passphrase or recovery code, and locking, end what was offered")
    {
        World world(2016);
        const auto people = found(world, {"Aino", "Bertta"});
        auto* bertta = people[1];
        const auto code = offer(world, *bertta);
        bertta->submit(api::ChangePassphrase{}, kNewPassphrase);
        pass_seconds(world, 5);
        CHECK(bertta->link.state == LinkState::none);
        CHECK(opens_at_relay(world, "Bertta", kNewPassphrase));
        auto& guest = machine(world, "Kone");
        join(world, guest, code);
        CHECK(guest.last_error == Code::device_code_unknown);

        prove(world, *bertta, kNewPassphrase);
        bertta->submit(api::LinkDevice{});
        pass_seconds(world, 3);
        REQUIRE(bertta->link.state == LinkState::offered);
        join(world, guest, bertta->link.code);
        bertta->submit(api::Lock{});
        pass_seconds(world, 610);
        CHECK(guest.phase() == Phase::no_account);
        CHECK(guest.last_error == Code::device_code_expired);
        unlock(world, *bertta, kNewPassphrase);
        CHECK(bertta->phase() == Phase::open);
    }

    TEST_CASE("the relay learns neither code, names nor keys of what is handed over, and its messages have one size")
    {
        World world(2017);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto sessions = world.relay.sessions_by_device;
        auto& guest = machine(world, "Ministeriön kone");
        const auto code = offer(world, *people[1]);
        CHECK(world.relay.sessions_by_device == sessions);   // no name was given for it
        join(world, guest, code);
        pass_seconds(world, 5);
        answer(world, *people[1], true);
        REQUIRE(guest.phase() == Phase::open);
        REQUIRE(world.relay.meetings.seen.size() == 3);
        const auto account = account_of(*people[1]);
        for (const auto& message : world.relay.meetings.seen) {
            CHECK(message.size() == wire::kMeetingMessageSize);
            for (const auto what : {base::view_of("Ministeri"), base::view_of("Bertta"), base::view_of("Virasto"), base::ByteView(account.identity.seed()),
                                    account.directory_key.view(), base::ByteView(account.identity.public_key())})
                CHECK_FALSE(contains(message, what));
        }
    }

    TEST_CASE("a relay document of another organisation, with other keys, or that is none goes nowhere")
    {
        World world(2019);
        const auto people = found(world, {"Aino", "Bertta"});
        World other(2020);
        found(other, {"Vieras"});
        const auto code = offer(world, *people[1]);
        const auto ours = *directory::parse_relay_document(world.relay.document());
        const auto theirs = *directory::parse_relay_document(other.relay.document());
        auto& guest = machine(world, "Kone");
        const auto try_with = [&](const std::string& document) {
            guest.submit(api::JoinDevice{.relay = document, .device = "Kone"}, code);
            world.settle();
            CHECK(guest.phase() == Phase::no_account);
            CHECK(guest.backend.records().empty());
            return guest.last_error;
        };
        CHECK(try_with("") == Code::link_mangled);
        CHECK(try_with(R"({"sinetti":2,"organisation":"")") == Code::link_outdated);
        CHECK(try_with(directory::encode(theirs)) == Code::relay_key);
        CHECK(try_with(directory::encode(directory::RelayDocument{theirs.root_public_key, ours.relay_keys})) == Code::relay_key);
        auto mixed = ours;   // a channel is bound to the key its relay signs with
        mixed.relay_keys.signing_public_key = theirs.relay_keys.signing_public_key;
        CHECK(try_with(directory::encode(mixed)) == Code::relay_key);
    }

    TEST_CASE("the new device may give up while it waits, and is as it was")
    {
        World world(2022);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& guest = machine(world, "Kone");
        join(world, guest, offer(world, *people[1]));
        REQUIRE(guest.phase() == Phase::linking);
        guest.submit(api::Lock{});
        world.settle();
        CHECK(guest.phase() == Phase::no_account);
        CHECK(guest.last_error == Code::none);
        try_sign_in(world, guest, {"Bertta"});
        CHECK(guest.phase() == Phase::open);
    }

    TEST_CASE("on a machine with somebody else's seal one may be let in for a while, and the seal is as it was")
    {
        World world(2023);
        const auto people = found(world, {"Aino", "Bertta"});
        auto* aino = people[0];
        aino->submit(api::Lock{});
        world.settle();
        const auto before = aino->backend.records();
        const auto code = offer(world, *people[1]);
        join(world, *aino, code);
        CHECK(aino->phase() == Phase::locked);
        CHECK(aino->last_error == Code::already_enrolled);
        join(world, *aino, code, true);
        pass_seconds(world, 5);
        answer(world, *people[1], true);
        REQUIRE(aino->phase() == Phase::open);
        CHECK(aino->session.me == people[1]->session.me);
        aino->submit(api::Lock{});
        world.settle();
        CHECK(aino->phase() == Phase::locked);
        CHECK(aino->backend.records() == before);
    }

    TEST_CASE("who has one connection at a time cannot show a code, and is told so")
    {
        World world(2026);
        world.second_lines = false;
        const auto people = found(world, {"Aino", "Bertta"});
        prove(world, *people[1]);
        people[1]->submit(api::LinkDevice{});
        world.settle();
        CHECK(people[1]->link.state == LinkState::none);
        CHECK(people[1]->link.error == Code::relay_unreachable);
    }
}
