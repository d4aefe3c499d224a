#include "relay/address_set.h"

#include "relay/limits.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sinetti::relay {

using base::Unexpected;
using boost::asio::ip::address;
using boost::asio::ip::address_v6;

namespace {

constexpr unsigned kMappedBits = 96;   // of ::ffff:0:0/96

address_v6::bytes_type bytes_of(const address& one)
{
    return (one.is_v4() ? boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, one.to_v4()) : one.to_v6()).to_bytes();
}

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

bool begins_alike(const address_v6::bytes_type& one, const address_v6::bytes_type& other, unsigned bits)
{
    const auto whole = bits / 8;
    if (!std::equal(one.begin(), one.begin() + whole, other.begin())) return false;
    return bits % 8 == 0 || (one[whole] ^ other[whole]) >> (8 - bits % 8) == 0;
}

}  // namespace

base::Result<AddressSet, std::string> AddressSet::parse(std::string_view text)
{
    AddressSet set;
    if (trimmed(text) == "none") return set;
    for (;;) {
        const auto comma = text.find(',');
        const auto part = trimmed(text.substr(0, comma));
        const auto slash = part.find('/');
        boost::system::error_code error;
        const auto network = boost::asio::ip::make_address(std::string(part.substr(0, slash)), error);
        if (error) return Unexpected(std::string(part));
        const unsigned offset = network.is_v4() ? kMappedBits : 0;
        unsigned bits = 128 - offset;
        if (slash != std::string_view::npos) {
            const auto number = part.substr(slash + 1);
            const auto limit = bits;
            const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), bits);
            if (fault != std::errc() || end != number.data() + number.size() || bits > limit) return Unexpected(std::string(part));
        }
        set.m_networks.push_back({bytes_of(network), offset + bits});
        if (comma == std::string_view::npos) return set;
        text.remove_prefix(comma + 1);
    }
}

AddressSet default_trusted_addresses()
{
    return *AddressSet::parse(kTrustedAddresses);
}

bool AddressSet::contains(const address& address) const
{
    const auto bytes = bytes_of(address);
    return std::ranges::any_of(m_networks, [&](const Network& network) { return begins_alike(bytes, network.prefix, network.bits); });
}

}  // namespace sinetti::relay
