#include "tests/simulation/devices.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sinetti;
using namespace sinetti::simulation;

namespace {

void set_role(World& world, Client& founder, std::string_view name, api::Role role)
{
    founder.submit(api::SetRole{founder.person(name), role});
    world.settle();
}

api::Role role_of(const Client& client, std::string_view name)
{
    const auto found = std::ranges::find(client.people, name, &api::Person::name);
    REQUIRE(found != client.people.end());
    return found->role;
}

bool is_removed(const Client& client, std::string_view name)
{
    const auto found = std::ranges::find(client.people, name, &api::Person::name);
    REQUIRE(found != client.people.end());
    return found->revoked;
}

Client& open_link(World& world, const std::string& name, const std::string& fragment)
{
    auto& client = world.add(name);
    client.start();
    client.submit(api::OpenLink{fragment});
    world.settle();
    return client;
}

Client& enrol(World& world, const std::string& name, const std::string& fragment)
{
    auto& client = open_link(world, name, fragment);
    client.submit(api::Enrol{name, ""}, kPassphrase);
    world.settle();
    return client;
}

}  // namespace

TEST_SUITE("simulation.administration")
{
    TEST_CASE("who comes again under a name that was there before has a new key, and everybody is told, in the list too, until it is verified")
    {
        World world(189);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &cecilia = *people[2];
        const auto first = cecilia.person("Bertta");
        cecilia.submit(api::SetVerified{first, true});
        aino.submit(api::RemovePerson{first});
        world.settle();
        CHECK_FALSE(cecilia.noticed(api::Code::person_new_key));
        aino.submit(api::CreateInvitation{"Bertta", api::Role::member});
        world.settle();
        auto& again = open_link(world, "Bertta again", aino.invitation_ready->invitation.fragment);
        again.submit(api::Enrol{"Bertta", ""}, kPassphrase);
        world.settle();
        CHECK(cecilia.noticed(api::Code::person_new_key));
        const auto shown = [](Client& client, const api::PersonId& id) { return *std::ranges::find(client.people, id, &api::Person::id); };
        CHECK(again.session.me != first);
        CHECK(shown(cecilia, again.session.me).new_key);
        CHECK_FALSE(shown(again, again.session.me).new_key);   // nobody is told of their own
        CHECK_FALSE(again.noticed(api::Code::person_new_key));
        CHECK_FALSE(shown(cecilia, first).new_key);
        CHECK_FALSE(shown(cecilia, aino.session.me).new_key);
        cecilia.submit(api::SetVerified{again.session.me, true});
        world.settle();
        CHECK_FALSE(shown(cecilia, again.session.me).new_key);
        // Who comes later learns it from the list alone.
        auto& daavid = enrol(world, "Daavid", invite(world, aino, "Daavid"));
        world.settle();
        CHECK_FALSE(daavid.noticed(api::Code::person_new_key));
        CHECK(shown(daavid, again.session.me).new_key);
    }

    TEST_CASE("a fingerprint that was scanned is whose it is in the directory, and nobody's only when that was read to its end")
    {
        World world(188);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        const auto link_of = [&](Client& shown) {
            const auto found = std::ranges::find(shown.people, shown.session.me, &api::Person::id);
            return "#v=" + found->fingerprint;
        };
        bertta.submit(api::OpenLink{link_of(aino)});
        REQUIRE(bertta.scanned.size() == 1);
        CHECK(bertta.scanned[0].person == bertta.person("Aino"));
        CHECK_FALSE(std::ranges::find(bertta.people, "Aino", &api::Person::name)->verified);   // that is for its person to say
        bertta.submit(api::OpenLink{link_of(bertta)});
        CHECK(bertta.scanned.back().person == bertta.session.me);

        // Locked, and without the relay: who is known is found, of whom nothing is known one hears when it is certain.
        bertta.submit(api::Lock{});
        world.settle();
        bertta.set_offline(true);
        bertta.submit(api::OpenLink{link_of(cecilia)});
        CHECK(bertta.scanned.size() == 2);
        bertta.submit(api::Unlock{}, kPassphrase);
        world.settle();
        REQUIRE(bertta.scanned.size() == 3);
        CHECK(bertta.scanned.back().person == bertta.person("Cecilia"));
        auto strange = link_of(cecilia);
        strange.back() = strange.back() == '0' ? '1' : '0';
        bertta.submit(api::OpenLink{strange});
        world.settle();
        CHECK(bertta.scanned.size() == 3);
        bertta.set_offline(false);
        world.settle();
        REQUIRE(bertta.scanned.size() == 4);
        CHECK(bertta.scanned.back().person.empty());

        // Who was removed is nobody any more; what is no fingerprint is said to be none.
        const auto hers = link_of(cecilia);
        aino.submit(api::RemovePerson{aino.person("Cecilia")});
        world.settle();
        bertta.submit(api::OpenLink{hers});
        CHECK(bertta.scanned.back().person.empty());
        CHECK(bertta.scanned.size() == 5);
        for (const auto& bad : {std::string("#v="), hers.substr(0, hers.size() - 1), hers + "00", "#v=" + std::string(64, 'x')}) {
            bertta.notices.clear();
            bertta.submit(api::OpenLink{bad});
            CHECK(bertta.noticed(api::Code::link_mangled));
        }
        CHECK(bertta.scanned.size() == 5);
    }

    TEST_CASE("the founder makes somebody an administrator, who invites and removes members with their own key, and takes it back")
    {
        World world(740);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        CHECK(aino.session.founder);
        CHECK_FALSE(bertta.session.administrator);
        bertta.submit(api::CreateInvitation{"Daavid", api::Role::member});
        CHECK(bertta.noticed(api::Code::not_administrator));
        CHECK(bertta.invitations.empty());

        set_role(world, aino, "Bertta", api::Role::administrator);
        CHECK(aino.noticed(api::Code::administrator_made));
        CHECK(bertta.noticed(api::Code::now_administrator));
        CHECK(bertta.session.administrator);
        CHECK_FALSE(bertta.session.founder);
        for (const auto* client : people) CHECK(role_of(*client, "Bertta") == api::Role::administrator);

        auto& daavid = enrol(world, "Daavid", invite(world, bertta, "Daavid"));
        CHECK(daavid.phase() == api::Phase::open);
        CHECK(bertta.noticed(api::Code::enrolled));
        CHECK(role_of(cecilia, "Daavid") == api::Role::member);
        bertta.submit(api::RemovePerson{bertta.person("Cecilia")});
        world.settle();
        CHECK(bertta.noticed(api::Code::person_removed));
        CHECK(is_removed(daavid, "Cecilia"));
        CHECK(cecilia.connection.reason == api::Code::device_revoked);

        set_role(world, aino, "Bertta", api::Role::member);
        CHECK(aino.noticed(api::Code::administrator_ended));
        CHECK(bertta.noticed(api::Code::no_administrator));
        CHECK_FALSE(bertta.session.administrator);
        CHECK(is_removed(daavid, "Cecilia"));   // stays
        CHECK_FALSE(is_removed(aino, "Daavid"));
        bertta.notices.clear();
        bertta.submit(api::RemovePerson{bertta.person("Daavid")});
        CHECK(bertta.noticed(api::Code::not_administrator));
        world.settle();
        CHECK_FALSE(is_removed(aino, "Daavid"));
        for (const auto* client : {&aino, &bertta, &daavid}) CHECK_FALSE(client->noticed(api::Code::directory_refused));
    }

    TEST_CASE("a delegated administrator makes no administrators and removes none")
    {
        World world(741);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1];
        set_role(world, aino, "Bertta", api::Role::administrator);
        set_role(world, aino, "Cecilia", api::Role::administrator);
        bertta.notices.clear();
        const auto records = world.relay.board(0).entries.size();
        const auto refused = [&](api::Command&& command) {
            bertta.notices.clear();
            bertta.submit(std::move(command));
            world.settle();
            return bertta.noticed(api::Code::only_root);
        };
        CHECK(refused(api::SetRole{bertta.person("Cecilia"), api::Role::member}));
        CHECK(refused(api::CreateInvitation{"Daavid", api::Role::administrator}));
        CHECK(refused(api::RemovePerson{bertta.person("Cecilia")}));
        CHECK(refused(api::RemovePerson{bertta.person("Aino")}));
        CHECK(refused(api::SignOutDevice{base::to_hex(account_of(*people[2]).device.public_key())}));
        CHECK(world.relay.board(0).entries.size() == records);
        aino.submit(api::RemovePerson{aino.person("Cecilia")});
        world.settle();
        CHECK(is_removed(bertta, "Cecilia"));
    }

    TEST_CASE("an invitation of somebody who is an administrator no longer opens nothing, and the newcomer is told")
    {
        World world(742);
        const auto people = found(world, {"Aino", "Bertta"});
        set_role(world, *people[0], "Bertta", api::Role::administrator);
        const auto before = invite(world, *people[1], "Daavid");
        const auto opened = invite(world, *people[1], "Eero");
        auto& eero = open_link(world, "Eero", opened);
        CHECK(eero.phase() == api::Phase::invited);
        set_role(world, *people[0], "Bertta", api::Role::member);
        auto& daavid = open_link(world, "Daavid", before);
        CHECK(daavid.phase() == api::Phase::no_account);
        CHECK(daavid.last_error == api::Code::link_revoked);
        eero.submit(api::Enrol{"Eero", ""}, kPassphrase);   // the form was open when the right went
        world.settle();
        CHECK(eero.phase() == api::Phase::no_account);
        CHECK(eero.last_error == api::Code::link_revoked);
        CHECK(eero.backend.records().empty());
        CHECK(people[0]->people.size() == 2);
    }

    TEST_CASE("what a former administrator signs on is ignored by every client, which says so, though the relay lets it through")
    {
        World world(743);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1], &cecilia = *people[2];
        set_role(world, aino, "Bertta", api::Role::administrator);
        set_role(world, aino, "Bertta", api::Role::member);
        const auto keys = account_of(bertta);
        world.relay.takes_any_record = true;
        const auto cecilia_key = account_of(cecilia).identity.public_key();
        world.relay.append_raw(0, directory::encode(directory::sign_revocation_as_administrator(keys.identity, directory::RevokedKind::identity, cecilia_key)));
        world.settle();
        for (const auto* client : people) {
            CHECK(client->noticed(api::Code::directory_refused));
            CHECK_FALSE(is_removed(*client, "Cecilia"));
            CHECK(client->connection.state == api::ConnectionState::connected);
        }
        // The grant that was taken back, said again: it counts as little.
        const auto& board = world.relay.board(0);
        const auto grant = std::ranges::find_if(board.entries, [](const base::Bytes& entry) {
            const auto record = directory::decode_record(entry);
            const auto* change = record ? std::get_if<directory::RoleChange>(&*record) : nullptr;
            return change != nullptr && change->role == directory::Role::administrator;
        });
        REQUIRE(grant != board.entries.end());
        world.relay.append_raw(0, base::Bytes(*grant));
        world.settle();
        for (const auto* client : people) CHECK(role_of(*client, "Bertta") == api::Role::member);
        // And so it is for who reads all of it from the beginning, and for who opens what is stored.
        cecilia.crash();
        cecilia.start();
        world.settle();
        cecilia.submit(api::Unlock{}, kPassphrase);
        world.settle();
        CHECK(cecilia.phase() == api::Phase::open);
        CHECK(role_of(cecilia, "Bertta") == api::Role::member);
        CHECK_FALSE(is_removed(cecilia, "Cecilia"));
    }

    TEST_CASE("roles decided one after the other without a connection arrive in their order, and survive the process")
    {
        World world(744);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& aino = *people[0];
        aino.set_offline(true);
        world.settle();
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::administrator});
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::administrator});   // once is enough
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::member});
        aino.submit(api::SetRole{aino.person("Bertta"), api::Role::administrator});
        aino.crash();
        aino.start();
        aino.set_offline(false);
        world.settle();
        aino.submit(api::Unlock{}, kPassphrase);
        world.settle();
        CHECK(role_of(*people[1], "Bertta") == api::Role::administrator);
        CHECK(people[1]->session.administrator);
        const auto bertta = account_of(*people[1]).identity.public_key();
        CHECK(world.relay.directory().identity(bertta)->role_changes == 3);
        CHECK_FALSE(aino.noticed(api::Code::relay_refused));
    }

    TEST_CASE("many invitations are made all at once or not at all")
    {
        World world(746);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        const auto before = aino.invitations.size();
        const auto refused = [&](Client& client, std::vector<api::InvitationWish> wishes, api::Code code) {
            client.notices.clear();
            client.submit(api::CreateInvitations{std::move(wishes)});
            return client.noticed(code) && aino.invitations.size() == before;
        };
        CHECK(refused(aino, {}, api::Code::name_missing));
        CHECK(refused(aino, {{"Cecilia"}, {""}}, api::Code::name_missing));
        CHECK(refused(aino, std::vector<api::InvitationWish>(api::kInvitationsAtOnceMax + 1, {"Cecilia"}), api::Code::too_many_invitations));
        CHECK(refused(bertta, {{"Cecilia"}}, api::Code::not_administrator));
        set_role(world, aino, "Bertta", api::Role::administrator);
        CHECK(refused(bertta, {{"Cecilia"}, {"Daavid", api::Role::administrator}}, api::Code::only_root));
        CHECK(bertta.invitations.empty());

        aino.submit(api::CreateInvitations{{{"Cecilia"}, {"Daavid", api::Role::administrator}}});
        aino.crash();
        aino.start();
        world.settle();
        aino.submit(api::Unlock{}, kPassphrase);
        world.settle();
        REQUIRE(aino.invitations.size() == before + 2);
        auto& daavid = enrol(world, "Daavid", aino.invitations.back().fragment);
        CHECK(daavid.phase() == api::Phase::open);
        CHECK(daavid.session.administrator);
        CHECK(aino.noticed(api::Code::enrolled));
    }

    TEST_CASE("a revocation that reaches the relay after the right to it has gone is refused, and the administrator is told")
    {
        World world(745);
        const auto people = found(world, {"Aino", "Bertta", "Cecilia"});
        auto &aino = *people[0], &bertta = *people[1];
        set_role(world, aino, "Bertta", api::Role::administrator);
        bertta.set_offline(true);
        world.settle();
        bertta.submit(api::RemovePerson{bertta.person("Cecilia")});
        set_role(world, aino, "Bertta", api::Role::member);
        bertta.notices.clear();
        bertta.set_offline(false);
        world.settle();
        CHECK(bertta.noticed(api::Code::not_administrator));
        CHECK_FALSE(is_removed(aino, "Cecilia"));
        for (const auto* client : people) CHECK_FALSE(client->noticed(api::Code::directory_refused));
    }
}
