#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti::tests;

TEST_SUITE("mls.welcome")
{
    TEST_CASE("welcome.json opens to a signed group info with the right confirmation tag") { run_vectors("mls/welcome.json"); }
}
