#include "crypto/sign.h"

#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::crypto;

TEST_SUITE_BEGIN("crypto.sign");

TEST_CASE("key and signature are those of RFC 8032 §7.1 test 1")
{
    const auto seed = base::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    REQUIRE(seed.has_value());
    const auto key = SignaturePrivateKey::from_seed(*seed);
    REQUIRE(key.has_value());
    CHECK(base::to_hex(key->public_key()) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    CHECK(base::to_hex(key->sign({})) ==
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    CHECK(verify(key->public_key(), {}, key->sign({})).has_value());
}

TEST_CASE("a signature holds for its message and key only")
{
    base::SeededRandom random(1);
    const auto key = SignaturePrivateKey::generate(random);
    const auto other = SignaturePrivateKey::generate(random);
    CHECK(key.public_key() != other.public_key());
    const auto message = base::view_of("a message");
    const auto signature = key.sign(message);
    CHECK(verify(key.public_key(), message, signature).has_value());
    CHECK(verify(key.public_key(), base::view_of("a Message"), signature).has_value() == false);
    CHECK(verify(other.public_key(), message, signature).has_value() == false);
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        auto changed = signature;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        const auto verified = verify(key.public_key(), message, changed);
        REQUIRE_FALSE(verified.has_value());
        CHECK(verified.error() == Error::bad_signature);
    }
}

TEST_CASE("wrong lengths are told apart from wrong signatures")
{
    base::SeededRandom random(2);
    const auto key = SignaturePrivateKey::generate(random);
    const auto signature = key.sign({});
    for (const std::size_t size : {0u, 31u, 33u, 64u}) {
        const auto verified = verify(base::Bytes(size, 1), {}, signature);
        REQUIRE_FALSE(verified.has_value());
        CHECK(verified.error() == Error::bad_length);
    }
    for (const std::size_t size : {0u, 63u, 65u}) {
        const auto verified = verify(key.public_key(), {}, base::Bytes(size, 1));
        REQUIRE_FALSE(verified.has_value());
        CHECK(verified.error() == Error::bad_length);
    }
    for (const std::size_t size : {0u, 31u, 33u, 64u}) {
        const auto created = SignaturePrivateKey::from_seed(base::Bytes(size, 1));
        REQUIRE_FALSE(created.has_value());
        CHECK(created.error() == Error::bad_length);
    }
}

TEST_CASE("keys of small order verify nothing")
{
    // With the neutral element as key and as R, and S = 0, the plain equation S·B = R + k·A holds for every message.
    base::ByteArray<32> neutral{};
    neutral[0] = 1;
    Signature forged{};
    forged[0] = 1;
    const auto verified = verify(neutral, base::view_of("anything"), forged);
    REQUIRE_FALSE(verified.has_value());
    CHECK(verified.error() == Error::bad_signature);
}

TEST_CASE("a key comes back from its seed, and a clone signs alike")
{
    base::SeededRandom random(3);
    const auto key = SignaturePrivateKey::generate(random);
    const auto again = SignaturePrivateKey::from_seed(key.seed());
    REQUIRE(again.has_value());
    const auto message = base::view_of("the same message");
    CHECK(again->public_key() == key.public_key());
    CHECK(again->sign(message) == key.sign(message));
    CHECK(key.clone().sign(message) == key.sign(message));
}

TEST_CASE("Wycheproof: Ed25519") { tests::run_vectors("wycheproof/ed25519_test.json"); }

TEST_SUITE_END();
