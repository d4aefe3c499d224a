#pragma once
// Notices, one sentence at a time, and the strip that says there is no connection.

#include "ui/context.h"

namespace sinetti::ui {

void add_toast(std::vector<Toast>& toasts, const api::NoticeEvent& notice);   // what is said already is not said again; people who enrolled share one
void draw_toasts(Context& c, float bottom);                 // what went wrong: above this line
float banner_height(Context& c, float width);               // 0: nothing to say
void draw_banner(Context& c, const Rect& strip);

}  // namespace sinetti::ui
