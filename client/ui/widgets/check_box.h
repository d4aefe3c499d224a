#pragma once
// A box to tick, with words and an explanation beside it; all of it can be pressed.

#include "ui/context.h"

namespace sinetti::ui {

float check_box_height(Context& c, float width, std::string_view label, std::string_view hint);
bool check_box(Context& c, std::string_view key, const Rect& area, std::string_view label, std::string_view hint, bool on);   // true: it was pressed

}  // namespace sinetti::ui
