#pragma once
// `sinetti-relay check`: reads everything and believes nothing.

#include <filesystem>
#include <string>
#include <vector>

namespace sinetti::relay {

struct CheckReport {
    std::vector<std::string> lines;    // what was found, one line for each board
    std::vector<std::string> faults;   // empty: everything holds
};

CheckReport check_data(const std::filesystem::path& data, const std::filesystem::path& vault_key = {});   // a relay's folder, also while one runs
CheckReport check_database(const std::filesystem::path& file);    // the database itself, or a backup
CheckReport check_blobs(const std::filesystem::path& file);       // the database of the blobs, or its backup
CheckReport check_tokens(const std::filesystem::path& file);      // the database of the access tokens

}  // namespace sinetti::relay
