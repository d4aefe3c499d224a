#pragma once
// Certificates for tests of TLS.

#include <string>

namespace sinetti::relay_test {

// For one host name, an hour old and good for another; it vouches for itself. PEM.
struct Certificate {
    explicit Certificate(const std::string& host);
    std::string certificate, key;
};

}  // namespace sinetti::relay_test
