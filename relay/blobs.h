#pragma once
// Blobs as sessions see them. Its public side lives on the I/O thread; a thread of its own does all that waits at once, and answers when
// that is durable.
//
// A blob that is not there, not complete, or not kept any more is refused alike.

#include "relay/blob_store.h"
#include "relay/store_threads.h"

namespace sinetti::relay {

struct BlobPolicy {
    std::uint64_t bytes_max = 0;    // of all blobs together, each counted whole from when it is made; 0: there are none
    std::uint16_t days_max = 0;     // one is kept no longer than so, without being asked for anew
};

class Blobs {
public:
    template<typename Answer>
    using Done = std::function<void(base::Result<Answer, wire::Refusal>)>;

    Blobs(const base::Clock& clock, std::unique_ptr<BlobStore> store, BlobPolicy policy, Post post);
    ~Blobs();                       // finishes what waits; answers that were not posted by then are lost
    Blobs(const Blobs&) = delete;
    Blobs& operator=(const Blobs&) = delete;

    // Refusals of all: overloaded, storage_full, internal. Of create also blob_conflict; of write unknown_blob, bad_position (not the
    // next chunk), blob_conflict; of read unknown_blob, bad_position; of remove unknown_blob.
    void create(const wire::BlobCreate& frame, Done<wire::BlobState> done);
    void write(wire::BlobWrite&& frame, Done<wire::BlobState> done);
    void read(const wire::BlobRead& frame, Done<wire::BlobData> done);
    void remove(const wire::BlobDelete& frame, Done<wire::BlobState> done);

    void when_flushed(std::function<void()> done);   // on the I/O thread, after the answers to all that waits
    void tend();                    // from time to time: lets go of what has been kept long enough

private:
    struct Job {
        BlobRequest request;
        std::function<void(BlobAnswer&&)> done;   // on the I/O thread
    };
    template<typename Answer>
    void submit(BlobRequest&& request, Done<Answer> done, std::function<Answer(BlobAnswer&&)> frame_of);
    Day today() const { return day_of(m_clock.now()); }
    Day last_day(std::uint16_t days) const;
    wire::BlobState state(std::uint32_t request_id, const BlobRow& blob) const;
    void run();
    void perform(std::vector<Job>&& jobs);
    void tend(Day today);           // the worker's

    const base::Clock& m_clock;
    std::unique_ptr<BlobStore> m_store;               // the worker's
    const BlobPolicy m_policy;
    Post m_post;
    std::size_t m_outstanding = 0;
    bool m_tending = false;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<Job> m_jobs;
    std::vector<std::function<void()>> m_flush_callbacks;
    std::optional<Day> m_tend;                        // and on which day
    bool m_news = true;                               // other relays have done something
    bool m_stopping = false;
    std::thread m_thread;
};

}  // namespace sinetti::relay
