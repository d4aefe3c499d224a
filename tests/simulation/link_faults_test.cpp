// Linking when something goes wrong in the middle of it: what is carried over is damaged, connections break, either device is killed.

#include "tests/simulation/linking.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::simulation;
using api::Code;
using api::LinkState;
using api::Phase;

TEST_SUITE("simulation.link_faults")
{
    TEST_CASE("what a relay or somebody in between damages is one clear code on the side that sees it, and nobody is let in")
    {
        for (std::uint8_t number = 0; number < wire::kMeetingMessages; ++number) {
            for (const std::size_t at : {std::size_t{0}, std::size_t{40}, std::size_t{1200}, wire::kMeetingMessageSize - 1}) {
                CAPTURE(number);
                CAPTURE(at);
                World world(2018);
                const auto people = found(world, {"Aino", "Bertta"});
                auto& guest = machine(world, "Kone");
                const auto code = offer(world, *people[1]);
                world.relay.meetings.falsify = [&](wire::MeetingState& state) {
                    if (!state.message.empty() && state.messages == number + 1) state.message[at] ^= 1;
                };
                join(world, guest, code);
                pass_seconds(world, 5);
                if (number == 2) answer(world, *people[1], true);
                if (number == 1) {
                    CHECK(people[1]->link_error == Code::device_link_damaged);
                    CHECK(people[1]->link.state == LinkState::none);
                } else {
                    CHECK(guest.phase() == Phase::no_account);
                    CHECK(guest.last_error == Code::device_link_damaged);
                }
                CHECK(guest.backend.records().empty());
                CHECK(live_devices(world, *people[1]) == 1);
                world.relay.meetings.falsify = nullptr;
                guest.submit(api::Lock{});   // it need not wait for the rest of the ten minutes
                world.settle();
                people[1]->submit(api::CancelLink{});
                pass_seconds(world, 3);
                link_new_machine(world, *people[1], "Toinen kone");
            }
        }
    }

    TEST_CASE("connections that break and a relay that starts anew while somebody thinks it over change nothing, unless the meeting was lost")
    {
        World world(2021);
        const auto people = found(world, {"Aino", "Bertta"});
        auto& guest = machine(world, "Kone");
        const auto code = offer(world, *people[1]);
        people[1]->cut_connection();
        pass_seconds(world, 10);
        CHECK(people[1]->link.state == LinkState::offered);
        join(world, guest, code);
        pass_seconds(world, 3);
        guest.cut_connection();
        people[1]->cut_connection();
        pass_seconds(world, 20);
        REQUIRE(people[1]->link.state == LinkState::asked);
        CHECK(guest.phase() == Phase::linking);
        world.relay.restart();
        pass_seconds(world, 20);
        answer(world, *people[1], true);
        pass_seconds(world, 20);
        CHECK(guest.phase() == Phase::open);

        auto& other = machine(world, "Toinen");
        join(world, other, offer(world, *people[1]));
        pass_seconds(world, 5);
        REQUIRE(people[1]->link.state == LinkState::asked);
        world.relay.meetings.open.clear();
        answer(world, *people[1], true);
        CHECK(people[1]->link_error == Code::device_code_expired);
        CHECK(other.phase() == Phase::no_account);
        CHECK(other.last_error == Code::device_code_expired);
    }

    TEST_CASE("the new device, killed at any write or message, is let in when it begins anew, and is nobody twice")
    {
        for (const auto fault : {Fault::dies_before_write, Fault::dies_after_write, Fault::dies_before_send, Fault::dies_after_send, Fault::store_fails, Fault::store_fails_after}) {
            for (std::size_t place = 1; place <= (is_of_store(fault) ? 6 : 14); ++place) {
                CAPTURE(static_cast<int>(fault));
                CAPTURE(place);
                World world(2024);
                const auto people = found(world, {"Aino", "Bertta"});
                make_group(world, people, "Ryhmä");
                auto& guest = machine(world, "Kone");
                guest.plan(fault, place);
                for (int attempt = 0; attempt < 3; ++attempt) {
                    if (!guest.is_running()) {
                        guest.planned.reset();
                        guest.start();
                        world.settle();
                    }
                    if (guest.phase() == Phase::no_account) {
                        people[1]->submit(api::CancelLink{});
                        pass_seconds(world, 3);
                        const auto code = offer(world, *people[1]);
                        REQUIRE(people[1]->link.state == LinkState::offered);
                        join(world, guest, code);
                        pass_seconds(world, 5);
                        if (people[1]->link.state == LinkState::asked) answer(world, *people[1], guest.is_running() || attempt > 0);
                    }
                    if (guest.is_running() && guest.phase() == Phase::locked) unlock(world, guest);
                    pass_seconds(world, 5);
                }
                REQUIRE(guest.is_running());
                REQUIRE(guest.phase() == Phase::open);
                pass_seconds(world, 30);
                CHECK(in_group(guest));
                CHECK(live_devices(world, guest) == 2);
                CHECK(world.relay.vaults.rekeyed == 0);
                CHECK(world.relay.tokens_shown_twice == 0);
            }
        }
    }

    TEST_CASE("the device that lets in, killed at any step, lets in when it begins anew, and spends no token twice")
    {
        std::size_t finished = 0;
        for (std::size_t steps = 1; finished < 3; steps += 3) {
            CAPTURE(steps);
            REQUIRE(steps < 400);
            World world(2025);
            const auto people = found(world, {"Aino", "Bertta"});
            make_group(world, people, "Ryhmä");
            auto* bertta = people[1];
            auto& guest = machine(world, "Kone");
            prove(world, *bertta);
            bertta->submit(api::LinkDevice{});
            bool joined = false, said_yes = false;
            for (std::size_t i = 0; i < steps; ++i) {
                if (!joined && bertta->link.state == LinkState::offered) {
                    joined = true;
                    guest.submit(api::JoinDevice{.relay = world.relay.document(), .device = "Kone"}, bertta->link.code);
                }
                if (!said_yes && bertta->link.state == LinkState::asked) {
                    said_yes = true;
                    bertta->submit(api::AnswerLink{true});
                }
                world.run_steps(1);
            }
            finished += bertta->link.state == LinkState::done && guest.phase() == Phase::open;
            restart(world, *bertta);
            unlock(world, *bertta);
            REQUIRE(bertta->phase() == Phase::open);
            pass_seconds(world, 5);
            if (guest.phase() == Phase::linking) {
                guest.submit(api::Lock{});
                world.settle();
            }
            if (guest.phase() == Phase::no_account) {
                const auto code = offer(world, *bertta);
                join(world, guest, code);
                pass_seconds(world, 5);
                REQUIRE(bertta->link.state == LinkState::asked);
                answer(world, *bertta, true);
            }
            REQUIRE(guest.phase() == Phase::open);
            pass_seconds(world, 30);
            CHECK(in_group(guest));
            CHECK(live_devices(world, guest) == 2);
            CHECK(world.relay.tokens_shown_twice == 0);
        }
    }
}
