#include "store/calibration.h"

#include <doctest/doctest.h>

using namespace sinetti;

namespace {

// A machine that takes so many milliseconds for a pass.
crypto::PasswordParameters calibrated_on(std::int64_t pass, std::int64_t wanted)
{
    base::ManualClock clock{base::UnixMilliseconds{1'700'000'000'000}};
    return store::calibrated(wanted, clock, [&](base::ByteView, base::ByteView, crypto::PasswordParameters parameters) -> crypto::Result<crypto::PasswordKey> {
        clock.advance(pass * parameters.passes);
        return crypto::PasswordKey(base::ByteArray<32>{});
    });
}

}  // namespace

TEST_SUITE("store.calibration")
{
    TEST_CASE("a new store costs as many passes as the machine does in the time, and never less than the least or more than is read again")
    {
        CHECK(calibrated_on(50, 400).passes == 8);
        CHECK(calibrated_on(60, 400).passes == 6);
        CHECK(calibrated_on(200, 400).passes == crypto::kPasswordPassesMin);
        CHECK(calibrated_on(100'000, 400).passes == crypto::kPasswordPassesMin);
        CHECK(calibrated_on(1, 400).passes == crypto::kPasswordPassesMax);
        CHECK(calibrated_on(50, 400).memory == crypto::kPasswordMemoryMin);
    }

    TEST_CASE("a clock that stands or goes back, nothing wanted and a machine without the memory cost the least")
    {
        CHECK(calibrated_on(0, 400).passes == crypto::kPasswordPassesMin);
        CHECK(calibrated_on(-50, 400).passes == crypto::kPasswordPassesMin);
        CHECK(calibrated_on(50, 0).passes == crypto::kPasswordPassesMin);
        base::ManualClock clock;
        const auto none = [](base::ByteView, base::ByteView, crypto::PasswordParameters) -> crypto::Result<crypto::PasswordKey> {
            return base::Unexpected(crypto::Error::out_of_memory);
        };
        CHECK(store::calibrated(400, clock, none).passes == crypto::kPasswordPassesMin);
    }
}
