#include "mls/key_schedule.h"

#include "tests/support/vectors.h"
#include "world.h"

using namespace sinetti;
using namespace sinetti::tests;

TEST_SUITE("mls.key_schedule")
{
    TEST_CASE("every secret of five epochs is that of key-schedule.json") { run_vectors("mls/key-schedule.json"); }

    TEST_CASE("an exporter length beyond the key derivation function is refused")
    {
        const ExporterSecret exporter{base::SecretBytes(32)};
        CHECK(mls_exporter(kSuite, exporter, "x", {}, 255 * 32).has_value());
        CHECK(mls_exporter(kSuite, exporter, "x", {}, 255 * 32 + 1).error() == Error::bad_length);
        CHECK(mls_exporter(kSuite, exporter, "x", {}, 1 << 20).error() == Error::bad_length);
    }

    TEST_CASE("pre-shared keys chain as in psk_secret.json")
    {
        run_vectors("mls/psk_secret.json");
        run_vectors("mls/suite1-noaead/psk_secret.json");
    }
}
