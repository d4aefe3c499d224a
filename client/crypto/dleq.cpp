#include "crypto/dleq.h"

#include "base/check.h"
#include "codec/writer.h"
#include "crypto/hash.h"

#include <algorithm>
#include <optional>

namespace sinetti::crypto {

using base::Unexpected;
using codec::Writer;

namespace {

Writer& prefixed(Writer& writer, base::ByteView part)   // I2OSP(len(part), 2) || part
{
    return writer.u16(static_cast<std::uint16_t>(part.size())).raw(part);
}

Scalar hash_to_scalar(std::string_view context, base::ByteView transcript)
{
    return Scalar::hash(transcript, base::view_of("HashToScalar-" + std::string(context)));
}

// The factors d_i of ComputeComposites.
std::vector<Scalar> composite_factors(std::string_view context, const GroupElement& B, std::span<const GroupElement> C, std::span<const GroupElement> D)
{
    Writer seed_transcript;
    prefixed(seed_transcript, B.bytes());
    prefixed(seed_transcript, base::view_of("Seed-" + std::string(context)));
    const auto seed = hash(HashAlgorithm::sha512, seed_transcript.view());
    std::vector<Scalar> factors;
    factors.reserve(C.size());
    for (std::size_t i = 0; i < C.size(); ++i) {
        Writer transcript;
        prefixed(transcript, seed).u16(static_cast<std::uint16_t>(i));
        prefixed(transcript, C[i].bytes());
        prefixed(transcript, D[i].bytes()).raw(base::view_of("Composite"));
        factors.push_back(hash_to_scalar(context, transcript.view()));
    }
    return factors;
}

// The sum of d_i times element i.
Result<GroupElement> composite(std::span<const Scalar> factors, std::span<const GroupElement> elements)
{
    auto sum = TRY(elements.front().times(factors.front()));
    for (std::size_t i = 1; i < elements.size(); ++i) {
        const auto product = TRY(elements[i].times(factors[i]));
        sum = TRY(sum.plus(product));
    }
    return sum;
}

Scalar challenge(std::string_view context, const GroupElement& B, const GroupElement& M, const GroupElement& Z, const GroupElement& t2, const GroupElement& t3)
{
    Writer transcript;
    for (const auto* element : {&B, &M, &Z, &t2, &t3}) prefixed(transcript, element->bytes());
    transcript.raw(base::view_of("Challenge"));
    return hash_to_scalar(context, transcript.view());
}

Result<bool> verifies(std::string_view context, const GroupElement& B, std::span<const GroupElement> C, std::span<const GroupElement> D, const DleqProof& proof)
{
    const auto c = TRY(Scalar::decode(base::ByteView(proof).first(kScalarSize)));
    const auto s = TRY(Scalar::decode(base::ByteView(proof).subspan(kScalarSize)));
    const auto factors = composite_factors(context, B, C, D);
    const auto M = TRY(composite(factors, C));
    const auto Z = TRY(composite(factors, D));
    const auto sA = TRY(GroupElement::generator_times(s));
    const auto cB = TRY(B.times(c));
    const auto t2 = TRY(sA.plus(cB));
    const auto sM = TRY(M.times(s));
    const auto cZ = TRY(Z.times(c));
    const auto t3 = TRY(sM.plus(cZ));
    return challenge(context, B, M, Z, t2, t3) == c;
}

}  // namespace

Result<DleqProof> dleq_prove(std::string_view context, const Scalar& k, const GroupElement& B, std::span<const GroupElement> C,
                             std::span<const GroupElement> D, base::Random& random)
{
    CHECK_INVARIANT(!C.empty() && C.size() == D.size() && C.size() <= kDleqBatchMax);
    const auto M = TRY(composite(composite_factors(context, B, C, D), C));
    const auto Z = TRY(M.times(k));   // ComputeCompositesFast
    const auto r = Scalar::random(random);
    const auto t2 = TRY(GroupElement::generator_times(r));
    const auto t3 = TRY(M.times(r));
    const auto c = challenge(context, B, M, Z, t2, t3);
    const auto s = r - c * k;
    DleqProof proof;
    std::ranges::copy(c.bytes(), proof.begin());
    std::ranges::copy(s.bytes(), proof.begin() + kScalarSize);
    return proof;
}

Result<void> dleq_verify(std::string_view context, const GroupElement& B, std::span<const GroupElement> C, std::span<const GroupElement> D,
                         const DleqProof& proof)
{
    if (C.empty() || C.size() != D.size() || C.size() > kDleqBatchMax) return Unexpected(Error::bad_length);
    const auto verified = verifies(context, B, C, D, proof);
    if (!verified || !*verified) return Unexpected(Error::bad_signature);
    return {};
}

}  // namespace sinetti::crypto
