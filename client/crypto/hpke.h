#pragma once
// HPKE (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305, all four modes; export-only too.
// KEM, KDF and AEAD are values, so that a post-quantum KEM can stand beside this one.

#include "base/random.h"
#include "crypto/dh.h"
#include "crypto/error.h"
#include "crypto/hash.h"

#include <optional>

namespace sinetti::crypto {

enum class KemId : std::uint16_t { dhkem_x25519_hkdf_sha256 = 0x0020 };
enum class KdfId : std::uint16_t { hkdf_sha256 = 0x0001 };
enum class AeadId : std::uint16_t { chacha20_poly1305 = 0x0003, export_only = 0xffff };

struct HpkeSuite {
    KemId kem = KemId::dhkem_x25519_hkdf_sha256;
    KdfId kdf = KdfId::hkdf_sha256;
    AeadId aead = AeadId::chacha20_poly1305;
    friend bool operator==(const HpkeSuite&, const HpkeSuite&) = default;
};

std::size_t kem_private_key_size(KemId kem);    // Nsk
std::size_t kem_public_key_size(KemId kem);     // Npk
std::size_t kem_encapsulated_size(KemId kem);   // Nenc
std::size_t kem_secret_size(KemId kem);         // Nsecret
std::size_t kem_seed_size(KemId kem);           // bytes generate() draws for DeriveKeyPair

using HpkePrivateKey = base::NamedSecret<struct HpkePrivateKeyTag>;
using HpkePublicKey = base::Bytes;

struct HpkeKeyPair {
    HpkePrivateKey private_key;
    HpkePublicKey public_key;
};

HpkeKeyPair kem_derive_key_pair(KemId kem, base::ByteView input_key_material);     // §7.1.3 DeriveKeyPair
HpkeKeyPair kem_generate_key_pair(KemId kem, base::Random& random);
Result<HpkePublicKey> kem_public_key(KemId kem, base::ByteView private_key);

struct HpkePsk {
    base::ByteView psk;
    base::ByteView psk_id;
};

// An encryption context (§5.2): seal and open count sequence numbers; export is available in both roles.
class HpkeContext {
public:
    Result<base::Bytes> seal(base::ByteView aad, base::ByteView plaintext);
    Result<base::SecretBytes> open(base::ByteView aad, base::ByteView ciphertext);
    Result<base::SecretBytes> export_secret(base::ByteView exporter_context, std::size_t length) const;

private:
    friend class HpkeSchedule;
    HpkeContext() = default;
    HpkeSuite m_suite;
    base::SecretBytes m_key;
    base::ByteArray<12> m_base_nonce{};
    base::SecretBytes m_exporter_secret;
    std::uint64_t m_sequence = 0;
};

struct HpkeSender {
    base::Bytes encapsulated;   // enc
    HpkeContext context;
};

// `sender_private_key` selects the auth modes, `psk` the psk modes (§5.1).
Result<HpkeSender> hpke_setup_sender(HpkeSuite suite, base::ByteView receiver_public_key, base::ByteView info, base::Random& random,
                                     std::optional<base::ByteView> sender_private_key = {}, std::optional<HpkePsk> psk = {});
Result<HpkeContext> hpke_setup_receiver(HpkeSuite suite, base::ByteView encapsulated, base::ByteView receiver_private_key, base::ByteView info,
                                        std::optional<base::ByteView> sender_public_key = {}, std::optional<HpkePsk> psk = {});

// Single-shot base mode (§6.1), as MLS uses it.
struct HpkeCiphertext {
    base::Bytes kem_output;
    base::Bytes ciphertext;
    friend bool operator==(const HpkeCiphertext&, const HpkeCiphertext&) = default;
};
Result<HpkeCiphertext> hpke_seal(HpkeSuite suite, base::ByteView receiver_public_key, base::ByteView info, base::ByteView aad,
                                 base::ByteView plaintext, base::Random& random);
Result<base::SecretBytes> hpke_open(HpkeSuite suite, const HpkeCiphertext& ciphertext, base::ByteView receiver_private_key,
                                    base::ByteView info, base::ByteView aad);

}  // namespace sinetti::crypto
