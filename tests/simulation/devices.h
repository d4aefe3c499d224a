#pragma once
// Several devices of one person.

#include "chat/account.h"
#include "tests/simulation/world.h"

namespace sinetti::simulation {

chat::Account account_of(const Client& client);   // as it is stored

// A client that holds what another device of `first`'s person begins with: their keys, and new ones of its own. It is locked.
Client& add_device(World& world, const Client& first, std::string name);
// And signed in.
Client& sign_in(World& world, const Client& first, std::string name);

}  // namespace sinetti::simulation
