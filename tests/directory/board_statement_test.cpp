#include "directory/board_statement.h"

#include <doctest/doctest.h>

using namespace sinetti;
using namespace sinetti::directory;

TEST_SUITE_BEGIN("directory.board_statement");

TEST_CASE("a statement holds for its kind, board, position and head, under its key, and for nothing else")
{
    base::SeededRandom random(1);
    const auto key = crypto::SignaturePrivateKey::generate(random);
    const auto other = crypto::SignaturePrivateKey::generate(random);
    const Head head{1, 2, 3};
    for (const auto kind : {StatementKind::head, StatementKind::cut}) {
        const auto signature = sign_board_statement(key, kind, 1, 512, head);
        CHECK(verify_board_statement(key.public_key(), kind, 1, 512, head, signature));
        const auto another_kind = kind == StatementKind::head ? StatementKind::cut : StatementKind::head;
        CHECK_FALSE(verify_board_statement(key.public_key(), another_kind, 1, 512, head, signature));
        CHECK_FALSE(verify_board_statement(key.public_key(), kind, 2, 512, head, signature));
        CHECK_FALSE(verify_board_statement(key.public_key(), kind, 1, 513, head, signature));
        CHECK_FALSE(verify_board_statement(key.public_key(), kind, 1, 512, Head{1, 2, 4}, signature));
        CHECK_FALSE(verify_board_statement(other.public_key(), kind, 1, 512, head, signature));
        auto damaged = signature;
        damaged[5] ^= 1;
        CHECK_FALSE(verify_board_statement(key.public_key(), kind, 1, 512, head, damaged));
    }
}

TEST_CASE("what is signed is what the protocol says")
{
    CHECK(base::to_hex(board_statement_content(StatementKind::head, 1, 256, Head{0xaa})) ==
          "16" + base::to_hex(base::view_of("sinetti signed head v1")) + "00000001" + "0000000000000100" + "aa" + std::string(62, '0'));
    CHECK(base::to_hex(board_statement_content(StatementKind::cut, 1, 256, Head{0xaa})) ==
          "0e" + base::to_hex(base::view_of("sinetti cut v1")) + "00000001" + "0000000000000100" + "aa" + std::string(62, '0'));
}
