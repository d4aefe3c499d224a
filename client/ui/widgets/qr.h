#pragma once
#include "ui/context.h"

namespace sinetti::ui {

// A QR code of this text, dark on white with its quiet zone, whatever the theme. False: the text is too long for one.
bool draw_qr(Context& c, std::string_view key, const Rect& square, std::string_view text, std::string_view name);

}  // namespace sinetti::ui
