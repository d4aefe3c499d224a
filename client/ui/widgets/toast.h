#pragma once
// Notices, one sentence at a time, and the strip that says there is no connection.

#include "ui/context.h"

namespace sinetti::ui {

void add_toast(std::vector<Toast>& toasts, const api::NoticeEvent& notice);   // what is said already is not said again; people who enrolled share one
bool waits_to_be_seen(const State& state, const Toast& toast);   // what went wrong begins its time when somebody looks at the page
void draw_toasts(Context& c, float bottom);                 // what went wrong: above this line
float banner_height(Context& c, float width);               // 0: nothing to say
void draw_banner(Context& c, const Rect& strip);

}  // namespace sinetti::ui
