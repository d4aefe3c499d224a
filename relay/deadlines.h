#pragma once
// How long is waited for a client: relay/limits.h, unless a test has less patience.

#include "relay/limits.h"

namespace sinetti::relay {

struct Deadlines {
    using Duration = std::chrono::steady_clock::duration;
    Duration request = kRequestDeadline;
    Duration response = kResponseDeadline;
    Duration opening = kAuthenticationDeadline;        // and how often a session is looked at
    Duration idle = kIdleTimeout;
    Duration vault_session = kVaultSessionDeadline;
};

inline const Deadlines kDeadlines;

}  // namespace sinetti::relay
