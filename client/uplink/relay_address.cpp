#include "uplink/relay_address.h"

#include <algorithm>
#include <charconv>

namespace sinetti::uplink {

namespace {

constexpr std::uint16_t kPort = 80;
constexpr std::uint16_t kTlsPort = 443;
constexpr std::size_t kHostMax = 253;

bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_address_character(char c)
{
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

}  // namespace

std::string RelayAddress::authority() const
{
    auto text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? kTlsPort : kPort)) text += ":" + std::to_string(port);
    return text;
}

std::string RelayAddress::url() const { return (tls ? "https://" : "http://") + authority(); }

std::optional<RelayAddress> parse_relay_address(std::string_view url)
{
    RelayAddress address;
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return std::nullopt;
    const auto scheme = url.substr(0, scheme_end);
    if (scheme == "https" || scheme == "wss")
        address.tls = true;
    else if (scheme != "http" && scheme != "ws")
        return std::nullopt;
    auto rest = url.substr(scheme_end + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));

    if (rest.starts_with('[')) {
        const auto end = rest.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        address.host = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        if (address.host.find(':') == std::string::npos || !std::ranges::all_of(address.host, is_address_character)) return std::nullopt;
    } else {
        const auto end = std::min(rest.find(':'), rest.size());
        address.host = rest.substr(0, end);
        rest.remove_prefix(end);
        if (!std::ranges::all_of(address.host, is_host_character)) return std::nullopt;
    }
    if (address.host.empty() || address.host.size() > kHostMax) return std::nullopt;

    address.port = address.tls ? kTlsPort : kPort;
    if (rest.empty()) return address;
    rest.remove_prefix(1);   // ':'
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), address.port);
    if (error != std::errc() || end != rest.data() + rest.size() || address.port == 0) return std::nullopt;
    return address;
}

}  // namespace sinetti::uplink
