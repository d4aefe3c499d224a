#pragma once
// Access tokens in a database of their own (tokens.sqlite). The second half is for a copy of what a cluster of relays has decided
// (token_store_jetstream.h), in transactions of a caller who knows how far it has come.

#include "relay/sqlite.h"
#include "relay/token_store.h"

namespace sinetti::relay {

class SqliteTokenStore final : public TokenStore {
public:
    // Makes the database when there is none; bytes_max 0: as large as the disk allows. Errors: unavailable, broken, full.
    static StoreResult<std::unique_ptr<SqliteTokenStore>> open(const std::filesystem::path& file, std::uint64_t bytes_max = 0);
    static StoreResult<std::unique_ptr<SqliteTokenStore>> inspect(const std::filesystem::path& file);   // to read what is there, also beside a relay
    ~SqliteTokenStore() override;

    StoreResult<std::vector<StoredIssuer>> issuers() override;
    StoreResult<bool> add_issuer(const StoredIssuer& issuer) override;
    StoreResult<void> spend(std::span<Spend> spends) override;
    StoreResult<bool> allow(const Allowance& allowance, std::size_t count_max) override;
    StoreResult<void> forget_expired(base::UnixMilliseconds now) override;
    StoreResult<void> forget(std::span<const tokens::TokenKeyId> issuers) override;
    void when_news(std::function<void()>) override {}
    StoreResult<bool> catch_up() override { return false; }

    StoreResult<std::vector<std::string>> faults();    // what contradicts itself

    // --- for a copy of what a cluster has decided ---
    sqlite::Database& database();
    StoreResult<bool> is_spent(const tokens::TokenKeyId& issuer, const tokens::TokenNonce& nonce);
    StoreResult<bool> insert_spent(const tokens::TokenKeyId& issuer, const tokens::TokenNonce& nonce);   // false: it was there
    StoreResult<bool> insert_allowance(const Allowance& allowance, std::size_t count_max);               // as allow(), within a transaction
    StoreResult<void> remove(std::span<const tokens::TokenKeyId> issuers);                               // as forget()
    StoreResult<std::vector<tokens::TokenKeyId>> expired(base::UnixMilliseconds now);

private:
    struct Prepared;
    explicit SqliteTokenStore(std::unique_ptr<Prepared>&& prepared);
    static StoreResult<std::unique_ptr<SqliteTokenStore>> prepare(sqlite::Database&& database);
    std::unique_ptr<Prepared> m_prepared;
};

}  // namespace sinetti::relay
