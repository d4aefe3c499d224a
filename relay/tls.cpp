#include "relay/tls.h"

#include <openssl/err.h>
#include <openssl/x509err.h>
#include <sys/stat.h>

namespace sinetti::relay {

using base::Unexpected;

namespace {

// Forward secrecy and authenticated encryption, for clients without TLS 1.3; with it there is nothing else.
constexpr const char* kCiphersOfTls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::string last_error()
{
    const char* reason = ERR_reason_error_string(ERR_get_error());
    ERR_clear_error();
    return reason == nullptr ? "it cannot be read" : reason;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered, unsigned offered_size, void*)
{
    static constexpr unsigned char kHttp11[] = "\x08http/1.1";
    unsigned char* choice = nullptr;
    const auto found = SSL_select_next_proto(&choice, chosen_size, kHttp11, sizeof kHttp11 - 1, offered, offered_size);
    *chosen = choice;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

base::Result<Tls, std::string> Tls::load(const TlsFiles& files)
{
    ERR_clear_error();
    std::unique_ptr<SSL_CTX, TlsFreed> context(SSL_CTX_new(TLS_server_method()));
    if (context == nullptr) return Unexpected("TLS cannot be prepared: " + last_error());
    auto* const raw = context.get();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(raw, kCiphersOfTls12);
    SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_num_tickets(raw, 0);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    // What is written again after EAGAIN is the same bytes, wherever they lie then; an idle connection holds no buffer.
    SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);

    struct stat about{};
    if (::stat(files.key.c_str(), &about) == 0 && (about.st_mode & S_IRWXO) != 0)
        return Unexpected("everybody may read the key in " + files.key.string() + "; make it its owner's alone (chmod 600)");
    if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1) return Unexpected("no certificate in " + files.certificate.string() + ": " + last_error());
    if (SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        if (ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH)
            return Unexpected("the key in " + files.key.string() + " is not that of the certificate in " + files.certificate.string());
        return Unexpected("no key for TLS in " + files.key.string() + ": " + last_error());
    }
    return Tls(std::move(context));
}

TlsConnection Tls::accept(int socket) const
{
    ERR_clear_error();
    TlsConnection connection(SSL_new(m_context.get()));
    if (connection == nullptr || SSL_set_fd(connection.get(), socket) != 1) return nullptr;
    SSL_set_accept_state(connection.get());
    return connection;
}

}  // namespace sinetti::relay
