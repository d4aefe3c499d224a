#include "tests/simulation/linking.h"

#include "chat/people.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sinetti::simulation {

using api::LinkState;
using api::Phase;

std::string offer(World& world, Client& host)
{
    prove(world, host);
    host.submit(api::LinkDevice{});
    for (int i = 0; i < 5 && host.link.state != LinkState::offered; ++i) pass_seconds(world, 1);
    return host.link.code;
}

void join(World& world, Client& guest, std::string_view code, bool shared)
{
    guest.submit(api::JoinDevice{.relay = world.relay.document(), .device = guest.name(), .shared = shared}, code);
    if (guest.is_running()) world.settle();
}

void answer(World& world, Client& host, bool admit)
{
    host.submit(api::AnswerLink{admit});
    pass_seconds(world, 5);
}

Client& machine(World& world, const std::string& name)
{
    auto& client = world.add(name);
    world.settle();
    REQUIRE(client.phase() == Phase::no_account);
    return client;
}

Client& link_new_machine(World& world, Client& host, const std::string& name, bool shared)
{
    auto& guest = machine(world, name);
    const auto code = offer(world, host);
    REQUIRE(host.link.state == LinkState::offered);
    join(world, guest, code, shared);
    pass_seconds(world, 5);
    REQUIRE(host.link.state == LinkState::asked);
    CHECK(host.link.number == guest.link.number);
    answer(world, host, true);
    REQUIRE(guest.phase() == Phase::open);
    return guest;
}

}  // namespace sinetti::simulation
