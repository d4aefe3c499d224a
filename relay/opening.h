#pragma once
// What a relay needs before it can serve, opened or made: the folder, held; the database; the keys.

#include "relay/blob_store.h"
#include "relay/cluster_copy.h"
#include "relay/config.h"
#include "relay/data_folder.h"
#include "relay/keys.h"
#include "relay/token_store.h"
#include "relay/vault_key.h"

#include <memory>

namespace sinetti::relay {

class JetStreamStore;

struct OpenedData {
    DataLock lock;
    std::unique_ptr<Store> store;
    RelayPrivateKeys keys;
    std::unique_ptr<TokenStore> tokens;
    VaultKey vault_key;
    std::unique_ptr<BlobStore> blobs;
    std::vector<WatchedCopy> copies;   // of a cluster's streams, in the stores above and as long as they live
};

// Error: a sentence.
base::Result<OpenedData, std::string> open_data(const Config& config, base::Random& random);
// The store of a relay in a cluster (config.store), its copy brought up to date. Its folder must be held.
base::Result<std::unique_ptr<JetStreamStore>, std::string> open_cluster_store(const Config& config);
std::string sentence(StoreError error, const std::filesystem::path& file);   // one of the folder's databases

// How people reach the relay; the administrator link begins with it.
std::string url_of(const Config& config, std::uint16_t port);

// `sinetti-relay init`: everything serve would make at its first start. Answers what to tell the operator, a line each.
base::Result<std::vector<std::string>, std::string> initialise(const Config& config, base::Random& random);

}  // namespace sinetti::relay
