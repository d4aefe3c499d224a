// RFC 9497 appendix A, suite ristretto255-SHA512: one case is a mode with its key and all its batches.

#include "crypto/oprf.h"
#include "tests/vectors/kinds.h"
#include "tests/vectors/published_random.h"

namespace sinetti::vectors {

using namespace crypto;

namespace {

// The values of a batch stand in one field, separated by commas.
Outcome<std::vector<Bytes>> batch_of(const Vector& vector, const char* name, std::size_t size)
{
    const auto text = TRY(vector.text(name));
    std::vector<Bytes> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        auto bytes = base::from_hex(std::string_view(text).substr(begin, end - begin));
        if (!bytes) return fail(std::string(name) + " is not hexadecimal");
        parts.push_back(std::move(*bytes));
        begin = end + 1;
    }
    TRY(same(name, parts.size(), size));
    return parts;
}

Outcome<void> run_batch(OprfMode mode, const OprfPrivateKey& key, const Vector& vector)
{
    const auto size = TRY(vector.number32("Batch"));
    const auto inputs = TRY(batch_of(vector, "Input", size));
    const auto blinds = TRY(batch_of(vector, "Blind", size));
    const auto blinded_elements = TRY(batch_of(vector, "BlindedElement", size));
    const auto evaluated = TRY(batch_of(vector, "EvaluationElement", size));
    const auto outputs = TRY(batch_of(vector, "Output", size));
    const auto info = mode == OprfMode::poprf ? TRY(vector.hex("Info")) : Bytes{};

    std::vector<OprfBlinded> blinded;
    std::vector<GroupElement> elements;
    for (std::size_t i = 0; i < size; ++i) {
        PublishedRandom random(blinds[i]);
        auto value = TRY(oprf_blind(mode, inputs[i], random));
        TRY(same("Blind", value.blind.bytes(), blinds[i]));
        TRY(same("BlindedElement", value.element.bytes(), blinded_elements[i]));
        TRY(same("BlindedElement of the kept blind", TRY(oprf_blinded_element(mode, inputs[i], value.blind)).bytes(), blinded_elements[i]));
        TRY(same("Output by the key itself", TRY(oprf_evaluate(mode, key, inputs[i], info)), outputs[i]));
        elements.push_back(value.element);
        blinded.push_back(std::move(value));
    }
    if (mode == OprfMode::oprf) {
        for (std::size_t i = 0; i < size; ++i) {
            const auto element = TRY(oprf_blind_evaluate(key, elements[i]));
            TRY(same("EvaluationElement", element.bytes(), evaluated[i]));
            TRY(same("Output", TRY(oprf_finalize(inputs[i], blinded[i].blind, element)), outputs[i]));
        }
        return {};
    }
    const auto proof = TRY(vector.object("Proof"));
    PublishedRandom random(TRY(proof.hex("r")));
    const auto evaluation = mode == OprfMode::voprf ? TRY(voprf_blind_evaluate(key, elements, random))
                                                    : TRY(poprf_blind_evaluate(key, elements, info, random));
    TRY(same("proof", evaluation.proof, TRY(proof.hex("proof"))));
    std::vector<OprfInput> batch;
    for (std::size_t i = 0; i < size; ++i) batch.push_back({inputs[i], &blinded[i].blind, elements[i]});
    const auto finalized = mode == OprfMode::voprf ? TRY(voprf_finalize(key.public_key(), batch, evaluation))
                                                   : TRY(poprf_finalize(key.public_key(), batch, evaluation, info));
    for (std::size_t i = 0; i < size; ++i) {
        TRY(same("EvaluationElement", evaluation.elements[i].bytes(), evaluated[i]));
        TRY(same("Output", finalized[i], outputs[i]));
    }
    return {};
}

}  // namespace

Outcome<void> run_voprf(const Vector& vector)
{
    const auto identifier = TRY(vector.text("identifier"));
    if (identifier != "ristretto255-SHA512") return skip(identifier);
    const auto number = TRY(vector.number("mode"));
    TRY(that(number <= 2, "the mode is one of the three"));
    const auto mode = static_cast<OprfMode>(number);
    const auto key = TRY(OprfPrivateKey::derive(mode, TRY(vector.hex("seed")), TRY(vector.hex("keyInfo"))));
    TRY(same("skSm", key.bytes(), TRY(vector.hex("skSm"))));
    if (vector.has("pkSm")) TRY(same("pkSm", key.public_key().bytes(), TRY(vector.hex("pkSm"))));
    const auto batches = TRY(vector.objects("vectors"));
    for (std::size_t i = 0; i < batches.size(); ++i) TRY(within("vector " + std::to_string(i), run_batch(mode, key, batches[i])));
    return that(!batches.empty(), "there are vectors");
}

}  // namespace sinetti::vectors
