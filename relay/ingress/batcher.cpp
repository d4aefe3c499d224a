#include "relay/ingress/batcher.h"

#include "relay/ingress/limits.h"
#include "wire/limits.h"

#include <utility>

namespace sinetti::ingress {

Batcher::Taken Batcher::take(Client client, base::ByteView message)
{
    if (m_held >= kMixedHeldMax) return Taken::too_many;
    auto& waiting = m_clients[client];
    if (waiting.messages.size() >= kMixedWaiting) return ++waiting.early > kMixedEarlyMax ? Taken::too_many : Taken::early;
    waiting.messages.push_back(base::to_bytes(message));
    ++m_held;
    return Taken::yes;
}

void Batcher::forget(Client client)
{
    const auto known = m_clients.find(client);
    if (known == m_clients.end()) return;
    if (known->second.messages.empty())
        m_clients.erase(known);
    else
        known->second.gone = true;
}

std::vector<base::Bytes> Batcher::tick()
{
    std::vector<base::Bytes> taken;
    for (auto client = m_clients.begin(); client != m_clients.end();) {
        auto& messages = client->second.messages;
        if (!messages.empty()) {
            taken.push_back(std::move(messages.front()));
            messages.pop_front();
            --m_held;
        }
        client = client->second.gone && messages.empty() ? m_clients.erase(client) : std::next(client);
    }
    // Fisher and Yates': every order is as likely as every other.
    for (auto left = taken.size(); left > 1; --left) std::swap(taken[left - 1], taken[static_cast<std::size_t>(m_random.below(left))]);

    std::vector<base::Bytes> batches;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (i % wire::kMixedMessagesPerBatch == 0) batches.emplace_back();
        batches.back().insert(batches.back().end(), taken[i].begin(), taken[i].end());
    }
    return batches;
}

}  // namespace sinetti::ingress
