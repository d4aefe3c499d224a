#pragma once
// A backend in memory: for sessions on shared machines; and for tests and simulation, where it fails and delays as asked. Its records outlive the core that wrote
// them, so that "the process was killed here" is: stop delivering, build a new core on what is durable.

#include "store/backend.h"

#include <deque>
#include <map>

namespace sinetti::store {

class MemoryBackend final : public Backend {
public:
    void load(LoadCallback callback) override;
    void commit(std::vector<Write> writes, CommitCallback callback) override;
    void wipe(CommitCallback callback) override;

    // With delays, nothing is durable and no callback comes before deliver_one().
    void set_delayed(bool delayed) { m_delayed = delayed; }
    bool deliver_one();                    // false: nothing waits
    std::size_t waiting() const { return m_waiting.size(); }
    void drop_waiting() { m_waiting.clear(); }   // the process died: what was not durable never will be
    void fail_with(std::optional<BackendError> error) { m_failure = error; }

    std::map<RecordId, base::Bytes>& records() { return m_records; }
    const std::map<RecordId, base::Bytes>& records() const { return m_records; }
    std::size_t commits() const { return m_commits; }

private:
    void run(std::function<void()> operation);

    std::map<RecordId, base::Bytes> m_records;
    std::deque<std::function<void()>> m_waiting;
    std::optional<BackendError> m_failure;
    std::size_t m_commits = 0;
    bool m_delayed = false;
};

}  // namespace sinetti::store
