#include "mls/cipher_suite.h"

#include "crypto/aead.h"
#include "mls/encode.h"

#include <string>

namespace sinetti::mls {

namespace {

std::string labelled(std::string_view label)
{
    return "MLS 1.0 " + std::string(label);
}

// SignContent and EncryptContext have the same shape: opaque label<V>; opaque content<V>. What is signed may be a message's plaintext.
base::SecretBytes labelled_content(std::string_view label, ByteView content)
{
    return encode_secret([&](auto& writer) { writer.text(labelled(label)).opaque(content); });
}

}  // namespace

std::span<const CipherSuite> CipherSuite::all()
{
    static constexpr CipherSuite suites[] = {
        xwing_chacha20poly1305_sha512_ed25519(),
        xwing_chacha20poly1305_sha256_ed25519(),
        x25519_chacha20poly1305_sha256_ed25519(),
    };
    return suites;
}

std::optional<CipherSuite> CipherSuite::from_id(std::uint16_t id)
{
    for (const auto suite : all())
        if (suite.id() == id) return suite;
    return std::nullopt;
}

std::uint16_t CipherSuite::id() const
{
    return static_cast<std::uint16_t>(m_id);
}

crypto::HashAlgorithm CipherSuite::hash_algorithm() const
{
    return m_id == CipherSuiteId::xwing_chacha20poly1305_sha512_ed25519 ? crypto::HashAlgorithm::sha512 : crypto::HashAlgorithm::sha256;
}

crypto::HpkeSuite CipherSuite::hpke() const
{
    using crypto::AeadId;
    using crypto::KdfId;
    using crypto::KemId;
    using crypto::KeyDerivation;
    switch (m_id) {
    case CipherSuiteId::xwing_chacha20poly1305_sha256_ed25519:
        return {{KemId::xwing, KeyDerivation::labeled}, KdfId::hkdf_sha256, AeadId::chacha20_poly1305};
    case CipherSuiteId::xwing_chacha20poly1305_sha512_ed25519:
        return {{KemId::xwing, KeyDerivation::shake256}, KdfId::hkdf_sha512, AeadId::chacha20_poly1305};
    case CipherSuiteId::dhkem_x25519_chacha20poly1305_sha256_ed25519: break;
    }
    return {KemId::dhkem_x25519_hkdf_sha256, KdfId::hkdf_sha256, AeadId::chacha20_poly1305};
}

std::size_t CipherSuite::hash_size() const
{
    return crypto::hash_size(hash_algorithm());
}

std::size_t CipherSuite::aead_key_size() const
{
    return crypto::kAeadKeySize;
}

std::size_t CipherSuite::aead_nonce_size() const
{
    return crypto::kAeadNonceSize;
}

Bytes CipherSuite::hash(ByteView data) const
{
    return crypto::hash(hash_algorithm(), data);
}

base::SecretBytes CipherSuite::mac(ByteView key, ByteView data) const
{
    return crypto::hmac(hash_algorithm(), key, data);
}

bool CipherSuite::mac_verify(ByteView key, ByteView data, ByteView tag) const
{
    return crypto::hmac_verify(hash_algorithm(), key, data, tag);
}

base::SecretBytes CipherSuite::extract(ByteView salt, ByteView input_key_material) const
{
    return crypto::hkdf_extract(hash_algorithm(), salt, input_key_material);
}

Bytes CipherSuite::aead_seal(ByteView key, ByteView nonce, ByteView aad, ByteView plaintext) const
{
    return crypto::aead_seal(key, nonce, aad, plaintext);
}

Result<base::SecretBytes> CipherSuite::aead_open(ByteView key, ByteView nonce, ByteView aad, ByteView ciphertext) const
{
    return TRY_OR(crypto::aead_open(key, nonce, aad, ciphertext), Error::decryption_failed);
}

Result<base::SecretBytes> CipherSuite::expand_with_label(ByteView secret, std::string_view label, ByteView context, std::size_t length) const
{
    if (length > UINT16_MAX) return Unexpected(Error::bad_length);
    const auto kdf_label =
        encode([&](auto& writer) { writer.u16(static_cast<std::uint16_t>(length)).text(labelled(label)).opaque(context); });
    return TRY_OR(crypto::hkdf_expand(hash_algorithm(), secret, kdf_label, length), Error::bad_length);
}

base::SecretBytes CipherSuite::derive_secret(ByteView secret, std::string_view label) const
{
    return expand_with_label(secret, label, {}, hash_size()).value();   // Nh is always a length the KDF has
}

base::SecretBytes CipherSuite::derive_tree_secret(ByteView secret, std::string_view label, Generation generation, std::size_t length) const
{
    const auto context = encode([&](auto& writer) { writer.u32(generation.value()); });
    auto derived = expand_with_label(secret, label, context, length);
    CHECK_INVARIANT(derived.has_value());   // the callers ask for Nk, Nn and Nh only
    return std::move(derived).value();
}

Bytes CipherSuite::sign_with_label(const crypto::SignaturePrivateKey& key, std::string_view label, ByteView content) const
{
    const auto signature = key.sign(labelled_content(label, content).view());
    return Bytes(signature.begin(), signature.end());
}

Result<void> CipherSuite::verify_with_label(ByteView public_key, std::string_view label, ByteView content, ByteView signature) const
{
    if (!crypto::verify(public_key, labelled_content(label, content).view(), signature)) return Unexpected(Error::bad_signature);
    return {};
}

LabelledSealer CipherSuite::sealer_with_label(std::string_view label, ByteView context) const
{
    return LabelledSealer(crypto::HpkeSealer(hpke(), labelled_content(label, context).view()));
}

Result<crypto::HpkeCiphertext> LabelledSealer::encrypt(ByteView public_key, ByteView plaintext, base::Random& random) const
{
    return TRY_OR(m_sealer.seal(public_key, {}, plaintext, random), Error::invalid_leaf_node);
}

Result<base::SecretBytes> CipherSuite::decrypt_with_label(const crypto::HpkeReceiver& receiver, std::string_view label, ByteView context,
                                                          const crypto::HpkeCiphertext& ciphertext) const
{
    return TRY_OR(crypto::hpke_open(hpke(), ciphertext, receiver, labelled_content(label, context).view(), {}), Error::decryption_failed);
}

Bytes CipherSuite::ref_hash(std::string_view label, ByteView value) const
{
    return hash(encode([&](auto& writer) { writer.text(label).opaque(value); }));
}

}  // namespace sinetti::mls
