#include "relay/store_threads.h"

#include "relay/log.h"

#include <algorithm>
#include <sys/resource.h>

namespace sinetti::relay {

namespace {

constexpr int kReaderNiceness = 5;

AppendAnswer answer_of(const Placement& placement, StoreError if_absent)
{
    switch (placement.kind) {
    case Placement::Kind::appended:
    case Placement::Kind::existed: return {.refusal = {}, .position = placement.position};
    case Placement::Kind::tag_taken: return {.refusal = wire::Refusal::tag_taken};
    case Placement::Kind::moved: return {.refusal = {}, .position = placement.position, .moved = true};
    case Placement::Kind::closed: return {.refusal = wire::Refusal::board_closed};
    case Placement::Kind::absent: break;
    }
    return {.refusal = refusal_of(if_absent)};
}

}  // namespace

StoreWriter::StoreWriter(Store& store, Post post, BatchCallback on_batch)
    : m_store(store), m_post(std::move(post)), m_on_batch(std::move(on_batch)), m_thread([this] { run(); })
{
    const auto wake = [this] {
        {
            const std::lock_guard lock(m_mutex);
            m_news = true;
        }
        m_wake.notify_one();
    };
    m_store.when_news(wake);
    wake();   // for what came before
}

StoreWriter::~StoreWriter()
{
    m_store.when_news(nullptr);
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

bool StoreWriter::submit(AppendJob&& job)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_queue.size() >= kAppendQueueMax) return false;
        m_queue.push_back(std::move(job));
    }
    m_wake.notify_one();
    return true;
}

void StoreWriter::when_flushed(std::function<void()> done)
{
    {
        const std::lock_guard lock(m_mutex);
        m_flush_callbacks.push_back(std::move(done));
    }
    m_wake.notify_one();
}

void StoreWriter::submit_chore(std::function<void(Store&)> chore)
{
    {
        const std::lock_guard lock(m_mutex);
        m_chores.push_back(std::move(chore));
    }
    m_wake.notify_one();
}

void StoreWriter::run()
{
    for (;;) {
        std::vector<AppendJob> jobs;
        std::deque<std::function<void()>> flushed;
        std::function<void(Store&)> chore;
        bool news = false;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return !m_queue.empty() || !m_flush_callbacks.empty() || !m_chores.empty() || m_news || m_stopping; });
            if (m_stopping && m_queue.empty() && m_flush_callbacks.empty()) return;
            const auto count = std::min(m_queue.size(), kAppendBatchMax);
            jobs.assign(std::make_move_iterator(m_queue.begin()), std::make_move_iterator(m_queue.begin() + std::ptrdiff_t(count)));
            m_queue.erase(m_queue.begin(), m_queue.begin() + std::ptrdiff_t(count));
            news = std::exchange(m_news, false);
            if (m_queue.empty() && (m_chores.empty() || m_stopping)) flushed.swap(m_flush_callbacks);
            if (!m_chores.empty() && !m_stopping) {
                chore = std::move(m_chores.front());
                m_chores.pop_front();
            }
        }
        if (news) (void)m_store.catch_up().has_value();   // in vain: whoever appends next is told
        if (!jobs.empty()) commit(std::move(jobs));
        else if (news) deliver({});   // before the chore, which may look at what is there
        for (auto& callback : flushed) m_post(std::move(callback));
        if (chore) chore(m_store);
        if (chore) deliver({});
    }
}

void StoreWriter::commit(std::vector<AppendJob>&& jobs)
{
    std::vector<NewEntry> entries;
    entries.reserve(jobs.size());
    for (const auto& job : jobs) entries.push_back(job.entry);

    auto placements = m_store.append(entries);
    const std::optional<StoreError> trouble = placements ? std::nullopt : std::optional(placements.error());
    note(trouble);
    // What is on the board already can still be acknowledged: it is durable.
    if (trouble) placements = m_store.find(entries);
    std::vector<FinishedAppend> finished;
    finished.reserve(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto placement = placements ? (*placements)[i] : Placement{};
        finished.push_back(FinishedAppend{.job = std::move(jobs[i]),
                                          .answer = answer_of(placement, trouble.value_or(StoreError::broken))});
    }
    deliver(std::move(finished));
}

void StoreWriter::deliver(std::vector<FinishedAppend>&& finished)
{
    auto written = m_store.take_written();
    if (written.empty() && finished.empty()) return;
    m_post([this, written = std::make_shared<std::vector<Written>>(std::move(written)), finished = std::make_shared<std::vector<FinishedAppend>>(std::move(finished))] {
        m_on_batch(std::move(*written), std::move(*finished));
    });
}

void StoreWriter::note(std::optional<StoreError> trouble)
{
    if (trouble && trouble != m_trouble) {
        switch (*trouble) {
        case StoreError::full: log_line("storage is full: appending is refused until there is space, reading goes on"); break;
        case StoreError::unavailable: log_line("storage cannot be reached: appending is refused until it can, reading goes on"); break;
        case StoreError::broken:
        case StoreError::newer: log_line("storage failed: appending is refused"); break;
        }
    }
    if (!trouble && m_trouble) log_line("storage works again");
    const std::lock_guard lock(m_mutex);
    m_trouble = trouble;
}

std::optional<StoreError> StoreWriter::trouble()
{
    const std::lock_guard lock(m_mutex);
    return m_trouble;
}

StoreReader::StoreReader(Store& store) : m_store(store), m_thread([this] { run(); }) {}

StoreReader::~StoreReader()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void StoreReader::submit(std::function<void(Store&)> job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(job));
    }
    m_wake.notify_one();
}

void StoreReader::run()
{
    // Where there are few processors, what is written now goes before what somebody catches up with. Of this thread alone, as Linux has it;
    // where that is refused, nothing is different but that.
    (void)::setpriority(PRIO_PROCESS, 0, kReaderNiceness);
    for (;;) {
        std::function<void(Store&)> job;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return !m_queue.empty() || m_stopping; });
            if (m_stopping) return;
            job = std::move(m_queue.front());
            m_queue.pop_front();
        }
        job(m_store);
    }
}

}  // namespace sinetti::relay
