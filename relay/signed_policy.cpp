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

wire::BoardInfo policy_of(std::uint32_t board, const directory::SignedBoard& signed_board)
{
    return info_of(board, signed_board.level, signed_board.suite, signed_board.retention_days);
}

std::optional<wire::BoardInfo> policy_in(base::ByteView record)
{
    const auto decoded = directory::decode_record(record);
    const auto* board = decoded ? std::get_if<directory::BoardRecord>(&*decoded) : nullptr;
    if (board == nullptr) return std::nullopt;
    return info_of(board->board, board->level, board->suite, board->retention_days);
}

}  // namespace sinetti::relay
