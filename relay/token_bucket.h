#pragma once
// So many a second on average, and so many at once.

#include "base/clock.h"

#include <algorithm>
#include <optional>

namespace sinetti::relay {

class TokenBucket {
public:
    TokenBucket(double rate, double burst) : m_rate(rate), m_burst(burst), m_tokens(burst) {}

    bool take(base::UnixMilliseconds now)
    {
        // A clock that is set back adds nothing.
        if (m_last && now > *m_last) m_tokens = std::min(m_burst, m_tokens + m_rate * double(now.value - m_last->value) / 1000.0);
        m_last = now;
        if (m_tokens < 1) return false;
        m_tokens -= 1;
        return true;
    }

private:
    double m_rate, m_burst, m_tokens;
    std::optional<base::UnixMilliseconds> m_last;
};

}  // namespace sinetti::relay
