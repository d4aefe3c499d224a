#pragma once
// Messages that were found, below the conversations and people whose names match.

#include "ui/context.h"

namespace sinetti::ui {

inline constexpr std::size_t kSearchLettersMin = 2;   // fewer are asked for names alone

// Asks the core when what is typed has changed, or the conversations have; and says beside `list` how many there are.
void search_messages(Context& c, std::string_view query, const Rect& list);
bool messages_asked(const Context& c);                // and not answered yet
std::size_t found_messages(const Context& c);         // that can be shown
float draw_found_messages(Context& c, const Rect& area, float y);   // height

}  // namespace sinetti::ui
