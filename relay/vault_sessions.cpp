#include "relay/vault_sessions.h"

namespace sinetti::relay {

std::unique_ptr<VaultSessions::Place> VaultSessions::admit(const boost::asio::ip::address& from, std::function<void()> make_way)
{
    // First the newcomer's own address: who has too many there takes nobody's place.
    auto ticket = m_by_address.admit(from);
    if (!ticket) return nullptr;
    if (m_places.size() >= kVaultSessionsMax) {
        const auto& idle = *m_places.front();
        if (m_clock.now().value - idle.m_last.value < kVaultSessionIdle) return nullptr;
        const auto let_go = idle.m_make_way;   // it goes with its place
        let_go();
    }
    return std::unique_ptr<Place>(new Place(*this, std::move(*ticket), std::move(make_way)));
}

void VaultSessions::Place::requested()
{
    m_last = m_sessions.m_clock.now();
    m_sessions.m_places.splice(m_sessions.m_places.end(), m_sessions.m_places, m_at);
}

}  // namespace sinetti::relay
