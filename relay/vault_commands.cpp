#include "relay/vault_commands.h"

#include "relay/data_folder.h"
#include "relay/opening.h"
#include "relay/store_sqlite.h"

namespace sinetti::relay {

using base::Unexpected;

base::Result<std::vector<std::string>, std::string> forget_vaults(const std::filesystem::path& data)
{
    std::error_code ignored;
    if (!std::filesystem::exists(database_file(data), ignored)) return Unexpected("there is no relay data in " + data.string());
    const auto lock = TRY(DataLock::take(data));
    auto store = open_sqlite_store({.file = database_file(data), .mode = SqliteOptions::Mode::administer});
    if (!store) return Unexpected(sentence(store.error(), data));
    const auto count = (*store)->vaults().vault_count();
    if (!count) return Unexpected(sentence(count.error(), data));
    if (const auto forgotten = (*store)->vaults().forget_vaults(); !forgotten) return Unexpected(sentence(forgotten.error(), data));
    return std::vector<std::string>{"vaults let go: " + std::to_string(*count)};
}

}  // namespace sinetti::relay
