#include "vault/sealed_vault.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace sinetti::vault {

using base::Unexpected;

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kVaultKeySize = crypto::kAeadKeySize;
constexpr std::size_t kWrappedSize = crypto::kXAeadNonceSize + kVaultKeySize + crypto::kAeadTagSize;
constexpr std::size_t kSealedContentsMax = kSealedVaultMax - 9 - 2 * kWrappedSize;

base::SecretBytes wrapping_key(const VaultSecret& secret)
{
    auto key = crypto::hkdf_expand(crypto::HashAlgorithm::sha512, secret.view(), base::view_of("sinetti vault wrap v1"), crypto::kAeadKeySize);
    CHECK_INVARIANT(key.has_value());
    return std::move(*key);
}

base::Bytes bound_to(std::string_view label, const VaultId& id, base::ByteView before)
{
    codec::Writer writer;
    writer.text(label).raw(id).raw(before);
    return std::move(writer).take();
}

base::Bytes sealed_with_nonce(base::ByteView key, base::ByteView aad, base::ByteView plaintext, base::Random& random)
{
    const auto nonce = random.array<crypto::kXAeadNonceSize>();
    codec::Writer writer;
    writer.raw(nonce).raw(crypto::xaead_seal(key, nonce, aad, plaintext));
    return std::move(writer).take();
}

crypto::Result<base::SecretBytes> open_with_nonce(base::ByteView key, base::ByteView aad, base::ByteView sealed)
{
    if (sealed.size() < crypto::kXAeadNonceSize) return Unexpected(crypto::Error::bad_length);
    return crypto::xaead_open(key, sealed.first(crypto::kXAeadNonceSize), aad, sealed.subspan(crypto::kXAeadNonceSize));
}

Result<OpenedVault> opened(std::uint64_t version, const base::SecretBytes& plaintext)
{
    codec::Reader reader(plaintext.view());
    auto contents = TRY_OR(reader.secret(kContentsMax), Error::damaged);
    const auto entropy = TRY_OR(reader.raw(RecoveryCode::kEntropySize), Error::damaged);
    return OpenedVault{version, std::move(contents), RecoveryCode::from_entropy(entropy.first<RecoveryCode::kEntropySize>())};
}

}  // namespace

base::Bytes seal_vault(const VaultId& id, std::uint64_t version, const VaultSecret& passphrase_secret, const RecoveryCode& recovery_code,
                       base::ByteView contents, base::Random& random)
{
    CHECK_INVARIANT(contents.size() <= kContentsMax);
    base::SecretBytes vault_key(kVaultKeySize);
    random.fill(vault_key.mutable_view());

    codec::Writer writer;
    writer.u8(kFormat).u64(version);
    const auto wrap_binding = bound_to("sinetti vault key v1", id, writer.view());
    for (const auto& secret : {passphrase_secret.clone(), recovery_code.secret(id)})
        writer.raw(sealed_with_nonce(wrapping_key(secret).view(), wrap_binding, vault_key.view(), random));

    codec::SecretWriter plaintext;
    plaintext.opaque(contents).raw(recovery_code.entropy());
    auto padded = std::move(plaintext).take();
    padded.resize(kPaddedSize);
    writer.raw(sealed_with_nonce(vault_key.view(), bound_to("sinetti vault contents v1", id, writer.view()), padded.view(), random));
    CHECK_INVARIANT(writer.view().size() <= kSealedVaultMax);
    return std::move(writer).take();
}

Result<OpenedVault> open_vault(const VaultId& id, base::ByteView sealed, const VaultSecret& secret, std::uint64_t seen)
{
    codec::Reader reader(sealed);
    if (TRY_OR(reader.u8(), Error::damaged) != kFormat) return Unexpected(Error::damaged);
    const auto version = TRY_OR(reader.u64(), Error::damaged);
    const auto wrap_binding = bound_to("sinetti vault key v1", id, sealed.first(reader.consumed()));
    const auto key = wrapping_key(secret);
    std::optional<base::SecretBytes> vault_key;
    for (int i = 0; i < 2; ++i) {
        const auto wrapped = TRY_OR(reader.raw(kWrappedSize), Error::damaged);
        if (auto unwrapped = open_with_nonce(key.view(), wrap_binding, wrapped)) vault_key = std::move(*unwrapped);
    }
    if (!vault_key || reader.rest().size() > kSealedContentsMax) return Unexpected(Error::damaged);
    const auto contents_binding = bound_to("sinetti vault contents v1", id, sealed.first(reader.consumed()));
    const auto plaintext = TRY_OR(open_with_nonce(vault_key->view(), contents_binding, reader.rest()), Error::damaged);
    auto vault = TRY(opened(version, plaintext));
    if (version < seen) return Unexpected(Error::rolled_back);
    return vault;
}

}  // namespace sinetti::vault
