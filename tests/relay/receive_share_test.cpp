#include "relay/receive_share.h"

#include <doctest/doctest.h>

using namespace sinetti;
using relay::ReceiveShare;

namespace {

const ReceiveShare::Time kStart{std::chrono::hours(1)};

}  // namespace

TEST_SUITE_BEGIN("relay.receive_share");

TEST_CASE("a turn ends after its time")
{
    ReceiveShare share;
    share.begin_turn(kStart);
    CHECK_FALSE(share.is_turn_over(kStart + relay::kReceiveTurn - std::chrono::microseconds(1)));
    CHECK(share.is_turn_over(kStart + relay::kReceiveTurn));
}

TEST_CASE("who takes a whole turn whenever it may has its share of the time, and not more")
{
    ReceiveShare share;
    auto now = kStart;
    std::chrono::steady_clock::duration taken{};
    constexpr auto kLong = std::chrono::seconds(10);
    while (now < kStart + kLong) {
        share.begin_turn(now);
        now += relay::kReceiveTurn;
        taken += relay::kReceiveTurn;
        now = std::max(now, share.end_turn(now));
    }
    CHECK(taken >= kLong / relay::kReceiveShare);
    CHECK(taken <= (kLong + relay::kReceiveCredit) / relay::kReceiveShare + relay::kReceiveTurn);
}

TEST_CASE("who asks for much with little waits for what it is answered")
{
    ReceiveShare share;
    auto now = kStart;
    std::size_t answered = 0;
    constexpr std::size_t kAnswer = 65536;
    constexpr auto kLong = std::chrono::seconds(10);
    while (now < kStart + kLong) {
        share.begin_turn(now);
        now = std::max(now, share.end_turn(now));
        share.answered(kAnswer);
        answered += kAnswer;
    }
    const auto most = (kLong + relay::kReceiveCredit) / relay::kReceiveShare / ReceiveShare::kPerByte;
    CHECK(answered <= static_cast<std::size_t>(most) + 2 * kAnswer);
    CHECK(answered >= static_cast<std::size_t>(most) / 2);
}

TEST_CASE("nobody waits long for a turn, whatever they were sent before")
{
    ReceiveShare share;
    share.begin_turn(kStart);
    CHECK(share.end_turn(kStart) < kStart);
    share.answered(1u << 30);
    share.begin_turn(kStart);
    CHECK(share.end_turn(kStart) == kStart + ReceiveShare::kLongest);
    share.begin_turn(kStart + ReceiveShare::kLongest);
    CHECK(share.end_turn(kStart + ReceiveShare::kLongest) <= kStart + ReceiveShare::kLongest);
}

TEST_CASE("who was silent goes on at once for as long as the credit lasts, and who sends little always does")
{
    ReceiveShare share;
    auto now = kStart;
    std::chrono::steady_clock::duration taken{};
    for (;;) {
        share.begin_turn(now);
        now += relay::kReceiveTurn;
        taken += relay::kReceiveTurn;
        if (share.end_turn(now) > now) break;
    }
    CHECK(taken >= relay::kReceiveCredit / relay::kReceiveShare);
    CHECK(taken <= relay::kReceiveCredit / (relay::kReceiveShare - 1) + relay::kReceiveTurn);

    now += std::chrono::seconds(1);
    for (int i = 0; i < 10'000; ++i) {
        share.begin_turn(now);
        const auto next = share.end_turn(now + relay::kReceiveTurn / 10);
        REQUIRE(next <= now + relay::kReceiveTurn / 10);
        now += relay::kReceiveTurn;
    }
}

TEST_SUITE_END();
