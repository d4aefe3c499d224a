#pragma once
// Locking the seal on one's own machine: by hand, or because nobody has done anything for a while. The core forgets its keys,
// the page is loaded anew so that nothing of what was read stays in memory, and unlocking goes back to where one was.

#include "ui/context.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sinetti::ui {

inline constexpr std::string_view kAutoLockSetting = "auto_lock";      // minutes, or "never"
inline constexpr std::string_view kReturnToSetting = "return_to";      // the conversation that was open when it was locked
inline constexpr int kAutoLockMinutes[] = {5, 15, 60};
inline constexpr int kAutoLockDefault = 15;                            // minutes
inline constexpr std::string_view kAutoLockNever = "never";

// 0: never.
int auto_lock_minutes(const Model& model);

// Whatever is typed is saved, and the core closes the seal. `idle_minutes`: nobody did anything for so long; 0: somebody asked for it.
void lock_seal(State& state, const Model& model, Host& host, int idle_minutes = 0);
void draw_locking(Context& c);

// What the next page is told: why it is locked, and how this one looked. No content, no name, no secret; "" says nothing. The page
// adds that there was a seal in this browser.
std::string farewell_note(const State& state, const Model& model, Language language);
void read_note(std::string_view note, State& state, Model& model);

}  // namespace sinetti::ui
