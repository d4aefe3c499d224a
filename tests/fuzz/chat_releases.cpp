#include "chat/release_ledger.h"

#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::chat;

namespace {

// There is one encoding of every record, and whatever it holds, what is said and seen after it stays within the bounds.
void run(base::ByteView input)
{
    auto ledger = ReleaseLedger::parse(input);
    if (!ledger) return;
    CHECK_INVARIANT(base::equal(ledger->serialize().view(), input));
    for (std::uint8_t i = 0; i < 10; ++i) {
        const base::UnixMilliseconds now{(20'000ll + i) * 24 * 3600 * 1000};
        ledger->hear({i}, {Release{1, {i}}, Release{2, {i}}}, now);
        ledger->look({Release{1, {1}}, Release{3, {i}}}, now);
    }
    ledger->set_told();
    CHECK_INVARIANT(ledger->alarms().size() <= kReleaseAlarmsMax);
    CHECK_INVARIANT(ReleaseLedger::parse(ledger->serialize().view()).has_value());
}

std::vector<base::Bytes> seeds()
{
    ReleaseLedger ledger;
    ledger.look({Release{7, {1}}, Release{8, {2}}}, {1'800'000'000'000});
    ledger.hear({1}, {Release{7, {3}}, Release{9, {2}}}, {1'800'000'000'000});
    ledger.look({Release{7, {5}}, {}}, {1'800'100'000'000});
    return {base::to_bytes(ReleaseLedger().serialize().view()), base::to_bytes(ledger.serialize().view())};
}

const fuzz::Target kTarget("chat_releases", run, seeds);

}  // namespace
