#pragma once
// The two threads beside the I/O thread. The writer commits everything that waits as one transaction (group commit), and does
// one chore between two commits, and takes up what other relays wrote; the reader fetches entries. Both hand their results to `post`, which runs them on the I/O thread.

#include "relay/limits.h"
#include "relay/store.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace sinetti::relay {

using Post = std::function<void(std::function<void()>)>;

struct AppendAnswer {
    std::optional<wire::Refusal> refusal;
    std::uint64_t position = 0;
    bool moved = false;          // not written, since the board has grown: NewEntry::only_at
};
using AppendCallback = std::function<void(const AppendAnswer&)>;

struct AppendJob {
    NewEntry entry;
    AppendCallback done;
};

struct FinishedAppend {
    AppendJob job;
    AppendAnswer answer;
};

class StoreWriter {
public:
    // What is new on the boards, and the answers, which come behind it.
    using BatchCallback = std::function<void(std::vector<Written>&&, std::vector<FinishedAppend>&&)>;

    StoreWriter(Store& store, Post post, BatchCallback on_batch);
    ~StoreWriter();   // finishes what waits
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;

    bool submit(AppendJob&& job);              // false: the queue is full
    void when_flushed(std::function<void()> done);   // after everything submitted before, and the chores
    void submit_chore(std::function<void(Store&)> chore);   // short: appends wait for it. Forgotten when the writer ends
    std::optional<StoreError> trouble();       // why the last entries could not be written

private:
    void run();
    void commit(std::vector<AppendJob>&& jobs);
    void deliver(std::vector<FinishedAppend>&& finished);
    void note(std::optional<StoreError> trouble);

    Store& m_store;
    Post m_post;
    BatchCallback m_on_batch;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<AppendJob> m_queue;
    std::deque<std::function<void()>> m_flush_callbacks;
    std::deque<std::function<void(Store&)>> m_chores;
    bool m_news = false;                       // other relays have written
    bool m_stopping = false;
    std::optional<StoreError> m_trouble;       // logged once, until it is over; changed by the thread alone
    std::thread m_thread;
};

class StoreReader {
public:
    explicit StoreReader(Store& store);
    ~StoreReader();   // forgets what waits
    StoreReader(const StoreReader&) = delete;
    StoreReader& operator=(const StoreReader&) = delete;

    void submit(std::function<void(Store&)> job);

private:
    void run();

    Store& m_store;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::function<void(Store&)>> m_queue;
    bool m_stopping = false;
    std::thread m_thread;
};

}  // namespace sinetti::relay
