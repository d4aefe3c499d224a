#pragma once
// The settings of an ingress: options of the command line and a file, as relay/settings.h has them.

#include "relay/address_set.h"
#include "relay/limits.h"
#include "relay/listen.h"
#include "uplink/relay_address.h"
#include "wire/limits.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace sinetti::ingress {

struct Config {
    std::optional<uplink::RelayAddress> upstream;
    std::filesystem::path upstream_authorities;   // PEM; empty: the system's
    std::filesystem::path app;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;                    // 0: any free one
    relay::TlsFiles tls;
    relay::Endpoint metrics;
    bool batching = false;                        // passes mixed messages on in shuffled batches, one for each second
    std::chrono::milliseconds batch_period{wire::kMixedPeriod};   // no setting: clients send by the same clock
    std::filesystem::path observe;                // empty: nothing is written down
    std::size_t connections = relay::kConnectionsMax;
    std::size_t connections_per_address = relay::kConnectionsPerAddress;   // 0: no limit
    relay::AddressSet trusted_addresses = relay::default_trusted_addresses();
};

base::Result<Config, std::string> parse_config(std::span<const std::string> arguments);   // what follows the word ingress
const char* usage();

}  // namespace sinetti::ingress
