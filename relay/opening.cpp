#include "relay/opening.h"

#include "relay/founding.h"
#include "relay/store_sqlite.h"

namespace sinetti::relay {

using base::Unexpected;

std::string sentence(StoreError error, const std::filesystem::path& data)
{
    switch (error) {
    case StoreError::full: return "there is no space to write in " + data.string();
    case StoreError::unavailable: return "the database in " + data.string() + " cannot be opened";
    case StoreError::broken: break;
    }
    return "the database in " + data.string() + " is damaged; sinetti-relay check --data " + data.string() + " says where";
}

std::string url_of(const Config& config, std::uint16_t port)
{
    return config.url.empty() ? (config.tls.wanted() ? "https" : "http") + ("://localhost:" + std::to_string(port)) : config.url;
}

base::Result<OpenedData, std::string> open_data(const Config& config, base::Random& random)
{
    auto lock = TRY(DataLock::take(config.data));
    auto store = open_sqlite_store({.file = database_file(config.data), .bytes_max = config.database_bytes_max});
    if (!store) return Unexpected(sentence(store.error(), config.data));
    auto keys = prepare_relay_keys(**store, random);
    if (!keys) return Unexpected(sentence(keys.error(), config.data));
    auto tokens = TokenStore::open(token_database_file(config.data), config.database_bytes_max);
    if (!tokens) return Unexpected(sentence(tokens.error(), config.data));
    auto vault_key = TRY(prepare_vault_key(**store, config.vault_key.empty() ? vault_key_file(config.data) : config.vault_key, random));
    auto blobs = BlobStore::open(blob_database_file(config.data));
    if (!blobs) return Unexpected(sentence(blobs.error(), config.data));
    return OpenedData{std::move(lock), std::move(*store), std::move(*keys), std::move(*tokens), std::move(vault_key), std::move(*blobs)};
}

base::Result<std::vector<std::string>, std::string> initialise(const Config& config, base::Random& random)
{
    auto data = TRY(open_data(config, random));
    const auto boards = data.store->boards();
    if (!boards) return Unexpected(sentence(boards.error(), config.data));
    std::vector<std::string> lines{"the relay's keys: " + describe(data.keys.public_keys())};
    if (boards->front().length > 0) {
        lines.emplace_back("the organisation is founded already");
        return lines;
    }
    const auto token = prepare_founder_token(*data.store, config.data, data.keys.public_keys(), random);
    if (!token) return Unexpected(sentence(token.error(), config.data));
    lines.push_back("administrator link: " + url_of(config, config.port) + "/" + token->fragment);
    return lines;
}

}  // namespace sinetti::relay
