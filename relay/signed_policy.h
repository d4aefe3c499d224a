#pragma once
// What administrators have signed on board 0 about a board of cells, as the relay keeps boards.

#include "directory/state.h"
#include "wire/frame.h"

#include <optional>

namespace sinetti::relay {

wire::BoardInfo policy_of(std::uint32_t board, const directory::SignedBoard& signed_board);
std::optional<wire::BoardInfo> policy_in(base::ByteView record);   // nullopt: it is about something else

}  // namespace sinetti::relay
