#include "vault/printed_code.h"

#include "crypto/hash.h"

#include <optional>

namespace sinetti::vault {

using base::Unexpected;

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";   // Crockford's: no I, L, O, U
constexpr std::size_t kGroup = 4;

base::ByteArray<32> checksum(const PrintedCode& code, base::ByteView entropy)
{
    return crypto::Sha256().update(base::view_of(code.label)).update(entropy).finish();
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

bool is_separator(std::uint8_t byte) { return byte == ' ' || byte == '-' || byte == '\t' || byte == '\r' || byte == '\n'; }

Result<base::SecretBytes> parse_code(const PrintedCode& code, base::ByteView text)
{
    base::SecretBytes bytes(code.size());
    std::size_t characters = 0;
    for (const auto byte : text) {
        if (is_separator(byte)) continue;
        const auto digit = digit_of(static_cast<char>(byte));
        if (!digit || characters == code.characters()) return Unexpected(Error::bad_code);
        for (unsigned bit = 0; bit < 5; ++bit) {
            const auto at = characters * 5 + bit;
            if ((*digit >> (4 - bit) & 1u) != 0) bytes.data()[at / 8] |= static_cast<std::uint8_t>(0x80u >> at % 8);
        }
        ++characters;
    }
    const auto entropy = bytes.view().first(code.entropy_size);
    const auto expected = checksum(code, entropy);
    if (characters != code.characters() || !base::equal_constant_time(bytes.view().subspan(code.entropy_size), base::ByteView(expected).first(code.checksum_size)))
        return Unexpected(Error::bad_code);
    bytes.resize(code.entropy_size);
    return bytes;
}

base::SecretBytes print_code(const PrintedCode& code, base::ByteView entropy)
{
    base::SecretBytes bytes(entropy);
    bytes.append(base::ByteView(checksum(code, entropy)).first(code.checksum_size));
    base::SecretBytes text;
    for (std::size_t i = 0; i < code.characters(); ++i) {
        unsigned digit = 0;
        for (std::size_t at = i * 5; at < i * 5 + 5; ++at) digit = digit << 1 | (bytes.data()[at / 8] >> (7 - at % 8) & 1u);
        if (i > 0 && i % kGroup == 0) text.push_back('-');
        text.push_back(static_cast<std::uint8_t>(kAlphabet[digit]));
    }
    return text;
}

}  // namespace sinetti::vault
