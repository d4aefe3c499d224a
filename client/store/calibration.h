#pragma once
// How much Argon2id a new store costs whoever guesses at its passphrase: as much as this machine does in a time its person can wait.

#include "base/clock.h"
#include "crypto/password.h"

namespace sinetti::store {

// Passes over the least memory that take about `wanted` milliseconds here, by one measurement with the least of both. Never fewer than those,
// nor more than kPasswordPassesMax; the least also where the clock does not move, or when nothing is wanted.
crypto::PasswordParameters calibrated(std::int64_t wanted, const base::Clock& clock, const crypto::PasswordKeyFunction& password_key);

}  // namespace sinetti::store
