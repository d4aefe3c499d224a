#include "chat/account.h"
#include "directory/link.h"
#include "store/record_sealer.h"
#include "tests/simulation/world.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

void open_link(World& world, Client& client, const std::string& link)
{
    client.submit(api::OpenLink{link});
    world.settle();
}

}  // namespace

TEST_SUITE("simulation.enrolment")
{
    TEST_CASE("a link that is mangled, expired, used or of another organisation is told apart, and nothing is stored")
    {
        World world(7);
        const auto people = found(world, {"Aino"});
        const auto link = invite(world, *people[0], "Bertta");
        auto& bertta = world.add("Bertta");
        world.settle();
        CHECK(bertta.phase() == api::Phase::no_account);

        auto mangled = link;
        mangled[link.size() / 2] = mangled[link.size() / 2] == 'A' ? 'B' : 'A';
        for (const auto& text : {mangled, link.substr(0, link.size() - 1), std::string("#i="), std::string("#f=AAAA"), std::string("hello"), std::string()}) {
            open_link(world, bertta, text);
            CHECK(bertta.phase() == api::Phase::no_account);
            CHECK(bertta.last_error == api::Code::link_mangled);
        }

        World elsewhere(8);
        const auto others = found(elsewhere, {"Muu"});
        open_link(world, bertta, invite(elsewhere, *others[0], "Bertta"));
        CHECK(bertta.phase() == api::Phase::no_account);
        CHECK(bertta.last_error == api::Code::relay_key);

        open_link(world, bertta, world.founder_link());
        CHECK(bertta.last_error == api::Code::already_founded);

        open_link(world, bertta, link);
        CHECK(bertta.phase() == api::Phase::invited);
        CHECK(bertta.session.organisation == "Virasto");
        CHECK(bertta.session.invitee == "Bertta");
        CHECK(bertta.session.inviter == "Aino");
        bertta.submit(api::Enrol{"Bertta", ""}, "lyhyt");
        CHECK(bertta.last_error == api::Code::passphrase_too_short);
        bertta.submit(api::Enrol{"", ""}, kPassphrase);
        CHECK(bertta.last_error == api::Code::name_missing);
        CHECK(bertta.phase() == api::Phase::invited);
        CHECK(bertta.backend.records().empty());
        bertta.submit(api::Enrol{"Bertta", ""}, kPassphrase);
        world.settle();
        CHECK(bertta.phase() == api::Phase::open);

        auto& varas = world.add("Varas");
        open_link(world, varas, link);
        CHECK(varas.phase() == api::Phase::no_account);
        CHECK(varas.last_error == api::Code::link_used);
        CHECK(varas.backend.records().empty());

        open_link(world, bertta, link);
        CHECK(bertta.phase() == api::Phase::open);
        CHECK(bertta.last_error == api::Code::already_enrolled);

        const auto old = invite(world, *people[0], "Cecilia");
        world.advance(15ll * 24 * 3600 * 1000);
        world.settle();
        open_link(world, varas, old);
        CHECK(varas.last_error == api::Code::link_expired);
    }

    TEST_CASE("two people race for one link: one is in, the other has a clear answer and an empty browser")
    {
        for (std::uint64_t seed = 20; seed < 30; ++seed) {
            CAPTURE(seed);
            World world(seed);
            const auto people = found(world, {"Aino"});
            const auto link = invite(world, *people[0], "Bertta");
            auto& first = world.add("Bertta");
            auto& second = world.add("Toinen");
            first.submit(api::OpenLink{link});
            second.submit(api::OpenLink{link});
            world.settle();
            first.submit(api::Enrol{"Bertta", ""}, kPassphrase);
            second.submit(api::Enrol{"Toinen", ""}, kPassphrase);
            world.settle();
            auto& winner = first.phase() == api::Phase::open ? first : second;
            auto& loser = first.phase() == api::Phase::open ? second : first;
            CHECK(winner.phase() == api::Phase::open);
            CHECK(loser.phase() == api::Phase::no_account);
            CHECK(loser.last_error == api::Code::link_used);
            CHECK(loser.backend.records().empty());
            CHECK(people[0]->people.size() == 2);
        }
    }

    TEST_CASE("founding and enrolling that die at any instant are finished by the next unlock")
    {
        for (std::size_t after = 0; after < 30; ++after) {
            CAPTURE(after);
            World world(40 + after);
            auto& aino = world.add("Aino");
            aino.backend.set_delayed(true);
            world.settle();
            aino.submit(api::OpenLink{world.founder_link()});
            world.settle();
            aino.submit(api::Found{"Virasto", "Aino", ""}, kPassphrase);
            for (std::size_t i = 0; i < after; ++i) world.step();
            const auto revive = [&](Client& client, auto&& again) {
                client.crash();
                client.backend.set_delayed(false);
                client.start();
                world.settle();
                if (client.phase() == api::Phase::no_account)
                    again();   // nothing had been stored, so nothing had been sent
                else
                    client.submit(api::Unlock{}, kPassphrase);
                world.settle();
                REQUIRE(client.phase() == api::Phase::open);
                REQUIRE(client.connection.state == api::ConnectionState::connected);
            };
            revive(aino, [&] {
                open_link(world, aino, world.founder_link());
                aino.submit(api::Found{"Virasto", "Aino", ""}, kPassphrase);
            });
            CHECK(aino.session.administrator);
            CHECK(aino.people.size() == 1);
            CHECK(world.relay.directory().identities().size() == 1);

            const auto link = invite(world, aino, "Bertta");
            auto& bertta = world.add("Bertta");
            bertta.backend.set_delayed(true);
            open_link(world, bertta, link);
            bertta.submit(api::Enrol{"Bertta", ""}, kPassphrase);
            for (std::size_t i = 0; i < after; ++i) world.step();
            revive(bertta, [&] {
                open_link(world, bertta, link);
                bertta.submit(api::Enrol{"Bertta", ""}, kPassphrase);
            });
            CHECK(aino.people.size() == 2);
            CHECK(world.relay.directory().identities().size() == 2);
        }
    }

    TEST_CASE("enrolling without the relay waits for it, over a lock and an unlock as well")
    {
        World world(90);
        const auto people = found(world, {"Aino"});
        const auto link = invite(world, *people[0], "Bertta");
        world.relay_is_down = true;
        world.relay.restart();
        auto& bertta = world.add("Bertta");
        open_link(world, bertta, link);
        CHECK(bertta.phase() == api::Phase::invited);
        bertta.submit(api::Enrol{"Bertta", ""}, kPassphrase);
        world.settle();
        CHECK(bertta.phase() == api::Phase::opening);
        CHECK(bertta.connection.reason == api::Code::relay_unreachable);
        bertta.submit(api::Lock{});
        world.settle();
        CHECK(bertta.phase() == api::Phase::locked);
        bertta.submit(api::Unlock{}, kPassphrase);
        world.relay_is_down = false;
        world.settle();
        CHECK(bertta.phase() == api::Phase::open);
    }

    TEST_CASE("a passphrase is counted in characters, whatever they take")
    {
        World world(95);
        const auto people = found(world, {"Aino"});
        auto& bertta = world.add("Bertta");
        open_link(world, bertta, invite(world, *people[0], "Bertta"));
        bertta.submit(api::Enrol{"Bertta", ""}, "ääöö ääöö ä");   // eleven, of two octets each
        world.settle();
        CHECK(bertta.phase() == api::Phase::invited);
        CHECK(bertta.last_error == api::Code::passphrase_too_short);
        bertta.submit(api::Enrol{"Bertta", ""}, "ääöö ääöö äö");
        world.settle();
        CHECK(bertta.phase() == api::Phase::open);
    }

    TEST_CASE("a new store costs what its machine does in the time, and opens with that")
    {
        World world(96);
        const auto people = found(world, {"Aino"});
        auto& bertta = world.add("Bertta");
        bertta.crash();
        bertta.password_time = 400;
        bertta.pass_takes = 50;
        bertta.start();
        open_link(world, bertta, invite(world, *people[0], "Bertta"));
        bertta.submit(api::Enrol{"Bertta", ""}, kPassphrase);
        world.settle();
        REQUIRE(bertta.phase() == api::Phase::open);
        const auto passes = [](const Client& client) { return store::VaultHeader::parse(client.backend.records().at(store::kVaultHeaderId))->parameters.passes; };
        CHECK(passes(bertta) == 8);
        CHECK(passes(*people[0]) == crypto::kPasswordPassesMin);   // whose machine was not asked
        reopen(world, bertta);
        CHECK(bertta.phase() == api::Phase::open);
    }

    TEST_CASE("a forgotten device holds nothing")
    {
        World world(91);
        const auto people = found(world, {"Aino"});
        CHECK_FALSE(people[0]->backend.records().empty());
        people[0]->submit(api::ForgetDevice{});
        world.settle();
        CHECK(people[0]->backend.records().empty());
        CHECK(people[0]->phase() == api::Phase::no_account);
    }

    TEST_CASE("settings, drafts and verified people survive a lock; a damaged store is said to be damaged and left alone")
    {
        World world(92);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& aino = *people[0];
        aino.submit(api::SetSetting{"language", "sv"});
        aino.submit(api::SetVerified{aino.person("Bertta"), true});
        aino.submit(api::CreateConversation{api::ConversationKind::direct, "", {aino.person("Bertta")}});
        world.settle();
        aino.submit(api::SaveDraft{aino.conversation_ready->conversation, "kesken"});
        world.settle();
        aino.submit(api::Lock{});
        world.settle();
        CHECK(aino.phase() == api::Phase::locked);
        aino.submit(api::Unlock{}, kPassphrase);
        world.settle();
        REQUIRE(aino.phase() == api::Phase::open);
        CHECK(aino.settings.at("language") == "sv");
        CHECK(aino.people[1].verified);
        CHECK(aino.conversation("Bertta")->draft == "kesken");

        aino.crash();
        const auto untouched = aino.backend.records();
        for (const auto& [id, value] : untouched) {
            auto records = untouched;
            auto& damaged = records.at(id);
            damaged[damaged.size() / 2] ^= 1;
            aino.backend.records() = records;
            aino.start();
            world.run_steps(3);
            aino.submit(api::Unlock{}, kPassphrase);
            CHECK(aino.phase() == api::Phase::locked);
            CHECK((aino.last_error == api::Code::store_broken || (id == store::kVaultHeaderId && aino.last_error != api::Code::none)));
            CHECK(aino.backend.records() == records);
            aino.crash();
            aino.backend.records() = untouched;
        }
        aino.start();
        world.run_steps(3);
        aino.submit(api::Unlock{}, kPassphrase);
        world.settle();
        CHECK(aino.phase() == api::Phase::open);
    }

    TEST_CASE("an account of the version before is refused in words, and can be forgotten to begin anew")
    {
        World world(93);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto link = invite(world, *people[0], "Bertta");
        auto& bertta = *people[1];
        bertta.crash();
        const auto header = store::VaultHeader::parse(bertta.backend.records().at(store::kVaultHeaderId));
        const auto key = store::open_vault(*header, base::view_of(kPassphrase), quick_password_key);
        const store::RecordSealer sealer(key->master_key);
        auto& sealed = bertta.backend.records().at(sealer.id(chat::kAccountRecord));
        auto account = base::to_bytes(sealer.open(sealer.id(chat::kAccountRecord), sealed)->value.view());
        account[1] = 1;
        sealed = *sealer.seal(chat::kAccountRecord, account, world.random).value;
        const auto before = bertta.backend.records();

        bertta.start();
        world.run_steps(3);
        bertta.submit(api::Unlock{}, kPassphrase);
        CHECK(bertta.phase() == api::Phase::locked);
        CHECK(bertta.last_error == api::Code::store_outdated);
        CHECK(bertta.backend.records() == before);
        bertta.submit(api::ForgetDevice{});
        world.settle();
        CHECK(bertta.phase() == api::Phase::no_account);
        open_link(world, bertta, link);
        CHECK(bertta.phase() == api::Phase::invited);
    }
}
