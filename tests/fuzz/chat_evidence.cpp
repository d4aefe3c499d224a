#include "chat/evidence.h"

#include "tests/fuzz/target.h"

using namespace sinetti;
using namespace sinetti::chat;

namespace {

// There is one encoding of every record, and what it holds can be told and checked.
void run(base::ByteView input)
{
    const auto evidence = Evidence::parse(input);
    if (!evidence) return;
    CHECK_INVARIANT(base::equal(evidence->serialize().view(), input));
    CHECK_INVARIANT(!evidence->text().empty());
    (void)evidence->holds();
}

std::vector<base::Bytes> seeds()
{
    base::SeededRandom random(1);
    const auto relay = crypto::SignaturePrivateKey::generate(random);
    Evidence evidence{.relay = relay.public_key(), .statements = {}};
    for (std::uint8_t i = 0; i < 2; ++i) {
        const auto kind = i == 0 ? directory::StatementKind::head : directory::StatementKind::cut;
        evidence.statements[i] = {kind, {1, 256, {i}, directory::sign_board_statement(relay, kind, 1, 256, {i})}};
    }
    CHECK_INVARIANT(evidence.holds());
    return {base::to_bytes(evidence.serialize().view())};
}

const fuzz::Target kTarget("chat_evidence", run, seeds);

}  // namespace
