#pragma once
// Access tokens of several relays over one cluster: spent at one, spent at all; issued by one, counted by all. As with boards
// (store_jetstream.h) what is decided stands on a stream, and tokens.sqlite is a copy of it.
//
// The issuer keys are made while the relays run, so they go over the stream, sealed (XChaCha20-Poly1305) under a key that comes from the
// relays' common signing key and that no NATS server has:
//   key = HKDF-Expand(SHA-256, seed of the signing key, "sinetti cluster issuers v1"), associated data: the issuer's id

#include "crypto/sign.h"
#include "relay/cluster_copy.h"
#include "relay/token_store_sqlite.h"

namespace sinetti::relay {

inline constexpr const char* kTokenStream = "sinetti-tokens";

class JetStreamTokenStore final : public TokenStore, private ClusterCopy::Database {
public:
    // Brings the copy up to date. `random` is used by whatever thread writes. Error: a sentence.
    static base::Result<std::unique_ptr<JetStreamTokenStore>, std::string> open(std::unique_ptr<SqliteTokenStore> copy, std::unique_ptr<JetStreamLog> log,
                                                                                std::unique_ptr<base::Random> random, const crypto::SignaturePrivateKey& relay_key);

    StoreResult<std::vector<StoredIssuer>> issuers() override { return m_copy->issuers(); }
    StoreResult<bool> add_issuer(const StoredIssuer& issuer) override;
    StoreResult<void> spend(std::span<Spend> spends) override;
    StoreResult<bool> allow(const Allowance& allowance, std::size_t count_max) override;
    StoreResult<void> forget_expired(base::UnixMilliseconds now) override;
    StoreResult<void> forget(std::span<const tokens::TokenKeyId> issuers) override;
    void when_news(std::function<void()> wake) override { m_cluster.when_news(std::move(wake)); }
    CopyFigures figures() const { return m_cluster.figures(); }   // for any thread
    StoreResult<bool> catch_up() override;

private:
    JetStreamTokenStore(std::unique_ptr<SqliteTokenStore>&& copy, std::unique_ptr<JetStreamLog>&& log, std::unique_ptr<base::Random>&& random,
                        const crypto::SignaturePrivateKey& relay_key);
    StoreResult<CopyState> copy_state() override;
    StoreResult<void> set_copy_state(const CopyState& state) override;
    StoreResult<void> in_transaction(const std::function<StoreResult<void>()>& work) override { return sqlite::transaction(m_copy->database(), work); }
    StoreResult<bool> take_up(const LogMessage& message, const ClusterRecord& record, bool ours) override;
    StoreResult<bool> take_up(const IssuerAdded& added);
    StoreResult<bool> take_up(const TokensSpent& spent, bool ours);
    StoreResult<void> spend_under(const tokens::TokenKeyId& issuer, std::span<Spend* const> spends);

    std::unique_ptr<SqliteTokenStore> m_copy;
    std::unique_ptr<base::Random> m_random;
    base::SecretBytes m_sealing_key;
    ClusterCopy m_cluster;
    bool m_issuers_changed = false;
    std::vector<bool> m_fresh;     // of the nonces in our last TokensSpent, which were not spent before
};

}  // namespace sinetti::relay
