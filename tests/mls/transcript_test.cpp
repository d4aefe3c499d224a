#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti::tests;

TEST_SUITE("mls.transcript")
{
    TEST_CASE("transcript hashes and the confirmation tag are those of transcript-hashes.json") { run_vectors("mls/transcript-hashes.json"); }
}
