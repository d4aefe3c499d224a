#include "relay/token_service.h"

#include "crypto/hash.h"
#include "relay/limits.h"
#include "relay/log.h"

#include <algorithm>

namespace sinetti::relay {

using base::Unexpected;
using wire::Refusal;

namespace {

constexpr unsigned kRefusalsMax = 2;   // of a stored key, and of the new one after it

base::UnixMilliseconds period_of(base::UnixMilliseconds now) { return {now.value - now.value % directory::kTokenPeriod}; }


}  // namespace

StoreResult<std::unique_ptr<TokenService>> TokenService::create(TokenServiceEnvironment environment, std::unique_ptr<TokenStore> store)
{
    auto issuers = TRY(store->issuers());
    std::unique_ptr<TokenService> service(new TokenService(std::move(environment), std::move(store)));
    for (auto& issuer : issuers) service->m_issuers.push_back(std::make_shared<const StoredIssuer>(std::move(issuer)));
    service->m_wanted = !service->m_issuers.empty();
    service->on_directory_change();
    service->m_news = true;   // for what comes before anybody is told
    service->m_store->when_news([raw = service.get()] {
        {
            const std::lock_guard lock(raw->m_mutex);
            raw->m_news = true;
        }
        raw->m_wake.notify_one();
    });
    service->m_thread = std::thread([raw = service.get()] { raw->run(); });
    return service;
}

TokenService::TokenService(TokenServiceEnvironment&& environment, std::unique_ptr<TokenStore>&& store)
    : m_environment(std::move(environment)), m_store(std::move(store)), m_nobody(crypto::OprfPrivateKey::generate(m_environment.random))
{
}

TokenService::~TokenService()
{
    m_store->when_news(nullptr);
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    if (m_thread.joinable()) m_thread.join();
}

// --- the I/O thread: requests ------------------------------------------------------------------------------------------

void TokenService::spend(const base::ByteArray<wire::kTokenSize>& token, SpendCallback done)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_spends.size() < kTokenQueueMax) {
            m_spends.push_back({token, std::move(done)});
            done = nullptr;
        }
    }
    if (done) return done(Refusal::overloaded);
    m_wake.notify_one();
}

void TokenService::issue(const directory::PublicKey& device, wire::TokenRequest&& request, IssueCallback done)
{
    tick();
    const auto count_max = m_environment.tokens_per_device();
    {
        const std::lock_guard lock(m_mutex);
        if (m_requests.size() < kTokenQueueMax) {
            m_requests.push_back({device, std::move(request), count_max, std::move(done)});
            done = nullptr;
        }
    }
    if (done) return done(Unexpected(Refusal::overloaded));
    m_wake.notify_one();
}

void TokenService::when_flushed(std::function<void()> done)
{
    {
        const std::lock_guard lock(m_mutex);
        m_flush_callbacks.push_back(std::move(done));
    }
    m_wake.notify_one();
}

void TokenService::submit(StoreJob&& job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_store_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
}

// --- the I/O thread: issuer keys ---------------------------------------------------------------------------------------

void TokenService::wanted()
{
    if (std::exchange(m_wanted, true)) return;
    tick();
}

void TokenService::tick()
{
    if (!m_wanted || !m_environment.directory.founded()) return;
    const auto now = m_environment.clock.now();
    const auto today = period_of(now);
    if (m_cleaned_period != today.value) {
        m_cleaned_period = today.value;
        std::erase_if(m_issuers, [&](const auto& issuer) { return issuer->expires <= now; });
        submit([now](TokenStore& store) { (void)store.forget_expired(now).has_value(); });   // in vain today: tomorrow again
        on_directory_change();
    }
    for (std::int64_t ahead = 0; ahead <= directory::kTokenPeriodsAhead; ++ahead)
        if (!ensure_issuer({today.value + ahead * directory::kTokenPeriod})) return;
}

bool TokenService::is_published(const StoredIssuer& issuer) const
{
    return std::ranges::any_of(m_environment.directory.token_issuers(m_environment.relay_key.public_key()), [&](const directory::TokenIssuer& published) {
        return base::equal(published.issuer_public_key, issuer.key.public_key().bytes());
    });
}

bool TokenService::ensure_issuer(base::UnixMilliseconds period)
{
    if (m_busy) return false;
    if (const auto refused = m_refusals.find(period.value); refused != m_refusals.end() && refused->second >= kRefusalsMax) return true;
    std::shared_ptr<const StoredIssuer> unpublished;
    for (const auto& issuer : m_issuers) {
        if (issuer->not_before != period) continue;
        if (is_published(*issuer)) return true;
        unpublished = issuer;
    }
    m_busy = true;
    if (unpublished) {
        publish(unpublished);
        return false;
    }
    const auto issuer = new_issuer(period);
    submit([this, issuer](TokenStore& store) {
        const auto stored = store.add_issuer(*issuer);
        if (stored && !*stored) read_issuers(store);   // another relay was quicker
        m_environment.post([this, issuer, ok = stored && *stored] {
            m_busy = false;
            if (!ok) return;   // tick() comes again
            m_issuers.push_back(issuer);
            m_busy = true;
            publish(issuer);
        });
    });
    return false;
}

std::shared_ptr<const StoredIssuer> TokenService::new_issuer(base::UnixMilliseconds period)
{
    for (;;) {
        auto key = crypto::OprfPrivateKey::generate(m_environment.random);
        const auto id = tokens::token_key_id(key.public_key().bytes());
        // RFC 9578 §5.5: "Issuers SHOULD ensure that the truncated form of new key IDs do not collide with other truncated key IDs in rotation."
        if (std::ranges::any_of(m_issuers, [&](const auto& issuer) { return tokens::truncated(issuer->id) == tokens::truncated(id); })) continue;
        return std::make_shared<const StoredIssuer>(StoredIssuer{id, period, {period.value + directory::kTokenLifetime}, std::move(key)});
    }
}

void TokenService::publish(const std::shared_ptr<const StoredIssuer>& issuer)
{
    const auto record = directory::sign_token_issuer(m_environment.relay_key, issuer->not_before, issuer->key.public_key().bytes());
    m_environment.publish(record, [this, issuer](std::optional<Refusal> refusal) {
        m_busy = false;
        if (!refusal) return tick();   // and the next one
        if (*refusal != Refusal::bad_record) return;
        // It has been replaced there, or board 0 has had as many for this period as it takes.
        std::erase_if(m_issuers, [&](const auto& known) { return known->id == issuer->id; });
        submit([id = issuer->id](TokenStore& store) { (void)store.forget({&id, 1}).has_value(); });   // in vain: it expires
        if (++m_refusals[issuer->not_before.value] == kRefusalsMax) log_line("no token issuer key can be published for a period; its access tokens run out");
    });
}

void TokenService::on_directory_change()
{
    auto in_force = std::make_shared<InForce>();
    for (const auto& issuer : m_issuers)
        if (is_published(*issuer)) in_force->issuers.push_back(issuer);
    if (const auto& organisation = m_environment.directory.organisation()) in_force->challenge = tokens::access_challenge(organisation->root_public_key);
    {
        const std::lock_guard lock(m_mutex);
        m_in_force = std::move(in_force);
    }
}

void TokenService::on_issuers_retired()
{
    // Those that were in force. One that was not published yet has issued nothing, and may be another relay's next.
    std::vector<tokens::TokenKeyId> retired;
    for (const auto& issuer : in_force()->issuers) retired.push_back(issuer->id);
    std::erase_if(m_issuers, [&](const auto& issuer) { return std::ranges::find(retired, issuer->id) != retired.end(); });
    m_refusals.clear();
    submit([retired = std::move(retired)](TokenStore& store) { (void)store.forget(retired).has_value(); });   // in vain: they expire
    on_directory_change();
    tick();
}

void TokenService::read_issuers(TokenStore& store)
{
    auto issuers = store.issuers();
    if (!issuers) return;
    m_environment.post([this, shared = std::make_shared<std::vector<StoredIssuer>>(std::move(*issuers))] { take_issuers(std::move(*shared)); });
}

void TokenService::take_issuers(std::vector<StoredIssuer>&& issuers)
{
    m_issuers.clear();
    for (auto& issuer : issuers) m_issuers.push_back(std::make_shared<const StoredIssuer>(std::move(issuer)));
    on_directory_change();
    if (!m_issuers.empty()) wanted();
    tick();
}

// --- the worker ----------------------------------------------------------------------------------------------------------

std::shared_ptr<const TokenService::InForce> TokenService::in_force()
{
    const std::lock_guard lock(m_mutex);
    return m_in_force;
}

void TokenService::run()
{
    for (;;) {
        std::vector<SpendJob> spends;
        std::optional<IssueJob> request;
        std::optional<StoreJob> store_job;
        std::vector<std::function<void()>> flushed;
        bool news = false;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stopping || m_news || !m_spends.empty() || !m_requests.empty() || !m_store_jobs.empty() || !m_flush_callbacks.empty(); });
            news = std::exchange(m_news, false);
            if (!m_spends.empty()) {
                spends.swap(m_spends);
            } else if (!m_store_jobs.empty()) {
                store_job = std::move(m_store_jobs.front());
                m_store_jobs.pop_front();
            } else if (!m_requests.empty()) {
                request = std::move(m_requests.front());
                m_requests.pop_front();
            } else if (m_stopping) {
                return;
            } else {
                flushed.swap(m_flush_callbacks);
            }
        }
        for (auto& callback : flushed) m_environment.post(std::move(callback));
        if (news) {
            const auto changed = m_store->catch_up();   // in vain: whoever spends next is told
            if (changed && *changed) read_issuers(*m_store);
        }
        if (!spends.empty()) do_spends(std::move(spends));
        if (store_job) (*store_job)(*m_store);
        if (request) do_issue(std::move(*request));
    }
}

void TokenService::do_spends(std::vector<SpendJob>&& jobs)
{
    const auto keys = in_force();
    const auto now = m_environment.clock.now();
    std::vector<Spend> spends;
    spends.reserve(jobs.size());
    for (const auto& job : jobs) {
        const auto claims = tokens::claims_of(job.token);
        const auto issuer = std::ranges::find(keys->issuers, claims.key_id, [](const auto& known) { return known->id; });
        const bool known = issuer != keys->issuers.end() && now < (*issuer)->expires;
        const bool made_by_us = tokens::verify(known ? (*issuer)->key : m_nobody, job.token);
        const bool genuine = known && made_by_us && claims.type == tokens::kTokenType && claims.challenge == keys->challenge;
        spends.push_back({.issuer = claims.key_id, .nonce = claims.nonce, .genuine = genuine});
    }
    const auto done = m_store->spend(spends);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        std::optional<Refusal> refusal;
        if (!done)
            refusal = spends[i].genuine ? refusal_of(done.error()) : Refusal::token_invalid;
        else if (spends[i].outcome != Spend::Outcome::accepted)
            refusal = spends[i].outcome == Spend::Outcome::spent_before ? Refusal::token_spent : Refusal::token_invalid;
        m_environment.post([callback = std::move(jobs[i].done), refusal] { callback(refusal); });
    }
}

void TokenService::do_issue(IssueJob&& job)
{
    m_environment.post([callback = std::move(job.done), result = answer(job)]() mutable { callback(std::move(result)); });
}

base::Result<wire::TokenResponse, Refusal> TokenService::answer(const IssueJob& job)
{
    const auto keys = in_force();
    const auto now = m_environment.clock.now();
    const auto issuer = std::ranges::find(keys->issuers, job.request.truncated_token_key_id, [](const auto& known) { return tokens::truncated(known->id); });
    if (job.request.token_type != tokens::kTokenType || issuer == keys->issuers.end() || now >= (*issuer)->expires) return Unexpected(Refusal::unknown_issuer);

    Allowance allowance{.issuer = (*issuer)->id, .device = job.device, .request = {}, .count = job.request.blinded_elements.size()};
    crypto::Sha256 digest;
    for (const auto& element : job.request.blinded_elements) {
        if (!crypto::GroupElement::decode(element)) return Unexpected(Refusal::bad_record);
        digest.update(element);
    }
    allowance.request = digest.finish();
    const auto allowed = m_store->allow(allowance, job.count_max);
    if (!allowed) return Unexpected(refusal_of(allowed.error()));
    if (!*allowed) return Unexpected(Refusal::no_tokens_left);
    auto issued = TRY_OR(tokens::issue((*issuer)->key, job.request.blinded_elements, *m_environment.worker_random), Refusal::bad_record);
    return wire::TokenResponse{job.request.request_id, std::move(issued.evaluated), issued.proof};
}

}  // namespace sinetti::relay
