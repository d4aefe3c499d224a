#pragma once
// The key schedule (RFC 9420 §8): from one epoch's init secret to the next epoch's secrets, each with a name of its own.
//
//   InitSecret[n-1], CommitSecret ─► JoinerSecret ─┬─ PskSecret ─► WelcomeSecret
//                                                  └─ PskSecret ─► EpochSecrets[n] (with InitSecret[n])

#include "mls/cipher_suite.h"

namespace sinetti::mls {

using InitSecret = base::NamedSecret<struct InitSecretTag>;
using CommitSecret = base::NamedSecret<struct CommitSecretTag>;
using JoinerSecret = base::NamedSecret<struct JoinerSecretTag>;
using PskSecret = base::NamedSecret<struct PskSecretTag>;
using WelcomeSecret = base::NamedSecret<struct WelcomeSecretTag>;
using EpochSecret = base::NamedSecret<struct EpochSecretTag>;
using SenderDataSecret = base::NamedSecret<struct SenderDataSecretTag>;
using EncryptionSecret = base::NamedSecret<struct EncryptionSecretTag>;
using ExporterSecret = base::NamedSecret<struct ExporterSecretTag>;
using ExternalSecret = base::NamedSecret<struct ExternalSecretTag>;
using ConfirmationKey = base::NamedSecret<struct ConfirmationKeyTag>;
using MembershipKey = base::NamedSecret<struct MembershipKeyTag>;
using ResumptionPsk = base::NamedSecret<struct ResumptionPskTag>;
using MessageKey = base::NamedSecret<struct MessageKeyTag>;
using MessageNonce = base::NamedSecret<struct MessageNonceTag>;

struct KeyAndNonce {
    MessageKey key;
    MessageNonce nonce;
};

// What is kept for the length of an epoch. The epoch secret itself is gone once these are derived (§9.2).
struct EpochSecrets {
    SenderDataSecret sender_data_secret;
    ExporterSecret exporter_secret;
    ExternalSecret external_secret;
    ConfirmationKey confirmation_key;
    MembershipKey membership_key;
    ResumptionPsk resumption_psk;
    Bytes epoch_authenticator;
    InitSecret init_secret;         // for the next epoch

    static EpochSecrets derive(CipherSuite suite, const EpochSecret& epoch_secret);
    EpochSecrets clone() const;
};
EncryptionSecret derive_encryption_secret(CipherSuite suite, const EpochSecret& epoch_secret);

JoinerSecret derive_joiner_secret(CipherSuite suite, const InitSecret& init, const CommitSecret& commit, ByteView group_context);
WelcomeSecret derive_welcome_secret(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk);
EpochSecret derive_epoch_secret(CipherSuite suite, const JoinerSecret& joiner, const PskSecret& psk, ByteView group_context);

KeyAndNonce welcome_key_and_nonce(CipherSuite suite, const WelcomeSecret& welcome);                                  // §12.4.3.1
KeyAndNonce sender_data_key_and_nonce(CipherSuite suite, const SenderDataSecret& secret, ByteView ciphertext);       // §6.3.2
Result<base::SecretBytes> mls_exporter(CipherSuite suite, const ExporterSecret& exporter, std::string_view label, ByteView context,
                                       std::size_t length);                                                          // §8.5
crypto::HpkeKeyPair external_key_pair(CipherSuite suite, const ExternalSecret& secret);                              // §8
Result<InitSecret> external_init_secret(CipherSuite suite, const ExternalSecret& secret, ByteView kem_output);       // §8.3, receiver
struct NewExternalInit {
    Bytes kem_output;
    InitSecret init_secret;
};
Result<NewExternalInit> new_external_init(CipherSuite suite, ByteView external_pub, base::Random& random);           // §8.3, joiner; invalid_group_info

inline CommitSecret no_commit_secret(CipherSuite suite) { return CommitSecret(base::SecretBytes(suite.hash_size())); }   // all zeros (§12.4.1)
inline PskSecret no_psk_secret(CipherSuite suite) { return PskSecret(base::SecretBytes(suite.hash_size())); }            // all zeros (§8.4)

}  // namespace sinetti::mls
