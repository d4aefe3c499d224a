#pragma once
// Access tokens: proof of being staff that says nothing of who. The shape is RFC 9578's for privately verifiable tokens, with
// VOPRF(ristretto255, SHA-512) and one proof for a batch; docs/protocol.md §10 is the text.
//
//   client                                               relay
//   TokenBatch::create(key) ── blinded elements ───────► issue(): evaluated elements, proof
//   TokenBatch::finalize() ◄── checks the proof ────────
//   Token ── opens one session, once ──────────────────► verify()
//
// What the relay sees when it issues and what it sees when a token is spent have nothing in common.

#include "crypto/oprf.h"

namespace sinetti::tokens {

inline constexpr std::uint16_t kTokenType = 0x0005;          // VOPRF(ristretto255, SHA-512)
inline constexpr std::size_t kTokenNonceSize = 32;           // bytes
inline constexpr std::size_t kTokenSize = 2 + kTokenNonceSize + 32 + 32 + crypto::kOprfOutputSize;
inline constexpr std::size_t kTokensPerRequest = 32;         // every client asks for so many at once

template<typename T>
using Result = base::Result<T, crypto::Error>;

using TokenKeyId = base::ByteArray<32>;                      // SHA-256 of the issuer's public key
using ChallengeDigest = base::ByteArray<32>;
using TokenNonce = base::ByteArray<kTokenNonceSize>;
using ElementBytes = base::ByteArray<crypto::kGroupElementSize>;
using Token = base::Secret<kTokenSize>;                      // whoever has it may open a session

TokenKeyId token_key_id(base::ByteView issuer_public_key);
inline std::uint8_t truncated(const TokenKeyId& id) { return id.back(); }
// What all tokens of an organisation are for: SHA-256("sinetti access v1" ‖ root public key).
ChallengeDigest access_challenge(base::ByteView root_public_key);

// --- client ----------------------------------------------------------------------------------------------------------
// A request that is under way: nonces and blinds, stored under seal before it is sent, so that the same request can be sent again.
class TokenBatch {
public:
    static Result<TokenBatch> create(const ElementBytes& issuer_public_key, const ChallengeDigest& challenge, base::Random& random);   // bad_key

    const ElementBytes& issuer_public_key() const { return m_issuer; }
    const std::vector<ElementBytes>& blinded() const { return m_blinded; }
    // Errors: bad_key, bad_length, bad_signature (the answer was not made with the issuer's key: no token is to be used).
    Result<std::vector<Token>> finalize(std::span<const ElementBytes> evaluated, const crypto::DleqProof& proof) const;

    base::SecretBytes serialize() const;
    static std::optional<TokenBatch> parse(base::ByteView bytes);

private:
    struct Pending {
        TokenNonce nonce{};
        crypto::OprfBlind blind;
    };
    TokenBatch() = default;
    Result<void> add(Pending&& pending);
    base::ByteArray<2 + kTokenNonceSize + 32 + 32> input_of(const TokenNonce& nonce) const;

    ElementBytes m_issuer{};
    ChallengeDigest m_challenge{};
    std::vector<Pending> m_pending;
    std::vector<ElementBytes> m_blinded;
};

// --- relay -----------------------------------------------------------------------------------------------------------
struct Issued {
    std::vector<ElementBytes> evaluated;
    crypto::DleqProof proof{};
};
// Errors: bad_length (an empty request), bad_key (what is not an element).
Result<Issued> issue(const crypto::OprfPrivateKey& key, std::span<const ElementBytes> blinded, base::Random& random);

// The public parts of a token, as the relay reads them.
struct TokenClaims {
    std::uint16_t type = 0;
    TokenNonce nonce{};
    ChallengeDigest challenge{};
    TokenKeyId key_id{};
};
TokenClaims claims_of(base::ByteView token);                 // kTokenSize bytes

// Whether this key made it. Takes as long for a forged token as for a good one.
bool verify(const crypto::OprfPrivateKey& key, base::ByteView token);

}  // namespace sinetti::tokens
