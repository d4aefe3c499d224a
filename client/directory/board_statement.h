#pragma once
// What the relay says about a board under its signing key. Ed25519 over
//   opaque<V> label ‖ uint32 board ‖ uint64 position ‖ head(position)
// The key is pinned in every invite link, so two statements of different heads for one position prove that the relay has kept
// two histories, to anybody, whoever shows them.

#include "crypto/sign.h"
#include "directory/chain.h"

namespace sinetti::directory {

enum class StatementKind : std::uint8_t {
    head,   // "sinetti signed head v1": this is the head of the board there
    cut,    // "sinetti cut v1": the same, and what was before it is not kept any more
};

base::Bytes board_statement_content(StatementKind kind, std::uint32_t board, std::uint64_t position, const Head& head);
crypto::Signature sign_board_statement(const crypto::SignaturePrivateKey& relay, StatementKind kind, std::uint32_t board, std::uint64_t position,
                                       const Head& head);
bool verify_board_statement(const crypto::SignaturePublicKey& relay, StatementKind kind, std::uint32_t board, std::uint64_t position, const Head& head,
                            const crypto::Signature& signature);

}  // namespace sinetti::directory
