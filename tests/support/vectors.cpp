#include "tests/support/vectors.h"

#include "tests/vectors/runner.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

namespace sinetti::tests {

namespace {

std::filesystem::path vectors_folder()
{
    const char* const named = std::getenv("SINETTI_VECTORS");
    if (named != nullptr && *named != '\0') {
        CHECK_MESSAGE(std::filesystem::is_directory(named), "SINETTI_VECTORS names no folder: ", std::string(named));
        return named;
    }
    return "../shared/vectors";
}

}  // namespace

std::optional<nlohmann::json> load_vectors(const std::string& path)
{
    const auto file = vectors_folder() / path;
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        MESSAGE("vectors absent: ", file.string(), " (run from the repository, or set SINETTI_VECTORS)");
        return std::nullopt;
    }
    auto document = nlohmann::json::parse(stream, nullptr, false);
    if (document.is_discarded()) {
        FAIL_CHECK("vectors unreadable: ", file.string(), " is not JSON");
        return std::nullopt;
    }
    return document;
}

void run_vectors(const std::string& path)
{
    const auto document = load_vectors(path);
    if (!document) return;
    const auto report = vectors::run_document(*document);
    for (const auto& failure : report.failures) FAIL_CHECK(path, ": ", failure);
    CHECK_MESSAGE(report.passed > 0, "no case passed in ", path);
    MESSAGE("vectors run: ", path, ": ", report.summary());
}

base::Bytes hex_field(const nlohmann::json& object, const char* name)
{
    const auto field = object.find(name);
    if (field == object.end() || !field->is_string()) {
        FAIL_CHECK("vector without the field ", name);
        return {};
    }
    const auto bytes = base::from_hex(field->get_ref<const std::string&>());
    CHECK_MESSAGE(bytes.has_value(), "not hex: ", name);
    return bytes.value_or(base::Bytes{});
}

}  // namespace sinetti::tests
