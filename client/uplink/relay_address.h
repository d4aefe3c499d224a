#pragma once
// Where a relay answers, and the address of the app there. It is the part of a link before its "#"; the keys come after it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sinetti::uplink {

struct RelayAddress {
    bool tls = false;
    std::string host;          // a name or an address; IPv6 without its brackets
    std::uint16_t port = 0;

    std::string authority() const;   // for the Host header: without the port where it is the scheme's own
    std::string url() const;         // "https://host[:port]", the app's
    friend bool operator==(const RelayAddress&, const RelayAddress&) = default;
};

// http, https, ws or wss; what follows the host is passed over. nullopt: no such address.
std::optional<RelayAddress> parse_relay_address(std::string_view url);

}  // namespace sinetti::uplink
