#pragma once
// A cipher suite as a value, and the labelled operations of RFC 9420 §5 on it. No length of a key or hash is known
// anywhere else in mls.

#include "base/random.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/sign.h"
#include "mls/errors.h"
#include "mls/types.h"

#include <optional>
#include <span>
#include <string_view>

namespace sinetti::mls {

// RFC 9420 §17.1, and two post-quantum suites with the code points their peers use: the IETF has not assigned any yet.
enum class CipherSuiteId : std::uint16_t {
    // MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519
    dhkem_x25519_chacha20poly1305_sha256_ed25519 = 0x0003,
    // OpenMLS: X-Wing with SHAKE256.LabeledDerive, HKDF-SHA256, ChaCha20-Poly1305, SHA-256, Ed25519
    xwing_chacha20poly1305_sha256_ed25519 = 0x004d,
    // ts-mls: X-Wing with plain SHAKE256, HKDF-SHA512, ChaCha20-Poly1305, SHA-512, Ed25519
    xwing_chacha20poly1305_sha512_ed25519 = 0x0054,
};

// EncryptWithLabel (§5.1.3) of one label and context, to any number of public keys. Error: invalid_leaf_node (a bad key).
class LabelledSealer {
public:
    Result<crypto::HpkeCiphertext> encrypt(ByteView public_key, ByteView plaintext, base::Random& random) const;

private:
    friend class CipherSuite;
    explicit LabelledSealer(crypto::HpkeSealer&& sealer) : m_sealer(std::move(sealer)) {}
    crypto::HpkeSealer m_sealer;
};

class CipherSuite {
public:
    static std::optional<CipherSuite> from_id(std::uint16_t id);   // nullopt when it is not one of ours
    static constexpr CipherSuite x25519_chacha20poly1305_sha256_ed25519()
    {
        return CipherSuite(CipherSuiteId::dhkem_x25519_chacha20poly1305_sha256_ed25519);
    }
    static constexpr CipherSuite xwing_chacha20poly1305_sha256_ed25519()
    {
        return CipherSuite(CipherSuiteId::xwing_chacha20poly1305_sha256_ed25519);
    }
    static constexpr CipherSuite xwing_chacha20poly1305_sha512_ed25519()
    {
        return CipherSuite(CipherSuiteId::xwing_chacha20poly1305_sha512_ed25519);
    }
    static std::span<const CipherSuite> all();   // ours, the preferred one first

    std::uint16_t id() const;
    crypto::HashAlgorithm hash_algorithm() const;
    crypto::HpkeSuite hpke() const;
    std::size_t hash_size() const;         // KDF.Nh
    std::size_t aead_key_size() const;     // AEAD.Nk
    std::size_t aead_nonce_size() const;   // AEAD.Nn

    // §5.1
    Bytes hash(ByteView data) const;
    base::SecretBytes mac(ByteView key, ByteView data) const;
    bool mac_verify(ByteView key, ByteView data, ByteView tag) const;
    base::SecretBytes extract(ByteView salt, ByteView input_key_material) const;
    Bytes aead_seal(ByteView key, ByteView nonce, ByteView aad, ByteView plaintext) const;
    Result<base::SecretBytes> aead_open(ByteView key, ByteView nonce, ByteView aad, ByteView ciphertext) const;

    // §8: ExpandWithLabel, DeriveSecret; §9: DeriveTreeSecret. Error: bad_length.
    Result<base::SecretBytes> expand_with_label(ByteView secret, std::string_view label, ByteView context, std::size_t length) const;
    base::SecretBytes derive_secret(ByteView secret, std::string_view label) const;
    base::SecretBytes derive_tree_secret(ByteView secret, std::string_view label, Generation generation, std::size_t length) const;

    // §5.1.2, §5.1.3
    Bytes sign_with_label(const crypto::SignaturePrivateKey& key, std::string_view label, ByteView content) const;
    Result<void> verify_with_label(ByteView public_key, std::string_view label, ByteView content, ByteView signature) const;
    LabelledSealer sealer_with_label(std::string_view label, ByteView context) const;
    Result<base::SecretBytes> decrypt_with_label(const crypto::HpkeReceiver& receiver, std::string_view label, ByteView context,
                                                 const crypto::HpkeCiphertext& ciphertext) const;

    // §5.2
    Bytes ref_hash(std::string_view label, ByteView value) const;

    friend bool operator==(CipherSuite, CipherSuite) = default;

private:
    constexpr explicit CipherSuite(CipherSuiteId id) : m_id(id) {}
    CipherSuiteId m_id;
};

}  // namespace sinetti::mls
