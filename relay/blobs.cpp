#include "relay/blobs.h"

#include "blobs/address.h"
#include "relay/limits.h"

#include <algorithm>

namespace sinetti::relay {

using base::Unexpected;
using wire::Refusal;

static_assert(sizeof(wire::BlobAddress) == sizeof(blobs::Address) && sizeof(wire::BlobUploadKey) == sizeof(blobs::UploadKey));

Blobs::Blobs(const base::Clock& clock, std::unique_ptr<BlobStore> store, BlobPolicy policy, Post post)
    : m_clock(clock), m_store(std::move(store)), m_policy(policy), m_post(std::move(post)), m_thread([this] { run(); })
{
    m_store->when_news([this] {
        {
            const std::lock_guard lock(m_mutex);
            m_news = true;
        }
        m_wake.notify_one();
    });
}

Blobs::~Blobs()
{
    m_store->when_news(nullptr);
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

Day Blobs::last_day(std::uint16_t days) const
{
    return {today().value + std::clamp<std::int64_t>(days, 1, m_policy.days_max) - 1};
}

wire::BlobState Blobs::state(std::uint32_t request_id, const BlobRow& blob) const
{
    const auto days = std::clamp<std::int64_t>(blob.last_day.value - today().value + 1, 0, m_policy.days_max);
    return {request_id, blob.chunks, blob.size_class, static_cast<std::uint16_t>(days)};
}

// --- requests ------------------------------------------------------------------------------------------------------------

template<typename Answer>
void Blobs::submit(BlobRequest&& request, Done<Answer> done, std::function<Answer(BlobAnswer&&)> frame_of)
{
    if (m_outstanding >= kBlobQueueMax) return done(Unexpected(Refusal::overloaded));
    ++m_outstanding;
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back({std::move(request), [this, done = std::move(done), frame_of = std::move(frame_of)](BlobAnswer&& answer) {
                              --m_outstanding;
                              if (answer.refusal) return done(Unexpected(*answer.refusal));
                              done(frame_of(std::move(answer)));
                          }});
    }
    m_wake.notify_one();
}

void Blobs::create(const wire::BlobCreate& frame, Done<wire::BlobState> done)
{
    submit<wire::BlobState>({blobs::address_of(frame.upload_key), BlobRequest::Create{frame.size_class, last_day(frame.days), m_policy.bytes_max}, {}}, std::move(done),
                            [this, id = frame.request_id](BlobAnswer&& now) { return state(id, now.blob); });
}

void Blobs::write(wire::BlobWrite&& frame, Done<wire::BlobState> done)
{
    submit<wire::BlobState>({blobs::address_of(frame.upload_key), BlobRequest::Write{frame.chunk, std::move(frame.data)}, {}}, std::move(done),
                            [this, id = frame.request_id](BlobAnswer&& now) { return state(id, now.blob); });
}

void Blobs::read(const wire::BlobRead& frame, Done<wire::BlobData> done)
{
    submit<wire::BlobData>({frame.address, BlobRequest::Read{frame.chunk, today()}, {}}, std::move(done),
                           [id = frame.request_id](BlobAnswer&& found) { return wire::BlobData{id, std::move(found.data)}; });
}

void Blobs::remove(const wire::BlobDelete& frame, Done<wire::BlobState> done)
{
    submit<wire::BlobState>({blobs::address_of(frame.upload_key), BlobRequest::Remove{}, {}}, std::move(done), [this, id = frame.request_id](BlobAnswer&& was) {
        tend();
        return wire::BlobState{id, 0, was.blob.size_class, 0};
    });
}

void Blobs::when_flushed(std::function<void()> done)
{
    {
        const std::lock_guard lock(m_mutex);
        m_flush_callbacks.push_back(std::move(done));
    }
    m_wake.notify_one();
}

// A little at a time, so that requests come in between.
void Blobs::tend()
{
    if (m_tending) return;
    m_tending = true;
    {
        const std::lock_guard lock(m_mutex);
        m_tend = today();
    }
    m_wake.notify_one();
}

// --- the worker ----------------------------------------------------------------------------------------------------------

void Blobs::run()
{
    for (;;) {
        std::vector<Job> jobs;
        std::vector<std::function<void()>> flushed;
        std::optional<Day> tend_on;
        bool news = false;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stopping || !m_jobs.empty() || m_tend || m_news || !m_flush_callbacks.empty(); });
            if (m_stopping && m_jobs.empty()) return;
            jobs.swap(m_jobs);
            flushed.swap(m_flush_callbacks);
            tend_on = std::exchange(m_tend, {});
            news = std::exchange(m_news, false);
        }
        if (news) (void)m_store->catch_up().has_value();   // in vain: whoever writes next is told
        if (!jobs.empty()) perform(std::move(jobs));
        for (auto& callback : flushed) m_post(std::move(callback));
        if (tend_on) tend(*tend_on);
    }
}

void Blobs::perform(std::vector<Job>&& jobs)
{
    std::vector<BlobRequest> requests;
    requests.reserve(jobs.size());
    for (auto& job : jobs) requests.push_back(std::move(job.request));
    m_store->perform(requests);
    for (std::size_t i = 0; i < jobs.size(); ++i)
        m_post([done = std::move(jobs[i].done), answer = std::make_shared<BlobAnswer>(std::move(*requests[i].answer))] { done(std::move(*answer)); });
}

void Blobs::tend(Day today)
{
    const auto more = m_store->tend(today);
    m_post([this, go_on = more && *more] {
        m_tending = false;
        if (go_on) tend();
    });
}

}  // namespace sinetti::relay
