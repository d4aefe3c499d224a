#include "crypto/hash.h"
#include "tests/simulation/vaults.h"
#include "vault/printed_code.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

using enum api::RootState;

std::vector<std::string> paper_of(World& world, Client& holder)
{
    prove(world, holder);
    holder.root_shares.clear();
    holder.submit(api::BackUpRoot{});
    world.settle();
    REQUIRE(holder.root_shares.size() == 3);
    return holder.root_shares;
}

api::RootRestoreEvent give(World& world, Client& client, const std::string& share)
{
    client.root_events.clear();
    client.submit(api::GiveRootShare{}, share);
    world.settle();
    REQUIRE_FALSE(client.root_events.empty());
    return client.root_events.back();
}

bool is(const api::RootRestoreEvent& event, api::RootState state, api::Code error = api::Code::none) { return event.state == state && event.error == error; }

// With one byte of its contents changed, and every checksum made anew.
std::string forged(const std::string& share, std::size_t byte)
{
    constexpr vault::PrintedCode kLine{.label = "sinetti root share line v1", .entropy_size = 9, .checksum_size = 1};
    base::SecretBytes contents;
    for (std::size_t at = 0; at < share.size(); at += 20) contents.append(vault::parse_code(kLine, base::view_of(share.substr(at, 19)))->view());
    contents.data()[byte] ^= 1;
    contents.resize(contents.size() - 4);
    contents.append(base::ByteView(crypto::Sha256().update(base::view_of("sinetti root share v1")).update(contents.view()).finish()).first(4));
    std::string text;
    for (std::size_t at = 0; at < contents.size(); at += 9) text += (at > 0 ? "-" : "") + base::to_text(vault::print_code(kLine, contents.view().subspan(at, 9)).view());
    return text;
}

// What a machine that knows nothing finds in the vault.
bool vault_has_root(World& world, const std::string& name, std::string_view passphrase = kPassphrase)
{
    return sign_in_at_new_machine(world, {.name = name, .secret = std::string(passphrase)}, name + " muualla").session.founder;
}

}  // namespace

TEST_SUITE("simulation.root")
{
    TEST_CASE("two of the founder's three shares make somebody else a holder of the organisation's key, here and at every new machine")
    {
        for (const bool second_lines : {true, false}) {
            World world(1300);
            world.second_lines = second_lines;
            const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
            auto &aino = *people[0], &bertta = *people[1];
            const auto paper = paper_of(world, aino);
            CHECK(paper_of(world, aino) != paper);
            const auto records = world.relay.board(0).entries.size();
            CHECK(is(give(world, bertta, paper[2]), one_given));
            CHECK(bertta.root_events.back().number == 3);
            CHECK_FALSE(bertta.session.founder);
            CHECK(is(give(world, bertta, paper[0]), done));
            CHECK(bertta.root_events.front().state == saving);
            CHECK(bertta.noticed(api::Code::root_restored));
            CHECK(bertta.session.founder);
            CHECK(bertta.session.administrator);
            CHECK(aino.session.founder);   // it is not taken from anybody
            CHECK(world.relay.board(0).entries.size() == records);   // and nobody else hears of it

            bertta.submit(api::SetRole{bertta.person("Cecilia"), api::Role::administrator});
            world.settle();
            CHECK(people[2]->session.administrator);
            restart(world, bertta);
            unlock(world, bertta);
            CHECK(bertta.session.founder);
            CHECK(vault_has_root(world, "Bertta"));
            CHECK_FALSE(vault_has_root(world, "Cecilia"));
        }
    }

    TEST_CASE("shares are shown only to who holds the key and has just typed the passphrase")
    {
        World world(1301);
        const auto people = found(world, {"Aino", "Bertta"});
        people[0]->submit(api::BackUpRoot{});
        world.settle();
        CHECK(people[0]->passphrase_events.back().error == api::Code::not_proven);
        prove(world, *people[1]);
        people[1]->submit(api::BackUpRoot{});
        world.settle();
        CHECK(people[1]->passphrase_events.back().error == api::Code::only_root);
        for (const auto* client : people) CHECK(client->root_shares.empty());
        people[0]->set_offline(true);   // nobody else is needed for it
        CHECK(paper_of(world, *people[0]).size() == 3);
    }

    TEST_CASE("a typo, the same share twice, shares of two sets and of another organisation are one clear code each, and nothing changes")
    {
        World world(1302), elsewhere(1303);
        const auto people = found(world, {"Aino", "Bertta"});
        const auto strangers = found(elsewhere, {"Xenia"});
        auto& bertta = *people[1];
        const auto paper = paper_of(world, *people[0]), later = paper_of(world, *people[0]), foreign = paper_of(elsewhere, *strangers[0]);
        auto mistyped = paper[0];
        mistyped[25] = mistyped[25] == '7' ? '8' : '7';
        const auto changed = world.relay.vaults.changed;

        CHECK(is(give(world, bertta, mistyped), none, api::Code::root_share_mistyped));
        CHECK(bertta.root_events.back().line == 2);
        CHECK(is(give(world, bertta, "hei"), none, api::Code::root_share_mistyped));
        CHECK(is(give(world, bertta, std::string(100'000, 'A')), none, api::Code::root_share_mistyped));
        CHECK(is(give(world, bertta, foreign[0]), none, api::Code::root_share_other_organisation));
        CHECK(is(give(world, bertta, paper[0]), one_given));
        CHECK(is(give(world, bertta, mistyped), one_given, api::Code::root_share_mistyped));
        CHECK(is(give(world, bertta, paper[0]), one_given, api::Code::root_share_same));
        CHECK(is(give(world, bertta, later[1]), one_given, api::Code::root_share_other_set));
        CHECK(is(give(world, bertta, foreign[1]), one_given, api::Code::root_share_other_organisation));
        CHECK_FALSE(bertta.session.founder);
        CHECK(world.relay.vaults.changed == changed);
        CHECK(is(give(world, bertta, paper[1]), done));
        CHECK(bertta.session.founder);
        CHECK(is(give(world, bertta, later[0]), one_given));   // who holds it already can try whether the paper is good
        CHECK(is(give(world, bertta, later[2]), done));
    }

    TEST_CASE("two shares that give another key than the organisation's are refused, whatever they say they are, and nothing changes")
    {
        World world(1304);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        const auto paper = paper_of(world, *people[0]);
        const auto changed = world.relay.vaults.changed;
        for (const std::size_t byte : {20, 70}) {   // in the part that only one of the two holds, and in the one that both do
            CHECK(is(give(world, bertta, paper[0]), one_given));
            CHECK(is(give(world, bertta, forged(paper[1], byte)), none, api::Code::root_shares_wrong));
        }
        CHECK_FALSE(bertta.session.founder);
        CHECK(world.relay.vaults.changed == changed);
    }

    TEST_CASE("a share that was given is forgotten when its person gives up, and when the seal is locked")
    {
        World world(1305);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        const auto paper = paper_of(world, *people[0]);
        CHECK(is(give(world, bertta, paper[0]), one_given));
        bertta.submit(api::ForgetRootShares{});
        CHECK(is(give(world, bertta, paper[1]), one_given));
        bertta.submit(api::Lock{});
        world.settle();
        unlock(world, bertta);
        CHECK(is(give(world, bertta, paper[2]), one_given));
        CHECK_FALSE(bertta.session.founder);
    }

    TEST_CASE("without a connection, or while the vault is being changed, nothing is begun")
    {
        World world(1306);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        const auto paper = paper_of(world, *people[0]);
        CHECK(is(give(world, bertta, paper[0]), one_given));
        bertta.set_offline(true);
        world.settle();
        CHECK(is(give(world, bertta, paper[1]), one_given, api::Code::relay_unreachable));
        bertta.set_offline(false);
        world.advance(60'000);
        world.settle();
        world.relay.vaults.hindrance = wire::Refusal::overloaded;
        change_passphrase(world, bertta, kNewPassphrase);
        CHECK(is(give(world, bertta, paper[1]), one_given, api::Code::vault_unsaved));
        CHECK_FALSE(bertta.session.founder);
        world.relay.vaults.hindrance.reset();
        world.advance(11 * 60'000);
        world.settle();
        CHECK(is(give(world, bertta, paper[1]), done));
    }

    TEST_CASE("another device of the holder's keeps the key in the vault whatever it changes there, and holds it from then on")
    {
        World world(1307);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& bertta = *people[1];
        auto& tablet = sign_in_at_new_machine(world, {"Bertta"}, "Tabletti");
        const auto paper = paper_of(world, *people[0]);
        give(world, bertta, paper[0]);
        CHECK(is(give(world, bertta, paper[1]), done));
        CHECK_FALSE(tablet.session.founder);
        SUBCASE("it changes the passphrase")
        {
            change_passphrase(world, tablet, kNewPassphrase);
            CHECK(tablet.session.founder);
            CHECK(tablet.noticed(api::Code::root_restored));
            CHECK(vault_has_root(world, "Bertta", kNewPassphrase));
        }
        SUBCASE("it shows the recovery code")
        {
            CHECK(show_code(world, tablet).size() == 39);
            CHECK(tablet.session.founder);
            CHECK(vault_has_root(world, "Bertta"));
        }
        SUBCASE("it is given two shares itself")
        {
            give(world, tablet, paper[2]);
            CHECK(is(give(world, tablet, paper[1]), done));
            CHECK(tablet.session.founder);
            CHECK(vault_has_root(world, "Bertta"));
        }
        restart(world, tablet);
        unlock(world, tablet);
        if (tablet.phase() != api::Phase::open) unlock(world, tablet, kNewPassphrase);
        CHECK(tablet.session.founder);
    }

    TEST_CASE("who is killed at any write or message while the key goes into the vault holds it there and here, or has nothing of it")
    {
        std::size_t held = 0, not_held = 0;
        for (const auto fault : {Fault::dies_before_write, Fault::dies_after_write, Fault::dies_before_send, Fault::dies_after_send, Fault::store_fails,
                                 Fault::loses_connection_before_send, Fault::loses_connection_after_send}) {
            for (std::size_t place = 1; place <= 6; ++place) {
                CAPTURE(static_cast<int>(fault));
                CAPTURE(place);
                World world(1310);
                world.second_lines = false;
                const auto people = found(world, {"Aino", "Bertta"});
                auto& bertta = *people[1];
                const auto paper = paper_of(world, *people[0]);
                give(world, bertta, paper[0]);
                bertta.plan(fault, place);
                bertta.submit(api::GiveRootShare{}, paper[1]);
                world.settle();
                world.advance(3000);   // over a failed store's next attempt
                world.settle();
                const bool claimed = bertta.session.founder;
                bertta.planned.reset();
                if (!bertta.is_running()) {
                    bertta.start();
                    world.settle();
                    unlock(world, bertta);
                }
                world.advance(11 * 60'000);
                world.settle();
                REQUIRE(bertta.phase() == api::Phase::open);
                CHECK(bertta.vault.state == api::VaultState::saved);
                if (claimed) CHECK(bertta.session.founder);
                CHECK(vault_has_root(world, "Bertta") == bertta.session.founder);
                ++(bertta.session.founder ? held : not_held);
            }
        }
        CHECK(held > 0);
        CHECK(not_held > 0);
    }
}
