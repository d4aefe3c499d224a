#pragma once
// What language and theme there is: chosen here, chosen in the settings, or asked for by the browser; in this order.

#include "ui/app.h"
#include "ui/model.h"
#include "ui/state.h"
#include "ui/theme.h"

namespace sinetti::ui {

Language chosen_language(const State& state, const Model& model, const Host& host);   // Finnish when nobody asks for one there is
const Theme& chosen_theme(const Model& model, const Viewport& viewport);

// The machine's own notices of new messages: wanted here, and let through by the browser.
inline constexpr std::string_view kNotificationsSetting = "notifications";
bool wants_notifications(const Model& model, const Host& host);

}  // namespace sinetti::ui
