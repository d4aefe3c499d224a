#include "operations.h"

#include <algorithm>
#include <chrono>
#include <sodium.h>

using sinetti::bench::Operation;

namespace {

sinetti::bench::Operations g_operations;

}  // namespace

// NOLINTBEGIN: the names are the linker's
#define COUNTED(operation, name, parameters, arguments) \
    extern "C" int __real_##name parameters;            \
    extern "C" int __wrap_##name parameters             \
    {                                                   \
        ++g_operations[operation];                      \
        return __real_##name arguments;                 \
    }

COUNTED(Operation::ed25519_verify, crypto_sign_ed25519_verify_detached,
        (const unsigned char* signature, const unsigned char* message, unsigned long long size, const unsigned char* key),
        (signature, message, size, key))
COUNTED(Operation::ed25519_sign, crypto_sign_ed25519_detached,
        (unsigned char* signature, unsigned long long* length, const unsigned char* message, unsigned long long size, const unsigned char* key),
        (signature, length, message, size, key))
COUNTED(Operation::x25519, crypto_scalarmult_curve25519, (unsigned char* out, const unsigned char* scalar, const unsigned char* point),
        (out, scalar, point))
COUNTED(Operation::x25519_base, crypto_scalarmult_curve25519_base, (unsigned char* out, const unsigned char* scalar), (out, scalar))
COUNTED(Operation::mlkem768_key_pair, crypto_kem_mlkem768_seed_keypair,
        (unsigned char* public_key, unsigned char* secret_key, const unsigned char* seed), (public_key, secret_key, seed))
COUNTED(Operation::mlkem768_encapsulate, crypto_kem_mlkem768_enc_deterministic,
        (unsigned char* ciphertext, unsigned char* secret, const unsigned char* public_key, const unsigned char* seed),
        (ciphertext, secret, public_key, seed))
COUNTED(Operation::mlkem768_decapsulate, crypto_kem_mlkem768_dec,
        (unsigned char* secret, const unsigned char* ciphertext, const unsigned char* secret_key), (secret, ciphertext, secret_key))
// NOLINTEND

namespace sinetti::bench {

namespace {

template<typename F>
double fastest_ms(F&& operation)
{
    constexpr int kBatch = 20;
    constexpr int kBatches = 15;
    double fastest = 1e9;
    for (int batch = 0; batch < kBatches; ++batch) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < kBatch; ++i) operation();
        const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
        fastest = std::min(fastest, taken.count() / kBatch);
    }
    return fastest;
}

std::array<double, kOperationNames.size()> measure_each()
{
    unsigned char seed[64] = {1}, public_key[32], secret_key[64], signature[64], message[256] = {}, point[32];
    static unsigned char kem_public[crypto_kem_mlkem768_PUBLICKEYBYTES], kem_secret[crypto_kem_mlkem768_SECRETKEYBYTES],
        ciphertext[crypto_kem_mlkem768_CIPHERTEXTBYTES];
    unsigned char shared[32];
    crypto_sign_ed25519_seed_keypair(public_key, secret_key, seed);
    return {
        (crypto_sign_ed25519_detached(signature, nullptr, message, sizeof message, secret_key),
         fastest_ms([&] { return crypto_sign_ed25519_verify_detached(signature, message, sizeof message, public_key); })),
        fastest_ms([&] { return crypto_sign_ed25519_detached(signature, nullptr, message, sizeof message, secret_key); }),
        (crypto_scalarmult_curve25519_base(point, seed), fastest_ms([&] { return crypto_scalarmult_curve25519(shared, secret_key, point); })),
        fastest_ms([&] { return crypto_scalarmult_curve25519_base(point, seed); }),
        fastest_ms([&] { return crypto_kem_mlkem768_seed_keypair(kem_public, kem_secret, seed); }),
        fastest_ms([&] { return crypto_kem_mlkem768_enc_deterministic(ciphertext, shared, kem_public, seed); }),
        fastest_ms([&] { return crypto_kem_mlkem768_dec(shared, ciphertext, kem_secret); }),
    };
}

}  // namespace

Operations operator-(const Operations& a, const Operations& b)
{
    Operations difference;
    for (std::size_t i = 0; i < a.counts.size(); ++i) difference.counts[i] = a.counts[i] - b.counts[i];
    return difference;
}

Operations operations() { return g_operations; }

double milliseconds_alone(const Operations& operations)
{
    static const auto each = measure_each();
    double sum = 0;
    for (std::size_t i = 0; i < each.size(); ++i) sum += each[i] * static_cast<double>(operations.counts[i]);
    return sum;
}

}  // namespace sinetti::bench
