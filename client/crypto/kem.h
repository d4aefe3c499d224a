#pragma once
// Key encapsulation for HPKE: DHKEM(X25519, HKDF-SHA256) (RFC 9180 §4.1) and X-Wing (draft-connolly-cfrg-xwing-kem), which joins
// ML-KEM-768 and X25519 and holds as long as one of them does.
//
//                  Nsk        Npk    Nenc   Nsecret
//   DHKEM(X25519)  32         32     32     32
//   X-Wing         32 (seed)  1,216  1,120  32

#include "base/random.h"
#include "crypto/dh.h"
#include "crypto/error.h"

#include <concepts>
#include <optional>

namespace sinetti::crypto {

enum class KemId : std::uint16_t { dhkem_x25519_hkdf_sha256 = 0x0020, xwing = 0x647a };

// DeriveKeyPair of X-Wing differs between implementations, and the KEM's id does not say which one is meant. DHKEM has one way.
enum class KeyDerivation : std::uint8_t {
    labeled,    // SHAKE256.LabeledDerive(ikm, "DeriveKeyPair", "", 32) of draft-ietf-hpke-pq; RFC 9180 §7.1.3 for DHKEM
    shake256,   // SHAKE256(ikm, 32)
};

struct Kem {
    KemId id = KemId::dhkem_x25519_hkdf_sha256;
    KeyDerivation derivation = KeyDerivation::labeled;

    constexpr Kem() = default;
    constexpr Kem(KemId kem, KeyDerivation key_derivation = KeyDerivation::labeled) : id(kem), derivation(key_derivation) {}
    friend bool operator==(const Kem&, const Kem&) = default;
};

std::size_t kem_private_key_size(Kem kem);    // Nsk
std::size_t kem_public_key_size(Kem kem);     // Npk
std::size_t kem_encapsulated_size(Kem kem);   // Nenc
std::size_t kem_secret_size(Kem kem);         // Nsecret
std::size_t kem_seed_size(Kem kem);           // bytes that kem_generate_key_pair draws
bool kem_has_authentication(Kem kem);         // AuthEncap and AuthDecap: HPKE's modes auth and auth_psk
// Whether kem_encapsulate() takes it: of the right size, no X25519 point of small order, ML-KEM coefficients within the field. Cheap, so
// that a key can be refused where it comes in and not only by whoever has to encrypt to it.
bool kem_is_public_key(Kem kem, base::ByteView public_key);

using HpkePrivateKey = base::NamedSecret<struct HpkePrivateKeyTag>;
using HpkePublicKey = base::Bytes;
using KemSharedSecret = base::NamedSecret<struct KemSharedSecretTag>;

struct HpkeKeyPair {
    HpkePrivateKey private_key;
    HpkePublicKey public_key;
};

HpkeKeyPair kem_derive_key_pair(Kem kem, base::ByteView input_key_material);   // DeriveKeyPair
HpkeKeyPair kem_generate_key_pair(Kem kem, base::Random& random);
Result<HpkePublicKey> kem_public_key(Kem kem, base::ByteView private_key);     // bad_length

// Who decapsulates. DHKEM takes the public key into its secret and computes it anew when the caller does not have it at hand (one more
// multiplication); with another one than the private key's the secret is simply another.
struct HpkeReceiver {
    template<typename Key>
        requires std::convertible_to<const Key&, base::ByteView>
    HpkeReceiver(const Key& private_key_) : private_key(private_key_)
    {
    }
    HpkeReceiver(base::ByteView private_key_, base::ByteView public_key_) : private_key(private_key_), public_key(public_key_) {}

    base::ByteView private_key;
    std::optional<base::ByteView> public_key;
};

struct Encapsulation {
    KemSharedSecret shared_secret;
    base::Bytes encapsulated;   // enc
};

// Encap and Decap; AuthEncap and AuthDecap when the sender's key is given. Errors: bad_length, bad_key (of small order, or with
// coefficients of ML-KEM outside the field), unsupported (a sender's key where the KEM has no authentication).
// A changed X-Wing encapsulation of the right length gives another secret, not an error (ML-KEM's implicit rejection).
Result<Encapsulation> kem_encapsulate(Kem kem, base::ByteView receiver_public_key, base::Random& random,
                                      std::optional<base::ByteView> sender_private_key = {});
Result<KemSharedSecret> kem_decapsulate(Kem kem, base::ByteView encapsulated, const HpkeReceiver& receiver,
                                        std::optional<base::ByteView> sender_public_key = {});

}  // namespace sinetti::crypto
