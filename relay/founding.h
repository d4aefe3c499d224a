#pragma once
// The founder's token: printed as the administrator link until the organisation exists. The database keeps its hash; the
// token itself waits in a file only the relay's user can read, so that the link can be printed again, and goes when founded.

#include "base/random.h"
#include "base/secret.h"
#include "directory/relay_keys.h"
#include "relay/auth.h"
#include "relay/store.h"

#include <filesystem>

namespace sinetti::relay {

struct FounderToken {
    FounderTokenHash hash{};
    std::string fragment;      // "#f=…"
};

// The token of before, or a new one.
StoreResult<FounderToken> prepare_founder_token(Store& store, const std::filesystem::path& data, const directory::RelayKeys& keys, base::Random& random);
void forget_founder_token(const std::filesystem::path& data);

}  // namespace sinetti::relay
