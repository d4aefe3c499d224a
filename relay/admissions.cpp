#include "relay/admissions.h"

#include "base/check.h"

namespace sinetti::relay {

namespace {

// The first 64 bits of an IPv6 address; IPv4 ones lie in ff00::/8, from which nobody connects.
std::uint64_t key_of(const boost::asio::ip::address& address)
{
    if (address.is_v4()) return 0xffff'ffff'0000'0000u | address.to_v4().to_uint();
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return key_of(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6));
    std::uint64_t key = 0;
    const auto bytes = v6.to_bytes();
    for (std::size_t i = 0; i < 8; ++i) key = key << 8 | bytes[i];
    return key;
}

}  // namespace

std::optional<Admissions::Ticket> Admissions::admit(const boost::asio::ip::address& address)
{
    if (m_count >= m_max) {
        ++m_refused;
        return {};
    }
    std::optional<std::uint64_t> key;
    if (m_per_address_max > 0 && !m_trusted.contains(address)) {
        key = key_of(address);
        const auto known = m_by_address.find(*key);
        if (known != m_by_address.end() && known->second >= m_per_address_max) {
            ++m_refused_by_address;
            return {};
        }
        ++m_by_address[*key];
    }
    ++m_count;
    return Ticket(*this, key);
}

void Admissions::release(std::optional<std::uint64_t> key)
{
    --m_count;
    if (!key) return;
    const auto known = m_by_address.find(*key);
    CHECK_INVARIANT(known != m_by_address.end());
    if (--known->second == 0) m_by_address.erase(known);
}

}  // namespace sinetti::relay
