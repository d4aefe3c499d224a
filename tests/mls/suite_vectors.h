#pragma once
// The official vectors of RFC 9420 by file name. Suites 1 and 3 differ in their AEAD only, so the suite-1 files that encrypt nothing
// are run with suite 3.

#include "tests/support/vectors.h"
#include "world.h"

namespace sinetti::tests {

// Calls `check` with each case and says how many there were.
template<typename F>
void for_each_vector(const std::string& path, F&& check)
{
    const auto vectors = load_vectors(path);
    if (!vectors) return;
    std::size_t count = 0;
    for (const auto& vector : *vectors) {
        CAPTURE(path);
        CAPTURE(count);
        check(vector);
        ++count;
    }
    report_vectors(path, count);
}

inline std::uint32_t number(const nlohmann::json& object, const char* name) { return object.at(name).get<std::uint32_t>(); }

template<typename Secret>
Secret secret_field(const nlohmann::json& object, const char* name)
{
    return Secret(base::ByteView(hex_field(object, name)));
}

inline Bytes bytes_of(const base::SecretBytes& secret) { return base::to_bytes(secret.view()); }

}  // namespace sinetti::tests
