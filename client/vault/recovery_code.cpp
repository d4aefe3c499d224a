#include "vault/recovery_code.h"

#include "crypto/hash.h"

namespace sinetti::vault {

using base::Unexpected;

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";   // Crockford's: no I, L, O, U
constexpr std::size_t kChecksumSize = 4;                                     // bytes
constexpr std::size_t kCodeSize = RecoveryCode::kEntropySize + kChecksumSize;
constexpr std::size_t kCharacters = kCodeSize * 8 / 5;
constexpr std::size_t kGroup = 4;
static_assert(kCodeSize * 8 % 5 == 0 && kCharacters % kGroup == 0);

base::ByteArray<32> checksum(base::ByteView entropy)
{
    return crypto::Sha256().update(base::view_of("sinetti recovery code v1")).update(entropy).finish();
}

std::optional<unsigned> digit_of(char character)
{
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
    if (character == 'O') character = '0';
    if (character == 'I' || character == 'L') character = '1';
    const auto digit = kAlphabet.find(character);
    if (digit == kAlphabet.npos) return std::nullopt;
    return static_cast<unsigned>(digit);
}

}  // namespace

RecoveryCode RecoveryCode::generate(base::Random& random)
{
    base::Secret<kEntropySize> entropy;
    random.fill(entropy.mutable_view());
    return RecoveryCode(std::move(entropy));
}

Result<RecoveryCode> RecoveryCode::parse(base::ByteView text)
{
    base::Secret<kCodeSize> code;
    std::size_t characters = 0;
    for (const auto byte : text) {
        if (byte == ' ' || byte == '-' || byte == '\t' || byte == '\r' || byte == '\n') continue;
        const auto digit = digit_of(static_cast<char>(byte));
        if (!digit || characters == kCharacters) return Unexpected(Error::bad_code);
        for (unsigned bit = 0; bit < 5; ++bit) {
            const auto at = characters * 5 + bit;
            if ((*digit >> (4 - bit) & 1u) != 0) code.data()[at / 8] |= static_cast<std::uint8_t>(0x80u >> at % 8);
        }
        ++characters;
    }
    const auto entropy = code.view().first<kEntropySize>();
    const auto expected = checksum(entropy);
    if (characters != kCharacters || !base::equal_constant_time(code.view().subspan(kEntropySize), base::ByteView(expected).first(kChecksumSize)))
        return Unexpected(Error::bad_code);
    return from_entropy(entropy);
}

base::SecretBytes RecoveryCode::text() const
{
    base::Secret<kCodeSize> code;
    std::copy(m_entropy.view().begin(), m_entropy.view().end(), code.data());
    std::copy_n(checksum(m_entropy.view()).begin(), kChecksumSize, code.data() + kEntropySize);
    base::SecretBytes text;
    for (std::size_t i = 0; i < kCharacters; ++i) {
        unsigned digit = 0;
        for (std::size_t at = i * 5; at < i * 5 + 5; ++at) digit = digit << 1 | (code.data()[at / 8] >> (7 - at % 8) & 1u);
        if (i > 0 && i % kGroup == 0) text.push_back('-');
        text.push_back(static_cast<std::uint8_t>(kAlphabet[digit]));
    }
    return text;
}

VaultSecret RecoveryCode::secret(const VaultId& id) const
{
    return VaultSecret(crypto::hkdf_extract(crypto::HashAlgorithm::sha512, id, m_entropy.view()));
}

}  // namespace sinetti::vault
