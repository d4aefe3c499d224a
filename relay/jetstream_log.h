#pragma once
// One stream of NATS JetStream as a log that several relays write and all read from its beginning, in one order.
//
//   publish ──► the servers' quorum ──► acknowledged: it is in the log, at this sequence
//   reader thread ◄── every message, in order, without a gap ──► take()
//
// It asks nothing of the servers but that order, and that what they acknowledged stays. In particular no "expected last sequence":
// its check is not safe in a cluster (nats-server issue 4320). Who wrote what when is judged by those who read (cluster_records.h).

#include "relay/limits.h"
#include "relay/store.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace sinetti::relay {

struct LogMessage {
    std::uint64_t sequence = 0;   // from 1 on; what was purged leaves holes
    std::string subject;          // without the stream's own prefix
    base::Bytes body;
};

struct LogOptions {
    std::vector<std::string> servers;   // nats://[user:password@]host:port
    std::string stream;                 // its subjects are stream.>
    std::uint32_t replicas = kStoreReplicas;
};

class JetStreamLog {
public:
    // Connects, and makes the stream when there is none; waits for the servers for at most kLogStart. Error: a sentence.
    static base::Result<std::unique_ptr<JetStreamLog>, std::string> open(const LogOptions& options);
    ~JetStreamLog();

    struct State {
        std::uint64_t first = 0;        // sequence of the first message there is
        std::uint64_t last = 0;
        std::int64_t made = 0;          // nanoseconds since 1970: which stream of this name it is
    };
    StoreResult<State> state();         // as its leader has it now

    void follow(std::uint64_t after);                        // once: from here on take() answers what is behind that
    void when_news(std::function<void()> wake);              // called by the reader thread when there is something to take()
    std::vector<LogMessage> take(std::chrono::milliseconds wait);   // about kLogSliceMax of what there is; waits so long for the first
    void remind(std::chrono::milliseconds later);            // there are news then, whether something comes or not
    struct Backlog {
        std::size_t bytes = 0;          // read and not taken
        std::uint64_t messages = 0;     // the same, and what the servers had behind the last one of them
    };
    Backlog backlog();                                       // for any thread

    // Returns when the servers' quorum has it; as often as it takes, the servers know it by `origin`. unavailable: it may come
    // nevertheless. full: they have no room.
    StoreResult<std::uint64_t> publish(const std::string& subject, base::ByteView body, const std::string& origin);

    StoreResult<void> purge(const std::string& subject, std::uint64_t before);   // what is at earlier sequences; 0: all of it

private:
    struct Client;
    explicit JetStreamLog(const LogOptions& options);
    base::Result<void, std::string> prepare_stream();
    void read();
    bool read_some();               // false: from the last one on again, with a new reader
    void enqueue(LogMessage&& message, std::uint64_t behind_it);
    void say_news();
    void remind_if_due();

    LogOptions m_options;
    std::unique_ptr<Client> m_client;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<LogMessage> m_queue;
    std::size_t m_queued_bytes = 0;
    std::uint64_t m_on_servers = 0;              // behind the last one in the queue, as of when it came
    std::optional<std::chrono::steady_clock::time_point> m_reminder;
    std::function<void()> m_on_news;
    std::mutex m_on_news_mutex;                  // held while it is called
    std::uint64_t m_read = 0;                    // the reader's: the last one it has put in the queue
    bool m_stopping = false;
    std::thread m_thread;
};

}  // namespace sinetti::relay
