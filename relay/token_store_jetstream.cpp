#include "relay/token_store_jetstream.h"

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "relay/log.h"

#include <algorithm>
#include <limits>
#include <map>

namespace sinetti::relay {

using base::ByteView;
using base::Unexpected;
using namespace sqlite;

namespace {

std::string token_subject(const tokens::TokenKeyId& issuer) { return "token." + base::to_hex(issuer); }

base::SecretBytes sealing_key(const crypto::SignaturePrivateKey& relay_key)
{
    auto key = crypto::hkdf_expand(crypto::HashAlgorithm::sha256, relay_key.seed(), base::view_of("sinetti cluster issuers v1"), crypto::kAeadKeySize);
    CHECK_INVARIANT(key.has_value());
    return std::move(*key);
}

}  // namespace

JetStreamTokenStore::JetStreamTokenStore(std::unique_ptr<SqliteTokenStore>&& copy, std::unique_ptr<JetStreamLog>&& log, std::unique_ptr<base::Random>&& random,
                                         const crypto::SignaturePrivateKey& relay_key)
    : m_copy(std::move(copy)), m_random(std::move(random)), m_sealing_key(sealing_key(relay_key)), m_cluster(*this, std::move(log), *m_random)
{
}

base::Result<std::unique_ptr<JetStreamTokenStore>, std::string> JetStreamTokenStore::open(std::unique_ptr<SqliteTokenStore> copy, std::unique_ptr<JetStreamLog> log,
                                                                                          std::unique_ptr<base::Random> random, const crypto::SignaturePrivateKey& relay_key)
{
    auto store = std::unique_ptr<JetStreamTokenStore>(new JetStreamTokenStore(std::move(copy), std::move(log), std::move(random), relay_key));
    const auto prepared = store->m_copy->database().run(kCopyStateSchema);
    const auto state = prepared ? store->copy_state() : Unexpected(prepared.error());
    const auto issuers = store->issuers();
    if (!state || !issuers) return Unexpected(std::string("the database of the access tokens in the data folder cannot be read or written"));
    if (state->made == 0 && !issuers->empty())
        return Unexpected(std::string("the data folder holds the access tokens of a relay of its own, not a copy of the cluster's; give the relay another folder"));
    TRY(store->m_cluster.start("the access tokens"));
    store->m_issuers_changed = false;
    return store;
}

StoreResult<CopyState> JetStreamTokenStore::copy_state() { return stored_copy_state(m_copy->database()); }

StoreResult<void> JetStreamTokenStore::set_copy_state(const CopyState& state) { return store_copy_state(m_copy->database(), state); }

// --- taking up what has been decided ---------------------------------------------------------------------------------

StoreResult<bool> JetStreamTokenStore::take_up(const LogMessage&, const ClusterRecord& record, bool ours)
{
    if (const auto* added = std::get_if<IssuerAdded>(&record)) return take_up(*added);
    if (const auto* spent = std::get_if<TokensSpent>(&record)) return take_up(*spent, ours);
    if (const auto* allowed = std::get_if<TokensAllowed>(&record)) return m_copy->insert_allowance(allowed->allowance, allowed->count_max);
    if (const auto* forgotten = std::get_if<IssuersForgotten>(&record)) {
        TRY(m_copy->remove(forgotten->issuers));
        m_issuers_changed = true;
        return true;
    }
    return Unexpected(StoreError::broken);   // it belongs on the other stream
}

StoreResult<bool> JetStreamTokenStore::take_up(const IssuerAdded& added)
{
    auto other = TRY(Statement::prepare(m_copy->database(), "SELECT 1 FROM issuers WHERE not_before = ?1"));
    other.bind(1, added.not_before.value);
    if (TRY(other.step())) return false;
    const auto view = ByteView(added.sealed_key);
    if (view.size() < crypto::kXAeadNonceSize) return false;
    const auto opened = crypto::xaead_open(m_sealing_key.view(), view.first(crypto::kXAeadNonceSize), added.id, view.subspan(crypto::kXAeadNonceSize));
    auto key = opened ? crypto::OprfPrivateKey::from_bytes(opened->view()) : base::Result<crypto::OprfPrivateKey, crypto::Error>(Unexpected(crypto::Error::bad_key));
    if (!key) {
        m_cluster.say("an issuer key on the cluster's stream is not sealed by a relay with this one's keys; it is left out");
        return false;
    }
    m_issuers_changed = true;
    return m_copy->add_issuer({added.id, added.not_before, added.expires, std::move(*key)});
}

StoreResult<bool> JetStreamTokenStore::take_up(const TokensSpent& spent, bool ours)
{
    std::vector<bool> fresh;
    for (const auto& nonce : spent.nonces) fresh.push_back(TRY(m_copy->insert_spent(spent.issuer, nonce)));
    if (ours) m_fresh = std::move(fresh);
    return true;
}

StoreResult<bool> JetStreamTokenStore::catch_up()
{
    TRY(m_cluster.catch_up());
    return std::exchange(m_issuers_changed, false);
}

// --- deciding ----------------------------------------------------------------------------------------------------------

StoreResult<bool> JetStreamTokenStore::add_issuer(const StoredIssuer& issuer)
{
    const auto nonce = m_random->array<crypto::kXAeadNonceSize>();
    const auto sealed = crypto::xaead_seal(m_sealing_key.view(), nonce, issuer.id, issuer.key.bytes());
    IssuerAdded added{issuer.id, issuer.not_before, issuer.expires, base::to_bytes(nonce)};
    added.sealed_key.insert(added.sealed_key.end(), sealed.begin(), sealed.end());
    return m_cluster.commit(token_subject(issuer.id), std::move(added));
}

StoreResult<void> JetStreamTokenStore::spend(std::span<Spend> spends)
{
    std::map<tokens::TokenKeyId, std::vector<Spend*>> by_issuer;
    for (auto& spend : spends) {
        const bool found = TRY(m_copy->is_spent(spend.issuer, spend.nonce));
        spend.outcome = spend.genuine && found ? Spend::Outcome::spent_before : Spend::Outcome::refused;
        if (spend.genuine && !found) by_issuer[spend.issuer].push_back(&spend);
    }
    for (auto& [issuer, list] : by_issuer) {
        for (std::span<Spend* const> rest = list; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kSpentMax)))
            TRY(spend_under(issuer, rest.first(std::min(rest.size(), kSpentMax))));
    }
    return {};
}

StoreResult<void> JetStreamTokenStore::spend_under(const tokens::TokenKeyId& issuer, std::span<Spend* const> spends)
{
    TokensSpent spent{issuer, {}};
    for (const auto* spend : spends) spent.nonces.push_back(spend->nonce);
    m_fresh.clear();
    (void)TRY(m_cluster.commit(token_subject(issuer), std::move(spent)));
    CHECK_INVARIANT(m_fresh.size() == spends.size());
    for (std::size_t i = 0; i < spends.size(); ++i) spends[i]->outcome = m_fresh[i] ? Spend::Outcome::accepted : Spend::Outcome::spent_before;
    return {};
}

StoreResult<bool> JetStreamTokenStore::allow(const Allowance& allowance, std::size_t count_max)
{
    return m_cluster.commit(token_subject(allowance.issuer), TokensAllowed{allowance, static_cast<std::uint16_t>(count_max)});
}

StoreResult<void> JetStreamTokenStore::forget_expired(base::UnixMilliseconds now)
{
    const auto expired = TRY(m_copy->expired(now));
    TRY(m_copy->forget(expired));
    for (const auto& issuer : expired) m_cluster.purge(token_subject(issuer), std::numeric_limits<std::uint64_t>::max());
    return {};
}

StoreResult<void> JetStreamTokenStore::forget(std::span<const tokens::TokenKeyId> issuers)
{
    for (auto rest = issuers; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kForgottenMax))) {
        const auto some = rest.first(std::min(rest.size(), kForgottenMax));
        (void)TRY(m_cluster.commit("forgotten", IssuersForgotten{{some.begin(), some.end()}}));
    }
    for (const auto& issuer : issuers) m_cluster.purge(token_subject(issuer), m_cluster.last_committed());
    return {};
}

}  // namespace sinetti::relay
