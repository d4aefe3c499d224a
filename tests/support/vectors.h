#pragma once
// Published test vectors: read from $SINETTI_VECTORS, otherwise from ../shared/vectors beside the repository. Never copied here.

#include "base/bytes.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace sinetti::tests {

// The parsed file, e.g. load_vectors("wycheproof/x25519_test.json"). When there are no vectors the test says "vectors absent: <path>"
// and gets nullopt, to return at once; a folder named by $SINETTI_VECTORS that does not exist and a file that is not JSON fail the test.
std::optional<nlohmann::json> load_vectors(const std::string& path);

// Runs every case of the file as tests/vectors does, and says how many there were. A failed case fails the test, and so does a file
// without a case that passed: an empty loop proves nothing.
void run_vectors(const std::string& path);

// A field of hex digits; malformed hex or a missing field fails the test and gives no bytes.
base::Bytes hex_field(const nlohmann::json& object, const char* name);

}  // namespace sinetti::tests
