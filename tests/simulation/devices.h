#pragma once
// Several devices of one person.

#include "chat/account.h"
#include "tests/simulation/world.h"

namespace sinetti::simulation {

void pass_seconds(World& world, std::int64_t seconds);               // in small steps, and everything due happens
bool in_group(const Client& client);                                 // "Ryhmä"
std::size_t live_devices(World& world, const Client& client);        // of the client's person, by the directory
chat::Account account_of(const Client& client);   // as it is stored

// A client that holds what another device of `first`'s person begins with: their keys, and new ones of its own. It is locked.
Client& add_device(World& world, const Client& first, std::string name);
// And signed in.
Client& sign_in(World& world, const Client& first, std::string name);

}  // namespace sinetti::simulation
