#include "mls/cipher_suite.h"

#include "tests/support/vectors.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.cipher_suite")
{
    TEST_CASE("labelled operations agree with crypto-basics.json") { run_vectors("mls/crypto-basics.json"); }

    TEST_CASE("only suites we have come from an id")
    {
        CHECK(CipherSuite::from_id(3) == kSuite);
        for (const int id : {0, 1, 2, 4, 7, 0x0a0a, 0xffff}) CHECK_FALSE(CipherSuite::from_id(static_cast<std::uint16_t>(id)).has_value());
    }
}
