#include "relay/limits.h"
#include "relay/meetings.h"
#include "tests/relay/support.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::relay_test;
using wire::Refusal;

namespace {

wire::MeetingAddress meeting(std::uint8_t which)
{
    wire::MeetingAddress address{};
    address.fill(which);
    return address;
}

base::Bytes message(std::uint8_t filling) { return base::Bytes(wire::kMeetingMessageSize, filling); }

struct MeetingWorld {
    explicit MeetingWorld(RunningRelay::Adjust adjust = {}) : relay(std::move(adjust)) { REQUIRE(found(relay, cast)); }

    std::unique_ptr<Client> member()
    {
        auto client = std::make_unique<Client>(relay.address());
        REQUIRE(client->open_as_member(cast.anna.device));
        return client;
    }
    std::unique_ptr<Client> newcomer()
    {
        auto client = std::make_unique<Client>(relay.address());
        REQUIRE(client->challenge().has_value());
        client->send(wire::AuthenticateVault{});
        REQUIRE(client->expect<wire::Accepted>().has_value());
        return client;
    }
    Cast cast;
    RunningRelay relay;
};

std::optional<wire::MeetingState> ask_about(Client& client, const wire::ClientFrame& frame)
{
    client.send(frame);
    return client.expect<wire::MeetingState>();
}

bool is_refused(Client& client, const wire::ClientFrame& frame, Refusal code, std::uint32_t request_id)
{
    client.send(frame);
    return client.expect_refusal(code, request_id);
}

// Without sockets.
struct Alone {
    base::ManualClock clock{directory_test::kNow};
    relay::Meetings meetings{clock};
    relay::MeetingAllowance member, newcomer;
    relay::Meetings::Answer put(std::uint8_t which, std::uint8_t number, std::uint8_t filling)
    {
        const bool answers = number == 1;
        return meetings.put({1, meeting(which), number, message(filling)}, answers ? relay::Party::newcomer : relay::Party::member, answers ? newcomer : member);
    }
    relay::Meetings::Answer get(std::uint8_t which, std::uint8_t number) { return meetings.get({1, meeting(which), number}, newcomer); }
};

}  // namespace

TEST_SUITE_BEGIN("relay.meetings");

TEST_CASE("a member and somebody nobody knows exchange three messages in turn")
{
    MeetingWorld founded;
    const auto member = founded.member();
    const auto newcomer = founded.newcomer();
    CHECK(ask_about(*member, wire::MeetingPut{1, meeting(1), 0, message(10)}) == wire::MeetingState{1, 1, {}});
    CHECK(ask_about(*member, wire::MeetingGet{2, meeting(1), 1}) == wire::MeetingState{2, 1, {}});
    CHECK(ask_about(*newcomer, wire::MeetingGet{3, meeting(1), 0}) == wire::MeetingState{3, 1, message(10)});
    CHECK(ask_about(*newcomer, wire::MeetingPut{4, meeting(1), 1, message(11)}) == wire::MeetingState{4, 2, {}});
    CHECK(ask_about(*newcomer, wire::MeetingGet{5, meeting(1), 2}) == wire::MeetingState{5, 2, {}});
    CHECK(ask_about(*member, wire::MeetingGet{6, meeting(1), 1}) == wire::MeetingState{6, 2, message(11)});
    CHECK(ask_about(*member, wire::MeetingPut{7, meeting(1), 2, message(12)}) == wire::MeetingState{7, 3, {}});
    CHECK(ask_about(*newcomer, wire::MeetingGet{8, meeting(1), 2}) == wire::MeetingState{8, 3, message(12)});
}

TEST_CASE("a meeting is not of a session: either side may come back with another one")
{
    MeetingWorld founded;
    REQUIRE(ask_about(*founded.member(), wire::MeetingPut{1, meeting(1), 0, message(1)}).has_value());
    REQUIRE(ask_about(*founded.newcomer(), wire::MeetingPut{1, meeting(1), 1, message(2)}).has_value());
    CHECK(ask_about(*founded.member(), wire::MeetingGet{1, meeting(1), 1}) == wire::MeetingState{1, 2, message(2)});
}

TEST_CASE("who made a meeting ends it, and nothing is left of it")
{
    MeetingWorld founded;
    const auto member = founded.member();
    const auto newcomer = founded.newcomer();
    REQUIRE(ask_about(*member, wire::MeetingPut{1, meeting(1), 0, message(1)}).has_value());
    CHECK(ask_about(*member, wire::MeetingEnd{2, meeting(1)}) == wire::MeetingState{2, 0, {}});
    CHECK(ask_about(*member, wire::MeetingEnd{3, meeting(1)}) == wire::MeetingState{3, 0, {}});
    CHECK(is_refused(*newcomer, wire::MeetingGet{4, meeting(1), 0}, Refusal::unknown_meeting, 4));
}

TEST_CASE("a relay that was started again knows of no meeting")
{
    MeetingWorld founded;
    REQUIRE(ask_about(*founded.member(), wire::MeetingPut{1, meeting(1), 0, message(1)}).has_value());
    founded.relay.restart();
    CHECK(is_refused(*founded.newcomer(), wire::MeetingGet{1, meeting(1), 0}, Refusal::unknown_meeting, 1));
}

TEST_CASE("only members make meetings and hand over, only somebody unknown answers, and who has given a name does neither")
{
    MeetingWorld founded;
    const auto member = founded.member();
    const auto newcomer = founded.newcomer();
    CHECK(is_refused(*newcomer, wire::MeetingPut{1, meeting(1), 0, message(1)}, Refusal::not_authorised, 1));
    REQUIRE(ask_about(*member, wire::MeetingPut{2, meeting(1), 0, message(1)}).has_value());
    CHECK(is_refused(*member, wire::MeetingPut{3, meeting(1), 1, message(1)}, Refusal::not_authorised, 3));
    CHECK(is_refused(*newcomer, wire::MeetingPut{4, meeting(1), 2, message(1)}, Refusal::not_authorised, 4));
    Client device(founded.relay.address());
    REQUIRE(device.open_as_device(founded.cast.anna.device));
    CHECK(is_refused(device, wire::MeetingPut{5, meeting(2), 0, message(1)}, Refusal::not_authorised, 5));
    CHECK(is_refused(device, wire::MeetingGet{6, meeting(1), 0}, Refusal::not_authorised, 6));
    CHECK(is_refused(device, wire::MeetingEnd{7, meeting(1)}, Refusal::not_authorised, 7));
    newcomer->send(wire::MeetingEnd{8, meeting(1)});
    CHECK(newcomer->expect_refusal(Refusal::bad_frame));
    CHECK(newcomer->expect_end());
}

TEST_CASE("a message stands once: the same again is answered, another is refused, and none comes out of turn")
{
    Alone alone;
    CHECK(alone.put(1, 1, 5).error() == Refusal::unknown_meeting);
    CHECK(alone.put(1, 2, 5).error() == Refusal::unknown_meeting);
    CHECK(alone.put(1, 0, 5)->messages == 1);
    CHECK(alone.put(1, 2, 5).error() == Refusal::bad_position);
    CHECK(alone.put(1, 1, 6)->messages == 2);
    CHECK(alone.put(1, 0, 5)->messages == 2);
    CHECK(alone.put(1, 0, 7).error() == Refusal::meeting_taken);
    CHECK(alone.put(1, 1, 6)->messages == 2);
    CHECK(alone.put(1, 1, 7).error() == Refusal::meeting_taken);
    CHECK(alone.put(1, 2, 8)->messages == 3);
    CHECK(alone.get(1, 0)->message == message(5));
    CHECK(alone.get(1, 2)->message == message(8));
}

TEST_CASE("a meeting is forgotten after ten minutes, whatever was said in it")
{
    Alone alone;
    REQUIRE(alone.put(1, 0, 1).has_value());
    alone.clock.advance(relay::kMeetingLifetime - 1);
    REQUIRE(alone.put(1, 1, 2).has_value());
    CHECK(alone.get(1, 0).has_value());
    alone.clock.advance(1);
    CHECK(alone.get(1, 0).error() == Refusal::unknown_meeting);
    CHECK(alone.put(1, 2, 3).error() == Refusal::unknown_meeting);
    CHECK(alone.put(1, 0, 4)->messages == 1);
}

TEST_CASE("a session that looks where nothing is is soon told no more, and all sessions together find nothing faster than ten a second")
{
    Alone alone;
    REQUIRE(alone.put(200, 0, 1).has_value());
    for (std::size_t i = 0; i < relay::kMeetingMissesPerSession; ++i) CHECK(alone.get(1, 0).error() == Refusal::unknown_meeting);
    CHECK(alone.get(1, 0).error() == Refusal::too_many_requests);
    std::size_t answered = relay::kMeetingMissesPerSession;
    for (int session = 0; session < 100; ++session) {
        relay::MeetingAllowance fresh;
        answered += alone.meetings.get({1, meeting(1), 0}, fresh).error() == Refusal::unknown_meeting;
    }
    CHECK(answered == std::size_t(relay::kMeetingMissBurst));
    relay::MeetingAllowance fresh;
    CHECK(alone.meetings.get({1, meeting(200), 0}, fresh).has_value());   // who knows where to look is not held up
    alone.clock.advance(1000);
    std::size_t later = 0;
    for (int session = 0; session < 100; ++session) {
        relay::MeetingAllowance another;
        later += alone.meetings.get({1, meeting(1), 0}, another).error() == Refusal::unknown_meeting;
    }
    CHECK(later == std::size_t(relay::kMeetingMissRate));
}

TEST_CASE("the requests of a session, the meetings it makes and all meetings are limited")
{
    Alone alone;
    for (std::uint8_t i = 0; i < relay::kMeetingsPerSession; ++i) CHECK(alone.put(i, 0, 1).has_value());
    CHECK(alone.put(100, 0, 1).error() == Refusal::too_many_requests);
    relay::MeetingAllowance busy;
    for (int i = 0; i < int(relay::kMeetingSessionBurst); ++i) CHECK(alone.meetings.get({1, meeting(0), 0}, busy).has_value());
    CHECK(alone.meetings.get({1, meeting(0), 0}, busy).error() == Refusal::too_many_requests);
    for (std::size_t i = relay::kMeetingsPerSession; i < relay::kMeetingsMax; ++i) {
        relay::MeetingAllowance fresh;
        wire::MeetingAddress address{};
        address[0] = 0xff, address[1] = static_cast<std::uint8_t>(i), address[2] = static_cast<std::uint8_t>(i >> 8);
        CHECK(alone.meetings.put({1, address, 0, message(1)}, relay::Party::member, fresh).has_value());
    }
    relay::MeetingAllowance fresh;
    CHECK(alone.meetings.put({1, meeting(101), 0, message(1)}, relay::Party::member, fresh).error() == Refusal::storage_full);
}

TEST_CASE("an operator can write down where somebody met and when, and that is counted")
{
    TemporaryFolder folder;
    const auto log = folder.path() / "observed";
    MeetingWorld founded([&](relay::Config& config) { config.observe = log; });
    REQUIRE(ask_about(*founded.member(), wire::MeetingPut{1, meeting(0xab), 0, message(1)}).has_value());
    std::size_t seen = 0;
    for (const auto& line : json_lines(log))
        if (line.value("op", "") == "meeting") seen += line.value("meeting", "") == base::to_hex(meeting(0xab)) && line.value("bytes", 0) == int(wire::kMeetingMessageSize);
    CHECK(seen == 1);
}

TEST_SUITE_END();
