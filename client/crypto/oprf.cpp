#include "crypto/oprf.h"

#include "base/check.h"
#include "codec/writer.h"

#include <sodium.h>

namespace sinetti::crypto {

using base::Unexpected;

static_assert(kOprfOutputSize == crypto_hash_sha512_BYTES);

namespace {

// CreateContextString: "OPRFV1-" || I2OSP(mode, 1) || "-" || identifier
std::string context_of(OprfMode mode) { return std::string("OPRFV1-") + static_cast<char>(mode) + "-ristretto255-SHA512"; }

Result<GroupElement> input_element(OprfMode mode, base::ByteView input)
{
    if (input.size() > kOprfInputMax) return Unexpected(Error::bad_length);
    return GroupElement::hash(input, base::view_of("HashToGroup-" + context_of(mode)));
}

// HashToScalar("Info" || I2OSP(len(info), 2) || info)
Result<Scalar> info_scalar(base::ByteView info)
{
    if (info.size() > kOprfInputMax) return Unexpected(Error::bad_length);
    codec::Writer framed;
    framed.raw(base::view_of("Info")).u16(static_cast<std::uint16_t>(info.size())).raw(info);
    return Scalar::hash(framed.view(), base::view_of("HashToScalar-" + context_of(OprfMode::poprf)));
}

// `info` is there in mode poprf alone.
OprfOutput output_of(base::ByteView input, const base::ByteView* info, const GroupElement& element)
{
    codec::SecretWriter hashed;
    hashed.u16(static_cast<std::uint16_t>(input.size())).raw(input);
    if (info != nullptr) hashed.u16(static_cast<std::uint16_t>(info->size())).raw(*info);
    hashed.u16(kGroupElementSize).raw(element.bytes()).raw(base::view_of("Finalize"));
    base::SecretBytes digest(kOprfOutputSize);
    const auto bytes = std::move(hashed).take();
    crypto_hash_sha512(digest.data(), bytes.data(), bytes.size());
    return OprfOutput(std::move(digest));
}

Result<OprfOutput> finalize_one(base::ByteView input, const OprfBlind& blind, const GroupElement& evaluated, const base::ByteView* info)
{
    if (input.size() > kOprfInputMax) return Unexpected(Error::bad_length);
    const auto inverse = TRY(blind.scalar().inverse());
    const auto unblinded = TRY(evaluated.times(inverse));
    return output_of(input, info, unblinded);
}

std::vector<GroupElement> blinded_elements(std::span<const OprfInput> inputs)
{
    std::vector<GroupElement> elements;
    elements.reserve(inputs.size());
    for (const auto& input : inputs) elements.push_back(input.blinded);
    return elements;
}

Result<std::vector<OprfOutput>> finalize_all(std::span<const OprfInput> inputs, const OprfEvaluation& evaluation, const base::ByteView* info)
{
    std::vector<OprfOutput> outputs;
    outputs.reserve(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        outputs.push_back(TRY(finalize_one(inputs[i].input, *inputs[i].blind, evaluation.elements[i], info)));
    }
    return outputs;
}

Result<std::vector<GroupElement>> times_each(std::span<const GroupElement> elements, const Scalar& scalar)
{
    if (elements.empty() || elements.size() > kDleqBatchMax) return Unexpected(Error::bad_length);
    std::vector<GroupElement> products;
    products.reserve(elements.size());
    for (const auto& element : elements) products.push_back(TRY(element.times(scalar)));
    return products;
}

}  // namespace

// --- keys ------------------------------------------------------------------------------------------------------------

Result<OprfPrivateKey> OprfPrivateKey::from_scalar(Scalar&& scalar)
{
    const auto public_key = TRY(GroupElement::generator_times(scalar));
    return OprfPrivateKey(std::move(scalar), public_key);
}

OprfPrivateKey OprfPrivateKey::generate(base::Random& random)
{
    auto key = from_scalar(Scalar::random(random));
    return std::move(key).value();
}

Result<OprfPrivateKey> OprfPrivateKey::derive(OprfMode mode, base::ByteView seed, base::ByteView info)
{
    if (seed.size() != kOprfSeedSize || info.size() > kOprfInputMax) return Unexpected(Error::bad_length);
    const auto domain = "DeriveKeyPair" + context_of(mode);
    for (unsigned counter = 0; counter < 256; ++counter) {
        codec::SecretWriter input;
        input.raw(seed).u16(static_cast<std::uint16_t>(info.size())).raw(info).u8(static_cast<std::uint8_t>(counter));
        auto scalar = Scalar::hash(std::move(input).take().view(), base::view_of(domain));
        if (!scalar.is_zero()) return from_scalar(std::move(scalar));
    }
    return Unexpected(Error::bad_key);   // DeriveKeyPairError
}

Result<OprfPrivateKey> OprfPrivateKey::from_bytes(base::ByteView bytes)
{
    auto scalar = TRY(Scalar::decode(bytes));
    return from_scalar(std::move(scalar));
}

// --- client ----------------------------------------------------------------------------------------------------------

OprfBlind OprfBlind::random(base::Random& random) { return OprfBlind(Scalar::random(random)); }

Result<OprfBlind> OprfBlind::from_bytes(base::ByteView bytes)
{
    auto scalar = TRY(Scalar::decode(bytes));
    if (scalar.is_zero()) return Unexpected(Error::bad_key);
    return OprfBlind(std::move(scalar));
}

Result<OprfBlinded> oprf_blind(OprfMode mode, base::ByteView input, base::Random& random)
{
    auto blind = OprfBlind::random(random);
    const auto element = TRY(oprf_blinded_element(mode, input, blind));
    return OprfBlinded{std::move(blind), element};
}

Result<GroupElement> oprf_blinded_element(OprfMode mode, base::ByteView input, const OprfBlind& blind)
{
    const auto element = TRY(input_element(mode, input));
    return element.times(blind.scalar());
}

Result<OprfOutput> oprf_finalize(base::ByteView input, const OprfBlind& blind, const GroupElement& evaluated)
{
    return finalize_one(input, blind, evaluated, nullptr);
}

Result<std::vector<OprfOutput>> voprf_finalize(const OprfPublicKey& server, std::span<const OprfInput> inputs, const OprfEvaluation& evaluation)
{
    TRY(dleq_verify(context_of(OprfMode::voprf), server, blinded_elements(inputs), evaluation.elements, evaluation.proof));
    return finalize_all(inputs, evaluation, nullptr);
}

Result<std::vector<OprfOutput>> poprf_finalize(const OprfPublicKey& server, std::span<const OprfInput> inputs, const OprfEvaluation& evaluation,
                                               base::ByteView info)
{
    const auto m = TRY(info_scalar(info));
    const auto T = TRY(GroupElement::generator_times(m));
    const auto tweaked_key = TRY(T.plus(server));
    TRY(dleq_verify(context_of(OprfMode::poprf), tweaked_key, evaluation.elements, blinded_elements(inputs), evaluation.proof));
    return finalize_all(inputs, evaluation, &info);
}

// --- server ----------------------------------------------------------------------------------------------------------

Result<GroupElement> oprf_blind_evaluate(const OprfPrivateKey& key, const GroupElement& blinded) { return blinded.times(key.scalar()); }

Result<OprfEvaluation> voprf_blind_evaluate(const OprfPrivateKey& key, std::span<const GroupElement> blinded, base::Random& random)
{
    auto evaluated = TRY(times_each(blinded, key.scalar()));
    const auto proof = TRY(dleq_prove(context_of(OprfMode::voprf), key.scalar(), key.public_key(), blinded, evaluated, random));
    return OprfEvaluation{std::move(evaluated), proof};
}

Result<OprfEvaluation> poprf_blind_evaluate(const OprfPrivateKey& key, std::span<const GroupElement> blinded, base::ByteView info, base::Random& random)
{
    const auto m = TRY(info_scalar(info));
    const auto t = key.scalar() + m;
    const auto inverse = TRY(t.inverse());
    const auto tweaked_key = TRY(GroupElement::generator_times(t));
    auto evaluated = TRY(times_each(blinded, inverse));
    const auto proof = TRY(dleq_prove(context_of(OprfMode::poprf), t, tweaked_key, evaluated, blinded, random));
    return OprfEvaluation{std::move(evaluated), proof};
}

Result<OprfOutput> oprf_evaluate(OprfMode mode, const OprfPrivateKey& key, base::ByteView input, base::ByteView info)
{
    const auto element = TRY(input_element(mode, input));
    if (mode != OprfMode::poprf) {
        const auto evaluated = TRY(element.times(key.scalar()));
        return output_of(input, nullptr, evaluated);
    }
    const auto m = TRY(info_scalar(info));
    const auto inverse = TRY((key.scalar() + m).inverse());
    const auto evaluated = TRY(element.times(inverse));
    return output_of(input, &info, evaluated);
}

}  // namespace sinetti::crypto
