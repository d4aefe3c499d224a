#pragma once
// Two people with something said between them, and the time it takes until it is in the archive.

#include "tests/simulation/devices.h"

namespace sinetti::simulation {

// Time goes by, and everything due happens.
void pass(World& world, std::int64_t milliseconds, std::int64_t step = 30'000);
void pass_until_archived(World& world);           // longer than any device waits before it brings the archive up to date
void say_as(World& world, Client& client, std::string_view title, const std::string& text);
std::vector<std::string> only_texts(Client& client, std::string_view title);

// Aino and Bertta in "Valmius", and a line of each.
struct Office {
    explicit Office(std::uint64_t seed);
    Client& aino() { return *people[0]; }
    Client& bertta() { return *people[1]; }

    World world;
    std::vector<Client*> people;
};

}  // namespace sinetti::simulation
