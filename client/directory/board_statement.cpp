#include "directory/board_statement.h"

#include "codec/writer.h"

namespace sinetti::directory {

base::Bytes board_statement_content(StatementKind kind, std::uint32_t board, std::uint64_t position, const Head& head)
{
    codec::Writer writer;
    writer.text(kind == StatementKind::cut ? "sinetti cut v1" : "sinetti signed head v1").u32(board).u64(position).raw(head);
    return std::move(writer).take();
}

crypto::Signature sign_board_statement(const crypto::SignaturePrivateKey& relay, StatementKind kind, std::uint32_t board, std::uint64_t position,
                                       const Head& head)
{
    return relay.sign(board_statement_content(kind, board, position, head));
}

bool verify_board_statement(const crypto::SignaturePublicKey& relay, StatementKind kind, std::uint32_t board, std::uint64_t position, const Head& head,
                            const crypto::Signature& signature)
{
    return crypto::verify(relay, board_statement_content(kind, board, position, head), signature).has_value();
}

}  // namespace sinetti::directory
