#pragma once
// What is known of boards, as it is stored.

#include "base/secret.h"
#include "wire/frame.h"

#include <optional>
#include <vector>

namespace sinetti::chat {

inline constexpr std::string_view kBoardsRecord = "boards";

base::SecretBytes serialize_board_infos(const std::vector<wire::BoardInfo>& boards);
std::optional<std::vector<wire::BoardInfo>> parse_board_infos(base::ByteView record);   // nullopt: damaged, or of a later version

}  // namespace sinetti::chat
