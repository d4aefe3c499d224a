#pragma once
// How long to wait before trying again: 0.5 s, 1, 2, … at most 30 s, each up to a quarter longer or shorter, so that the
// clients of a relay that was away do not all come back at the same instant.

#include "base/random.h"

#include <cstdint>

namespace sinetti::net {

inline constexpr std::int64_t kBackoffMin = 500;       // milliseconds
inline constexpr std::int64_t kBackoffMax = 30'000;

class Backoff {
public:
    std::int64_t next(base::Random& random);   // milliseconds
    void reset() { m_failures = 0; }
    bool is_fresh() const { return m_failures == 0; }

private:
    unsigned m_failures = 0;
};

}  // namespace sinetti::net
