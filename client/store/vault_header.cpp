#include "store/vault_header.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"

namespace sinetti::store {

namespace {

constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kMasterKeySize = 32;
constexpr std::size_t kWrappedSize = crypto::kXAeadNonceSize + kMasterKeySize + crypto::kAeadTagSize;

base::Bytes bound_fields(const VaultHeader& header)
{
    codec::Writer writer;
    writer.u16(kVersion).raw(header.salt).u64(header.parameters.memory).u32(header.parameters.passes);
    return std::move(writer).take();
}

Result<crypto::PasswordKey> derive(base::ByteView passphrase, const VaultHeader& header, const PasswordKeyFunction& password_key)
{
    auto key = password_key(passphrase, header.salt, header.parameters);
    if (key) return std::move(*key);
    return Unexpected(key.error() == crypto::Error::out_of_memory ? Error::out_of_memory : Error::bad_parameters);
}

}  // namespace

base::Bytes VaultHeader::serialize() const
{
    codec::Writer writer;
    writer.raw(bound_fields(*this)).opaque(wrapped_master_key);
    return std::move(writer).take();
}

Result<VaultHeader> VaultHeader::parse(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    VaultHeader header;
    if (TRY_OR(reader.u16(), Error::damaged) != kVersion) return Unexpected(Error::damaged);
    header.salt = TRY_OR(reader.array<crypto::kPasswordSaltSize>(), Error::damaged);
    header.parameters.memory = TRY_OR(reader.u64(), Error::damaged);
    header.parameters.passes = TRY_OR(reader.u32(), Error::damaged);
    header.wrapped_master_key = TRY_OR(reader.opaque(kWrappedSize), Error::damaged);
    if (!reader.empty() || header.wrapped_master_key.size() != kWrappedSize) return Unexpected(Error::damaged);
    const auto [memory, passes] = header.parameters;
    if (memory < crypto::kPasswordMemoryMin || memory > crypto::kPasswordMemoryMax || passes < crypto::kPasswordPassesMin ||
        passes > crypto::kPasswordPassesMax)
        return Unexpected(Error::bad_parameters);
    return header;
}

Result<NewVault> create_vault(base::ByteView passphrase, crypto::PasswordParameters parameters, base::Random& random,
                              const PasswordKeyFunction& password_key)
{
    NewVault vault;
    vault.header.parameters = parameters;
    random.fill(vault.header.salt);
    base::SecretBytes master_key(kMasterKeySize);
    random.fill(master_key.mutable_view());
    const auto wrapping_key = TRY(derive(passphrase, vault.header, password_key));
    const auto nonce = random.array<crypto::kXAeadNonceSize>();
    vault.header.wrapped_master_key = base::to_bytes(nonce);
    const auto sealed = crypto::xaead_seal(wrapping_key.view(), nonce, bound_fields(vault.header), master_key.view());
    vault.header.wrapped_master_key.insert(vault.header.wrapped_master_key.end(), sealed.begin(), sealed.end());
    vault.master_key = MasterKey(std::move(master_key));
    return vault;
}

Result<MasterKey> open_vault(const VaultHeader& header, base::ByteView passphrase, const PasswordKeyFunction& password_key)
{
    const auto wrapping_key = TRY(derive(passphrase, header, password_key));
    const base::ByteView wrapped = header.wrapped_master_key;
    CHECK_INVARIANT(wrapped.size() == kWrappedSize);
    auto opened = TRY_OR(crypto::xaead_open(wrapping_key.view(), wrapped.first(crypto::kXAeadNonceSize), bound_fields(header),
                                            wrapped.subspan(crypto::kXAeadNonceSize)),
                         Error::wrong_passphrase);
    return MasterKey(std::move(opened));
}

}  // namespace sinetti::store
