#include "crypto/oprf.h"

#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

struct Batch {
    std::vector<base::Bytes> inputs;
    std::vector<OprfBlinded> blinded;
    std::vector<GroupElement> elements;

    std::vector<OprfInput> for_finalize() const
    {
        std::vector<OprfInput> result;
        for (std::size_t i = 0; i < inputs.size(); ++i) result.push_back({inputs[i], &blinded[i].blind, blinded[i].element});
        return result;
    }
    void add(base::Bytes input, OprfBlinded&& value)
    {
        inputs.push_back(std::move(input));
        elements.push_back(value.element);
        blinded.push_back(std::move(value));
    }
};

Batch make_batch(OprfMode mode, std::size_t count, base::Random& random)
{
    Batch batch;
    for (std::size_t i = 0; i < count; ++i) {
        base::Bytes input(i + 1, static_cast<std::uint8_t>(i));
        auto blinded = oprf_blind(mode, input, random);
        REQUIRE(blinded.has_value());
        batch.add(std::move(input), std::move(*blinded));
    }
    return batch;
}

}  // namespace

TEST_SUITE("crypto.oprf")
{
    TEST_CASE("the vectors of RFC 9497 appendix A hold, in every mode") { tests::run_vectors("voprf/voprf-ristretto255-sha512.json"); }

    TEST_CASE("both ways to an output agree, whatever the blind")
    {
        base::SeededRandom random(2);
        const auto key = OprfPrivateKey::generate(random);
        const auto batch = make_batch(OprfMode::voprf, 32, random);
        const auto evaluation = voprf_blind_evaluate(key, batch.elements, random);
        REQUIRE(evaluation.has_value());
        const auto outputs = voprf_finalize(key.public_key(), batch.for_finalize(), *evaluation);
        REQUIRE(outputs.has_value());
        for (std::size_t i = 0; i < outputs->size(); ++i) CHECK((*outputs)[i] == oprf_evaluate(OprfMode::voprf, key, batch.inputs[i]).value());
        CHECK_FALSE(batch.elements[0] == make_batch(OprfMode::voprf, 1, random).elements[0]);
    }

    TEST_CASE("no output comes of a proof under another key, for another batch, or with one bit changed")
    {
        base::SeededRandom random(3);
        const auto key = OprfPrivateKey::generate(random);
        const auto other = OprfPrivateKey::generate(random);
        const auto batch = make_batch(OprfMode::voprf, 3, random);
        const auto good = voprf_blind_evaluate(key, batch.elements, random).value();
        const auto refused = [&](const OprfPublicKey& server, const OprfEvaluation& evaluation) {
            const auto outputs = voprf_finalize(server, batch.for_finalize(), evaluation);
            return !outputs.has_value() && outputs.error() == Error::bad_signature;
        };
        REQUIRE(voprf_finalize(key.public_key(), batch.for_finalize(), good).has_value());
        CHECK(refused(other.public_key(), good));
        CHECK(refused(key.public_key(), voprf_blind_evaluate(other, batch.elements, random).value()));
        for (std::size_t bit = 0; bit < 8 * kDleqProofSize; bit += 37) {
            auto changed = good;
            changed.proof[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
            CHECK(refused(key.public_key(), changed));
        }
        auto swapped = good;
        std::swap(swapped.elements[0], swapped.elements[1]);
        CHECK(refused(key.public_key(), swapped));
        auto one_tagged = good;   // one element of the batch under another key
        one_tagged.elements[2] = oprf_blind_evaluate(other, batch.elements[2]).value();
        CHECK(refused(key.public_key(), one_tagged));
        auto short_one = good;
        short_one.elements.pop_back();
        CHECK(voprf_finalize(key.public_key(), batch.for_finalize(), short_one).error() == Error::bad_length);
        CHECK(voprf_finalize(key.public_key(), {}, {}).error() == Error::bad_length);
    }

    TEST_CASE("a poprf output is bound to its info")
    {
        base::SeededRandom random(4);
        const auto key = OprfPrivateKey::generate(random);
        const auto batch = make_batch(OprfMode::poprf, 2, random);
        const auto evaluation = poprf_blind_evaluate(key, batch.elements, base::view_of("maanantai"), random).value();
        CHECK(poprf_finalize(key.public_key(), batch.for_finalize(), evaluation, base::view_of("maanantai")).has_value());
        CHECK(poprf_finalize(key.public_key(), batch.for_finalize(), evaluation, base::view_of("tiistai")).error() == Error::bad_signature);
        CHECK_FALSE(oprf_evaluate(OprfMode::poprf, key, batch.inputs[0], base::view_of("maanantai")).value() ==
                    oprf_evaluate(OprfMode::poprf, key, batch.inputs[0], base::view_of("tiistai")).value());
    }

    TEST_CASE("what is too long, empty or no key is refused by name")
    {
        base::SeededRandom random(5);
        const auto key = OprfPrivateKey::generate(random);
        const base::Bytes too_long(kOprfInputMax + 1, 1);
        CHECK(oprf_blind(OprfMode::oprf, too_long, random).error() == Error::bad_length);
        CHECK(oprf_evaluate(OprfMode::poprf, key, base::Bytes(1), too_long).error() == Error::bad_length);
        CHECK(voprf_blind_evaluate(key, {}, random).error() == Error::bad_length);
        CHECK(OprfPrivateKey::from_bytes(base::Bytes(32, 0)).error() == Error::bad_key);
        CHECK(OprfPrivateKey::from_bytes(base::Bytes(32, 0xff)).error() == Error::bad_key);
        CHECK(OprfPrivateKey::from_bytes(base::Bytes(31, 1)).error() == Error::bad_length);
        CHECK(OprfPrivateKey::derive(OprfMode::oprf, base::Bytes(31, 1), {}).error() == Error::bad_length);
        CHECK(OprfBlind::from_bytes(base::Bytes(32, 0)).error() == Error::bad_key);
        const auto again = OprfPrivateKey::from_bytes(key.bytes());
        REQUIRE(again.has_value());
        CHECK(again->public_key() == key.public_key());
    }

    TEST_CASE("an empty input has an output too")
    {
        base::SeededRandom random(6);
        const auto key = OprfPrivateKey::generate(random);
        const auto blinded = oprf_blind(OprfMode::oprf, {}, random).value();
        CHECK(oprf_finalize({}, blinded.blind, oprf_blind_evaluate(key, blinded.element).value()).value() == oprf_evaluate(OprfMode::oprf, key, {}).value());
    }
}
