#include "tests/support/vectors.h"

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

void report_vectors(const std::string& what, std::size_t cases)
{
    CHECK_MESSAGE(cases > 0, "no cases in ", what);
    MESSAGE("vectors run: ", what, ": ", cases, " cases");
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
