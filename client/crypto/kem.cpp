#include "crypto/kem.h"

#include "base/check.h"
#include "codec/writer.h"
#include "crypto/labeled_kdf.h"

#include <algorithm>
#include <sodium.h>

namespace sinetti::crypto {

using base::ByteView;
using base::SecretBytes;
using base::Unexpected;

namespace {

constexpr std::size_t kXWingSeedSize = crypto_kem_xwing_SEEDBYTES;   // of a key pair; it is the private key
constexpr std::size_t kXWingEncapsulationSeedSize = 64;              // eseed: ML-KEM's message, then X25519's ephemeral key
constexpr std::size_t kMlKemCoefficientsSize = 1152;                 // of a public key, at its beginning
constexpr std::size_t kSecretSize = 32;                              // Nsecret of either KEM

static_assert(crypto_kem_xwing_SECRETKEYBYTES == kXWingSeedSize && crypto_kem_xwing_SHAREDSECRETBYTES == kSecretSize);

bool is_xwing(Kem kem)
{
    return kem.id == KemId::xwing;
}

// The suite_id that binds the derivations of a KEM to it (RFC 9180 §4.1).
base::Bytes kem_suite_id(Kem kem)
{
    codec::Writer writer;
    writer.raw(base::view_of("KEM")).u16(static_cast<std::uint16_t>(kem.id));
    return std::move(writer).take();
}

LabeledKdf dhkem_kdf()
{
    return LabeledKdf(HashAlgorithm::sha256, kem_suite_id(KemId::dhkem_x25519_hkdf_sha256));
}

// RFC 9180 §7.1.3: dkp_prk = LabeledExtract("", "dkp_prk", ikm); sk = LabeledExpand(dkp_prk, "sk", "", Nsk)
DhPrivateKey derive_dh_key(ByteView input_key_material)
{
    const auto kdf = dhkem_kdf();
    const auto dkp_prk = kdf.extract({}, "dkp_prk", input_key_material);
    auto key = DhPrivateKey::from_bytes(kdf.expand_fixed(dkp_prk.view(), "sk", {}, kDhKeySize).view());
    return std::move(key).value();   // Nsk is the length of a key
}

// RFC 9180 §4.1: ExtractAndExpand(dh, kem_context)
KemSharedSecret extract_and_expand(const SecretBytes& dh, ByteView kem_context)
{
    const auto kdf = dhkem_kdf();
    const auto eae_prk = kdf.extract({}, "eae_prk", dh.view());
    return KemSharedSecret(kdf.expand_fixed(eae_prk.view(), "shared_secret", kem_context, kSecretSize));
}

Result<Encapsulation> dhkem_encapsulate(ByteView receiver_public_key, base::Random& random, std::optional<ByteView> sender_private_key)
{
    base::Secret<kDhKeySize> seed;
    random.fill(seed.mutable_view());
    const auto ephemeral = derive_dh_key(seed.view());

    SecretBytes dh = TRY(ephemeral.shared_secret(receiver_public_key));
    codec::Writer kem_context;
    kem_context.raw(ephemeral.public_key()).raw(receiver_public_key);
    if (sender_private_key) {
        const auto sender = TRY(DhPrivateKey::from_bytes(*sender_private_key));
        dh.append(TRY(sender.shared_secret(receiver_public_key)).view());
        kem_context.raw(sender.public_key());
    }
    Encapsulation result;
    result.shared_secret = extract_and_expand(dh, kem_context.view());
    result.encapsulated = base::to_bytes(ephemeral.public_key());
    return result;
}

Result<KemSharedSecret> dhkem_decapsulate(ByteView encapsulated, const HpkeReceiver& receiver, std::optional<ByteView> sender_public_key)
{
    SecretBytes dh = TRY(DhPrivateKey::shared_secret(receiver.private_key, encapsulated));
    codec::Writer kem_context;
    kem_context.raw(encapsulated);
    if (receiver.public_key)
        kem_context.raw(*receiver.public_key);
    else
        kem_context.raw(TRY(DhPrivateKey::from_bytes(receiver.private_key)).public_key());
    if (sender_public_key) {
        dh.append(TRY(DhPrivateKey::shared_secret(receiver.private_key, *sender_public_key)).view());
        kem_context.raw(*sender_public_key);
    }
    return extract_and_expand(dh, kem_context.view());
}

// The u coordinates of the points whose order divides 8, on the curve and its twist, as X25519 can be given them (RFC 7748 §7 leaves the
// check to protocols; RFC 9180 §7.1.4 makes it one of the result). Its top bit does not count (RFC 7748 §5).
bool has_small_order(ByteView u)
{
    constexpr std::uint8_t f = 0xff;
    static constexpr base::ByteArray<kDhKeySize> kSmall[] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
         0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
         0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
        {0xec, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, 0x7f},   // p - 1
        {0xed, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, 0x7f},   // p
        {0xee, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, 0x7f},   // p + 1
    };
    auto masked = base::to_bytes(u);
    masked.back() &= 0x7f;
    return std::any_of(std::begin(kSmall), std::end(kSmall), [&](const auto& small) { return base::equal(masked, small); });
}

// FIPS 203 §7.2, the modulus check: each coefficient, of 12 bits, is less than q.
bool is_reduced(ByteView coefficients)
{
    constexpr unsigned kQ = 3329;
    for (std::size_t i = 0; i + 2 < coefficients.size(); i += 3) {
        const unsigned low = coefficients[i] | (coefficients[i + 1] & 0x0fu) << 8;
        const unsigned high = coefficients[i + 1] >> 4 | unsigned{coefficients[i + 2]} << 4;
        if (low >= kQ || high >= kQ) return false;
    }
    return true;
}

// draft-connolly-cfrg-xwing-kem §5.2 GenerateKeyPairDerand: the private key is the seed itself.
HpkeKeyPair xwing_key_pair(ByteView seed)
{
    CHECK_INVARIANT(seed.size() == kXWingSeedSize);
    SecretBytes private_key(kXWingSeedSize);
    HpkeKeyPair pair;
    pair.public_key.resize(crypto_kem_xwing_PUBLICKEYBYTES);
    CHECK_INVARIANT(crypto_kem_xwing_seed_keypair(pair.public_key.data(), private_key.data(), seed.data()) == 0);
    pair.private_key = HpkePrivateKey(std::move(private_key));
    return pair;
}

HpkeKeyPair derive_xwing_key_pair(Kem kem, ByteView input_key_material)
{
    if (kem.derivation == KeyDerivation::shake256) return xwing_key_pair(shake256(input_key_material, kXWingSeedSize).view());
    // LabeledDerive of draft-ietf-hpke-hpke §4: Derive(concat(ikm, "HPKE-v1", suite_id, lengthPrefixed(label), I2OSP(L, 2), context), L)
    const auto label = base::view_of("DeriveKeyPair");
    codec::SecretWriter labeled;
    labeled.raw(input_key_material).raw(base::view_of("HPKE-v1")).raw(kem_suite_id(kem));
    labeled.u16(static_cast<std::uint16_t>(label.size())).raw(label).u16(static_cast<std::uint16_t>(kXWingSeedSize));
    return xwing_key_pair(shake256(labeled.view(), kXWingSeedSize).view());
}

Result<Encapsulation> xwing_encapsulate(ByteView receiver_public_key, base::Random& random)
{
    if (receiver_public_key.size() != crypto_kem_xwing_PUBLICKEYBYTES) return Unexpected(Error::bad_length);
    base::Secret<kXWingEncapsulationSeedSize> seed;
    random.fill(seed.mutable_view());
    SecretBytes shared_secret(kSecretSize);
    base::Bytes encapsulated(crypto_kem_xwing_CIPHERTEXTBYTES);
    // Refuses an X25519 half of small order and, by FIPS 203 §7.2, an ML-KEM half that is not reduced modulo q.
    if (crypto_kem_xwing_enc_deterministic(encapsulated.data(), shared_secret.data(), receiver_public_key.data(), seed.data()) != 0)
        return Unexpected(Error::bad_key);
    return Encapsulation{KemSharedSecret(std::move(shared_secret)), std::move(encapsulated)};
}

Result<KemSharedSecret> xwing_decapsulate(ByteView encapsulated, ByteView receiver_private_key)
{
    if (encapsulated.size() != crypto_kem_xwing_CIPHERTEXTBYTES || receiver_private_key.size() != kXWingSeedSize)
        return Unexpected(Error::bad_length);
    SecretBytes shared_secret(kSecretSize);
    if (crypto_kem_xwing_dec(shared_secret.data(), encapsulated.data(), receiver_private_key.data()) != 0) return Unexpected(Error::bad_key);
    return KemSharedSecret(std::move(shared_secret));
}

}  // namespace

std::size_t kem_private_key_size(Kem kem) { return is_xwing(kem) ? kXWingSeedSize : kDhKeySize; }
std::size_t kem_public_key_size(Kem kem) { return is_xwing(kem) ? crypto_kem_xwing_PUBLICKEYBYTES : kDhKeySize; }
std::size_t kem_encapsulated_size(Kem kem) { return is_xwing(kem) ? crypto_kem_xwing_CIPHERTEXTBYTES : kDhKeySize; }
std::size_t kem_secret_size(Kem) { return kSecretSize; }
std::size_t kem_seed_size(Kem kem) { return is_xwing(kem) ? kXWingSeedSize : kDhKeySize; }
bool kem_has_authentication(Kem kem) { return !is_xwing(kem); }

bool kem_is_public_key(Kem kem, ByteView public_key)
{
    if (public_key.size() != kem_public_key_size(kem)) return false;
    if (is_xwing(kem) && !is_reduced(public_key.first(kMlKemCoefficientsSize))) return false;   // pk_M || pk_X
    return !has_small_order(public_key.last(kDhKeySize));
}

HpkeKeyPair kem_derive_key_pair(Kem kem, ByteView input_key_material)
{
    if (is_xwing(kem)) return derive_xwing_key_pair(kem, input_key_material);
    const auto key = derive_dh_key(input_key_material);
    HpkeKeyPair pair;
    pair.private_key = HpkePrivateKey(key.bytes());
    pair.public_key = base::to_bytes(key.public_key());
    return pair;
}

HpkeKeyPair kem_generate_key_pair(Kem kem, base::Random& random)
{
    SecretBytes seed(kem_seed_size(kem));
    random.fill(seed.mutable_view());
    return is_xwing(kem) ? xwing_key_pair(seed.view()) : kem_derive_key_pair(kem, seed.view());
}

Result<HpkePublicKey> kem_public_key(Kem kem, ByteView private_key)
{
    if (private_key.size() != kem_private_key_size(kem)) return Unexpected(Error::bad_length);
    if (is_xwing(kem)) return xwing_key_pair(private_key).public_key;
    const auto key = TRY(DhPrivateKey::from_bytes(private_key));
    return base::to_bytes(key.public_key());
}

Result<Encapsulation> kem_encapsulate(Kem kem, ByteView receiver_public_key, base::Random& random, std::optional<ByteView> sender_private_key)
{
    if (sender_private_key && !kem_has_authentication(kem)) return Unexpected(Error::unsupported);
    return is_xwing(kem) ? xwing_encapsulate(receiver_public_key, random) : dhkem_encapsulate(receiver_public_key, random, sender_private_key);
}

Result<KemSharedSecret> kem_decapsulate(Kem kem, ByteView encapsulated, const HpkeReceiver& receiver,
                                        std::optional<ByteView> sender_public_key)
{
    if (sender_public_key && !kem_has_authentication(kem)) return Unexpected(Error::unsupported);
    return is_xwing(kem) ? xwing_decapsulate(encapsulated, receiver.private_key)
                         : dhkem_decapsulate(encapsulated, receiver, sender_public_key);
}

}  // namespace sinetti::crypto
