#include "relay/meetings.h"

namespace sinetti::relay {

using base::Unexpected;
using wire::Refusal;

Meetings::Meeting* Meetings::find(const wire::MeetingAddress& address)
{
    std::erase_if(m_meetings, [now = m_clock.now()](const auto& meeting) { return meeting.second.until <= now; });
    const auto found = m_meetings.find(address);
    return found == m_meetings.end() ? nullptr : &found->second;
}

Refusal Meetings::miss(MeetingAllowance& allowance)
{
    if (++allowance.misses > kMeetingMissesPerSession) return Refusal::too_many_requests;
    return m_misses.take(m_clock.now()) ? Refusal::unknown_meeting : Refusal::overloaded;
}

Meetings::Answer Meetings::put(wire::MeetingPut&& frame, Party party, MeetingAllowance& allowance)
{
    const bool answers = frame.number % 2 == 1;
    if (answers != (party == Party::newcomer)) return Unexpected(Refusal::not_authorised);
    if (!allowance.requests.take(m_clock.now())) return Unexpected(Refusal::too_many_requests);
    auto* meeting = find(frame.meeting);
    if (meeting == nullptr && frame.number > 0) return Unexpected(miss(allowance));
    if (meeting == nullptr) {
        if (allowance.made >= kMeetingsPerSession) return Unexpected(Refusal::too_many_requests);
        if (m_meetings.size() >= kMeetingsMax) return Unexpected(Refusal::storage_full);
        ++allowance.made;
        meeting = &m_meetings.emplace(frame.meeting, Meeting{{m_clock.now().value + kMeetingLifetime}, {}}).first->second;
    }
    auto& messages = meeting->messages;
    if (frame.number > messages.size()) return Unexpected(Refusal::bad_position);
    if (frame.number == messages.size())
        messages.push_back(std::move(frame.message));
    else if (messages[frame.number] != frame.message)   // the same again, after a lost answer, is answered again
        return Unexpected(Refusal::meeting_taken);
    return wire::MeetingState{frame.request_id, static_cast<std::uint8_t>(messages.size()), {}};
}

Meetings::Answer Meetings::get(const wire::MeetingGet& frame, MeetingAllowance& allowance)
{
    if (!allowance.requests.take(m_clock.now())) return Unexpected(Refusal::too_many_requests);
    const auto* meeting = find(frame.meeting);
    if (meeting == nullptr) return Unexpected(miss(allowance));
    const auto& messages = meeting->messages;
    return wire::MeetingState{frame.request_id, static_cast<std::uint8_t>(messages.size()), frame.number < messages.size() ? messages[frame.number] : base::Bytes()};
}

Meetings::Answer Meetings::end(const wire::MeetingEnd& frame, Party party, MeetingAllowance& allowance)
{
    if (party != Party::member) return Unexpected(Refusal::not_authorised);
    if (!allowance.requests.take(m_clock.now())) return Unexpected(Refusal::too_many_requests);
    m_meetings.erase(frame.meeting);
    return wire::MeetingState{frame.request_id, 0, {}};
}

}  // namespace sinetti::relay
