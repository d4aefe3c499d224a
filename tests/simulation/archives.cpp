#include "tests/simulation/archives.h"

#include "chat/archive.h"

namespace sinetti::simulation {

void pass(World& world, std::int64_t milliseconds, std::int64_t step)
{
    for (std::int64_t passed = 0; passed < milliseconds; passed += step) {
        world.settle();
        world.advance(step);
    }
    world.settle();
}

void pass_until_archived(World& world) { pass(world, chat::kArchiveDelayMax + kHour, 10 * kMinute); }

void say_as(World& world, Client& client, std::string_view title, const std::string& text)
{
    client.submit(api::SendText{client.conversation(title)->id, text});
    world.settle();
}

std::vector<std::string> only_texts(Client& client, std::string_view title)
{
    std::vector<std::string> texts;
    for (const auto& message : client.timeline(title))
        if (message.kind == api::MessageKind::text) texts.push_back(message.text);
    return texts;
}

Office::Office(std::uint64_t seed) : world(seed), people(found(world, {"Aino", "Bertta"}))
{
    make_group(world, people, "Valmius");
    say_as(world, aino(), "Valmius", "Kokous siirtyy");
    say_as(world, bertta(), "Valmius", "Selvä");
}

}  // namespace sinetti::simulation
