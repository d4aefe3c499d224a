#include "vault/link_code.h"

#include "crypto/hash.h"
#include "vault/printed_code.h"

namespace sinetti::vault {

namespace {

constexpr PrintedCode kPrintedLinkCode{.label = "sinetti link code v1", .entropy_size = LinkCode::kEntropySize, .checksum_size = 2};
static_assert(kPrintedLinkCode.is_whole());
constexpr crypto::PasswordParameters kParameters{64ull << 20, 3};
constexpr std::size_t kKeySize = 32;

base::SecretBytes expanded(const base::SecretBytes& secret, std::string_view label)
{
    auto key = crypto::hkdf_expand(crypto::HashAlgorithm::sha512, secret.view(), base::view_of(label), kKeySize);
    CHECK_INVARIANT(key.has_value());
    return std::move(*key);
}

}  // namespace

LinkCode LinkCode::generate(base::Random& random)
{
    base::Secret<kEntropySize> entropy;
    random.fill(entropy.mutable_view());
    return LinkCode(std::move(entropy));
}

Result<LinkCode> LinkCode::parse(base::ByteView text)
{
    const auto entropy = TRY(parse_code(kPrintedLinkCode, text));
    return LinkCode(base::Secret<kEntropySize>(entropy.view().first<kEntropySize>()));
}

base::SecretBytes LinkCode::text() const
{
    return print_code(kPrintedLinkCode, m_entropy.view());
}

Result<LinkKeys> LinkCode::keys(base::ByteView relay_identity, const crypto::PasswordKeyFunction& password_key) const
{
    const auto salt = crypto::Sha256().update(base::view_of("sinetti link salt v1")).update(relay_identity).finish();
    const auto stretched = TRY_OR(password_key(m_entropy.view(), base::ByteView(salt).first(crypto::kPasswordSaltSize), kParameters), Error::out_of_memory);
    const auto secret = crypto::hkdf_extract(crypto::HashAlgorithm::sha512, {}, stretched.view());
    LinkKeys keys;
    const auto address = expanded(secret, "sinetti link address v1");
    std::ranges::copy(address.view(), keys.address.begin());
    keys.offer_key = expanded(secret, "sinetti link offer v1");
    keys.psk = expanded(secret, "sinetti link psk v1");
    return keys;
}

}  // namespace sinetti::vault
