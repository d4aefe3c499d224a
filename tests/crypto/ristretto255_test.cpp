#include "crypto/ristretto255.h"

#include "tests/support/scripted_random.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::crypto;

namespace {

base::Bytes hex(std::string_view text) { return base::from_hex(text).value(); }

// 2^252 + 27742317777372353535851937790883648493, little-endian.
const char* const kOrder = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

}  // namespace

TEST_SUITE("crypto.ristretto255")
{
    TEST_CASE("a scalar is decoded when it is below the order, and never reduced")
    {
        auto below = hex(kOrder);
        CHECK(Scalar::decode(below).error() == Error::bad_key);
        below[0] -= 1;
        REQUIRE(Scalar::decode(below).has_value());
        CHECK(base::equal(Scalar::decode(below)->bytes(), below));
        CHECK(Scalar::decode(base::Bytes(32, 0xff)).error() == Error::bad_key);
        CHECK(Scalar::decode(base::Bytes(31, 0)).error() == Error::bad_length);
        CHECK(Scalar::decode(base::Bytes(33, 0)).error() == Error::bad_length);
        REQUIRE(Scalar::decode(base::Bytes(32, 0)).has_value());
        CHECK(Scalar::decode(base::Bytes(32, 0))->is_zero());
    }

    TEST_CASE("a random scalar is drawn again when it is zero or not below the order")
    {
        base::Bytes script(32, 0);                     // zero
        const auto order = hex(kOrder);
        script.insert(script.end(), order.begin(), order.end());
        base::Bytes good(32, 0);
        good[0] = 5;
        script.insert(script.end(), good.begin(), good.end());
        tests::ScriptedRandom random(script);
        CHECK(base::equal(Scalar::random(random).bytes(), good));
        CHECK(random.is_used_up());
    }

    TEST_CASE("what is not a canonical encoding, or is the identity, is no element")
    {
        // Encodings that RFC 9496 appendix A.2 lists as invalid, one of each kind.
        for (const auto* bad : {"0000000000000000000000000000000000000000000000000000000000000000",    // the identity
                                "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",    // not canonical
                                "0100000000000000000000000000000000000000000000000000000000000000",    // negative
                                "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",    // not a square
                                "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",    // negative xy
                                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})   // s = -1
            CHECK_MESSAGE(GroupElement::decode(hex(bad)).error() == Error::bad_key, bad);
        CHECK(GroupElement::decode(base::Bytes(31, 1)).error() == Error::bad_length);
    }

    TEST_CASE("multiples of the generator are those of RFC 9496 appendix A.1, and add up")
    {
        base::Bytes number(32, 0);
        const auto multiple = [&](std::uint8_t factor) {
            number[0] = factor;
            return GroupElement::generator_times(Scalar::decode(number).value());
        };
        CHECK(base::to_hex(multiple(1)->bytes()) == "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76");
        CHECK(base::to_hex(multiple(2)->bytes()) == "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919");
        CHECK(multiple(0).error() == Error::bad_key);
        CHECK(multiple(1)->plus(*multiple(1)).value() == multiple(2).value());
        const auto three_times = multiple(3).value();
        const auto expected = multiple(21).value();
        number[0] = 7;
        CHECK(three_times.times(Scalar::decode(number).value()).value() == expected);
    }

    TEST_CASE("an inverse undoes its scalar; zero has none")
    {
        base::SeededRandom random(1);
        const auto scalar = Scalar::random(random);
        base::Bytes one(32, 0);
        one[0] = 1;
        CHECK(scalar * scalar.inverse().value() == Scalar::decode(one).value());
        CHECK((scalar - scalar).is_zero());
        CHECK((scalar - scalar).inverse().error() == Error::bad_key);
    }
}
