#include "tests/simulation/simulated_meetings.h"

namespace sinetti::simulation {

using base::Unexpected;
using wire::Refusal;

namespace {

constexpr std::int64_t kLifetime = 10 * 60 * 1000;   // milliseconds

}  // namespace

SimulatedMeetings::Meeting* SimulatedMeetings::find(const wire::MeetingAddress& address)
{
    const auto found = open.find(address);
    return found == open.end() || found->second.until <= m_clock.now() ? nullptr : &found->second;
}

SimulatedMeetings::Answer SimulatedMeetings::answer(const wire::MeetingPut& frame, bool member)
{
    ++asked;
    if ((frame.number == 1) == member) return Unexpected(Refusal::not_authorised);
    auto* meeting = find(frame.meeting);
    if (meeting == nullptr && frame.number > 0) return Unexpected(Refusal::unknown_meeting);
    if (meeting == nullptr) meeting = &open.insert_or_assign(frame.meeting, Meeting{{m_clock.now().value + kLifetime}, {}}).first->second;
    auto& messages = meeting->messages;
    if (frame.number > messages.size()) return Unexpected(Refusal::bad_position);
    if (frame.number == messages.size()) {
        messages.push_back(frame.message);
        seen.push_back(frame.message);
    }
    if (messages[frame.number] != frame.message) return Unexpected(Refusal::meeting_taken);
    return wire::MeetingState{frame.request_id, static_cast<std::uint8_t>(messages.size()), {}};
}

SimulatedMeetings::Answer SimulatedMeetings::answer(const wire::MeetingGet& frame, bool)
{
    ++asked;
    const auto* meeting = find(frame.meeting);
    if (meeting == nullptr) return Unexpected(Refusal::unknown_meeting);
    const auto& messages = meeting->messages;
    wire::MeetingState state{frame.request_id, static_cast<std::uint8_t>(messages.size()), frame.number < messages.size() ? messages[frame.number] : base::Bytes()};
    if (falsify) falsify(state);
    return state;
}

SimulatedMeetings::Answer SimulatedMeetings::answer(const wire::MeetingEnd& frame, bool member)
{
    ++asked;
    if (!member) return Unexpected(Refusal::not_authorised);
    open.erase(frame.meeting);
    return wire::MeetingState{frame.request_id, 0, {}};
}

}  // namespace sinetti::simulation
