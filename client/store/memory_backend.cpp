#include "store/memory_backend.h"

namespace sinetti::store {

void MemoryBackend::run(std::function<void()> operation)
{
    if (m_delayed)
        m_waiting.push_back(std::move(operation));
    else
        operation();
}

bool MemoryBackend::deliver_one()
{
    if (m_waiting.empty()) return false;
    const auto operation = std::move(m_waiting.front());
    m_waiting.pop_front();
    operation();
    return true;
}

void MemoryBackend::load(LoadCallback callback)
{
    run([this, callback = std::move(callback)] {
        if (m_failure) return callback(base::Unexpected(*m_failure));
        std::vector<StoredRecord> records;
        for (const auto& [id, value] : m_records) records.push_back({id, value});
        callback(std::move(records));
    });
}

void MemoryBackend::commit(std::vector<Write> writes, CommitCallback callback)
{
    run([this, writes = std::move(writes), callback = std::move(callback)]() mutable {
        if (m_failure) return callback(base::Unexpected(*m_failure));
        for (auto& [id, value] : writes) {
            if (value)
                m_records.insert_or_assign(id, std::move(*value));
            else
                m_records.erase(id);
        }
        ++m_commits;
        callback({});
    });
}

void MemoryBackend::wipe(CommitCallback callback)
{
    run([this, callback = std::move(callback)] {
        if (m_failure) return callback(base::Unexpected(*m_failure));
        m_records.clear();
        callback({});
    });
}

}  // namespace sinetti::store
