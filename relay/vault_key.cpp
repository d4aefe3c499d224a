#include "relay/vault_key.h"

#include "crypto/hash.h"
#include "relay/data_folder.h"

#include <fstream>

namespace sinetti::relay {

using base::Unexpected;
using crypto::HashAlgorithm;

namespace {

constexpr std::string_view kCheckSetting = "vault-key-check";

base::SecretBytes expand(const base::Secret<VaultKey::kSize>& secret, std::string_view label)
{
    auto key = crypto::hkdf_expand(HashAlgorithm::sha256, secret.view(), base::view_of(label), VaultKey::kSize);
    CHECK_INVARIANT(key.has_value());
    return std::move(*key);
}

// What the file and the database say of each other. `key` is absent when there is no file.
struct Found {
    std::optional<VaultKey> key;
    bool checked = false;          // the database knows this key already
};

base::Result<Found, std::string> find(Store& store, const std::filesystem::path& file)
{
    const auto unreadable = [](StoreError) { return std::string("the database cannot be read"); };
    const auto expected = store.setting(kCheckSetting);
    const auto count = store.vaults().vault_count();
    if (!expected) return Unexpected(unreadable(expected.error()));
    if (!count) return Unexpected(unreadable(count.error()));
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        if (error) return Unexpected("cannot read " + file.string() + ": " + error.message());
        if (*count == 0) return Found{};
        return Unexpected("there are vaults, and their key is missing: put the copy of it back as " + file.string() +
                          "; if it is lost for good, sinetti-relay forget-vaults lets go of them, so that new ones can be made");
    }
    std::string line;
    std::ifstream stream(file);
    std::getline(stream, line);
    auto bytes = base::from_hex(line);
    base::wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
    if (!bytes || bytes->size() != VaultKey::kSize) return Unexpected(file.string() + " holds no vault key, or cannot be read");
    const base::Secret<VaultKey::kSize> secret(base::ByteView(*bytes).first<VaultKey::kSize>());
    VaultKey key(secret);
    base::wipe(*bytes);
    const bool checked = expected->has_value() && base::equal(**expected, key.check());
    if (*count > 0 && !checked) return Unexpected(file.string() + " is not the key of the vaults in this database: put the right one there");
    return Found{std::move(key), checked};
}

}  // namespace

VaultKey::VaultKey(const base::Secret<kSize>& secret)
    : m_row_key(expand(secret, "sinetti vault row v1")), m_oprf_seed(expand(secret, "sinetti vault oprf v1"))
{
    const auto check = expand(secret, "sinetti vault check v1");
    std::copy(check.view().begin(), check.view().end(), m_check.begin());
}

VaultRow VaultKey::row(const wire::VaultId& vault) const
{
    const auto tag = crypto::hmac(HashAlgorithm::sha256, m_row_key.view(), vault);
    VaultRow row;
    std::copy(tag.view().begin(), tag.view().end(), row.begin());
    return row;
}

crypto::OprfPrivateKey VaultKey::oprf_key(const wire::VaultId& vault) const
{
    auto key = crypto::OprfPrivateKey::derive(crypto::OprfMode::oprf, m_oprf_seed.view(), vault);
    CHECK_INVARIANT(key.has_value());   // it fails once in 2^63000
    return std::move(*key);
}

std::filesystem::path vault_key_file(const std::filesystem::path& data)
{
    return data / "vault-key";
}

base::Result<VaultKey, std::string> prepare_vault_key(Store& store, const std::filesystem::path& file, base::Random& random)
{
    auto found = TRY(find(store, file));
    if (!found.key) {
        base::Secret<VaultKey::kSize> secret;
        random.fill(secret.mutable_view());
        auto line = base::to_hex(secret.view()) + "\n";
        const bool written = write_private_file(file, line);
        base::wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
        if (!written) return Unexpected("cannot write " + file.string());
        found.key.emplace(secret);
    }
    if (!found.checked && !store.set_setting(kCheckSetting, found.key->check())) return Unexpected(std::string("the database cannot be written"));
    return std::move(*found.key);
}

std::string vault_key_fault(Store& store, const std::filesystem::path& file)
{
    const auto found = find(store, file);
    return found ? std::string() : found.error();
}

}  // namespace sinetti::relay
