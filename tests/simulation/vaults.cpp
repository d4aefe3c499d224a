#include "tests/simulation/vaults.h"

#include "vault/sealed_vault.h"

#include <doctest/doctest.h>

namespace sinetti::simulation {

void try_sign_in(World& world, Client& client, const SignInAs& as)
{
    client.submit(api::SignIn{.name = as.name, .relay = world.relay.document(), .device = client.name(), .with_code = as.with_code, .shared = as.shared}, as.secret);
    world.settle();
}

Client& sign_in_at_new_machine(World& world, const SignInAs& as, const std::string& machine)
{
    auto& client = world.add(machine);
    world.settle();
    REQUIRE(client.phase() == api::Phase::no_account);
    try_sign_in(world, client, as);
    REQUIRE(client.phase() == api::Phase::open);
    return client;
}

void unlock(World& world, Client& client, std::string_view passphrase)
{
    client.submit(api::Unlock{}, passphrase);
    if (client.is_running()) world.settle();
}

void restart(World& world, Client& client)
{
    client.crash();
    client.shared_backend.records().clear();
    client.start();
    world.settle();
}

void prove(World& world, Client& client, std::string_view passphrase)
{
    client.submit(api::ProvePassphrase{}, passphrase);
    if (client.is_running()) world.settle();
}

void change_passphrase(World& world, Client& client, std::string_view to, std::string_view from)
{
    prove(world, client, from);
    client.submit(api::ChangePassphrase{}, to);
    if (client.is_running()) world.settle();
}

std::string show_code(World& world, Client& client, std::string_view passphrase)
{
    prove(world, client, passphrase);
    client.submit(api::ShowRecoveryCode{});
    world.settle();
    return client.recovery_code;
}

bool opens_store(const Client& client, std::string_view passphrase)
{
    const auto header = store::VaultHeader::parse(client.backend.records().at(store::kVaultHeaderId));
    REQUIRE(header.has_value());
    return store::open_vault(*header, base::view_of(passphrase), quick_password_key).has_value();
}

wire::VaultId vault_of(World& world, std::string_view name)
{
    return vault::vault_id(world.relay.directory().organisation()->root_public_key, *vault::normalised_name(name));
}

void pass_day(World& world, std::int64_t hours_at_once)
{
    world.relay.publish_issuer({world.relay.issuers.back().record.not_before.value + directory::kTokenPeriod});
    for (std::int64_t hour = 0; hour < 24; hour += hours_at_once) {
        world.advance(hours_at_once * kHour);
        world.settle();
    }
}

std::optional<chat::PersonVault> vault_at_relay(World& world, const std::string& name, std::string_view passphrase)
{
    const auto id = vault_of(world, name);
    const auto hardening = vault::Hardening::begin(id, base::SecretBytes(base::view_of(passphrase)), world.random);
    const auto evaluated = world.relay.vaults.answer(wire::VaultEvaluate{1, id, hardening.blinded_element()}, {});
    REQUIRE(evaluated.has_value());
    const auto secret = hardening.finish(evaluated->evaluated_element, quick_password_key);
    REQUIRE(secret.has_value());
    const auto key = vault::access_key(*secret);
    const auto fetched = world.relay.vaults.answer(wire::VaultFetch{1, id, key.public_key(), vault::sign_fetch(key, {}, id)}, {});
    if (!fetched) return std::nullopt;
    const auto opened = vault::open_vault(id, fetched->sealed, *secret, 0);
    return opened ? chat::PersonVault::parse(opened->contents.view()) : std::nullopt;
}

bool opens_at_relay(World& world, const std::string& name, std::string_view passphrase) { return vault_at_relay(world, name, passphrase).has_value(); }

}  // namespace sinetti::simulation
