#include "generated/icons.h"
#include "ui/format.h"
#include "ui/preferences.h"
#include "ui/views/lock.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/card.h"
#include "ui/widgets/dialog.h"
#include "ui/widgets/scroll.h"

namespace sinetti::ui {

namespace {

struct Option {
    const char* value;
    std::string_view label;
};

// A heading and boxes to choose one from; they wrap.
float draw_choice(Context& c, std::string_view key, Say title, const Rect& area, std::span<const Option> options, std::string_view current)
{
    float y = area.y;
    c.ink(kLabelStrong, c.say(title), area.x, y, c.theme.text);
    c.mirror.add(c.id(std::string(key) + " title"), Role::heading, {area.x, y, area.w, 18}, c.say(title)).level = 2;
    y += 26;
    GroupScope group(c, key, Role::radiogroup, {area.x, y, area.w, 44}, c.say(title));
    float x = area.x;
    for (const Option& o : options) {
        const Choice choice{o.value, o.label};
        const float w = std::min(radio_box_width(c, choice), area.w);
        if (x + w > area.right() + 0.5f && x > area.x) {
            x = area.x;
            y += 52;
        }
        if (radio_box(c, {x, y, w, 44}, choice, current == o.value)) c.send(api::SetSetting{std::string(key), o.value});
        x += w + 8;
    }
    return y + 44 - area.y;
}

float draw_auto_lock(Context& c, const Rect& area)
{
    constexpr std::size_t kTimes = std::size(kAutoLockMinutes);
    std::string values[kTimes];
    std::string labels[kTimes];
    Option options[kTimes + 1];
    std::string current(kAutoLockNever);
    for (std::size_t i = 0; i < kTimes; ++i) {
        values[i] = std::to_string(kAutoLockMinutes[i]);
        labels[i] = c.say(Say::auto_lock_minutes, {values[i]});
        options[i] = {values[i].c_str(), labels[i]};
        if (kAutoLockMinutes[i] == auto_lock_minutes(c.model)) current = values[i];
    }
    options[kTimes] = {kAutoLockNever.data(), c.say(Say::auto_lock_never)};
    return draw_choice(c, kAutoLockSetting, Say::auto_lock, area, options, current);
}

// Whether the machine says that there is something new. The browser asks for itself when it is turned on for the first time.
float draw_notifications(Context& c, const Rect& area)
{
    const NotificationPermission permission = c.host.notification_permission();
    const bool on = wants_notifications(c.model, c.host);
    float y = area.y;
    c.ink(kLabelStrong, c.say(Say::notifications), area.x, y, c.theme.text);
    c.mirror.add(c.id("notifications title"), Role::heading, {area.x, y, area.w, 18}, c.say(Say::notifications)).level = 2;
    y += 26;
    {
        GroupScope group(c, kNotificationsSetting, Role::radiogroup, {area.x, y, area.w, 44}, c.say(Say::notifications));
        const Choice choices[] = {{"on", c.say(Say::on)}, {"off", c.say(Say::off)}};
        float x = area.x;
        for (const Choice& choice : choices) {
            const float w = radio_box_width(c, choice);
            if (radio_box(c, {x, y, w, 44}, choice, (choice.key == "on") == on)) {
                if (choice.key == "on" && permission == NotificationPermission::not_asked) c.host.ask_for_notifications();
                c.send(api::SetSetting{std::string(kNotificationsSetting), std::string(choice.key)});
            }
            x += w + 8;
        }
    }
    y += 44 + 8;
    const Say hint = permission == NotificationPermission::denied ? Say::notifications_denied : Say::notifications_hint;
    y += c.paragraph("notifications hint", kLabel, c.say(hint), {area.x, y, area.w, 0}, c.theme.text_2);
    return y - area.y;
}

}  // namespace

void draw_settings(Context& c, const Rect& area)
{
    const Theme& t = c.theme;
    c.paint.fill(area.x, area.y, area.w, area.h, t.canvas);
    GroupScope pane(c, "settings", Role::main, area, c.say(Say::settings));
    ScrollScope scroll(c, "page", Role::group, area, c.say(Say::settings));
    const bool narrow = area.w < 640;
    const float margin = narrow ? 16.0f : 48.0f;
    const float x = area.x + margin;
    const float w = std::min(area.w - 2 * margin, 720.0f);
    float y = scroll.top() + (narrow ? 14.0f : 32.0f);
    const TextStyle& title_style = narrow ? kLarge : kHero;
    c.heading("title", 1, title_style, c.say(Say::settings), x, y, t.text);
    y += title_style.line + 18;

    const auto card = [&](float height) { draw_card(c, {x, y, w, height}); };
    const float pad = narrow ? 16.0f : 22.0f;
    const float inner = w - 2 * pad;

    if (const api::Person* me = c.model.person(c.model.session.me); me != nullptr) {
        const bool side_by_side = w > 600;
        const float hint = c.paragraph_height(kLabel, c.say(Say::my_digits_hint), inner);
        constexpr float kCode = 176;
        const float height = side_by_side ? 2 * pad + 78 + kDigitsHeight : 72 + 20 + 18 + 8 + kDigitsHeight + 10 + hint + 14 + kCode + 2 * pad;
        card(height);
        const float seal = side_by_side ? 132.0f : 72.0f;
        draw_seal(c, "seal", {x + pad - 4, y + pad - 4, seal, seal}, me->fingerprint);
        const float tx = x + pad + seal + 14;
        const float name_y = y + pad + (seal - 46) / 2;
        if (side_by_side) {
            const float code = std::min(kCode, w - 2 * pad - (seal + 22) - kDigitsWidth - 16);
            draw_own_code(c, {x + w - pad - code, y + (height - code) / 2, code, code}, *me);
            const float name_width = w - 2 * pad - (seal + 22) - code - 16;
            c.ink_elided(kTitle, me->name, x + pad + seal + 22, y + pad, name_width, t.text);
            c.ink_elided(kBody, me->title.empty() ? c.model.session.organisation : me->title + ", " + c.model.session.organisation, x + pad + seal + 22, y + pad + 24,
                         name_width, t.text_2);
            const float dx = x + pad + seal + 22;
            c.ink(kLabelStrong, c.say(Say::my_digits), dx, y + pad + 56, t.text);
            draw_digits(c, "digits", {dx - 1, y + pad + 78, 260, 0}, me->fingerprint, 0);
        } else {
            c.ink_elided(kTitle, me->name, tx, name_y, x + w - pad - tx, t.text);
            c.ink_elided(kLabel, me->title.empty() ? c.model.session.organisation : me->title, tx, name_y + 25, x + w - pad - tx, t.text_2);
            const float dy = y + pad + 72 + 20;
            c.ink(kLabelStrong, c.say(Say::my_digits), x + pad, dy, t.text);
            draw_digits(c, "digits", {x + pad, dy + 26, inner, 0}, me->fingerprint, 0);
            c.paragraph("digits hint", kLabel, c.say(Say::my_digits_hint), {x + pad, dy + 26 + kDigitsHeight + 10, inner, 0}, t.text_2);
            draw_own_code(c, {x + (w - kCode) / 2, dy + 26 + kDigitsHeight + 10 + hint + 14, kCode, kCode}, *me);
        }
        c.mirror.add(c.id("me"), Role::text, {x, y, w, 48}, me->name + (me->title.empty() ? "" : ", " + me->title) + ", " + c.model.session.organisation);
        y += height + 16;
    }

    const std::string_view theme = c.model.setting("theme");
    const std::string_view density = c.model.setting("density");
    const Option languages[] = {{"fi", own_name_of(Language::finnish)}, {"sv", own_name_of(Language::swedish)}, {"en", own_name_of(Language::english)}};
    const Option themes[] = {{"system", c.say(Say::theme_system)}, {"light", c.say(Say::theme_light)}, {"dark", c.say(Say::theme_dark)}, {"contrast", c.say(Say::theme_contrast)}};
    const Option densities[] = {{"comfortable", c.say(Say::density_comfortable)}, {"compact", c.say(Say::density_compact)}};
    {
        const NodeId height_key = c.id("choices height");
        const float known = c.state.heights.contains(height_key) ? c.state.heights[height_key] : 300.0f;
        card(known);
        float cy = y + pad;
        cy += draw_choice(c, "language", Say::language, {x + pad, cy, inner, 0}, languages, tag_of(c.language)) + 20;
        cy += draw_choice(c, "theme", Say::theme, {x + pad, cy, inner, 0}, themes, theme.empty() ? "system" : theme) + 20;
        if (!c.touch()) cy += draw_choice(c, "density", Say::density, {x + pad, cy, inner, 0}, densities, density.empty() ? "comfortable" : density) + 20;
        if (!c.model.session.shared) cy += draw_auto_lock(c, {x + pad, cy, inner, 0}) + 20;
        if (!c.model.session.shared && c.host.notification_permission() != NotificationPermission::unsupported) cy += draw_notifications(c, {x + pad, cy, inner, 0}) + 20;
        const float height = cy - 20 + pad - y;
        if (height != known) {
            c.state.heights[height_key] = height;
            c.changed();
        }
        y += height + 16;
    }
    if (const api::Person* me = c.model.person(c.model.session.me); me != nullptr) {
        const float hint = c.paragraph_height(kLabel, c.say(Say::devices_hint), inner);
        const float control = c.touch() ? 44.0f : 40.0f;
        const float height = pad + 26 + hint + 8 + devices_height(*me) + 8 + control + pad;
        card(height);
        c.heading("devices title", 2, kLabelStrong, c.say(Say::devices), x + pad, y + pad, t.text);
        c.paragraph("devices hint", kLabel, c.say(Say::devices_hint), {x + pad, y + pad + 26, inner, 0}, t.text_2);
        draw_devices(c, {x + pad, y + pad + 26 + hint + 8, inner, 0}, *me);
        const ButtonSpec link{.label = c.say(Say::link_device), .icon = icons::kQrCode, .kind = ButtonKind::outline, .disabled = c.model.vault.state != api::VaultState::saved};
        if (button(c, "link device", {x + pad, y + height - pad - control, std::min(button_width(c, link), inner), control}, link)) open_dialog(c, Dialog::link);
        y += height + 16;
    }
    if (const float height = draw_sign_in_settings(c, {x, y, w, 0}); height > 0) y += height + 16;
    if (const float height = draw_boards_settings(c, {x, y, w, 0}); height > 0) y += height + 16;
    if (const float height = draw_root_settings(c, {x, y, w, 0}); height > 0) y += height + 16;
    {
        const auto row = [&](std::string_view key, const char* icon, Say title, Say hint, Colour ink) {
            const float h = std::max(60.0f, c.paragraph_height(kLabel, c.say(hint), inner - 36) + 42);
            const Rect box{x, y, w, h};
            const NodeId node = c.id(key);
            c.paint.fill(box.x, box.y, box.w, box.h, c.input.hovered(node) ? t.hover : t.surface, 18);
            if (t.high_contrast) c.paint.outline(box.x, box.y, box.w, box.h, 1.5f, t.border, 18);
            c.paint.icon(icon, 22, x + pad, y + (h - 22) / 2, ink);
            c.ink(kBodyMedium, c.say(title), x + pad + 36, y + 10, ink);
            const gfx::TextLayout layout = c.paint.texts().wrap(kLabel, c.say(hint), inner - 36);
            c.paint.text(kLabel, c.say(hint), layout, x + pad + 36, y + 32, t.text_2);
            c.focus_ring(node, box, 18);
            MirrorNode& mirrored = c.mirror.add(node, Role::button, box, c.say(title));
            mirrored.description = c.say(hint);
            mirrored.actions = kClick | kFocus;
            c.hit(node, box);
            y += h + 10;
            return c.activated(node);
        };
        c.heading("device", 2, kLabelStrong, c.say(Say::this_device), x, y, t.text);
        y += 26;
        if (row("relay", icons::kHardDrives, Say::relay_view, connection_hint(c), t.text)) open_dialog(c, Dialog::protection);
        if (c.model.session.shared) {
            if (row("leave", icons::kSignOut, Say::leave_machine, Say::leave_machine_hint, t.danger)) ask_to_leave(c);
        } else {
            if (row("lock", icons::kLockSimple, Say::lock, Say::lock_hint, t.text)) {
                lock_seal(c.state, c.model, c.host);
                c.changed();
            }
            if (row("forget", icons::kTrash, Say::forget, Say::forget_hint, t.danger)) open_dialog(c, Dialog::forget);
        }
    }
    if (const float height = draw_release_settings(c, {x, y + 6, w, 0}); height > 0) y += height + 16;
    scroll.set_content(y - scroll.top() + 24);
}

}  // namespace sinetti::ui
