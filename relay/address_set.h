#pragma once
// IP addresses and networks that an operator has written down.

#include "base/result.h"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sinetti::relay {

class AddressSet {
public:
    // "127.0.0.0/8, ::1, 192.0.2.7", or "none". Error: the part that is no address.
    static base::Result<AddressSet, std::string> parse(std::string_view text);

    bool empty() const { return m_networks.empty(); }
    bool contains(const boost::asio::ip::address& address) const;

private:
    struct Network {
        boost::asio::ip::address_v6::bytes_type prefix;   // of IPv4 as ::ffff:a.b.c.d
        unsigned bits;
    };
    std::vector<Network> m_networks;
};

AddressSet default_trusted_addresses();   // kTrustedAddresses

}  // namespace sinetti::relay
