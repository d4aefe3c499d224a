#pragma once
// The relay's own TLS: a certificate and its key from two PEM files, read when it starts and again when it is told to. TLS 1.2 at the
// least, HTTP/1.1 alone, and nothing that would tie two connections of a client together: no session is resumed.

#include "base/result.h"

#include <filesystem>
#include <memory>
#include <openssl/ssl.h>
#include <string>

namespace sinetti::relay {

struct TlsFiles {
    std::filesystem::path certificate;   // the chain, the relay's own first; empty: no TLS
    std::filesystem::path key;           // not everybody's to read
    bool wanted() const { return !certificate.empty(); }
};

struct TlsFreed {
    void operator()(SSL* connection) const { SSL_free(connection); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsConnection = std::unique_ptr<SSL, TlsFreed>;

class Tls {
public:
    // Error: a sentence that names the file.
    static base::Result<Tls, std::string> load(const TlsFiles& files);

    // For an accepted socket, which stays its owner's; the handshake is part of the first reading. Null when there is no memory.
    TlsConnection accept(int socket) const;

private:
    explicit Tls(std::unique_ptr<SSL_CTX, TlsFreed> context) : m_context(std::move(context)) {}
    std::unique_ptr<SSL_CTX, TlsFreed> m_context;
};

}  // namespace sinetti::relay
