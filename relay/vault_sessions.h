#pragma once
// Places for sessions that nobody has authenticated: so many at once, and of one address. When all are taken, whoever has been longest
// without a request, and long enough, makes way for the next: who says nothing keeps nobody waiting for long. Trusted addresses, from
// which all come who use an ingress, are not counted by address.

#include "base/clock.h"
#include "relay/admissions.h"
#include "relay/limits.h"

#include <functional>
#include <list>
#include <memory>

namespace sinetti::relay {

class VaultSessions {
public:
    VaultSessions(const base::Clock& clock, AddressSet trusted) : m_clock(clock), m_by_address(kVaultSessionsMax + 1, kVaultSessionsPerAddress, std::move(trusted)) {}
    VaultSessions(const VaultSessions&) = delete;
    VaultSessions& operator=(const VaultSessions&) = delete;

    // Must not outlive us.
    class Place;
    // `make_way` ends the session and lets go of its place, at once; it is called once at the most. nullptr: there is none.
    std::unique_ptr<Place> admit(const boost::asio::ip::address& from, std::function<void()> make_way);

private:
    using Places = std::list<Place*>;

    const base::Clock& m_clock;
    Admissions m_by_address;   // one more than there are places, for a moment
    Places m_places;           // by their last request, the oldest first
};

class VaultSessions::Place {
public:
    ~Place() { m_sessions.m_places.erase(m_at); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    void requested();          // its session has asked for something, and may

private:
    friend class VaultSessions;
    Place(VaultSessions& sessions, Admissions::Ticket&& ticket, std::function<void()>&& make_way)
        : m_sessions(sessions), m_ticket(std::move(ticket)), m_make_way(std::move(make_way)), m_last(sessions.m_clock.now()),
          m_at(sessions.m_places.insert(sessions.m_places.end(), this))
    {
    }

    VaultSessions& m_sessions;
    Admissions::Ticket m_ticket;
    std::function<void()> m_make_way;
    base::UnixMilliseconds m_last;
    Places::iterator m_at;
};

}  // namespace sinetti::relay
