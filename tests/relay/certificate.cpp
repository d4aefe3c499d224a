#include "tests/relay/certificate.h"

#include <doctest/doctest.h>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace sinetti::relay_test {

namespace {

std::string text_of(BIO* memory)
{
    char* data = nullptr;
    const auto size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Certificate::Certificate(const std::string& host)
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), pair.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get()));
    X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
    REQUIRE(names != nullptr);
    X509_add_ext(x509.get(), names, -1);
    X509_EXTENSION_free(names);
    REQUIRE(X509_sign(x509.get(), pair.get(), EVP_sha256()) > 0);
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509(memory.get(), x509.get());
    certificate = text_of(memory.get());
    BIO_reset(memory.get());
    PEM_write_bio_PrivateKey(memory.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    key = text_of(memory.get());
}

}  // namespace sinetti::relay_test
