#pragma once
// Which conversation or person an argument means: an exact name or title, or the beginning of an identifier.

#include "api/types.h"
#include "cli/failure.h"

namespace sinetti::cli {

inline constexpr std::size_t kIdPrefixMin = 6;   // hex digits

// Failures: nobody, or several. Those who were removed are found by their identifier only.
Result<const api::Person*> find_person(const std::vector<api::Person>& people, std::string_view name);
Result<const api::ConversationSummary*> find_conversation(const std::vector<api::ConversationSummary>& conversations, std::string_view title);

// Failures: as above. Of ours by name too, of others by identifier only; those that are signed out are not found.
Result<const api::Device*> find_device(const std::vector<api::Person>& people, std::string_view name);

Result<const api::Board*> find_board(const std::vector<api::Board>& boards, std::string_view name);   // a number wins over a name that looks like one

}  // namespace sinetti::cli
