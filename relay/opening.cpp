#include "relay/opening.h"

#include "relay/blob_store_jetstream.h"
#include "relay/founding.h"
#include "relay/store_jetstream.h"
#include "relay/store_sqlite.h"
#include "relay/token_store_jetstream.h"

namespace sinetti::relay {

using base::Unexpected;

std::string sentence(StoreError error, const std::filesystem::path& file)
{
    switch (error) {
    case StoreError::full: return "there is no space to write " + file.string();
    case StoreError::unavailable: return file.string() + " cannot be opened";
    case StoreError::newer: return file.string() + " is of a later version of sinetti-relay than this one; nothing is wrong with it: run that version";
    case StoreError::broken: break;
    }
    return file.string() + " is damaged; sinetti-relay check --data " + file.parent_path().string() + " says where, and what can be done";
}

std::string url_of(const Config& config, std::uint16_t port)
{
    return config.url.empty() ? (config.tls.wanted() ? "https" : "http") + ("://localhost:" + std::to_string(port)) : config.url;
}

namespace {

std::filesystem::path vault_key_of(const Config& config) { return config.vault_key.empty() ? vault_key_file(config.data) : config.vault_key; }

std::string not_of_the_cluster(const Config& config)
{
    return "the cluster at --store is another relay's than " + config.data.string() + " has the keys of: every relay of a cluster needs the same. "
           "Make a folder by sinetti-relay restore from a backup of one of them, and put a copy of its vault-key there";
}

base::Result<OpenedData, std::string> open_alone(const Config& config, base::Random& random, DataLock&& lock)
{
    auto store = open_sqlite_store({.file = database_file(config.data), .bytes_max = config.database_bytes_max});
    if (!store) return Unexpected(sentence(store.error(), database_file(config.data)));
    if (const auto copy = is_cluster_copy(**store); !copy || *copy)
        return Unexpected(config.data.string() + " is a relay's of a cluster: say with --store where that is");
    auto keys = prepare_relay_keys(**store, random);
    if (!keys) return Unexpected(sentence(keys.error(), database_file(config.data)));
    auto tokens = SqliteTokenStore::open(token_database_file(config.data), config.database_bytes_max);
    if (!tokens) return Unexpected(sentence(tokens.error(), token_database_file(config.data)));
    auto vault_key = TRY(prepare_vault_key(**store, vault_key_of(config), random));
    auto blobs = SqliteBlobStore::open(blob_database_file(config.data));
    if (!blobs) return Unexpected(sentence(blobs.error(), blob_database_file(config.data)));
    return OpenedData{std::move(lock), std::move(*store), std::move(*keys), std::move(*tokens), std::move(vault_key), std::move(*blobs), {}};
}

base::Result<std::unique_ptr<JetStreamBlobStore>, std::string> open_blobs_in_cluster(const Config& config)
{
    auto copy = SqliteBlobStore::open(blob_database_file(config.data));
    if (!copy) return Unexpected(sentence(copy.error(), blob_database_file(config.data)));
    auto log = TRY(JetStreamLog::open({config.store, kBlobStream, config.store_replicas}));
    return JetStreamBlobStore::open(std::move(*copy), std::move(log), std::make_unique<base::SystemRandom>());
}

template<typename Copy>
WatchedCopy watched(const char* of, const std::unique_ptr<Copy>& copy)
{
    return {of, [raw = copy.get()] { return raw->figures(); }};
}

base::Result<OpenedData, std::string> open_in_cluster(const Config& config, base::Random& random, DataLock&& lock)
{
    auto store = TRY(open_cluster_store(config));
    const auto known = store->identity();
    const auto stored = stored_relay_keys(*store);
    if (!known || !stored) return Unexpected(sentence(StoreError::broken, database_file(config.data)));
    std::error_code ignored;
    // Who joins brings the keys; they are made only where the cluster begins.
    if (*known && (!*stored || !std::filesystem::exists(vault_key_of(config), ignored))) return Unexpected(not_of_the_cluster(config));
    auto keys = prepare_relay_keys(*store, random);
    if (!keys) return Unexpected(sentence(keys.error(), database_file(config.data)));
    auto vault_key = TRY(prepare_vault_key(*store, vault_key_of(config), random));
    const auto own = keys->public_keys();
    const RelayIdentity identity{own.channel_public_key, own.signing_public_key, vault_key.check()};
    if (!*known) {
        const auto introduced = store->introduce(identity);
        if (!introduced) return Unexpected(std::string("the servers of --store do not answer"));
        if (!*introduced) return Unexpected(not_of_the_cluster(config));
    } else if (**known != identity) {
        return Unexpected(not_of_the_cluster(config));
    }
    auto copy = SqliteTokenStore::open(token_database_file(config.data), config.database_bytes_max);
    if (!copy) return Unexpected(sentence(copy.error(), token_database_file(config.data)));
    auto log = TRY(JetStreamLog::open({config.store, kTokenStream, config.store_replicas}));
    auto tokens = TRY(JetStreamTokenStore::open(std::move(*copy), std::move(log), std::make_unique<base::SystemRandom>(), keys->signing));
    auto blobs = TRY(open_blobs_in_cluster(config));
    std::vector<WatchedCopy> copies{watched("boards", store), watched("tokens", tokens), watched("blobs", blobs)};
    return OpenedData{std::move(lock), std::move(store), std::move(*keys), std::move(tokens), std::move(vault_key), std::move(blobs), std::move(copies)};
}

}  // namespace

base::Result<std::unique_ptr<JetStreamStore>, std::string> open_cluster_store(const Config& config)
{
    auto copy = open_sqlite_store({.file = database_file(config.data), .bytes_max = config.database_bytes_max, .durability = SqliteOptions::Durability::normal});
    if (!copy) return Unexpected(sentence(copy.error(), database_file(config.data)));
    return JetStreamStore::open(std::move(*copy), TRY(JetStreamLog::open({config.store, kBoardStream, config.store_replicas})), std::make_unique<base::SystemRandom>());
}

base::Result<OpenedData, std::string> open_data(const Config& config, base::Random& random)
{
    auto lock = TRY(DataLock::take(config.data));
    return config.store.empty() ? open_alone(config, random, std::move(lock)) : open_in_cluster(config, random, std::move(lock));
}

base::Result<std::vector<std::string>, std::string> initialise(const Config& config, base::Random& random)
{
    auto data = TRY(open_data(config, random));
    const auto boards = data.store->boards();
    if (!boards) return Unexpected(sentence(boards.error(), database_file(config.data)));
    std::vector<std::string> lines{"the relay's keys: " + describe(data.keys.public_keys())};
    if (boards->front().length > 0) {
        lines.emplace_back("the organisation is founded already");
        return lines;
    }
    const auto token = prepare_founder_token(*data.store, config.data, data.keys.public_keys(), random);
    if (!token) return Unexpected(sentence(token.error(), database_file(config.data)));
    lines.push_back("administrator link: " + url_of(config, config.port) + "/" + token->fragment);
    return lines;
}

}  // namespace sinetti::relay
