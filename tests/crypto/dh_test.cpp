#include "crypto/dh.h"

#include "tests/support/vectors.h"

#include <doctest/doctest.h>
#include <string>

using namespace sinetti;
using namespace sinetti::crypto;

TEST_SUITE_BEGIN("crypto.dh");

TEST_CASE("two parties reach one secret, and a third does not")
{
    base::SeededRandom random(1);
    const auto alice = DhPrivateKey::generate(random);
    const auto bob = DhPrivateKey::generate(random);
    const auto carol = DhPrivateKey::generate(random);
    const auto one = alice.shared_secret(bob.public_key());
    const auto two = bob.shared_secret(alice.public_key());
    const auto three = carol.shared_secret(alice.public_key());
    REQUIRE(one.has_value());
    REQUIRE(two.has_value());
    REQUIRE(three.has_value());
    CHECK(*one == *two);
    CHECK_FALSE(*one == *three);
}

TEST_CASE("points of small order are refused")
{
    base::SeededRandom random(2);
    const auto key = DhPrivateKey::generate(random);
    for (const std::string hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                                  "0100000000000000000000000000000000000000000000000000000000000000",
                                  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"}) {
        CAPTURE(hex);
        const auto secret = key.shared_secret(base::from_hex(hex).value());
        REQUIRE_FALSE(secret.has_value());
        CHECK(secret.error() == Error::bad_key);
    }
}

TEST_CASE("keys of another length are refused")
{
    base::SeededRandom random(3);
    const auto key = DhPrivateKey::generate(random);
    for (const std::size_t size : {0u, 31u, 33u, 64u}) {
        const auto secret = key.shared_secret(base::Bytes(size, 9));
        REQUIRE_FALSE(secret.has_value());
        CHECK(secret.error() == Error::bad_length);
        const auto created = DhPrivateKey::from_bytes(base::Bytes(size, 9));
        REQUIRE_FALSE(created.has_value());
        CHECK(created.error() == Error::bad_length);
    }
}

TEST_CASE("a key comes back from its bytes and from a clone")
{
    base::SeededRandom random(4);
    const auto key = DhPrivateKey::generate(random);
    const auto again = DhPrivateKey::from_bytes(key.bytes());
    REQUIRE(again.has_value());
    CHECK(again->public_key() == key.public_key());
    CHECK(key.clone().public_key() == key.public_key());
    CHECK(base::equal(key.clone().bytes(), key.bytes()));
}

TEST_CASE("Wycheproof: X25519") { tests::run_vectors("wycheproof/x25519_test.json"); }

TEST_SUITE_END();
