#include "crypto/hpke.h"

#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/labeled_kdf.h"

#include <algorithm>

namespace sinetti::crypto {

using base::ByteView;
using base::SecretBytes;
using base::Unexpected;

namespace {

enum class Mode : std::uint8_t { base = 0x00, psk = 0x01, auth = 0x02, auth_psk = 0x03 };   // §5, table 1

constexpr std::size_t kPskSizeMin = 32;   // §5.1.2: "The PSK MUST have at least 32 bytes of entropy"

HashAlgorithm hash_of(KdfId kdf)
{
    return kdf == KdfId::hkdf_sha512 ? HashAlgorithm::sha512 : HashAlgorithm::sha256;
}

// Its suite_id binds every derivation of a context to the algorithms of the suite (§5.1).
LabeledKdf kdf_of(const HpkeSuite& suite)
{
    codec::Writer suite_id;
    suite_id.raw(base::view_of("HPKE"));
    suite_id.u16(static_cast<std::uint16_t>(suite.kem.id)).u16(static_cast<std::uint16_t>(suite.kdf)).u16(static_cast<std::uint16_t>(suite.aead));
    return LabeledKdf(hash_of(suite.kdf), std::move(suite_id).take());
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
    // "key_schedule_context": all that does not depend on the shared secret.
    static base::Bytes schedule_context(const LabeledKdf& kdf, Mode mode, ByteView info, ByteView psk_id)
    {
        codec::Writer context;
        context.u8(static_cast<std::uint8_t>(mode)).raw(kdf.extract({}, "psk_id_hash", psk_id).view());
        context.raw(kdf.extract({}, "info_hash", info).view());
        return std::move(context).take();
    }

    struct AeadKey {
        SecretBytes key;
        base::ByteArray<kAeadNonceSize> base_nonce{};
    };
    static AeadKey aead_key(const LabeledKdf& kdf, const SecretBytes& secret, ByteView schedule_context)
    {
        AeadKey aead{kdf.expand_fixed(secret.view(), "key", schedule_context, kAeadKeySize), {}};
        const auto nonce = kdf.expand_fixed(secret.view(), "base_nonce", schedule_context, kAeadNonceSize);
        std::copy(nonce.view().begin(), nonce.view().end(), aead.base_nonce.begin());
        return aead;
    }

    static HpkeContext derive(const HpkeSuite& suite, Mode mode, const KemSharedSecret& shared_secret, ByteView info, const HpkePsk& psk)
    {
        const auto kdf = kdf_of(suite);
        const auto with = schedule_context(kdf, mode, info, psk.psk_id);
        const auto secret = kdf.extract(shared_secret.view(), "secret", psk.psk);

        HpkeContext context;
        context.m_suite = suite;
        context.m_exporter_secret = kdf.expand_fixed(secret.view(), "exp", with, kdf.extract_size());
        // §5.3: an export-only context has no key and no nonce.
        if (suite.aead != AeadId::export_only) {
            auto aead = aead_key(kdf, secret, with);
            context.m_key = std::move(aead.key);
            context.m_base_nonce = aead.base_nonce;
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

std::optional<HpkeSuite> HpkeSuite::from_ids(std::uint16_t kem, std::uint16_t kdf, std::uint16_t aead)
{
    const HpkeSuite suite{KemId{kem}, KdfId{kdf}, AeadId{aead}};
    const bool known = (suite.kem.id == KemId::dhkem_x25519_hkdf_sha256 || suite.kem.id == KemId::xwing) &&
                       (suite.kdf == KdfId::hkdf_sha256 || suite.kdf == KdfId::hkdf_sha512) &&
                       (suite.aead == AeadId::chacha20_poly1305 || suite.aead == AeadId::export_only);
    return known ? std::optional(suite) : std::nullopt;
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
    return kdf_of(m_suite).expand(m_exporter_secret.view(), "sec", exporter_context, length);   // §5.3
}

Result<HpkeSender> hpke_setup_sender(HpkeSuite suite, ByteView receiver_public_key, ByteView info, base::Random& random,
                                     std::optional<ByteView> sender_private_key, std::optional<HpkePsk> psk)
{
    TRY(HpkeSchedule::check_psk(psk));
    auto encapsulation = TRY(kem_encapsulate(suite.kem, receiver_public_key, random, sender_private_key));
    const auto mode = mode_of(sender_private_key.has_value(), psk.has_value());
    auto context = HpkeSchedule::derive(suite, mode, encapsulation.shared_secret, info, psk.value_or(HpkePsk{}));
    return HpkeSender{std::move(encapsulation.encapsulated), std::move(context)};
}

Result<HpkeContext> hpke_setup_receiver(HpkeSuite suite, ByteView encapsulated, const HpkeReceiver& receiver, ByteView info,
                                        std::optional<ByteView> sender_public_key, std::optional<HpkePsk> psk)
{
    TRY(HpkeSchedule::check_psk(psk));
    const auto shared_secret = TRY(kem_decapsulate(suite.kem, encapsulated, receiver, sender_public_key));
    const auto mode = mode_of(sender_public_key.has_value(), psk.has_value());
    return HpkeSchedule::derive(suite, mode, shared_secret, info, psk.value_or(HpkePsk{}));
}

HpkeSealer::HpkeSealer(HpkeSuite suite, ByteView info)
    : m_suite(suite), m_schedule_context(HpkeSchedule::schedule_context(kdf_of(suite), Mode::base, info, {}))
{
}

Result<HpkeCiphertext> HpkeSealer::seal(ByteView receiver_public_key, ByteView aad, ByteView plaintext, base::Random& random) const
{
    if (m_suite.aead == AeadId::export_only) return Unexpected(Error::limit_reached);
    auto encapsulation = TRY(kem_encapsulate(m_suite.kem, receiver_public_key, random));
    const auto kdf = kdf_of(m_suite);
    const auto secret = kdf.extract(encapsulation.shared_secret.view(), "secret", {});
    const auto [key, base_nonce] = HpkeSchedule::aead_key(kdf, secret, m_schedule_context);
    return HpkeCiphertext{std::move(encapsulation.encapsulated), aead_seal(key.view(), nonce_for(base_nonce, 0), aad, plaintext)};
}

Result<HpkeCiphertext> hpke_seal(HpkeSuite suite, ByteView receiver_public_key, ByteView info, ByteView aad, ByteView plaintext,
                                 base::Random& random)
{
    return HpkeSealer(suite, info).seal(receiver_public_key, aad, plaintext, random);
}

Result<SecretBytes> hpke_open(HpkeSuite suite, const HpkeCiphertext& ciphertext, const HpkeReceiver& receiver, ByteView info, ByteView aad)
{
    if (receiver.private_key.size() != kem_private_key_size(suite.kem)) return Unexpected(Error::bad_length);
    // What the sender chose is one thing to the outside: it opens or it does not.
    auto context = TRY_OR(hpke_setup_receiver(suite, ciphertext.kem_output, receiver, info), Error::open_failed);
    return TRY_OR(context.open(aad, ciphertext.ciphertext), Error::open_failed);
}

}  // namespace sinetti::crypto
