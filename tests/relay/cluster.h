#pragma once
// Two relays over NATS servers, all of them real programs.

#include "tests/relay/nats_servers.h"
#include "tests/relay/program.h"

namespace sinetti::relay_test {

template<typename Condition>
bool soon(const Condition& condition)
{
    for (const auto deadline = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < deadline; std::this_thread::sleep_for(20ms))
        if (condition()) return true;
    return false;
}

// An organisation founded at the first of two relays; the second one made as the documentation says: a backup, and the vaults' key.
class Cluster {
public:
    explicit Cluster(std::size_t servers_count, const std::vector<std::string>& more_options = {});
    std::filesystem::path folder(std::size_t relay) const { return m_folder.path() / ("relay-" + std::to_string(relay)); }
    std::string data(std::size_t relay) const { return (folder(relay) / "data").string(); }
    void start(std::size_t relay) { relays[relay] = std::make_unique<RelayProcess>(folder(relay), 0, options); }
    RelayAddress address(std::size_t relay) const { return relays[relay]->address(keys); }

private:
    TemporaryFolder m_folder;

public:
    Cast cast;
    NatsServers servers;
    std::vector<std::string> options;
    directory::RelayKeys keys;
    std::unique_ptr<RelayProcess> relays[2];
};

std::unique_ptr<Client> member(const RelayAddress& relay, const crypto::SignaturePrivateKey& device);

}  // namespace sinetti::relay_test
