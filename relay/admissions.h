#pragma once
// How many sockets there may be: all together, and from one address. Networks of IPv6 count as one address, by their first 64 bits.
// Trusted addresses, from which all come who use a proxy or an ingress there, are not counted by address.

#include "relay/address_set.h"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

namespace sinetti::relay {

class Admissions {
public:
    class Ticket {
    public:
        Ticket(Ticket&& other) noexcept : m_admissions(std::exchange(other.m_admissions, nullptr)), m_key(other.m_key) {}
        Ticket& operator=(Ticket&&) = delete;
        ~Ticket()
        {
            if (m_admissions != nullptr) m_admissions->release(m_key);
        }

    private:
        friend class Admissions;
        Ticket(Admissions& admissions, std::optional<std::uint64_t> key) : m_admissions(&admissions), m_key(key) {}
        Admissions* m_admissions;
        std::optional<std::uint64_t> m_key;   // nullopt: of a trusted address
    };

    // per_address_max 0: no such limit.
    Admissions(std::size_t max, std::size_t per_address_max, AddressSet trusted) : m_max(max), m_per_address_max(per_address_max), m_trusted(std::move(trusted)) {}

    // Must not outlive us. nullopt: there are too many.
    std::optional<Ticket> admit(const boost::asio::ip::address& address);

    std::size_t count() const { return m_count; }
    std::uint64_t refused() const { return m_refused; }                         // of all together
    std::uint64_t refused_by_address() const { return m_refused_by_address; }

private:
    void release(std::optional<std::uint64_t> key);

    std::size_t m_max, m_per_address_max;
    AddressSet m_trusted;
    std::size_t m_count = 0;
    std::unordered_map<std::uint64_t, std::size_t> m_by_address;   // those that have sockets, and nobody else
    std::uint64_t m_refused = 0, m_refused_by_address = 0;
};

}  // namespace sinetti::relay
