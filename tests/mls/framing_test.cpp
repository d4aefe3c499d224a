#include "tests/support/vectors.h"

#include <doctest/doctest.h>

using namespace sinetti::tests;

TEST_SUITE("mls.framing")
{
    TEST_CASE("every message of messages.json reads, writes and is truncated at every byte") { run_vectors("mls/messages.json"); }
    TEST_CASE("messages are protected and unprotected as in message-protection.json") { run_vectors("mls/message-protection.json"); }
}
