#pragma once
// Keeps a database of a relay's own level with a stream that the relays of a cluster write: takes its messages up in order, each once,
// in transactions that also say how far the copy has come; and writes messages of its own, which count only when they come back.
// One thread uses it, except for when_news() and figures().
//
// What cannot be taken up, as on a full disk, is tried again every second; meanwhile one slice of it is held here, and the log holds
// what it may and reads no more.

#include "base/random.h"
#include "relay/cluster_records.h"
#include "relay/jetstream_log.h"
#include "relay/sqlite.h"

#include <set>

namespace sinetti::relay {

struct CopyState {
    std::int64_t made = 0;         // which stream (JetStreamLog::State); 0: of none yet
    std::uint64_t applied = 0;     // everything up to this sequence
};
base::Bytes encode(const CopyState& state);
StoreResult<CopyState> decode_copy_state(const std::optional<base::Bytes>& stored);

// The same in a database that has no settings, in a table of its own.
extern const char* const kCopyStateSchema;
StoreResult<CopyState> stored_copy_state(sqlite::Database& database);
StoreResult<void> store_copy_state(sqlite::Database& database, const CopyState& state);

// How a copy stands, for the operator.
struct CopyFigures {
    std::uint64_t messages = 0;          // of the stream that are known of and not taken up
    std::size_t bytes = 0;               // of those that are held in memory
    std::optional<StoreError> trouble;   // why nothing is taken up; broken: not by itself again
};
struct WatchedCopy {
    const char* of;                      // boards, tokens or blobs
    std::function<CopyFigures()> figures;
};

class ClusterCopy {
public:
    class Database {
    public:
        virtual ~Database() = default;
        virtual StoreResult<CopyState> copy_state() = 0;
        virtual StoreResult<void> set_copy_state(const CopyState& state) = 0;
        virtual StoreResult<void> in_transaction(const std::function<StoreResult<void>()>& work) = 0;
        // Does what the record says, if it counts by its own rule, which knows nothing but what was taken up before. `ours`: commit()
        // waits for it.
        virtual StoreResult<bool> take_up(const LogMessage& message, const ClusterRecord& record, bool ours) = 0;
    };

    struct Draft {
        std::string subject;
        ClusterRecord record;
    };

    ClusterCopy(Database& database, std::unique_ptr<JetStreamLog>&& log, base::Random& random);

    // Takes up all there is. `what` the database holds, for sentences. Error: a sentence.
    base::Result<void, std::string> start(const char* what);
    bool started() const { return m_started; }

    void when_news(std::function<void()> wake) { m_log->when_news(std::move(wake)); }
    StoreResult<void> catch_up();        // what has arrived. Errors: of what was tried, not necessarily now
    StoreResult<void> refresh();         // whatever was acknowledged to anybody before this call
    std::uint64_t applied() const { return m_state.applied; }   // everything up to this sequence
    // Whether it counts. unavailable: it may yet arrive.
    StoreResult<bool> commit(const std::string& subject, ClusterRecord&& record);
    // The same of several that come one after the other. After an error some may count nevertheless.
    StoreResult<std::vector<bool>> commit_all(std::vector<Draft>&& drafts);
    std::uint64_t last_committed() const { return m_awaited.back().sequence; }   // where the last commit() stands

    // Lets go of what is on a subject before a message. Later: with the transaction that is under way, if that succeeds. In vain, which is
    // false, it is done the next time. Never of the newest message we know of: the stream's last one stays, and with it what refresh() waits for.
    bool purge(const std::string& subject, std::uint64_t before);
    CopyFigures figures() const;
    void say(const std::string& sentence);   // in the log; once, as long as nothing is taken up
    void purge_later(const std::string& subject, std::uint64_t before) { m_purges.emplace_back(subject, before); }

private:
    struct Awaited {                     // a message of ours that is on its way
        Origin origin{};
        std::optional<bool> counts;
        std::uint64_t sequence = 0;
    };
    StoreResult<bool> take_up_some(std::chrono::milliseconds wait);   // a slice; false: there was none
    StoreResult<void> apply();
    void hold(std::vector<LogMessage>&& messages);
    StoreResult<void> apply_one(const LogMessage& message);
    StoreResult<void> reach(std::uint64_t sequence);
    void note(std::optional<StoreError> trouble);

    Database& m_database;
    std::unique_ptr<JetStreamLog> m_log;
    base::Random& m_random;
    CopyState m_state;
    bool m_started = false;
    std::string m_what;
    std::vector<LogMessage> m_waiting;   // a slice of the log, until it is taken up
    std::optional<StoreError> m_trouble; // why it is not
    mutable std::mutex m_figures_mutex;
    CopyFigures m_figures;               // without what the log holds
    std::chrono::steady_clock::time_point m_retry;   // not before
    std::set<std::string> m_said;
    std::vector<Awaited> m_awaited;
    std::vector<std::pair<std::string, std::uint64_t>> m_purges;
};

}  // namespace sinetti::relay
