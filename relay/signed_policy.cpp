#include "relay/signed_policy.h"

namespace sinetti::relay {

namespace {

static_assert(std::uint8_t(directory::BoardLevel::prompt) == std::uint8_t(wire::SendingLevel::prompt));
static_assert(std::uint8_t(directory::BoardLevel::mixed) == std::uint8_t(wire::SendingLevel::mixed));

wire::BoardInfo info_of(std::uint32_t board, directory::BoardLevel level, directory::BoardSuite suite, std::uint16_t retention_days)
{
    return {.board = board,
            .kind = wire::BoardKind::cells,
            .level = wire::SendingLevel(std::uint8_t(level)),
            .cipher_suite = std::uint16_t(suite),
            .retention_days = retention_days};
}

}  // namespace

SignedPolicy policy_of(std::uint32_t board, const directory::SignedBoard& signed_board)
{
    return {info_of(board, signed_board.level, signed_board.suite, signed_board.retention_days), signed_board.closed};
}

std::optional<SignedPolicy> policy_in(base::ByteView record)
{
    const auto decoded = directory::decode_record(record);
    const auto* board = decoded ? std::get_if<directory::BoardRecord>(&*decoded) : nullptr;
    if (board == nullptr) return std::nullopt;
    return SignedPolicy{info_of(board->board, board->level, board->suite, board->retention_days), board->closed};
}

bool is_as_signed(const BoardState& board, const SignedPolicy& policy)
{
    return board.is_signed && SignedPolicy{board.info, board.closed} == policy;
}

}  // namespace sinetti::relay
