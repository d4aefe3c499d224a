#include "tests/simulation/simulated_vaults.h"

#include "tests/simulation/durations.h"

namespace sinetti::simulation {

using base::Unexpected;
using wire::Refusal;

namespace {

constexpr int kGuessesPerDay = 10;

bool may_open(const vault::AccessKeys& access, const wire::PublicKey& key) { return access.passphrase == key || access.recovery == key; }

}  // namespace

SimulatedVaults::Answer<wire::VaultEvaluated> SimulatedVaults::answer(const wire::VaultEvaluate& frame, const wire::Nonce&)
{
    if (hindrance) return Unexpected(*hindrance);
    const auto blinded = crypto::GroupElement::decode(frame.blinded_element);
    if (!blinded) return Unexpected(Refusal::bad_frame);
    auto& guesses = m_guesses[{frame.vault, m_clock.now().value / kDay}];
    if (guesses == kGuessesPerDay) return Unexpected(Refusal::vault_guesses_spent);
    ++guesses;
    ++evaluated;
    const auto key = crypto::OprfPrivateKey::derive(crypto::OprfMode::oprf, m_seed, frame.vault);
    CHECK_INVARIANT(key.has_value());
    const auto element = crypto::oprf_blind_evaluate(*key, *blinded);
    CHECK_INVARIANT(element.has_value());
    return wire::VaultEvaluated{frame.request_id, element->bytes()};
}

SimulatedVaults::Answer<wire::VaultFetched> SimulatedVaults::answer(const wire::VaultFetch& frame, const wire::Nonce& nonce)
{
    if (hindrance) return Unexpected(*hindrance);
    const auto found = stored.find(frame.vault);
    if (!vault::verify_fetch(frame.access_public_key, nonce, frame.vault, frame.signature)) return Unexpected(Refusal::not_authorised);
    if (found == stored.end() || !may_open(found->second.access, frame.access_public_key)) return Unexpected(Refusal::not_authorised);
    ++fetched;
    wire::VaultFetched answer{frame.request_id, found->second.version, found->second.sealed};
    if (falsify) falsify(answer);
    return answer;
}

SimulatedVaults::Answer<wire::VaultStored> SimulatedVaults::answer(const wire::VaultStore& frame, const wire::Nonce& nonce)
{
    if (hindrance) return Unexpected(*hindrance);
    const vault::AccessKeys access{frame.passphrase_access_key, frame.recovery_access_key};
    if (!vault::verify_store(frame.access_public_key, nonce, {frame.vault, frame.previous, frame.version, access, frame.sealed}, frame.signature))
        return Unexpected(Refusal::not_authorised);
    const wire::VaultStored answer{frame.request_id, frame.version};
    const auto found = stored.find(frame.vault);
    if (found != stored.end()) {
        ++refused_stores;
        if (!may_open(found->second.access, frame.access_public_key)) return Unexpected(frame.previous == 0 ? Refusal::vault_conflict : Refusal::not_authorised);
        if (found->second.version == frame.version && found->second.access == access && found->second.sealed == frame.sealed) return answer;
        if (found->second.version != frame.previous) return Unexpected(Refusal::vault_conflict);
        --refused_stores;
    } else if (frame.previous != 0 || frame.access_public_key != frame.passphrase_access_key) {
        return Unexpected(Refusal::not_authorised);
    }
    CHECK_INVARIANT(frame.version > frame.previous);
    ++(frame.previous == 0 ? made : changed);
    if (found != stored.end() && found->second.access != access) ++rekeyed;
    stored[frame.vault] = {frame.version, access, frame.sealed};
    versions[frame.vault].push_back(stored[frame.vault]);
    return answer;
}

}  // namespace sinetti::simulation
