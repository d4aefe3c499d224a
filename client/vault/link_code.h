#pragma once
// The code by which a device that is signed in lets another one in: 64 random bits, good for ten minutes and once, printed as
//
//   entropy[8] ‖ SHA-256("sinetti link code v1" ‖ entropy)[0…2)    in Crockford's base 32, 4 groups of 4 characters
//
// Both devices make the same keys of it, for the meeting at the relay (docs/protocol.md §14):
//
//   stretched = Argon2id(entropy, SHA-256("sinetti link salt v1" ‖ relay identity)[0…16), 64 MiB, 3 passes)
//   secret    = HKDF-Extract-SHA512("", stretched)
//   address, offer key, psk = HKDF-Expand-SHA512(secret, "sinetti link address v1" | "… offer v1" | "… psk v1", 32)
//
// Whoever tries codes against an address or an offer pays for Argon2id each time: 2^63 times on average, of 64 MiB each.

#include "base/random.h"
#include "crypto/password.h"
#include "vault/errors.h"

namespace sinetti::vault {

using MeetingAddress = base::ByteArray<32>;

struct LinkKeys {
    MeetingAddress address{};
    base::SecretBytes offer_key;   // XChaCha20-Poly1305
    base::SecretBytes psk;         // of HPKE
};

class LinkCode {
public:
    static constexpr std::size_t kEntropySize = 8;   // bytes

    static LinkCode generate(base::Random& random);
    static Result<LinkCode> parse(base::ByteView text);   // as RecoveryCode::parse. Error: bad_code

    base::SecretBytes text() const;                       // XXXX-XXXX-XXXX-XXXX
    // `relay_identity` is what both know of the relay for certain. Error: out_of_memory.
    Result<LinkKeys> keys(base::ByteView relay_identity, const crypto::PasswordKeyFunction& password_key = crypto::password_key) const;

private:
    explicit LinkCode(base::Secret<kEntropySize>&& entropy) : m_entropy(std::move(entropy)) {}
    base::Secret<kEntropySize> m_entropy;
};

}  // namespace sinetti::vault
