#pragma once
// Which cipher suite runs a case.

#include "mls/cipher_suite.h"
#include "tests/vectors/vector.h"

namespace sinetti::vectors {

enum class Needs {
    whole_suite,
    no_aead,       // hash, KDF, signature and curve only: suites 1 and 3 share those, so suite 3 runs suite 1 as well
};

inline Outcome<mls::CipherSuite> suite_of(const Vector& vector, Needs needs)
{
    const auto number = TRY(vector.number("cipher_suite"));
    constexpr std::uint64_t kSuiteWithAes = 1;   // MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
    if (number == kSuiteWithAes && needs == Needs::no_aead) return mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519();
    const auto suite = number <= UINT16_MAX ? mls::CipherSuite::from_id(static_cast<std::uint16_t>(number)) : std::nullopt;
    if (!suite) return skip("cipher suite " + std::to_string(number) + (number == kSuiteWithAes ? " (AES)" : ""));
    return *suite;
}

inline Outcome<crypto::SignaturePrivateKey> signature_key(const Vector& vector, const char* name)
{
    return TRY(crypto::SignaturePrivateKey::from_seed(TRY(vector.hex(name))));
}

}  // namespace sinetti::vectors
