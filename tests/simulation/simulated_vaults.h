#pragma once
// The simulated relay's vaults: the rules of protocol.md §11 without a database. What it hands out can be falsified.

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/oprf.h"
#include "vault/access.h"
#include "wire/frame.h"

#include <functional>
#include <map>

namespace sinetti::simulation {

class SimulatedVaults {
public:
    SimulatedVaults(const base::Clock& clock, std::uint64_t seed) : m_clock(clock), m_seed(base::SeededRandom(seed).array<crypto::kOprfSeedSize>()) {}

    template<typename T>
    using Answer = base::Result<T, wire::Refusal>;
    Answer<wire::VaultEvaluated> answer(const wire::VaultEvaluate& frame, const wire::Nonce& nonce);
    Answer<wire::VaultFetched> answer(const wire::VaultFetch& frame, const wire::Nonce& nonce);
    Answer<wire::VaultStored> answer(const wire::VaultStore& frame, const wire::Nonce& nonce);

    void swap(SimulatedVaults& other)   // vaults, keys and all
    {
        stored.swap(other.stored);
        std::swap(m_seed, other.m_seed);
    }

    void renew_keys(std::uint64_t seed) { m_seed = base::SeededRandom(seed).array<crypto::kOprfSeedSize>(); }   // the old ones are lost

    struct Vault {
        std::uint64_t version = 0;
        vault::AccessKeys access;
        base::Bytes sealed;
    };
    std::map<wire::VaultId, Vault> stored;
    std::map<wire::VaultId, std::vector<Vault>> versions;          // all there have been, the latest last
    std::function<void(wire::VaultFetched&)> falsify;              // what is handed out
    std::size_t evaluated = 0, fetched = 0, made = 0, changed = 0, rekeyed = 0, refused_stores = 0;
    std::optional<wire::Refusal> hindrance;                        // it cannot, just now

private:
    const base::Clock& m_clock;
    base::ByteArray<crypto::kOprfSeedSize> m_seed;
    std::map<std::pair<wire::VaultId, std::int64_t>, int> m_guesses;   // by day
};

}  // namespace sinetti::simulation
