#include "chat/evidence.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::chat;
using directory::StatementKind;

namespace {

Evidence::Statement said(const crypto::SignaturePrivateKey& relay, StatementKind kind, std::uint32_t board, std::uint64_t position, const wire::Head& head)
{
    return {kind, {board, position, head, directory::sign_board_statement(relay, kind, board, position, head)}};
}

}  // namespace

TEST_SUITE("chat.evidence")
{
    TEST_CASE("two signed heads of one position that differ are proof; anything less is none")
    {
        base::SeededRandom random(1);
        const auto relay = crypto::SignaturePrivateKey::generate(random);
        const auto other = crypto::SignaturePrivateKey::generate(random);
        const auto one = said(relay, StatementKind::head, 1, 256, {1});
        const auto with = [&](const Evidence::Statement& statement) { return Evidence{relay.public_key(), {one, statement}}; };
        CHECK(with(said(relay, StatementKind::head, 1, 256, {2})).holds());
        CHECK(with(said(relay, StatementKind::cut, 1, 256, {2})).holds());
        CHECK_FALSE(with(one).holds());
        CHECK_FALSE(with(said(relay, StatementKind::head, 1, 512, {2})).holds());
        CHECK_FALSE(with(said(relay, StatementKind::head, 2, 256, {2})).holds());
        CHECK_FALSE(with(said(other, StatementKind::head, 1, 256, {2})).holds());
    }

    TEST_CASE("evidence survives writing and reading, and its text has all that is needed to check it")
    {
        base::SeededRandom random(2);
        const auto relay = crypto::SignaturePrivateKey::generate(random);
        const Evidence evidence{relay.public_key(), {said(relay, StatementKind::head, 1, 256, {1}), said(relay, StatementKind::cut, 1, 256, {2})}};
        const auto record = evidence.serialize();
        const auto read = Evidence::parse(record.view());
        REQUIRE(read.has_value());
        CHECK(*read == evidence);
        CHECK(read->holds());
        for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(Evidence::parse(record.view().first(size)).has_value());
        const auto text = evidence.text();
        for (const auto& part : {base::to_hex(relay.public_key()), base::to_hex(evidence.statements[0].head.signature), base::to_hex(evidence.statements[1].head.signature),
                                 base::to_hex(directory::board_statement_content(StatementKind::cut, 1, 256, {2})), std::string("label: sinetti cut v1\nboard: 1\nposition: 256\n")})
            CHECK(text.find(part) != std::string::npos);
    }
}
