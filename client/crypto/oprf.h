#pragma once
// Oblivious pseudorandom functions (RFC 9497), suite ristretto255-SHA512: the client learns F(key, input), the server learns
// nothing of the input and, in the verifiable modes, proves that it used the key it is known by.
//
//   client                                        server
//   oprf_blind(input) ─► blind, element ────────► …blind_evaluate(key, elements)
//   …finalize(input, blind, evaluation) ◄──────── evaluated elements (and a proof)
//
// mode oprf: no proof (hardening of passphrases). voprf: proof against the public key (access tokens). poprf: also bound to a
// public info. Batches are one proof for all their elements.

#include "crypto/dleq.h"

namespace sinetti::crypto {

enum class OprfMode : std::uint8_t { oprf = 0, voprf = 1, poprf = 2 };   // §3.1

inline constexpr std::size_t kOprfOutputSize = 64;      // bytes, Nh
inline constexpr std::size_t kOprfInputMax = 65535;     // bytes, of an input or an info (§5.1)
inline constexpr std::size_t kOprfSeedSize = 32;        // bytes, for DeriveKeyPair

using OprfPublicKey = GroupElement;
using OprfOutput = base::NamedSecret<struct OprfOutputTag>;

// A server's key pair, for one mode and one purpose.
class OprfPrivateKey {
public:
    static OprfPrivateKey generate(base::Random& random);                                         // §3.2 GenerateKeyPair
    static Result<OprfPrivateKey> derive(OprfMode mode, base::ByteView seed, base::ByteView info);   // §3.2.1 DeriveKeyPair; bad_length
    static Result<OprfPrivateKey> from_bytes(base::ByteView bytes);                               // bad_length, bad_key

    const OprfPublicKey& public_key() const { return m_public; }
    const Scalar& scalar() const { return m_scalar; }
    base::ByteView bytes() const { return m_scalar.bytes(); }                                     // for storing where only the server reads

private:
    OprfPrivateKey(Scalar&& scalar, const OprfPublicKey& public_key) : m_scalar(std::move(scalar)), m_public(public_key) {}
    static Result<OprfPrivateKey> from_scalar(Scalar&& scalar);
    Scalar m_scalar;
    OprfPublicKey m_public;
};

// What the client keeps of an input until the answer comes.
class OprfBlind {
public:
    static OprfBlind random(base::Random& random);
    static Result<OprfBlind> from_bytes(base::ByteView bytes);   // bad_length, bad_key
    base::ByteView bytes() const { return m_scalar.bytes(); }    // for storing under seal only
    const Scalar& scalar() const { return m_scalar; }

private:
    explicit OprfBlind(Scalar&& scalar) : m_scalar(std::move(scalar)) {}
    Scalar m_scalar;
};

struct OprfBlinded {
    OprfBlind blind;
    GroupElement element;
};
struct OprfEvaluation {
    std::vector<GroupElement> elements;
    DleqProof proof{};
};

// --- client ----------------------------------------------------------------------------------------------------------
// §3.3.1 Blind, the same in every mode. Errors: bad_length (input too long), bad_key (the input maps to the identity).
Result<OprfBlinded> oprf_blind(OprfMode mode, base::ByteView input, base::Random& random);

// The element of an input under a blind that was kept. Errors as oprf_blind.
Result<GroupElement> oprf_blinded_element(OprfMode mode, base::ByteView input, const OprfBlind& blind);

// One input of a batch, with the element that was sent for it.
struct OprfInput {
    base::ByteView input;
    const OprfBlind* blind;
    GroupElement blinded;
};
// §3.3.1 … §3.3.3 Finalize. Errors: bad_length (batches of different or no length), bad_signature (the proof does not hold: nothing is to be used).
Result<OprfOutput> oprf_finalize(base::ByteView input, const OprfBlind& blind, const GroupElement& evaluated);
Result<std::vector<OprfOutput>> voprf_finalize(const OprfPublicKey& server, std::span<const OprfInput> inputs, const OprfEvaluation& evaluation);
Result<std::vector<OprfOutput>> poprf_finalize(const OprfPublicKey& server, std::span<const OprfInput> inputs, const OprfEvaluation& evaluation,
                                               base::ByteView info);

// --- server ----------------------------------------------------------------------------------------------------------
// §3.3.1 … §3.3.3 BlindEvaluate. Errors: bad_length (an empty batch, or one of more than kDleqBatchMax), bad_key (a poprf info
// that maps to the key itself).
Result<GroupElement> oprf_blind_evaluate(const OprfPrivateKey& key, const GroupElement& blinded);
Result<OprfEvaluation> voprf_blind_evaluate(const OprfPrivateKey& key, std::span<const GroupElement> blinded, base::Random& random);
Result<OprfEvaluation> poprf_blind_evaluate(const OprfPrivateKey& key, std::span<const GroupElement> blinded, base::ByteView info, base::Random& random);

// Evaluate, for who knows both key and input. `info` is poprf's alone. Errors: bad_length, bad_key as above.
Result<OprfOutput> oprf_evaluate(OprfMode mode, const OprfPrivateKey& key, base::ByteView input, base::ByteView info = {});

}  // namespace sinetti::crypto
