#pragma once
// How much of the I/O thread's time one client's messages may take: turns of kReceiveTurn, so that nobody waits long for another, and all
// together one in kReceiveShare of the time there is, with some credit for who was silent. What is answered counts as well, by its size.
// Whoever wants more is read from later.

#include "relay/limits.h"

#include <algorithm>

namespace sinetti::relay {

class ReceiveShare {
public:
    using Time = std::chrono::steady_clock::time_point;

    void begin_turn(Time now) { m_began = now; }
    bool is_turn_over(Time now) const { return now - m_began >= kReceiveTurn; }
    void answered(std::size_t bytes) { m_even += kPerByte * bytes * kReceiveShare; }   // with what is for this client alone
    // When the next turn may begin; before or at `now`: at once.
    Time end_turn(Time now)
    {
        m_even = std::max(m_even, m_began - kReceiveCredit) + (now - m_began) * kReceiveShare;
        return m_even = std::min(m_even, now + kLongest);
    }

    static constexpr auto kLongest = 100ms;  // that anybody waits: an ingress passes on what nobody asked for at that moment
    static constexpr auto kPerByte = 20ns;   // fetched, sealed and sent, by all threads: 12.5 MB a second at the most

private:
    Time m_began, m_even;   // m_even: when what was taken will have been earned
};

}  // namespace sinetti::relay
