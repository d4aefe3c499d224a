#include "ui/views/lock.h"

#include "ui/views/gate.h"
#include "ui/views/timeline.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace sinetti::ui {

namespace {

// What a note may carry beside the reason: how the page looks before its settings are known.
constexpr std::string_view kLooks[] = {"language", "theme", "density"};
constexpr std::string_view kReason = "locked";
constexpr std::string_view kSeal = "seal";
constexpr std::size_t kNoteMax = 256;   // bytes
constexpr std::size_t kLookMax = 16;    // bytes

std::optional<int> number_of(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

bool is_choice(int minutes) { return std::ranges::find(kAutoLockMinutes, minutes) != std::end(kAutoLockMinutes); }

}  // namespace

int auto_lock_minutes(const Model& model)
{
    const std::string_view chosen = model.setting(kAutoLockSetting);
    if (chosen == kAutoLockNever) return 0;
    const std::optional<int> minutes = number_of(chosen);
    return minutes && is_choice(*minutes) ? *minutes : kAutoLockDefault;
}

void lock_seal(State& state, const Model& model, Host& host, int idle_minutes)
{
    if (state.locking) return;
    state.locking = true;
    state.locked_minutes = idle_minutes;
    state.dialog = Dialog::none;
    save_draft(state, host);
    if (model.setting(kReturnToSetting) != state.open) host.send_command(api::SetSetting{std::string(kReturnToSetting), state.open}, std::nullopt);
    host.send_command(api::Lock{}, std::nullopt);
}

void draw_locking(Context& c)
{
    GateScope gate(c, "locking", false);
    draw_notice_head(c, gate, c.say(Say::locking), c.say(Say::locking_hint));
}

std::string farewell_note(const State& state, const Model& model, Language language)
{
    std::string note = std::string(kReason) + "=" + std::to_string(state.locked_minutes);
    for (const std::string_view look : kLooks) {
        const std::string_view value = look == "language" ? std::string_view(tag_of(language)) : model.setting(look);
        if (!value.empty()) note += "\n" + std::string(look) + "=" + std::string(value);
    }
    return note;
}

void read_note(std::string_view note, State& state, Model& model)
{
    if (note.size() > kNoteMax) return;
    while (!note.empty()) {
        const std::size_t end = std::min(note.find('\n'), note.size());
        const std::string_view line = note.substr(0, end);
        note.remove_prefix(std::min(end + 1, note.size()));
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view key = line.substr(0, equals);
        const std::string_view value = line.substr(equals + 1);
        if (key == kReason) {
            if (const std::optional<int> minutes = number_of(value); minutes && is_choice(*minutes)) state.locked_minutes = *minutes;
        } else if (key == kSeal) {
            state.seal_was_here = true;
        } else if (std::ranges::find(kLooks, key) != std::end(kLooks) && value.size() <= kLookMax) {
            model.settings.insert_or_assign(std::string(key), std::string(value));
        }
    }
}

}  // namespace sinetti::ui
