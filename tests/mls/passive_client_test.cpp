#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti::tests;

TEST_SUITE("mls.passive_client")
{
    TEST_CASE("a passive client joins as in passive-client-welcome.json") { run_vectors("mls/passive-client-welcome.json"); }
    TEST_CASE("a passive client follows passive-client-handling-commit.json") { run_vectors("mls/passive-client-handling-commit.json"); }
    TEST_CASE("a passive client follows the 80 epochs of passive-random-s3-a.json") { run_vectors("mls-generated/passive-random-s3-a.json"); }
    TEST_CASE("a passive client follows the 40 epochs of passive-random-s3-b.json") { run_vectors("mls-generated/passive-random-s3-b.json"); }
}
