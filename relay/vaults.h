#pragma once
// Vaults as sessions see them: answers to guesses, which are counted before they are given; sealed vaults for those who hold their
// access key. Lives on the I/O thread; what is stored is looked at and changed by the writer's.
//
// A vault that is not there is treated like one that is: it has an OPRF key and guesses of its own, and who asks for it is refused
// like somebody with the wrong key, after the same work.

#include "relay/store_threads.h"
#include "relay/token_bucket.h"
#include "relay/vault_key.h"
#include "vault/access.h"

namespace sinetti::relay {

class Vaults {
public:
    template<typename Answer>
    using Done = std::function<void(base::Result<Answer, wire::Refusal>)>;
    using SubmitChore = std::function<void(std::function<void(Store&)>)>;   // to the writer's thread

    Vaults(const base::Clock& clock, VaultKey&& key, SubmitChore submit, Post post);
    Vaults(const Vaults&) = delete;
    Vaults& operator=(const Vaults&) = delete;

    // Refusals: bad_frame (no element of the group), vault_guesses_spent, overloaded, storage_full, internal.
    void evaluate(const wire::VaultEvaluate& frame, Done<wire::VaultEvaluated> done);
    // Refusals: not_authorised (no such vault, or another key), overloaded, internal.
    void fetch(const wire::VaultFetch& frame, const wire::Nonce& nonce, Done<wire::VaultFetched> done);
    // Refusals: not_authorised, vault_conflict, storage_full (also for one vault too many), overloaded, internal.
    void store(wire::VaultStore&& frame, const wire::Nonce& nonce, Done<wire::VaultStored> done);

private:
    template<typename Answer>
    using Work = std::function<base::Result<Answer, wire::Refusal>(Store&)>;
    template<typename Answer>
    void submit(TokenBucket& bucket, Work<Answer> work, Done<Answer> done);

    const base::Clock& m_clock;
    const VaultKey m_key;
    SubmitChore m_submit;
    Post m_post;
    std::size_t m_outstanding = 0;
    TokenBucket m_guesses;
    TokenBucket m_requests;
};

}  // namespace sinetti::relay
