#pragma once
// The simulated relay's meetings: the rules of protocol.md §14 without rationing. What it hands out can be falsified.

#include "base/clock.h"
#include "base/result.h"
#include "wire/frame.h"

#include <functional>
#include <map>

namespace sinetti::simulation {

class SimulatedMeetings {
public:
    explicit SimulatedMeetings(const base::Clock& clock) : m_clock(clock) {}

    using Answer = base::Result<wire::MeetingState, wire::Refusal>;
    Answer answer(const wire::MeetingPut& frame, bool member);
    Answer answer(const wire::MeetingGet& frame, bool member);
    Answer answer(const wire::MeetingEnd& frame, bool member);

    struct Meeting {
        base::UnixMilliseconds until;
        std::vector<base::Bytes> messages;
    };
    std::map<wire::MeetingAddress, Meeting> open;
    std::function<void(wire::MeetingState&)> falsify;   // what is handed out
    std::vector<base::Bytes> seen;                      // all messages there have been
    std::size_t asked = 0;                              // requests

private:
    Meeting* find(const wire::MeetingAddress& address);
    const base::Clock& m_clock;
};

}  // namespace sinetti::simulation
