#include "relay/vaults.h"

#include "relay/limits.h"

namespace sinetti::relay {

using base::Unexpected;
using wire::Refusal;

static_assert(sizeof(wire::VaultId) == sizeof(vault::VaultId));

namespace {


template<typename T>
base::Result<T, Refusal> stored(StoreResult<T>&& result)
{
    if (!result) return Unexpected(refusal_of(result.error()));
    return std::move(*result);
}

// Also looked at, and in the same time, when there is no vault: the keys are all zero then, which is nobody's.
bool may_open(const VaultAccess& access, const wire::PublicKey& key)
{
    const bool passphrase = base::equal_constant_time(access.passphrase_key, key);
    const bool recovery = base::equal_constant_time(access.recovery_key, key);
    return access.version > 0 && (passphrase || recovery);
}

vault::NewVersion new_version(const wire::VaultStore& frame)
{
    return {frame.vault, frame.previous, frame.version, {frame.passphrase_access_key, frame.recovery_access_key}, frame.sealed};
}

base::Result<wire::VaultStored, Refusal> put(Store& store, const VaultRow& row, const wire::VaultStore& frame)
{
    auto& vaults = store.vaults();
    const auto access = TRY(stored(vaults.vault_access(row)));
    const wire::VaultStored answer{frame.request_id, frame.version};
    if (frame.previous > 0 || access.version > 0) {
        // Who may not change it does not learn of it either; a creation says by its refusal that the name is taken.
        if (!may_open(access, frame.access_public_key)) return Unexpected(frame.previous == 0 ? Refusal::vault_conflict : Refusal::not_authorised);
        if (access.version == frame.version && access.passphrase_key == frame.passphrase_access_key && access.recovery_key == frame.recovery_access_key &&
            TRY(stored(vaults.sealed_vault(row))) == frame.sealed)
            return answer;   // the same again, after a lost answer
        if (access.version != frame.previous) return Unexpected(Refusal::vault_conflict);
    } else {
        if (frame.access_public_key != frame.passphrase_access_key) return Unexpected(Refusal::not_authorised);
        if (TRY(stored(vaults.vault_count())) >= kVaultsMax) return Unexpected(Refusal::storage_full);
    }
    const VaultAccess next{frame.version, frame.passphrase_access_key, frame.recovery_access_key};
    if (!TRY(stored(vaults.put_vault(row, frame.previous, next, frame.sealed)))) return Unexpected(Refusal::vault_conflict);
    return answer;
}

}  // namespace

Vaults::Vaults(const base::Clock& clock, VaultKey&& key, SubmitChore submit, Post post)
    : m_clock(clock), m_key(std::move(key)), m_submit(std::move(submit)), m_post(std::move(post)), m_guesses(kVaultGuessRate, kVaultGuessBurst),
      m_requests(kVaultRequestRate, kVaultRequestBurst)
{
}

template<typename Answer>
void Vaults::submit(TokenBucket& bucket, Work<Answer> work, Done<Answer> done)
{
    if (m_outstanding >= kVaultQueueMax || !bucket.take(m_clock.now())) return done(Unexpected(Refusal::overloaded));
    ++m_outstanding;
    m_submit([this, work = std::move(work), done = std::move(done)](Store& store) {
        m_post([this, done, answer = std::make_shared<base::Result<Answer, Refusal>>(work(store))] {
            --m_outstanding;
            done(std::move(*answer));
        });
    });
}

void Vaults::evaluate(const wire::VaultEvaluate& frame, Done<wire::VaultEvaluated> done)
{
    const auto blinded = crypto::GroupElement::decode(frame.blinded_element);
    if (!blinded) return done(Unexpected(Refusal::bad_frame));
    submit<wire::VaultEvaluated>(
        m_guesses,
        [this, frame, blinded = *blinded, today = day_of(m_clock.now())](Store& store) -> base::Result<wire::VaultEvaluated, Refusal> {
            if (!TRY(stored(store.vaults().count_guess(m_key.row(frame.vault), today, kVaultGuessesPerDay)))) return Unexpected(Refusal::vault_guesses_spent);
            const auto evaluated = crypto::oprf_blind_evaluate(m_key.oprf_key(frame.vault), blinded);
            if (!evaluated) return Unexpected(Refusal::internal);
            return wire::VaultEvaluated{frame.request_id, evaluated->bytes()};
        },
        std::move(done));
}

void Vaults::fetch(const wire::VaultFetch& frame, const wire::Nonce& nonce, Done<wire::VaultFetched> done)
{
    if (!vault::verify_fetch(frame.access_public_key, nonce, frame.vault, frame.signature)) return done(Unexpected(Refusal::not_authorised));
    submit<wire::VaultFetched>(
        m_requests,
        [this, frame](Store& store) -> base::Result<wire::VaultFetched, Refusal> {
            const auto row = m_key.row(frame.vault);
            const auto access = TRY(stored(store.vaults().vault_access(row)));
            if (!may_open(access, frame.access_public_key)) return Unexpected(Refusal::not_authorised);
            auto sealed = TRY(stored(store.vaults().sealed_vault(row)));
            return wire::VaultFetched{frame.request_id, access.version, std::move(sealed)};
        },
        std::move(done));
}

void Vaults::store(wire::VaultStore&& frame, const wire::Nonce& nonce, Done<wire::VaultStored> done)
{
    if (!vault::verify_store(frame.access_public_key, nonce, new_version(frame), frame.signature)) return done(Unexpected(Refusal::not_authorised));
    submit<wire::VaultStored>(
        m_requests, [this, frame = std::move(frame)](Store& store) { return put(store, m_key.row(frame.vault), frame); }, std::move(done));
}

}  // namespace sinetti::relay
