#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti::tests;

TEST_SUITE("mls.treekem")
{
    TEST_CASE("update paths are applied, decrypted and made as in treekem.json") { run_vectors("mls/treekem.json"); }
}
