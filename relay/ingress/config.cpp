#include "relay/ingress/config.h"

#include "relay/ingress/limits.h"
#include "relay/settings.h"

namespace sinetti::ingress {

using base::Unexpected;
using relay::Applied;
using relay::set_member;

namespace {

Applied set_upstream(Config& config, const std::string& option, const std::string& value)
{
    config.upstream = uplink::parse_relay_address(value);
    if (!config.upstream) return Unexpected(option + " wants the address of a relay that begins with https://, wss://, http:// or ws://, not \"" + value + "\"");
    return {};
}

Applied set_port(Config& config, const std::string& option, const std::string& value)
{
    config.port = static_cast<std::uint16_t>(TRY(relay::number(option, value, 65535)));
    return {};
}

Applied set_metrics(Config& config, const std::string& option, const std::string& value)
{
    config.metrics = TRY(relay::endpoint(option, value));
    return {};
}

Applied set_connections(Config& config, const std::string& option, const std::string& value)
{
    config.connections = TRY(relay::number(option, value, kConnectionsMaxOfSettings));
    if (config.connections == 0) return Unexpected(option + " wants a number from 1 on: with 0 nobody could connect");
    return {};
}

Applied set_per_address(Config& config, const std::string& option, const std::string& value)
{
    config.connections_per_address = TRY(relay::number(option, value, kConnectionsMaxOfSettings));
    return {};
}

Applied set_batching(Config& config, const std::string& option, const std::string& value)
{
    if (value != "on" && value != "off") return Unexpected(option + " wants on or off, not \"" + value + "\"");
    config.batching = value == "on";
    return {};
}

Applied set_trusted(Config& config, const std::string& option, const std::string& value)
{
    config.trusted_addresses = TRY(relay::addresses(option, value));
    return {};
}

constexpr relay::SettingOf<Config> kSettings[] = {
    {"upstream", false, set_upstream},
    {"upstream_authorities", false, set_member<&Config::upstream_authorities>},
    {"app", false, set_member<&Config::app>},
    {"address", false, set_member<&Config::address>},
    {"port", true, set_port},
    {"metrics", false, set_metrics},
    {"observe", false, set_member<&Config::observe>},
    {"batching", false, set_batching},
    {"connections", true, set_connections},
    {"connections_per_address", true, set_per_address},
    {"trusted_addresses", false, set_trusted},
    {"tls_certificate", false, relay::set_tls_certificate<Config>},
    {"tls_key", false, relay::set_tls_key<Config>},
};

}  // namespace

const char* usage()
{
    return "ingress forwards sealed channels to a relay that another agency runs: it knows addresses and no boards, the relay boards and no addresses\n"
           "  --upstream URL           the relay: https:// or wss://, with its certificate verified, or http:// or ws://\n"
           "  --upstream-authorities FILE  PEM; whose word for that certificate is taken, the system's authorities unless given\n"
           "  --app DIR                the app's files, a copy of its own\n"
           "  --batching on|off        shuffle what clients of mixed boards send, a second's at a time; the relay names us in --batches-from. off unless given\n"
           "  --port N, --address A, --metrics ADDRESS:PORT, --observe FILE, --trusted-addresses A,…, --tls-certificate FILE,\n"
           "  --tls-key FILE, --config FILE: as of serve\n"
           "  --connections N          sockets of all kinds; 16384 unless given\n"
           "  --connections-per-address N  1024 unless given, 0 for no limit\n";
}

base::Result<Config, std::string> parse_config(std::span<const std::string> arguments)
{
    Config config;
    TRY(relay::apply_settings(config, std::span<const relay::SettingOf<Config>>(kSettings), "ingress", arguments, relay::SettingsFile::allowed));
    if (!config.upstream) return Unexpected(std::string("ingress wants --upstream URL"));
    if (config.app.empty()) return Unexpected(std::string("ingress wants --app DIR"));
    TRY(relay::both_or_neither("ingress", config.tls));
    return config;
}

}  // namespace sinetti::ingress
