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
}

Blobs::~Blobs()
{
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
void Blobs::submit(Work<Answer> work, Done<Answer> done)
{
    if (m_outstanding >= kBlobQueueMax) return done(Unexpected(Refusal::overloaded));
    ++m_outstanding;
    auto answer = std::make_shared<std::optional<base::Result<Answer, Refusal>>>();
    submit({.work = [work = std::move(work), answer](BlobStore& store) -> StoreResult<void> {
                *answer = TRY(work(store));
                return {};
            },
            .settle =
                [this, done = std::move(done), answer](std::optional<StoreError> error) {
                    m_post([this, done, answer, error] {
                        --m_outstanding;
                        if (error) return done(Unexpected(*error == StoreError::full ? Refusal::storage_full : Refusal::internal));
                        done(std::move(**answer));
                    });
                }});
}

void Blobs::submit(Job&& job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
}

void Blobs::create(const wire::BlobCreate& frame, Done<wire::BlobState> done)
{
    submit<wire::BlobState>(
        [this, frame, address = blobs::address_of(frame.upload_key), last_day = last_day(frame.days)](BlobStore& store) -> StoreResult<base::Result<wire::BlobState, Refusal>> {
            using Answer = base::Result<wire::BlobState, Refusal>;
            auto blob = TRY(store.find(address));
            if (!blob) {
                const auto size = std::uint64_t{wire::blob_chunks(frame.size_class)} * wire::kBlobChunkSize;
                const auto reserved = TRY(store.reserved_bytes());
                if (reserved > m_policy.bytes_max || size > m_policy.bytes_max - reserved) return Answer(Unexpected(Refusal::storage_full));
                blob = TRY(store.create(address, frame.size_class, last_day));
            }
            if (blob->size_class != frame.size_class) return Answer(Unexpected(Refusal::blob_conflict));
            if (blob->last_day < last_day) {
                blob->last_day = last_day;
                TRY(store.keep_until(*blob, last_day));
            }
            return Answer(state(frame.request_id, *blob));
        },
        std::move(done));
}

void Blobs::write(wire::BlobWrite&& frame, Done<wire::BlobState> done)
{
    const auto address = blobs::address_of(frame.upload_key);
    submit<wire::BlobState>(
        [this, frame = std::move(frame), address](BlobStore& store) -> StoreResult<base::Result<wire::BlobState, Refusal>> {
            using Answer = base::Result<wire::BlobState, Refusal>;
            auto blob = TRY(store.find(address));
            if (!blob) return Answer(Unexpected(Refusal::unknown_blob));
            if (frame.chunk > blob->chunks || frame.chunk >= wire::blob_chunks(blob->size_class)) return Answer(Unexpected(Refusal::bad_position));
            if (frame.chunk < blob->chunks) {   // the same again, after a lost answer
                if (TRY(store.read(*blob, frame.chunk, 1)) != frame.data) return Answer(Unexpected(Refusal::blob_conflict));
            } else {
                TRY(store.append(*blob, frame.data));
                ++blob->chunks;
            }
            return Answer(state(frame.request_id, *blob));
        },
        std::move(done));
}

void Blobs::read(const wire::BlobRead& frame, Done<wire::BlobData> done)
{
    submit<wire::BlobData>(
        [frame, today = today()](BlobStore& store) -> StoreResult<base::Result<wire::BlobData, Refusal>> {
            using Answer = base::Result<wire::BlobData, Refusal>;
            const auto blob = TRY(store.find(frame.address));
            if (!blob || !blob->complete() || blob->last_day < today) return Answer(Unexpected(Refusal::unknown_blob));
            if (frame.chunk >= wire::blob_chunks(blob->size_class)) return Answer(Unexpected(Refusal::bad_position));
            auto data = TRY(store.read(*blob, frame.chunk, wire::kBlobChunksRead));
            return Answer(wire::BlobData{frame.request_id, std::move(data)});
        },
        std::move(done));
}

void Blobs::remove(const wire::BlobDelete& frame, Done<wire::BlobState> done)
{
    submit<wire::BlobState>(
        [frame, address = blobs::address_of(frame.upload_key)](BlobStore& store) -> StoreResult<base::Result<wire::BlobState, Refusal>> {
            using Answer = base::Result<wire::BlobState, Refusal>;
            const auto blob = TRY(store.find(address));
            if (!blob) return Answer(Unexpected(Refusal::unknown_blob));
            TRY(store.remove(*blob));
            return Answer(wire::BlobState{frame.request_id, 0, blob->size_class, 0});
        },
        [this, done = std::move(done)](base::Result<wire::BlobState, Refusal> answer) {
            if (answer) tend();
            done(std::move(answer));
        });
}

// A little at a time, so that requests come in between.
void Blobs::tend()
{
    if (m_tending) return;
    m_tending = true;
    auto more = std::make_shared<bool>(false);
    submit({.work = [today = today(), more](BlobStore& store) -> StoreResult<void> {
                *more = TRY(store.tend(today));
                return {};
            },
            .settle =
                [this, more](std::optional<StoreError> error) {
                    m_post([this, go_on = *more && !error] {
                        m_tending = false;
                        if (go_on) tend();
                    });
                }});
}

// --- the worker ----------------------------------------------------------------------------------------------------------

std::optional<StoreError> Blobs::do_all(BlobStore& store, const std::vector<Job>& jobs)
{
    const auto done = store.transaction([&]() -> StoreResult<void> {
        for (const auto& job : jobs) TRY(job.work(store));
        return {};
    });
    return done ? std::nullopt : std::optional(done.error());
}

void Blobs::run()
{
    for (;;) {
        std::vector<Job> jobs;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_stopping || !m_jobs.empty(); });
            if (m_jobs.empty()) return;
            jobs.swap(m_jobs);
        }
        const auto error = do_all(*m_store, jobs);
        for (const auto& job : jobs) job.settle(error);
    }
}

}  // namespace sinetti::relay
