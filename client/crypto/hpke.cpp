#include "crypto/hpke.h"

#include "base/check.h"
#include "codec/writer.h"
#include "crypto/aead.h"

#include <algorithm>

namespace sinetti::crypto {

using base::ByteView;
using base::SecretBytes;
using base::Unexpected;

namespace {

enum class Mode : std::uint8_t { base = 0x00, psk = 0x01, auth = 0x02, auth_psk = 0x03 };   // §5, table 1

constexpr std::size_t kPskSizeMin = 32;   // §5.1.2: "The PSK MUST have at least 32 bytes of entropy"
constexpr std::size_t kHashSize = 32;     // Nh of HKDF-SHA256

// The suite_id that binds every derivation to its algorithms (§4.1, §5.1).
base::Bytes kem_suite_id(KemId kem)
{
    CHECK_INVARIANT(kem == KemId::dhkem_x25519_hkdf_sha256);
    codec::Writer writer;
    writer.raw(base::view_of("KEM")).u16(static_cast<std::uint16_t>(kem));
    return std::move(writer).take();
}

base::Bytes hpke_suite_id(const HpkeSuite& suite)
{
    CHECK_INVARIANT(suite.kdf == KdfId::hkdf_sha256 && (suite.aead == AeadId::chacha20_poly1305 || suite.aead == AeadId::export_only));
    codec::Writer writer;
    writer.raw(base::view_of("HPKE"));
    writer.u16(static_cast<std::uint16_t>(suite.kem)).u16(static_cast<std::uint16_t>(suite.kdf)).u16(static_cast<std::uint16_t>(suite.aead));
    return std::move(writer).take();
}

// §4: labeled_ikm = concat("HPKE-v1", suite_id, label, ikm); return Extract(salt, labeled_ikm)
SecretBytes labeled_extract(ByteView suite_id, ByteView salt, std::string_view label, ByteView input_key_material)
{
    codec::SecretWriter labeled;
    labeled.raw(base::view_of("HPKE-v1")).raw(suite_id).raw(base::view_of(label)).raw(input_key_material);
    return hkdf_extract(HashAlgorithm::sha256, salt, labeled.view());
}

// §4: labeled_info = concat(I2OSP(L, 2), "HPKE-v1", suite_id, label, info); return Expand(prk, labeled_info, L)
Result<SecretBytes> labeled_expand(ByteView suite_id, ByteView pseudorandom_key, std::string_view label, ByteView info, std::size_t length)
{
    if (length > 255 * kHashSize) return Unexpected(Error::bad_length);
    codec::SecretWriter labeled;
    labeled.u16(static_cast<std::uint16_t>(length)).raw(base::view_of("HPKE-v1")).raw(suite_id).raw(base::view_of(label)).raw(info);
    return hkdf_expand(HashAlgorithm::sha256, pseudorandom_key, labeled.view(), length);
}

// For lengths of our own that are within the limit by construction.
SecretBytes labeled_expand_fixed(ByteView suite_id, ByteView pseudorandom_key, std::string_view label, ByteView info, std::size_t length)
{
    auto expanded = labeled_expand(suite_id, pseudorandom_key, label, info, length);
    return std::move(expanded).value();
}

// §4.1: ExtractAndExpand(dh, kem_context)
SecretBytes extract_and_expand(KemId kem, const SecretBytes& dh, ByteView kem_context)
{
    const auto suite_id = kem_suite_id(kem);
    const auto eae_prk = labeled_extract(suite_id, {}, "eae_prk", dh.view());
    return labeled_expand_fixed(suite_id, eae_prk.view(), "shared_secret", kem_context, kem_secret_size(kem));
}

// §7.1.3 DeriveKeyPair for X25519: dkp_prk = LabeledExtract("", "dkp_prk", ikm); sk = LabeledExpand(dkp_prk, "sk", "", Nsk)
DhPrivateKey derive_dh_key(KemId kem, ByteView input_key_material)
{
    const auto suite_id = kem_suite_id(kem);
    const auto dkp_prk = labeled_extract(suite_id, {}, "dkp_prk", input_key_material);
    auto key = DhPrivateKey::from_bytes(labeled_expand_fixed(suite_id, dkp_prk.view(), "sk", {}, kem_private_key_size(kem)).view());
    return std::move(key).value();   // Nsk is the length of a key
}

struct Encapsulation {
    SecretBytes shared_secret;
    base::Bytes encapsulated;
};

// §4.1 Encap and, with a sender's key, AuthEncap.
Result<Encapsulation> encapsulate(KemId kem, ByteView receiver_public_key, base::Random& random, const std::optional<DhPrivateKey>& sender)
{
    SecretBytes seed(kem_seed_size(kem));
    random.fill(seed.mutable_view());
    const auto ephemeral = derive_dh_key(kem, seed.view());

    SecretBytes dh = TRY(ephemeral.shared_secret(receiver_public_key));
    codec::Writer kem_context;
    kem_context.raw(ephemeral.public_key()).raw(receiver_public_key);
    if (sender) {
        const auto second = TRY(sender->shared_secret(receiver_public_key));
        dh.append(second.view());
        kem_context.raw(sender->public_key());
    }
    Encapsulation result;
    result.shared_secret = extract_and_expand(kem, dh, kem_context.view());
    result.encapsulated = base::to_bytes(ephemeral.public_key());
    return result;
}

// §4.1 Decap and, with a sender's key, AuthDecap.
Result<SecretBytes> decapsulate(KemId kem, ByteView encapsulated, const DhPrivateKey& receiver, std::optional<ByteView> sender_public_key)
{
    SecretBytes dh = TRY(receiver.shared_secret(encapsulated));
    codec::Writer kem_context;
    kem_context.raw(encapsulated).raw(receiver.public_key());
    if (sender_public_key) {
        const auto second = TRY(receiver.shared_secret(*sender_public_key));
        dh.append(second.view());
        kem_context.raw(*sender_public_key);
    }
    return extract_and_expand(kem, dh, kem_context.view());
}

Mode mode_of(bool authenticated, bool with_psk)
{
    if (authenticated) return with_psk ? Mode::auth_psk : Mode::auth;
    return with_psk ? Mode::psk : Mode::base;
}

}  // namespace

// §5.1 KeySchedule: the only maker of contexts.
class HpkeSchedule {
public:
    static HpkeContext derive(const HpkeSuite& suite, Mode mode, const SecretBytes& shared_secret, ByteView info, const HpkePsk& psk)
    {
        const auto suite_id = hpke_suite_id(suite);
        const auto psk_id_hash = labeled_extract(suite_id, {}, "psk_id_hash", psk.psk_id);
        const auto info_hash = labeled_extract(suite_id, {}, "info_hash", info);
        codec::Writer schedule_context;
        schedule_context.u8(static_cast<std::uint8_t>(mode)).raw(psk_id_hash.view()).raw(info_hash.view());
        const auto secret = labeled_extract(suite_id, shared_secret.view(), "secret", psk.psk);

        HpkeContext context;
        context.m_suite = suite;
        context.m_exporter_secret = labeled_expand_fixed(suite_id, secret.view(), "exp", schedule_context.view(), kHashSize);
        // §5.3: an export-only context has no key and no nonce.
        if (suite.aead != AeadId::export_only) {
            context.m_key = labeled_expand_fixed(suite_id, secret.view(), "key", schedule_context.view(), kAeadKeySize);
            const auto nonce = labeled_expand_fixed(suite_id, secret.view(), "base_nonce", schedule_context.view(), kAeadNonceSize);
            std::copy(nonce.view().begin(), nonce.view().end(), context.m_base_nonce.begin());
        }
        return context;
    }

    // §5.1 VerifyPSKInputs: a PSK and its id come together or not at all.
    static Result<void> check_psk(const std::optional<HpkePsk>& psk)
    {
        if (psk && (psk->psk.size() < kPskSizeMin || psk->psk_id.empty())) return Unexpected(Error::bad_length);
        return {};
    }
};

namespace {

// §5.2 ComputeNonce: base_nonce XOR I2OSP(seq, Nn)
base::ByteArray<kAeadNonceSize> nonce_for(const base::ByteArray<kAeadNonceSize>& base_nonce, std::uint64_t sequence)
{
    auto nonce = base_nonce;
    for (std::size_t i = 0; i < 8; ++i) nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(sequence >> (8 * i));
    return nonce;
}

}  // namespace

std::size_t kem_private_key_size(KemId) { return kDhKeySize; }
std::size_t kem_public_key_size(KemId) { return kDhKeySize; }
std::size_t kem_encapsulated_size(KemId) { return kDhKeySize; }
std::size_t kem_secret_size(KemId) { return kHashSize; }
std::size_t kem_seed_size(KemId) { return kDhKeySize; }

HpkeKeyPair kem_derive_key_pair(KemId kem, ByteView input_key_material)
{
    const auto key = derive_dh_key(kem, input_key_material);
    HpkeKeyPair pair;
    pair.private_key = HpkePrivateKey(key.bytes());
    pair.public_key = base::to_bytes(key.public_key());
    return pair;
}

HpkeKeyPair kem_generate_key_pair(KemId kem, base::Random& random)
{
    SecretBytes seed(kem_seed_size(kem));
    random.fill(seed.mutable_view());
    return kem_derive_key_pair(kem, seed.view());
}

Result<HpkePublicKey> kem_public_key(KemId, ByteView private_key)
{
    const auto key = TRY(DhPrivateKey::from_bytes(private_key));
    return base::to_bytes(key.public_key());
}

Result<base::Bytes> HpkeContext::seal(ByteView aad, ByteView plaintext)
{
    if (m_suite.aead == AeadId::export_only || m_sequence == UINT64_MAX) return Unexpected(Error::limit_reached);
    auto sealed = aead_seal(m_key.view(), nonce_for(m_base_nonce, m_sequence), aad, plaintext);
    ++m_sequence;
    return sealed;
}

Result<SecretBytes> HpkeContext::open(ByteView aad, ByteView ciphertext)
{
    if (m_suite.aead == AeadId::export_only || m_sequence == UINT64_MAX) return Unexpected(Error::limit_reached);
    auto plaintext = TRY(aead_open(m_key.view(), nonce_for(m_base_nonce, m_sequence), aad, ciphertext));
    ++m_sequence;   // only after success (§5.2): a ciphertext that does not open moves nothing
    return plaintext;
}

Result<SecretBytes> HpkeContext::export_secret(ByteView exporter_context, std::size_t length) const
{
    return labeled_expand(hpke_suite_id(m_suite), m_exporter_secret.view(), "sec", exporter_context, length);   // §5.3
}

Result<HpkeSender> hpke_setup_sender(HpkeSuite suite, ByteView receiver_public_key, ByteView info, base::Random& random,
                                     std::optional<ByteView> sender_private_key, std::optional<HpkePsk> psk)
{
    TRY(HpkeSchedule::check_psk(psk));
    std::optional<DhPrivateKey> sender;
    if (sender_private_key) sender = TRY(DhPrivateKey::from_bytes(*sender_private_key));
    auto encapsulation = TRY(encapsulate(suite.kem, receiver_public_key, random, sender));
    const auto mode = mode_of(sender.has_value(), psk.has_value());
    auto context = HpkeSchedule::derive(suite, mode, encapsulation.shared_secret, info, psk.value_or(HpkePsk{}));
    return HpkeSender{std::move(encapsulation.encapsulated), std::move(context)};
}

Result<HpkeContext> hpke_setup_receiver(HpkeSuite suite, ByteView encapsulated, ByteView receiver_private_key, ByteView info,
                                        std::optional<ByteView> sender_public_key, std::optional<HpkePsk> psk)
{
    TRY(HpkeSchedule::check_psk(psk));
    const auto receiver = TRY(DhPrivateKey::from_bytes(receiver_private_key));
    const auto shared_secret = TRY(decapsulate(suite.kem, encapsulated, receiver, sender_public_key));
    const auto mode = mode_of(sender_public_key.has_value(), psk.has_value());
    return HpkeSchedule::derive(suite, mode, shared_secret, info, psk.value_or(HpkePsk{}));
}

Result<HpkeCiphertext> hpke_seal(HpkeSuite suite, ByteView receiver_public_key, ByteView info, ByteView aad, ByteView plaintext,
                                 base::Random& random)
{
    auto sender = TRY(hpke_setup_sender(suite, receiver_public_key, info, random));
    auto ciphertext = TRY(sender.context.seal(aad, plaintext));
    return HpkeCiphertext{std::move(sender.encapsulated), std::move(ciphertext)};
}

Result<SecretBytes> hpke_open(HpkeSuite suite, const HpkeCiphertext& ciphertext, ByteView receiver_private_key, ByteView info, ByteView aad)
{
    if (receiver_private_key.size() != kem_private_key_size(suite.kem)) return Unexpected(Error::bad_length);
    // What the sender chose is one thing to the outside: it opens or it does not.
    auto context = TRY_OR(hpke_setup_receiver(suite, ciphertext.kem_output, receiver_private_key, info), Error::open_failed);
    return TRY_OR(context.open(aad, ciphertext.ciphertext), Error::open_failed);
}

}  // namespace sinetti::crypto
