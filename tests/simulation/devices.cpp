#include "tests/simulation/devices.h"

#include "chat/people.h"
#include "store/record_sealer.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sinetti::simulation {

namespace {

store::RecordSealer sealer_of(const Client& client)
{
    const auto& records = client.backend.records();
    const auto header = store::VaultHeader::parse(records.at(store::kVaultHeaderId));
    REQUIRE(header.has_value());
    const auto master_key = store::open_vault(*header, base::view_of(kPassphrase), quick_password_key);
    REQUIRE(master_key.has_value());
    return store::RecordSealer(master_key->master_key);
}

}  // namespace

void pass_seconds(World& world, std::int64_t seconds)
{
    for (std::int64_t i = 0; i < seconds; ++i) {
        world.settle();
        world.advance(1000);
    }
    world.settle();
}

bool in_group(const Client& client)
{
    const auto* group = client.conversation("Ryhmä");
    return group != nullptr && group->active;
}

std::size_t live_devices(World& world, const Client& client)
{
    const auto me = std::ranges::find(client.people, true, &api::Person::me);
    REQUIRE(me != client.people.end());
    const auto key = chat::key_from_hex(me->id);
    return world.relay.directory().live_devices(*world.relay.directory().identity(*key)).size();
}

chat::Account account_of(const Client& client)
{
    const auto sealer = sealer_of(client);
    const auto id = sealer.id(chat::kAccountRecord);
    const auto record = sealer.open(id, client.backend.records().at(id));
    REQUIRE(record.has_value());
    auto account = chat::Account::parse(record->value.view());
    REQUIRE(account.has_value());
    return std::move(*account);
}

Client& add_device(World& world, const Client& first, std::string name)
{
    auto added = chat::add_device(chat::person_keys_of(account_of(first)), name, world.clock.now(), world.random);
    REQUIRE(added.has_value());
    world.clients.push_back(std::make_unique<Client>(world, std::move(name), world.random.below(UINT64_MAX)));
    auto& client = *world.clients.back();
    auto vault = store::create_vault(base::view_of(kPassphrase), {}, world.random, quick_password_key);
    REQUIRE(vault.has_value());
    const store::RecordSealer sealer(vault->master_key);
    const auto put = [&](std::string_view record, const base::SecretBytes& value) {
        auto write = sealer.seal(record, value.view(), world.random);
        client.backend.records().insert_or_assign(write.id, std::move(*write.value));
    };
    client.backend.records().insert_or_assign(store::kVaultHeaderId, vault->header.serialize());
    put(chat::kAccountRecord, added->account.serialize());
    put(chat::kKeyPackagesRecord, chat::KeyPackages(std::move(added->key_packages), world.clock.now()).serialize());
    client.start();
    return client;
}

Client& sign_in(World& world, const Client& first, std::string name)
{
    auto& client = add_device(world, first, std::move(name));
    world.settle();
    client.submit(api::Unlock{}, kPassphrase);
    world.settle();
    REQUIRE(client.phase() == api::Phase::open);
    return client;
}

}  // namespace sinetti::simulation
