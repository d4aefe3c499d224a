#pragma once
// Meetings of two devices that know a code: three messages each, in turn, forgotten after ten minutes. In memory alone, on the I/O thread:
// after a restart the two begin anew.
//
//   member ── 0 ──► ◄── 1 ── anybody ── then ── member ── 2 ──►     each once; either reads what is there
//
// Addresses are 32 bytes that look random. Looking for one that is not there is what guessing looks like, and is rationed.

#include "relay/limits.h"
#include "relay/token_bucket.h"
#include "wire/frame.h"

#include <map>

namespace sinetti::relay {

enum class Party : std::uint8_t {
    member,     // some member of staff, who makes the meeting
    newcomer,   // anybody
};

// Of one session.
struct MeetingAllowance {
    TokenBucket requests{kMeetingSessionRate, kMeetingSessionBurst};
    std::size_t made = 0;
    std::size_t misses = 0;
};

class Meetings {
public:
    explicit Meetings(const base::Clock& clock) : m_clock(clock) {}

    using Answer = base::Result<wire::MeetingState, wire::Refusal>;
    // Refusals of all: not_authorised (not this party's to do), too_many_requests, overloaded. Of put also storage_full, unknown_meeting, meeting_taken
    // (other bytes stand there), bad_position (not its turn); of get unknown_meeting.
    Answer put(wire::MeetingPut&& frame, Party party, MeetingAllowance& allowance);
    Answer get(const wire::MeetingGet& frame, MeetingAllowance& allowance);
    Answer end(const wire::MeetingEnd& frame, Party party, MeetingAllowance& allowance);

private:
    struct Meeting {
        base::UnixMilliseconds until;
        std::vector<base::Bytes> messages;
    };
    Meeting* find(const wire::MeetingAddress& address);
    wire::Refusal miss(MeetingAllowance& allowance);

    const base::Clock& m_clock;
    std::map<wire::MeetingAddress, Meeting> m_meetings;
    TokenBucket m_misses{kMeetingMissRate, kMeetingMissBurst};
};

}  // namespace sinetti::relay
