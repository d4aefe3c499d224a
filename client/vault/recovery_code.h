#pragma once
// The code that opens a vault without its passphrase and without the relay's help: 128 random bits, printed as
//
//   entropy[16] ‖ SHA-256("sinetti recovery code v1" ‖ entropy)[0…4)    in Crockford's base 32, 8 groups of 4 characters
//
// Nobody can guess it, so nobody limits guesses at it, and it works when the day's guesses are used up or the relay has lost its key.

#include "base/random.h"
#include "vault/hardening.h"

namespace sinetti::vault {

class RecoveryCode {
public:
    static constexpr std::size_t kEntropySize = 16;   // bytes

    static RecoveryCode generate(base::Random& random);
    static RecoveryCode from_entropy(std::span<const std::uint8_t, kEntropySize> entropy) { return RecoveryCode(base::Secret<kEntropySize>(entropy)); }
    // As people type it: any case, spaces and hyphens anywhere, O for 0, I and L for 1. Error: bad_code.
    static Result<RecoveryCode> parse(base::ByteView text);
    RecoveryCode clone() const { return RecoveryCode(m_entropy.clone()); }

    base::SecretBytes text() const;                                                         // XXXX-XXXX-…
    std::span<const std::uint8_t, kEntropySize> entropy() const { return m_entropy.view(); }   // for storing under seal only
    VaultSecret secret(const VaultId& id) const;                                            // HKDF-Extract-SHA512(vault id, entropy)

private:
    explicit RecoveryCode(base::Secret<kEntropySize>&& entropy) : m_entropy(std::move(entropy)) {}
    base::Secret<kEntropySize> m_entropy;
};

}  // namespace sinetti::vault
