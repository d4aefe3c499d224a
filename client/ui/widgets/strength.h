#pragma once
// How hard a passphrase that is being chosen is to guess, and the advice beside it.

#include "ui/context.h"

namespace sinetti::ui {

inline constexpr float kStrengthHeight = 34;
inline constexpr float kRulesHeight = 12 + 4 * 40;

bool is_good_passphrase(const PasswordState& typed);   // long enough, and not weak
void draw_strength(Context& c, const Rect& area, const PasswordState& typed);
void draw_rules(Context& c, const Rect& card, const PasswordState& typed);

}  // namespace sinetti::ui
