#include "vault/recovery_code.h"

#include "crypto/hash.h"
#include "vault/printed_code.h"

namespace sinetti::vault {

namespace {

constexpr PrintedCode kPrintedRecoveryCode{.label = "sinetti recovery code v1", .entropy_size = RecoveryCode::kEntropySize, .checksum_size = 4};
static_assert(kPrintedRecoveryCode.is_whole());

}  // namespace

RecoveryCode RecoveryCode::generate(base::Random& random)
{
    base::Secret<kEntropySize> entropy;
    random.fill(entropy.mutable_view());
    return RecoveryCode(std::move(entropy));
}

Result<RecoveryCode> RecoveryCode::parse(base::ByteView text)
{
    const auto entropy = TRY(parse_code(kPrintedRecoveryCode, text));
    return from_entropy(entropy.view().first<kEntropySize>());
}

base::SecretBytes RecoveryCode::text() const
{
    return print_code(kPrintedRecoveryCode, m_entropy.view());
}

VaultSecret RecoveryCode::secret(const VaultId& id) const
{
    return VaultSecret(crypto::hkdf_extract(crypto::HashAlgorithm::sha512, id, m_entropy.view()));
}

}  // namespace sinetti::vault
