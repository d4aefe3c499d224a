#pragma once
// A raised sheet with round corners, on which what belongs together stands. Its group in the mirror is its owner's.

#include "ui/context.h"

namespace sinetti::ui {

void draw_card(Context& c, const Rect& card);

}  // namespace sinetti::ui
