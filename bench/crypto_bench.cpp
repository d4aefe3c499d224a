// What the primitives cost on this machine, in this build: bench-crypto

#include "base/random.h"
#include "bench/measure.h"
#include "crypto/aead.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/password.h"
#include "crypto/sign.h"

#include <sodium.h>
#include <string>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

constexpr std::size_t kCellPlaintextSize = 992;   // of a 1,024-byte cell: tag[16] ‖ sealed[1008]

void print_build()
{
#if defined(__OPTIMIZE__)
    const char* const optimised = "optimised";
#else
    const char* const optimised = "NOT optimised: these figures say nothing";
#endif
#if defined(__SANITIZE_ADDRESS__)
    const char* const sanitized = ", with AddressSanitizer: these figures say nothing";
#else
    const char* const sanitized = "";
#endif
    std::printf("libsodium %s, compiler %s, %s%s\n", sodium_version_string(), __VERSION__, optimised, sanitized);
}

void bench_cells(base::Random& random)
{
    const auto key = random.array<kAeadKeySize>();
    const base::ByteArray<kAeadNonceSize> nonce{};
    const auto long_nonce = random.array<kXAeadNonceSize>();
    const auto aad = random.array<20>();
    base::Bytes plaintext(kCellPlaintextSize);
    random.fill(plaintext);
    const auto sealed = aead_seal(key, nonce, aad, plaintext);
    const auto long_sealed = xaead_seal(key, long_nonce, aad, plaintext);
    bench::measure("seal a 1 KiB cell", [&] { return aead_seal(key, nonce, aad, plaintext); });
    bench::measure("open a 1 KiB cell", [&] { return aead_open(key, nonce, aad, sealed); });
    bench::measure("seal a 1 KiB stored record", [&] { return xaead_seal(key, long_nonce, aad, plaintext); });
    bench::measure("open a 1 KiB stored record", [&] { return xaead_open(key, long_nonce, aad, long_sealed); });
    bench::measure("HKDF-Expand a cell's tag", [&] { return hkdf_expand(HashAlgorithm::sha256, key, aad, 16); });
    bench::measure("SHA-256 of a cell", [&] { return sha256(plaintext); });
}

void bench_public_keys(base::Random& random)
{
    const auto key = DhPrivateKey::generate(random);
    const auto other = DhPrivateKey::generate(random);
    bench::measure("X25519 key pair", [&] { return DhPrivateKey::from_bytes(key.bytes()); });
    bench::measure("X25519 shared secret", [&] { return key.shared_secret(other.public_key()); });
    const auto signer = SignaturePrivateKey::generate(random);
    const auto message = random.array<200>();
    const auto signature = signer.sign(message);
    bench::measure("Ed25519 sign 200 bytes", [&] { return signer.sign(message); });
    bench::measure("Ed25519 verify 200 bytes", [&] { return verify(signer.public_key(), message, signature); });
}

void bench_hpke(base::Random& random, const std::string& name, const HpkeSuite& suite)
{
    const auto receiver = kem_generate_key_pair(suite.kem, random);
    const auto info = random.array<32>();
    const auto plaintext = random.array<32>();
    const auto sealed = hpke_seal(suite, receiver.public_key, info, {}, plaintext, random);
    CHECK_INVARIANT(sealed.has_value());
    bench::measure((name + " derive a key pair").c_str(), [&] { return kem_derive_key_pair(suite.kem, info); });
    bench::measure((name + " seal 32 bytes").c_str(), [&] { return hpke_seal(suite, receiver.public_key, info, {}, plaintext, random); });
    bench::measure((name + " open 32 bytes").c_str(), [&] { return hpke_open(suite, *sealed, receiver.private_key.view(), info, {}); });
}

}  // namespace

int main()
{
    base::SystemRandom random;
    print_build();
    bench::print_header();
    bench_cells(random);
    bench_public_keys(random);
    bench_hpke(random, "HPKE X25519, SHA-256:", {});
    bench_hpke(random, "HPKE X-Wing, SHA-256:", {.kem = KemId::xwing});
    bench_hpke(random, "HPKE X-Wing, SHA-512:", {.kem = {KemId::xwing, KeyDerivation::shake256}, .kdf = KdfId::hkdf_sha512});
    const auto salt = random.array<kPasswordSaltSize>();
    bench::measure("Argon2id 64 MiB, 3 passes", [&] { return password_key(base::view_of("a passphrase"), salt, {}); });
}
