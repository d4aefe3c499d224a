#pragma once
// Issues access tokens and takes them back, once each. Its public side lives on the I/O thread; a thread of its own does the
// group arithmetic and writes to the TokenStore, spends before requests.
//
//   session ── spend(token) ──► evaluated, looked up, written down ──► accepted, or refused after the same steps
//   session ── issue(request) ► counted against the device ──────────► evaluated elements and their proof
//
// It also sees to the issuer keys: one for this period and for each of the next few, stored before their record is published on
// board 0. A key issues and is spent only while it is the one in force for its period there.

#include "directory/state.h"
#include "relay/store_threads.h"
#include "relay/token_store.h"

#include <map>

namespace sinetti::relay {

using SpendCallback = std::function<void(std::optional<wire::Refusal>)>;
using IssueCallback = std::function<void(base::Result<wire::TokenResponse, wire::Refusal>)>;
// Puts a record on board 0 and says what became of it.
using PublishIssuer = std::function<void(const directory::TokenIssuer& record, std::function<void(std::optional<wire::Refusal>)> done)>;

struct TokenServiceEnvironment {
    const base::Clock& clock;
    base::Random& random;                             // of the I/O thread, for keys
    std::unique_ptr<base::Random> worker_random;      // of the worker, for proofs
    Post post;
    const directory::DirectoryState& directory;
    const crypto::SignaturePrivateKey& relay_key;     // signs the issuers' records
    PublishIssuer publish;
    std::function<std::size_t()> tokens_per_device;   // as the boards' policies have it now
};

class TokenService {
public:
    // Reads the issuer keys there are. Errors: the store's.
    static StoreResult<std::unique_ptr<TokenService>> create(TokenServiceEnvironment environment, std::unique_ptr<TokenStore> store);
    ~TokenService();                                  // finishes what waits; answers that were not posted by then are lost
    TokenService(const TokenService&) = delete;
    TokenService& operator=(const TokenService&) = delete;

    void spend(const base::ByteArray<wire::kTokenSize>& token, SpendCallback done);
    void issue(const directory::PublicKey& device, wire::TokenRequest&& request, IssueCallback done);
    void when_flushed(std::function<void()> done);    // on the I/O thread, after the answers to all that waits

    void wanted();                                    // somebody is here who may ask for tokens: from now on there are keys
    void tick();                                      // from time to time: a new period?
    void on_directory_change();                       // founded, or an issuer was published
    void on_issuers_retired();                        // board 0 has ended every key there was

private:
    struct SpendJob {
        base::ByteArray<wire::kTokenSize> token;
        SpendCallback done;
    };
    struct IssueJob {
        directory::PublicKey device;
        wire::TokenRequest request;
        std::size_t count_max;
        IssueCallback done;
    };
    using StoreJob = std::function<void(TokenStore&)>;
    struct InForce {
        std::vector<std::shared_ptr<const StoredIssuer>> issuers;
        tokens::ChallengeDigest challenge{};
    };

    TokenService(TokenServiceEnvironment&& environment, std::unique_ptr<TokenStore>&& store);
    void submit(StoreJob&& job);
    void read_issuers(TokenStore& store);            // the worker's, for take_issuers()
    void take_issuers(std::vector<StoredIssuer>&& issuers);
    bool ensure_issuer(base::UnixMilliseconds period);   // false: something is under way
    std::shared_ptr<const StoredIssuer> new_issuer(base::UnixMilliseconds period);
    void publish(const std::shared_ptr<const StoredIssuer>& issuer);
    bool is_published(const StoredIssuer& issuer) const;

    // The worker.
    void run();
    void do_spends(std::vector<SpendJob>&& jobs);
    void do_issue(IssueJob&& job);
    base::Result<wire::TokenResponse, wire::Refusal> answer(const IssueJob& job);
    std::shared_ptr<const InForce> in_force();

    TokenServiceEnvironment m_environment;
    std::unique_ptr<TokenStore> m_store;              // the worker's, once it runs
    std::vector<std::shared_ptr<const StoredIssuer>> m_issuers;   // every key that is stored and has not expired
    std::map<std::int64_t, unsigned> m_refusals;      // by period: board 0 did not take our key
    bool m_wanted = false;
    bool m_busy = false;                              // a key is being stored or published
    std::optional<std::int64_t> m_cleaned_period;
    crypto::OprfPrivateKey m_nobody;                  // stands in for an unknown issuer, which takes as long

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<SpendJob> m_spends;
    std::deque<IssueJob> m_requests;
    std::deque<StoreJob> m_store_jobs;
    std::vector<std::function<void()>> m_flush_callbacks;
    std::shared_ptr<const InForce> m_in_force = std::make_shared<InForce>();
    bool m_news = false;                              // other relays have written
    bool m_stopping = false;
    std::thread m_thread;
};

}  // namespace sinetti::relay
