#include "sealed_keys.h"

#include "base/check.h"

#include <sodium.h>

namespace sinetti::tests {

namespace {

SealedKeys* g_watching = nullptr;

}  // namespace

SealedKeys::SealedKeys()
{
    CHECK_INVARIANT(g_watching == nullptr);
    g_watching = this;
}

SealedKeys::~SealedKeys()
{
    g_watching = nullptr;
}

void SealedKeys::note(base::ByteView key)
{
    m_fresh.push_back(base::to_bytes(key));
}

void SealedKeys::keep()
{
    for (auto& key : m_fresh) m_reused += m_used.insert(std::move(key)).second ? 0 : 1;
    m_fresh.clear();
}

void SealedKeys::forget()
{
    m_fresh.clear();
}

}  // namespace sinetti::tests

extern "C" {

decltype(crypto_aead_chacha20poly1305_ietf_encrypt) __real_crypto_aead_chacha20poly1305_ietf_encrypt;
decltype(crypto_aead_chacha20poly1305_ietf_encrypt) __wrap_crypto_aead_chacha20poly1305_ietf_encrypt;

int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char* c, unsigned long long* clen_p, const unsigned char* m,
                                                     unsigned long long mlen, const unsigned char* ad, unsigned long long adlen,
                                                     const unsigned char* nsec, const unsigned char* npub, const unsigned char* k)
{
    if (auto* watching = sinetti::tests::g_watching) watching->note({k, crypto_aead_chacha20poly1305_ietf_KEYBYTES});
    return __real_crypto_aead_chacha20poly1305_ietf_encrypt(c, clen_p, m, mlen, ad, adlen, nsec, npub, k);
}
}
