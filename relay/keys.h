#pragma once
// The relay's long-term keys: one that clients seal their channels to, one that signs the heads of boards. Made once, kept in
// the database (so a backup has them), and pinned by every link: a relay that loses them is another relay to its clients.

#include "base/random.h"
#include "crypto/dh.h"
#include "crypto/sign.h"
#include "directory/relay_keys.h"
#include "relay/store.h"

namespace sinetti::relay {

struct RelayPrivateKeys {
    crypto::DhPrivateKey channel;
    crypto::SignaturePrivateKey signing;

    directory::RelayKeys public_keys() const { return {channel.public_key(), signing.public_key()}; }
};

// The keys in the store. Errors: the store's own, broken also for what are no keys. nullopt: there are none yet.
StoreResult<std::optional<RelayPrivateKeys>> stored_relay_keys(Store& store);

// The keys of before, or new ones, durable.
StoreResult<RelayPrivateKeys> prepare_relay_keys(Store& store, base::Random& random);

std::string describe(const directory::RelayKeys& keys);   // for the operator

}  // namespace sinetti::relay
