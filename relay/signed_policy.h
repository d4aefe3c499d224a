#pragma once
// What administrators have signed on board 0 about a board of cells, as the relay keeps boards.

#include "directory/state.h"
#include "relay/store.h"

#include <optional>

namespace sinetti::relay {

SignedPolicy policy_of(std::uint32_t board, const directory::SignedBoard& signed_board);
std::optional<SignedPolicy> policy_in(base::ByteView record);   // nullopt: it is about something else
bool is_as_signed(const BoardState& board, const SignedPolicy& policy);

}  // namespace sinetti::relay
