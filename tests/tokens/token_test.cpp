#include "tokens/token.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::tokens;
using crypto::Error;
using crypto::OprfPrivateKey;

namespace {

const ChallengeDigest kChallenge = access_challenge(base::Bytes(32, 1));

TokenBatch make_batch(const OprfPrivateKey& key, base::Random& random)
{
    auto batch = TokenBatch::create(key.public_key().bytes(), kChallenge, random);
    REQUIRE(batch.has_value());
    return std::move(*batch);
}

bool contains(base::ByteView haystack, base::ByteView needle) { return !std::ranges::search(haystack, needle).empty(); }

}  // namespace

TEST_SUITE("tokens.token")
{
    TEST_CASE("what is issued verifies, names its key and is different each time")
    {
        base::SeededRandom random(1);
        const auto key = OprfPrivateKey::generate(random);
        const auto batch = make_batch(key, random);
        REQUIRE(batch.blinded().size() == kTokensPerRequest);
        const auto issued = issue(key, batch.blinded(), random).value();
        const auto tokens = batch.finalize(issued.evaluated, issued.proof);
        REQUIRE(tokens.has_value());
        REQUIRE(tokens->size() == kTokensPerRequest);
        for (const auto& token : *tokens) {
            CHECK(verify(key, token.view()));
            const auto claims = claims_of(token.view());
            CHECK(claims.type == kTokenType);
            CHECK(claims.challenge == kChallenge);
            CHECK(claims.key_id == token_key_id(key.public_key().bytes()));
        }
        CHECK_FALSE(claims_of((*tokens)[0].view()).nonce == claims_of((*tokens)[1].view()).nonce);
    }

    TEST_CASE("a token with any part changed, or of another key, does not verify")
    {
        base::SeededRandom random(2);
        const auto key = OprfPrivateKey::generate(random);
        const auto batch = make_batch(key, random);
        const auto issued = issue(key, batch.blinded(), random).value();
        const auto tokens = batch.finalize(issued.evaluated, issued.proof).value();
        CHECK_FALSE(verify(OprfPrivateKey::generate(random), tokens[0].view()));
        for (std::size_t i = 0; i < kTokenSize; i += 5) {
            auto changed = base::to_bytes(tokens[0].view());
            changed[i] ^= 0x10;
            CHECK_FALSE(verify(key, changed));
        }
    }

    TEST_CASE("an answer made with a key of one's own is refused whole")
    {
        base::SeededRandom random(3);
        const auto key = OprfPrivateKey::generate(random);
        const auto own = OprfPrivateKey::generate(random);
        const auto batch = make_batch(key, random);
        const auto tagged = issue(own, batch.blinded(), random).value();
        CHECK(batch.finalize(tagged.evaluated, tagged.proof).error() == Error::bad_signature);
        auto one_tagged = issue(key, batch.blinded(), random).value();
        one_tagged.evaluated[7] = tagged.evaluated[7];
        CHECK(batch.finalize(one_tagged.evaluated, one_tagged.proof).error() == Error::bad_signature);
        one_tagged.evaluated.pop_back();
        CHECK(batch.finalize(one_tagged.evaluated, one_tagged.proof).error() == Error::bad_length);
        one_tagged.evaluated[0].fill(0);
        CHECK(batch.finalize(one_tagged.evaluated, one_tagged.proof).error() == Error::bad_key);
    }

    TEST_CASE("a stored batch makes the same request and takes its answer; a damaged one is no batch")
    {
        base::SeededRandom random(4);
        const auto key = OprfPrivateKey::generate(random);
        const auto batch = make_batch(key, random);
        const auto stored = batch.serialize();
        const auto again = TokenBatch::parse(stored.view());
        REQUIRE(again.has_value());
        CHECK(again->blinded() == batch.blinded());
        CHECK(again->issuer_public_key() == key.public_key().bytes());
        const auto issued = issue(key, again->blinded(), random).value();
        CHECK(verify(key, again->finalize(issued.evaluated, issued.proof).value()[5].view()));
        for (std::size_t size = 0; size < stored.size(); size += 7) CHECK_FALSE(TokenBatch::parse(stored.view().first(size)).has_value());
        auto longer = stored.clone();
        longer.push_back(0);
        CHECK_FALSE(TokenBatch::parse(longer.view()).has_value());
        auto no_scalar = stored.clone();
        std::ranges::fill(no_scalar.mutable_view().last(32), std::uint8_t{0xff});
        CHECK_FALSE(TokenBatch::parse(no_scalar.view()).has_value());
    }

    TEST_CASE("what crosses the wire when tokens are issued has nothing in common with what crosses it when they are spent")
    {
        base::SeededRandom random(5);
        const auto key = OprfPrivateKey::generate(random);
        const auto batch = make_batch(key, random);
        const auto issued = issue(key, batch.blinded(), random).value();
        const auto tokens = batch.finalize(issued.evaluated, issued.proof).value();
        base::Bytes issuance;
        for (const auto* elements : {&batch.blinded(), &issued.evaluated})
            for (const auto& element : *elements) issuance.insert(issuance.end(), element.begin(), element.end());
        issuance.insert(issuance.end(), issued.proof.begin(), issued.proof.end());
        for (const auto& token : tokens)
            for (std::size_t i = 0; i + 4 <= kTokenSize; ++i) CHECK_FALSE(contains(issuance, token.view().subspan(i, 4)));
    }

    TEST_CASE("what is no element is not issued for, and a key that is none makes no batch")
    {
        base::SeededRandom random(6);
        const auto key = OprfPrivateKey::generate(random);
        CHECK(issue(key, {}, random).error() == Error::bad_length);
        CHECK(issue(key, std::vector<ElementBytes>{key.public_key().bytes(), {}}, random).error() == Error::bad_key);
        CHECK(TokenBatch::create(ElementBytes{}, kChallenge, random).error() == Error::bad_key);
    }
}
