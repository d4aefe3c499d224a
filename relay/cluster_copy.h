#pragma once
// Keeps a database of a relay's own level with a stream that the relays of a cluster write: takes its messages up in order, each once,
// in transactions that also say how far the copy has come; and writes messages of its own, which count only when they come back.
// One thread uses it, except for when_news().

#include "base/random.h"
#include "relay/cluster_records.h"
#include "relay/jetstream_log.h"
#include "relay/sqlite.h"

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
    StoreResult<void> catch_up();        // what has arrived
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
    void purge_later(const std::string& subject, std::uint64_t before) { m_purges.emplace_back(subject, before); }

private:
    struct Awaited {                     // a message of ours that is on its way
        Origin origin{};
        std::optional<bool> counts;
        std::uint64_t sequence = 0;
    };
    StoreResult<void> apply(std::vector<LogMessage>&& messages);
    StoreResult<void> apply_one(const LogMessage& message);
    StoreResult<void> reach(std::uint64_t sequence);

    Database& m_database;
    std::unique_ptr<JetStreamLog> m_log;
    base::Random& m_random;
    CopyState m_state;
    bool m_started = false;
    std::deque<LogMessage> m_waiting;    // taken from the log, and in vain so far, as on a full disk
    std::vector<Awaited> m_awaited;
    std::vector<std::pair<std::string, std::uint64_t>> m_purges;
};

}  // namespace sinetti::relay
