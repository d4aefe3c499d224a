#pragma once
// One sentence at the foot of the screen, and the strip that says there is no connection.

#include "ui/context.h"

namespace sinetti::ui {

void draw_toasts(Context& c, float bottom);                 // above this line
float banner_height(Context& c, float width);               // 0: nothing to say
void draw_banner(Context& c, const Rect& strip);

}  // namespace sinetti::ui
