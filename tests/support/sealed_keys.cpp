#include "tests/support/sealed_keys.h"

#include "base/check.h"

#include <algorithm>
#include <sodium.h>

namespace sinetti::tests {

namespace {

SealedKeys* g_watching = nullptr;

// channel/message_key.h: eight octets of a count behind four zeros; a count beyond four octets is never reached.
bool is_counted(base::ByteView nonce)
{
    return std::ranges::all_of(nonce.first(8), [](std::uint8_t byte) { return byte == 0; });
}

base::Bytes digest(std::initializer_list<base::ByteView> parts)
{
    crypto_generichash_state state;
    base::Bytes out(32);
    crypto_generichash_init(&state, nullptr, 0, out.size());
    for (const auto part : parts) {
        const std::uint64_t size = part.size();
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
        crypto_generichash_update(&state, part.data(), part.size());
    }
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

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

SealedKeys* SealedKeys::watching() { return g_watching; }

void SealedKeys::set_maker(const void* maker)
{
    m_maker = maker;
    m_has_makers = true;
}

void SealedKeys::note(base::ByteView key, base::ByteView nonce, base::ByteView additional_data, base::ByteView plaintext)
{
    if (m_has_makers && m_maker == nobody) return;
    auto name = base::to_bytes(key);
    if (is_counted(nonce)) name.insert(name.end(), nonce.begin(), nonce.end());
    m_fresh[m_maker].push_back({std::move(name), digest({nonce, additional_data, plaintext})});
}

void SealedKeys::keep(const void* maker)
{
    for (auto& [key, what] : m_fresh[maker]) {
        const auto [known, is_new] = m_used.emplace(std::move(key), what);
        if (!is_new && known->second != what) ++m_reused;
    }
    m_fresh[maker].clear();
}

void SealedKeys::forget(const void* maker) { m_fresh[maker].clear(); }

}  // namespace sinetti::tests

extern "C" {

decltype(crypto_aead_chacha20poly1305_ietf_encrypt) __real_crypto_aead_chacha20poly1305_ietf_encrypt;
decltype(crypto_aead_chacha20poly1305_ietf_encrypt) __wrap_crypto_aead_chacha20poly1305_ietf_encrypt;

int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char* c, unsigned long long* clen_p, const unsigned char* m,
                                                     unsigned long long mlen, const unsigned char* ad, unsigned long long adlen,
                                                     const unsigned char* nsec, const unsigned char* npub, const unsigned char* k)
{
    if (auto* watching = sinetti::tests::SealedKeys::watching())
        watching->note({k, crypto_aead_chacha20poly1305_ietf_KEYBYTES}, {npub, crypto_aead_chacha20poly1305_ietf_NPUBBYTES},
                       {ad, static_cast<std::size_t>(adlen)}, {m, static_cast<std::size_t>(mlen)});
    return __real_crypto_aead_chacha20poly1305_ietf_encrypt(c, clen_p, m, mlen, ad, adlen, nsec, npub, k);
}
}
