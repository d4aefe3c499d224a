#include "work.h"

#include <sodium.h>

namespace {

sinetti::tests::Work g_work;

}  // namespace

namespace sinetti::tests {

Work work()
{
    return g_work;
}

}  // namespace sinetti::tests

extern "C" {

decltype(crypto_sign_ed25519_verify_detached) __real_crypto_sign_ed25519_verify_detached;
decltype(crypto_sign_ed25519_verify_detached) __wrap_crypto_sign_ed25519_verify_detached;
decltype(crypto_hash_sha256) __real_crypto_hash_sha256;
decltype(crypto_hash_sha256) __wrap_crypto_hash_sha256;

int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char* sig, const unsigned char* m, unsigned long long mlen, const unsigned char* pk)
{
    ++g_work.signatures;
    return __real_crypto_sign_ed25519_verify_detached(sig, m, mlen, pk);
}

int __wrap_crypto_hash_sha256(unsigned char* out, const unsigned char* in, unsigned long long inlen)
{
    g_work.hashed += static_cast<std::size_t>(inlen);
    return __real_crypto_hash_sha256(out, in, inlen);
}
}
