#pragma once
// Published vector files: what kind a file is, and what comes of running every case of it.

#include <nlohmann/json.hpp>
#include <map>
#include <string>
#include <vector>

namespace sinetti::vectors {

struct Report {
    std::string kind;                            // empty: of no kind we know
    std::size_t passed = 0;
    std::vector<std::string> failures;           // one a failed case: which, and why
    std::map<std::string, std::size_t> skipped;  // why, and how many cases

    std::size_t skipped_count() const;
    std::string summary() const;                 // "treekem, 6 passed, 0 failed, 3 skipped (3 cipher suite 1 (AES))"
};

// The kind is told from the fields the file has, not from its name.
Report run_document(const nlohmann::json& document);

}  // namespace sinetti::vectors
