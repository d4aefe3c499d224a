#pragma once
// HPKE (RFC 9180): KEM, KDF and AEAD as values; the modes base and psk with every KEM, auth and auth_psk where the KEM has
// authentication; export-only too.

#include "crypto/hash.h"
#include "crypto/kem.h"

namespace sinetti::crypto {

enum class KdfId : std::uint16_t { hkdf_sha256 = 0x0001, hkdf_sha512 = 0x0003 };
enum class AeadId : std::uint16_t { chacha20_poly1305 = 0x0003, export_only = 0xffff };

struct HpkeSuite {
    Kem kem;
    KdfId kdf = KdfId::hkdf_sha256;
    AeadId aead = AeadId::chacha20_poly1305;

    static std::optional<HpkeSuite> from_ids(std::uint16_t kem, std::uint16_t kdf, std::uint16_t aead);   // nullopt when one is not ours
    friend bool operator==(const HpkeSuite&, const HpkeSuite&) = default;
};

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

// `sender_private_key` selects the auth modes, `psk` the psk modes (§5.1). Errors: those of the KEM; bad_length for a PSK shorter than
// 32 bytes or without its id; unsupported for an auth mode where the KEM has none.
Result<HpkeSender> hpke_setup_sender(HpkeSuite suite, base::ByteView receiver_public_key, base::ByteView info, base::Random& random,
                                     std::optional<base::ByteView> sender_private_key = {}, std::optional<HpkePsk> psk = {});
Result<HpkeContext> hpke_setup_receiver(HpkeSuite suite, base::ByteView encapsulated, const HpkeReceiver& receiver, base::ByteView info,
                                        std::optional<base::ByteView> sender_public_key = {}, std::optional<HpkePsk> psk = {});

// Single-shot base mode (§6.1), as MLS uses it.
struct HpkeCiphertext {
    base::Bytes kem_output;
    base::Bytes ciphertext;
    friend bool operator==(const HpkeCiphertext&, const HpkeCiphertext&) = default;
};

// Seals to many receivers under one info, each with an encapsulation of its own: what the info alone decides is computed once.
class HpkeSealer {
public:
    HpkeSealer(HpkeSuite suite, base::ByteView info);
    // Errors: those of the KEM; limit_reached when the suite only exports.
    Result<HpkeCiphertext> seal(base::ByteView receiver_public_key, base::ByteView aad, base::ByteView plaintext, base::Random& random) const;

private:
    HpkeSuite m_suite;
    base::Bytes m_schedule_context;
};
Result<HpkeCiphertext> hpke_seal(HpkeSuite suite, base::ByteView receiver_public_key, base::ByteView info, base::ByteView aad,
                                 base::ByteView plaintext, base::Random& random);
Result<base::SecretBytes> hpke_open(HpkeSuite suite, const HpkeCiphertext& ciphertext, const HpkeReceiver& receiver, base::ByteView info,
                                    base::ByteView aad);

}  // namespace sinetti::crypto
