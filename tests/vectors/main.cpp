// mls-vectors DIR: runs every vector file below DIR. One line a file, each failed case by name; at the end "N passed, N failed".
// Ends with 0 when nothing failed and something passed.

#include "tests/vectors/runner.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace sinetti;

namespace {

struct Totals {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
};

void run_file(const std::filesystem::path& file, const std::string& name, Totals& totals)
{
    if (file.extension() != ".json") {
        std::printf("%s: skipped, not a JSON file\n", name.c_str());
        return;
    }
    std::ifstream stream(file, std::ios::binary);
    const auto document = nlohmann::json::parse(stream, nullptr, false);
    if (document.is_discarded()) {
        std::printf("%s: FAILED, not JSON\n", name.c_str());
        ++totals.failed;
        return;
    }
    const auto report = vectors::run_document(document);
    if (report.kind.empty()) {
        std::printf("%s: unknown, skipped: no vectors of a kind this program knows\n", name.c_str());
        return;
    }
    std::printf("%s: %s\n", name.c_str(), report.summary().c_str());
    for (const auto& failure : report.failures) std::printf("  FAILED %s\n", failure.substr(0, 300).c_str());
    totals.passed += report.passed;
    totals.failed += report.failures.size();
    totals.skipped += report.skipped_count();
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: mls-vectors DIR\n");
        return 2;
    }
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::recursive_directory_iterator entry(argv[1], error), end; !error && entry != end; entry.increment(error))
        if (entry->is_regular_file()) files.push_back(entry->path());
    if (error) {
        std::fprintf(stderr, "mls-vectors: %s: %s\n", argv[1], error.message().c_str());
        return 2;
    }
    std::sort(files.begin(), files.end());
    Totals totals;
    for (const auto& file : files) {
        run_file(file, file.lexically_relative(argv[1]).generic_string(), totals);
        std::fflush(stdout);
    }
    if (totals.skipped > 0) std::printf("%zu cases skipped, for the reasons given\n", totals.skipped);
    std::printf("%zu passed, %zu failed\n", totals.passed, totals.failed);
    return totals.failed == 0 && totals.passed > 0 ? 0 : 1;
}
