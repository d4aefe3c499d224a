#include "mls/key_schedule.h"

#include <algorithm>

namespace sinetti::mls {

namespace {

// The value between the joiner secret and its two children.
base::SecretBytes intermediate_secret(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk)
{
    return suite.extract(joiner.view(), psk.view());
}

KeyAndNonce derive_key_and_nonce(CipherSuite suite, ByteView secret, ByteView context)
{
    return {MessageKey(suite.expand_with_label(secret, "key", context, suite.aead_key_size()).value()),
            MessageNonce(suite.expand_with_label(secret, "nonce", context, suite.aead_nonce_size()).value())};
}

}  // namespace

EpochSecrets EpochSecrets::derive(CipherSuite suite, const EpochSecret& epoch_secret)
{
    const auto derive = [&](std::string_view label) { return suite.derive_secret(epoch_secret.view(), label); };
    return {SenderDataSecret(derive("sender data")),
            ExporterSecret(derive("exporter")),
            ExternalSecret(derive("external")),
            ConfirmationKey(derive("confirm")),
            MembershipKey(derive("membership")),
            ResumptionPsk(derive("resumption")),
            base::to_bytes(derive("authentication").view()),
            InitSecret(derive("init"))};
}

EpochSecrets EpochSecrets::clone() const
{
    return {sender_data_secret.clone(), exporter_secret.clone(), external_secret.clone(), confirmation_key.clone(),
            membership_key.clone(),     resumption_psk.clone(),  epoch_authenticator,     init_secret.clone()};
}

EncryptionSecret derive_encryption_secret(CipherSuite suite, const EpochSecret& epoch_secret)
{
    return EncryptionSecret(suite.derive_secret(epoch_secret.view(), "encryption"));
}

JoinerSecret derive_joiner_secret(CipherSuite suite, const InitSecret& init, const CommitSecret& commit, ByteView group_context)
{
    const auto extracted = suite.extract(init.view(), commit.view());
    return JoinerSecret(suite.expand_with_label(extracted.view(), "joiner", group_context, suite.hash_size()).value());
}

WelcomeSecret derive_welcome_secret(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk)
{
    return WelcomeSecret(suite.derive_secret(intermediate_secret(suite, joiner, psk).view(), "welcome"));
}

EpochSecret derive_epoch_secret(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk, ByteView group_context)
{
    const auto intermediate = intermediate_secret(suite, joiner, psk);
    return EpochSecret(suite.expand_with_label(intermediate.view(), "epoch", group_context, suite.hash_size()).value());
}

KeyAndNonce welcome_key_and_nonce(CipherSuite suite, const WelcomeSecret& welcome)
{
    return derive_key_and_nonce(suite, welcome.view(), {});
}

KeyAndNonce sender_data_key_and_nonce(CipherSuite suite, const SenderDataSecret& secret, ByteView ciphertext)
{
    // "the first KDF.Nh bytes of the ciphertext … If the length of the ciphertext is less than KDF.Nh, the whole ciphertext is used."
    return derive_key_and_nonce(suite, secret.view(), ciphertext.first(std::min(ciphertext.size(), suite.hash_size())));
}

Result<base::SecretBytes> mls_exporter(CipherSuite suite, const ExporterSecret& exporter, std::string_view label, ByteView context,
                                       std::size_t length)
{
    const auto derived = suite.derive_secret(exporter.view(), label);
    return suite.expand_with_label(derived.view(), "exported", suite.hash(context), length);
}

crypto::HpkeKeyPair external_key_pair(CipherSuite suite, const ExternalSecret& secret)
{
    return crypto::kem_derive_key_pair(suite.hpke().kem, secret.view());
}

namespace {

constexpr std::string_view kExternalInitLabel = "MLS 1.0 external init secret";

}  // namespace

Result<NewExternalInit> new_external_init(CipherSuite suite, ByteView external_pub, base::Random& random)
{
    auto sender = TRY_OR(crypto::hpke_setup_sender(suite.hpke(), external_pub, {}, random), Error::invalid_group_info);
    InitSecret init_secret(TRY_OR(sender.context.export_secret(base::view_of(kExternalInitLabel), suite.hash_size()), Error::invalid_group_info));
    return NewExternalInit{std::move(sender.encapsulated), std::move(init_secret)};
}

Result<InitSecret> external_init_secret(CipherSuite suite, const ExternalSecret& secret, ByteView kem_output)
{
    const auto keys = external_key_pair(suite, secret);
    const auto context = TRY_OR(crypto::hpke_setup_receiver(suite.hpke(), kem_output, {keys.private_key.view(), keys.public_key}, {}), Error::invalid_proposal);
    return InitSecret(TRY_OR(context.export_secret(base::view_of(kExternalInitLabel), suite.hash_size()), Error::invalid_proposal));
}

}  // namespace sinetti::mls
