#pragma once
// What people do at machines that know nothing, and with their passphrases.

#include "chat/person_vault.h"
#include "tests/simulation/devices.h"

namespace sinetti::simulation {

struct SignInAs {
    std::string name;
    std::string secret = std::string(kPassphrase);   // the passphrase, or the recovery code
    bool with_code = false;
    bool shared = false;
};
// The world comes to rest after each.
void try_sign_in(World& world, Client& client, const SignInAs& as);
Client& sign_in_at_new_machine(World& world, const SignInAs& as, const std::string& machine);   // and it is open
// As on a relay: each day has an issuer key more, for which devices run their errands.
void pass_day(World& world, std::int64_t hours_at_once = 1);
void unlock(World& world, Client& client, std::string_view passphrase = kPassphrase);
void restart(World& world, Client& client);           // killed, and started anew
void prove(World& world, Client& client, std::string_view passphrase = kPassphrase);
void change_passphrase(World& world, Client& client, std::string_view to, std::string_view from = kPassphrase);
std::string show_code(World& world, Client& client, std::string_view passphrase = kPassphrase);

bool opens_store(const Client& client, std::string_view passphrase);
bool opens_at_relay(World& world, const std::string& name, std::string_view passphrase);   // a guess, like any other's
wire::VaultId vault_of(World& world, std::string_view name);

// What stands in somebody's vault, for a guess too.
std::optional<chat::PersonVault> vault_at_relay(World& world, const std::string& name, std::string_view passphrase = kPassphrase);

inline constexpr std::string_view kNewPassphrase = "neljä uutta sanaa";
inline constexpr std::string_view kOtherPassphrase = "aivan toinen lause";

}  // namespace sinetti::simulation
