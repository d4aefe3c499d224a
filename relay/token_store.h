#pragma once
// What the relay remembers about access tokens, in a database of its own (tokens.sqlite): the issuer keys, the tokens that were
// spent, and how many each device was given. Nothing in it says which tokens a device was given, when one was spent, or by
// whom. It is left out of backups: a relay that comes back without it makes new issuer keys.
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
    // Makes the database when there is none; bytes_max 0: as large as the disk allows. Errors: unavailable, broken, full.
    static StoreResult<std::unique_ptr<TokenStore>> open(const std::filesystem::path& file, std::uint64_t bytes_max = 0);
    ~TokenStore();

    StoreResult<std::vector<StoredIssuer>> issuers();
    StoreResult<void> add_issuer(const StoredIssuer& issuer);

    // Fills in the outcomes, in order. One transaction: when it fails nothing was spent.
    StoreResult<void> spend(std::span<Spend> spends);
    // Counts a request against the device, once however often it comes. False: more than `count_max` in all, and nothing changed.
    StoreResult<bool> allow(const Allowance& allowance, std::size_t count_max);
    // Issuers that have expired, or are named, with all that is remembered of their tokens.
    StoreResult<void> forget_expired(base::UnixMilliseconds now);
    StoreResult<void> forget(std::span<const tokens::TokenKeyId> issuers);

private:
    struct Prepared;
    explicit TokenStore(std::unique_ptr<Prepared>&& prepared);
    StoreResult<void> spend_all(std::span<Spend> spends, bool& changed);
    StoreResult<void> forget_all(std::span<const tokens::TokenKeyId> issuers);
    StoreResult<bool> allow_one(const Allowance& allowance, std::size_t count_max);

    std::unique_ptr<Prepared> m_prepared;
};

}  // namespace sinetti::relay
