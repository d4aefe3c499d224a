// The devices of a person: one's own in the settings, and for administrators those of others in a dialog of their own.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/views.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialog.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

constexpr float kRow = 56;

}  // namespace

std::string device_name(const Context& c, const api::Device& device)
{
    return device.name.empty() ? c.say(Say::device_first) : device.name;
}

float devices_height(const api::Person& person)
{
    const auto live = std::ranges::count(person.devices, false, &api::Device::revoked);
    return kRow * static_cast<float>(live);
}

void draw_devices(Context& c, const Rect& area, const api::Person& person)
{
    const Theme& t = c.theme;
    GroupScope list(c, "devices", Role::list, {area.x, area.y, area.w, devices_height(person)}, c.say(Say::devices));
    float y = area.y;
    for (const auto& device : person.devices) {
        if (device.revoked) continue;
        const Rect row{area.x, y, area.w, kRow};
        y += kRow;
        const std::string name = device_name(c, device);
        GroupScope item(c, device.id, Role::listitem, row, name);
        if (row.y > area.y) c.paint.line({row.x, row.y}, {row.right(), row.y}, 1, t.line);
        c.paint.icon(icons::kDesktop, 22, row.x + 2, row.y + (row.h - 22) / 2, device.here ? t.accent_text : t.text_2);
        float right = row.right();
        ButtonSpec sign_out{.label = c.say(Say::sign_out), .kind = ButtonKind::ghost_danger, .small = true};
        const std::string full = c.say(Say::sign_out_name, {name});
        sign_out.name = full;
        const float control = c.touch() ? 44.0f : 36.0f;
        const float width = device.here ? 0 : button_width(c, sign_out);
        right -= width + 8;
        const float x = row.x + 36;
        std::string here = device.here ? std::string(" · ") + c.say(Say::device_here) : std::string();
        if (device.shared) here += std::string(" · ") + c.say(Say::device_shared);
        const std::string shown = c.paint.texts().elide(kBodyMedium, name, right - x - c.measure(kSmall, here));
        c.ink(kBodyMedium, shown, x, row.y + 9, t.text);
        c.ink(kSmall, here, x + c.measure(kBodyMedium, shown), row.y + 11, t.accent_text);
        std::string since = c.say(Say::device_since, {date_and_time(c.language, c.host.local_time(device.created_ms))});
        if (device.seen_ms > 0) {
            const auto seen = c.host.local_time(device.seen_ms);
            since += " · " + c.say(Say::device_seen, {device.seen_day_only ? short_date(c.language, seen) : date_and_time(c.language, seen)});
        }
        c.ink_elided(kLabel, since, x, row.y + 30, right - x, t.text_2);
        c.mirror.add(c.id("text"), Role::text, {x, row.y, right - x, row.h}, name + here + ", " + since);
        if (device.here) continue;
        if (button(c, "sign out", {row.right() - width, row.y + (row.h - control) / 2, width, control}, sign_out)) {
            open_dialog(c, Dialog::sign_out);
            c.state.subject = person.id;
            c.state.device = device.id;
        }
    }
}

}  // namespace sinetti::ui
