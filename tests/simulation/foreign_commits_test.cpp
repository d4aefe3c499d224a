// Commits that no client of ours makes.

#include "tests/simulation/by_hand.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::simulation;

TEST_SUITE("simulation.foreign_commits")
{
    TEST_CASE("a commit that ends the conversation is said and not followed: what is said after it leaves, and is read, as before")
    {
        World world(970);
        const auto people = found(world, {"Aino", "Bertta"});
        auto &aino = *people[0], &bertta = *people[1];
        std::uint64_t contact = 0;
        ByHand group(world, bertta, aino, "Käsin", contact, mls::RatchetTreeExtension::included);
        REQUIRE(aino.conversation("Käsin") != nullptr);
        mls::CommitRequest request;
        request.reinit = mls::ReInit{base::to_bytes(world.random.array<32>()), mls::ProtocolVersion::mls10, group.group().suite().id(), {}};
        const auto commit = group.group().commit(request, world.random);
        REQUIRE(commit.has_value());
        aino.notices.clear();
        group.write_in_conversation(commit->commit);
        CHECK(aino.noticed(api::Code::conversation_damaged));

        aino.notices.clear();
        const auto before = cells(world);
        aino.submit(api::SendText{aino.conversation("Käsin")->id, "jatkuu"});
        world.settle();
        CHECK(cells(world) > before);
        CHECK_FALSE(aino.noticed(api::Code::conversation_damaged));
        const auto timeline = aino.timeline("Käsin");
        CHECK(timeline.back().text == "jatkuu");
        CHECK(timeline.back().delivery == api::Delivery::sent);
    }
}
