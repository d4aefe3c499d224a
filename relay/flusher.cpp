#include "relay/flusher.h"

namespace sinetti::relay {

void Flusher::schedule(std::shared_ptr<Target> target, Order order)
{
    (order == Order::answers ? m_answers : m_shared).push_back(std::move(target));
    if (m_posted) return;
    m_posted = true;
    m_post([this] { run(); });
}

void Flusher::flush_first(Targets& targets)
{
    const auto target = std::move(targets.front());
    targets.pop_front();
    target->flush();
}

void Flusher::run()
{
    m_posted = false;
    // Those that are scheduled from within come again only in the next turn.
    for (auto left = m_answers.size(); left > 0; --left) flush_first(m_answers);
    const auto end = std::chrono::steady_clock::now() + kFlushSlice;
    for (auto left = m_shared.size(); left > 0 && std::chrono::steady_clock::now() < end; --left) flush_first(m_shared);
    if ((m_answers.empty() && m_shared.empty()) || m_posted) return;
    m_posted = true;
    m_post([this] { run(); });
}

}  // namespace sinetti::relay
