#include "tests/relay/cluster.h"

#include "relay/backup.h"
#include "relay/vault_key.h"

#include <doctest/doctest.h>
#include <fstream>

namespace sinetti::relay_test {

Cluster::Cluster(std::size_t servers_count, const std::vector<std::string>& more_options)
    : servers(m_folder.path(), servers_count), options{"--store", servers.joined_urls(), "--store-replicas", std::to_string(servers.replicas())},
      keys(found(folder(0), cast, options))
{
    options.insert(options.end(), more_options.begin(), more_options.end());
    start(0);
    const auto archive = m_folder.path() / "backup.sqlite";
    REQUIRE(relay::back_up(folder(0) / "data", archive).faults.empty());
    make_app(folder(1) / "app");
    REQUIRE(relay::restore(folder(1) / "data", archive).faults.empty());
    std::filesystem::copy_file(relay::vault_key_file(folder(0) / "data"), relay::vault_key_file(folder(1) / "data"));
    std::ofstream(folder(1) / "founded") << "yes";
    start(1);
}

std::unique_ptr<Client> member(const RelayAddress& relay, const crypto::SignaturePrivateKey& device)
{
    auto client = std::make_unique<Client>(relay);
    REQUIRE(client->open_as_member(device));
    return client;
}

}  // namespace sinetti::relay_test
