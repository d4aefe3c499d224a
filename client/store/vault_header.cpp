#include "store/vault_header.h"

#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"

namespace sinetti::store {

namespace {

constexpr std::uint16_t kVersion = 1;           // one passphrase
constexpr std::uint16_t kVersionOfTwo = 2;      // a next one too; bound fields are those of version 1
constexpr std::size_t kMasterKeySize = 32;
constexpr std::size_t kWrappedSize = crypto::kXAeadNonceSize + kMasterKeySize + crypto::kAeadTagSize;

bool are_allowed(const crypto::PasswordParameters& parameters)
{
    const auto [memory, passes] = parameters;
    return memory >= crypto::kPasswordMemoryMin && memory <= crypto::kPasswordMemoryMax && passes >= crypto::kPasswordPassesMin &&
           passes <= crypto::kPasswordPassesMax;
}

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

base::Bytes wrap(const MasterKey& master_key, const crypto::PasswordKey& wrapping_key, const VaultHeader& header, base::Random& random)
{
    const auto nonce = random.array<crypto::kXAeadNonceSize>();
    auto wrapped = base::to_bytes(nonce);
    const auto sealed = crypto::xaead_seal(wrapping_key.view(), nonce, bound_fields(header), master_key.view());
    wrapped.insert(wrapped.end(), sealed.begin(), sealed.end());
    return wrapped;
}

std::optional<MasterKey> unwrap(base::ByteView wrapped, const crypto::PasswordKey& wrapping_key, const VaultHeader& header)
{
    auto opened = crypto::xaead_open(wrapping_key.view(), wrapped.first(crypto::kXAeadNonceSize), bound_fields(header), wrapped.subspan(crypto::kXAeadNonceSize));
    if (!opened) return std::nullopt;
    return MasterKey(std::move(*opened));
}

}  // namespace

base::Bytes VaultHeader::serialize() const
{
    codec::Writer writer;
    if (!has_next()) {
        writer.raw(bound_fields(*this)).opaque(wrapped_master_key);
    } else {
        writer.u16(kVersionOfTwo).raw(salt).u64(parameters.memory).u32(parameters.passes);
        writer.opaque(wrapped_master_key).opaque(next_wrapped_master_key);
    }
    return std::move(writer).take();
}

Result<void> VaultHeader::wrap_next(const MasterKey& master_key, base::ByteView passphrase, base::Random& random, const PasswordKeyFunction& password_key)
{
    next_wrapped_master_key = wrap(master_key, TRY(derive(passphrase, *this, password_key)), *this, random);
    return {};
}

void VaultHeader::keep_next()
{
    CHECK_INVARIANT(has_next());
    wrapped_master_key = std::exchange(next_wrapped_master_key, {});
}

Result<VaultHeader> VaultHeader::parse(base::ByteView bytes)
{
    codec::Reader reader(bytes);
    VaultHeader header;
    const auto version = TRY_OR(reader.u16(), Error::damaged);
    if (version != kVersion && version != kVersionOfTwo) return Unexpected(Error::damaged);
    header.salt = TRY_OR(reader.array<crypto::kPasswordSaltSize>(), Error::damaged);
    header.parameters.memory = TRY_OR(reader.u64(), Error::damaged);
    header.parameters.passes = TRY_OR(reader.u32(), Error::damaged);
    header.wrapped_master_key = TRY_OR(reader.opaque(kWrappedSize), Error::damaged);
    if (version == kVersionOfTwo) {
        header.next_wrapped_master_key = TRY_OR(reader.opaque(kWrappedSize), Error::damaged);
        if (header.next_wrapped_master_key.size() != kWrappedSize) return Unexpected(Error::damaged);
    }
    if (!reader.empty() || header.wrapped_master_key.size() != kWrappedSize) return Unexpected(Error::damaged);
    if (!are_allowed(header.parameters)) return Unexpected(Error::bad_parameters);
    return header;
}

Result<NewVault> create_vault(const PassphraseKey& passphrase_key, base::Random& random)
{
    if (!are_allowed(passphrase_key.parameters) || passphrase_key.key.size() != crypto::kAeadKeySize) return Unexpected(Error::bad_parameters);
    NewVault vault;
    vault.header.salt = passphrase_key.salt;
    vault.header.parameters = passphrase_key.parameters;
    base::SecretBytes master_key(kMasterKeySize);
    random.fill(master_key.mutable_view());
    vault.master_key = MasterKey(std::move(master_key));
    vault.header.wrapped_master_key = wrap(vault.master_key, passphrase_key.key, vault.header, random);
    return vault;
}

Result<NewVault> create_vault(base::ByteView passphrase, crypto::PasswordParameters parameters, base::Random& random,
                              const PasswordKeyFunction& password_key)
{
    VaultHeader header;
    header.parameters = parameters;
    random.fill(header.salt);
    return create_vault(header.with(TRY(derive(passphrase, header, password_key))), random);
}

Result<OpenedVault> open_vault(const VaultHeader& header, base::ByteView passphrase, const PasswordKeyFunction& password_key)
{
    auto wrapping_key = TRY(derive(passphrase, header, password_key));
    CHECK_INVARIANT(header.wrapped_master_key.size() == kWrappedSize);
    if (auto master_key = unwrap(header.wrapped_master_key, wrapping_key, header)) return OpenedVault{std::move(*master_key), std::move(wrapping_key), false};
    if (!header.has_next()) return Unexpected(Error::wrong_passphrase);
    CHECK_INVARIANT(header.next_wrapped_master_key.size() == kWrappedSize);
    if (auto master_key = unwrap(header.next_wrapped_master_key, wrapping_key, header)) return OpenedVault{std::move(*master_key), std::move(wrapping_key), true};
    return Unexpected(Error::wrong_passphrase);
}

}  // namespace sinetti::store
