#pragma once
// What people do to link a device. The world comes to rest after each.

#include "tests/simulation/vaults.h"

namespace sinetti::simulation {


Client& machine(World& world, const std::string& name);              // a new one
std::string offer(World& world, Client& host);                       // until the device shows a code, or says why it does not
void join(World& world, Client& guest, std::string_view code, bool shared = false);
void answer(World& world, Client& host, bool admit);                 // the person compares the numbers and says yes or no
Client& link_new_machine(World& world, Client& host, const std::string& name, bool shared = false);

}  // namespace sinetti::simulation
