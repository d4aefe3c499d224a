#include "vault/hardening.h"

#include "codec/writer.h"
#include "crypto/hash.h"

namespace sinetti::vault {

using base::Unexpected;
using crypto::HashAlgorithm;

namespace {

base::ByteArray<crypto::kPasswordSaltSize> salt_of(const VaultId& id)
{
    const auto digest = crypto::Sha256().update(base::view_of("sinetti vault salt v1")).update(id).finish();
    base::ByteArray<crypto::kPasswordSaltSize> salt;
    std::copy_n(digest.begin(), salt.size(), salt.begin());
    return salt;
}

}  // namespace

Hardening::Hardening(const VaultId& id, base::SecretBytes&& passphrase, crypto::OprfBlinded&& blinded)
    : m_id(id), m_passphrase(std::move(passphrase)), m_blind(std::move(blinded.blind)), m_blinded(blinded.element)
{
}

Hardening Hardening::begin(const VaultId& id, base::SecretBytes&& passphrase, base::Random& random)
{
    // Fails for inputs over its limit, and for one whose hash is the identity, which nobody can find.
    auto blinded = crypto::oprf_blind(crypto::OprfMode::oprf, passphrase.view(), random);
    CHECK_INVARIANT(blinded.has_value());
    return Hardening(id, std::move(passphrase), std::move(*blinded));
}

Result<VaultSecret> Hardening::finish(base::ByteView evaluated_element, const crypto::PasswordKeyFunction& password_key) const
{
    const auto evaluated = TRY_OR(crypto::GroupElement::decode(evaluated_element), Error::bad_answer);
    const auto output = TRY_OR(crypto::oprf_finalize(m_passphrase.view(), m_blind, evaluated), Error::bad_answer);
    const auto stretched = TRY_OR(password_key(output.view(), salt_of(m_id), kHardeningParameters), Error::out_of_memory);
    codec::SecretWriter input;
    input.raw(output.view()).raw(stretched.view());
    return VaultSecret(crypto::hkdf_extract(HashAlgorithm::sha512, {}, input.view()));
}

crypto::SignaturePrivateKey access_key(const VaultSecret& secret)
{
    const auto seed = crypto::hkdf_expand(HashAlgorithm::sha512, secret.view(), base::view_of("sinetti vault access v1"), crypto::kSignatureSeedSize);
    CHECK_INVARIANT(seed.has_value());
    auto key = crypto::SignaturePrivateKey::from_seed(seed->view());
    CHECK_INVARIANT(key.has_value());
    return std::move(*key);
}

}  // namespace sinetti::vault
