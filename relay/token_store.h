#pragma once
// What the relay remembers about access tokens: the issuer keys, the tokens that were spent, and how many each device was given.
// Nothing in it says which tokens a device was given, when one was spent, or by whom. It is left out of backups: a relay that
// comes back without it makes new issuer keys, or has those of the other relays beside it.
//
// One thread uses it. What was written is durable when the call returns.

#include "base/clock.h"
#include "relay/store.h"
#include "tokens/token.h"

#include <filesystem>

namespace sinetti::relay {

std::filesystem::path token_database_file(const std::filesystem::path& data);

struct StoredIssuer {
    tokens::TokenKeyId id{};
    base::UnixMilliseconds not_before;
    base::UnixMilliseconds expires;
    crypto::OprfPrivateKey key;
};

struct Spend {
    tokens::TokenKeyId issuer{};
    tokens::TokenNonce nonce{};
    bool genuine = false;                    // false: only looked up, so that it takes as long
    enum class Outcome : std::uint8_t { accepted, refused, spent_before } outcome = Outcome::refused;
};

struct Allowance {
    tokens::TokenKeyId issuer{};
    base::ByteArray<32> device{};
    base::ByteArray<32> request{};           // SHA-256 of the blinded elements
    std::size_t count = 0;
};

class TokenStore {
public:
    virtual ~TokenStore() = default;

    virtual StoreResult<std::vector<StoredIssuer>> issuers() = 0;
    // False: another relay has added one for the same period, which issuers() has now.
    virtual StoreResult<bool> add_issuer(const StoredIssuer& issuer) = 0;

    // Fills in the outcomes, in order. After an error nothing was accepted; over a cluster it may have been written down nevertheless, and
    // then the next try finds it spent.
    virtual StoreResult<void> spend(std::span<Spend> spends) = 0;
    // Counts a request against the device, once however often it comes. False: more than `count_max` in all, and nothing changed.
    virtual StoreResult<bool> allow(const Allowance& allowance, std::size_t count_max) = 0;
    // Issuers that have expired, or are named, with all that is remembered of their tokens.
    virtual StoreResult<void> forget_expired(base::UnixMilliseconds now) = 0;
    virtual StoreResult<void> forget(std::span<const tokens::TokenKeyId> issuers) = 0;

    // What other relays have done. `wake` is called by any thread when catch_up() would find something; nullptr: no more.
    virtual void when_news(std::function<void()> wake) = 0;
    virtual StoreResult<bool> catch_up() = 0;   // true: the issuers may be others than before
};

}  // namespace sinetti::relay
