#include "relay/vault_commands.h"

#include "relay/data_folder.h"
#include "relay/opening.h"
#include "relay/store_jetstream.h"

namespace sinetti::relay {

using base::Unexpected;

base::Result<std::vector<std::string>, std::string> forget_vaults(const Config& config)
{
    const auto& data = config.data;
    std::error_code ignored;
    if (!std::filesystem::exists(database_file(data), ignored)) return Unexpected("there is no relay data in " + data.string());
    const auto lock = TRY(DataLock::take(data));
    std::unique_ptr<Store> store;
    if (config.store.empty()) {
        auto opened = open_sqlite_store({.file = database_file(data), .mode = SqliteOptions::Mode::administer});
        if (!opened) return Unexpected(sentence(opened.error(), database_file(data)));
        store = std::move(*opened);
        if (const auto copy = is_cluster_copy(*store); !copy || *copy) return Unexpected(data.string() + " is a relay's of a cluster: say with --store where that is");
    } else {
        store = TRY(open_cluster_store(config));
    }
    const auto count = store->vaults().vault_count();
    if (!count) return Unexpected(sentence(count.error(), database_file(data)));
    if (const auto forgotten = store->vaults().forget_vaults(); !forgotten) return Unexpected(sentence(forgotten.error(), database_file(data)));
    return std::vector<std::string>{"vaults let go: " + std::to_string(*count)};
}

}  // namespace sinetti::relay
