#pragma once
// Discrete logarithm equivalence proofs (RFC 9497 §2.2), one proof for a whole batch: that B = k·A and D[i] = k·C[i] for one k,
// here always with A the generator.

#include "crypto/ristretto255.h"

#include <span>
#include <string_view>
#include <vector>

namespace sinetti::crypto {

inline constexpr std::size_t kDleqProofSize = 2 * kScalarSize;   // bytes: c ‖ s
inline constexpr std::size_t kDleqBatchMax = 65535;              // an index has two bytes
using DleqProof = base::ByteArray<kDleqProofSize>;

// `context` is RFC 9497's contextString. C and D are as long as each other, and not empty.
// Error: bad_key when the composites come out as the identity, which an honest batch never does.
Result<DleqProof> dleq_prove(std::string_view context, const Scalar& k, const GroupElement& B, std::span<const GroupElement> C,
                             std::span<const GroupElement> D, base::Random& random);
// Errors: bad_length (batches of different or no length), bad_signature (not a proof of this).
Result<void> dleq_verify(std::string_view context, const GroupElement& B, std::span<const GroupElement> C, std::span<const GroupElement> D,
                         const DleqProof& proof);

}  // namespace sinetti::crypto
