// The rail at the left of wide screens and the tabs at the foot of narrow ones.

#include "generated/icons.h"
#include "ui/views/lock.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"

namespace sinetti::ui {

namespace {

struct Destination {
    Place place;
    Say name;
    const char* icon;
    const char* active;
};

constexpr Destination kDestinations[] = {
    {Place::chats, Say::chats, icons::kChatsCircle, icons::kChatsCircleFill},
    {Place::people, Say::people, icons::kAddressBook, icons::kAddressBookFill},
    {Place::settings, Say::settings, icons::kGearSix, icons::kGearSixFill},
};

std::string name_with_unread(const Context& c, const Destination& d)
{
    std::string name = c.say(d.name);
    const std::uint32_t unread = d.place == Place::chats ? c.model.unread() : 0;
    if (unread > 0) name += ", " + c.count(Say::unread_count_one, Say::unread_count_many, unread);
    return name;
}

void go(Context& c, Place place)
{
    if (c.state.place == place) return;
    c.state.place = place;
    c.state.details_over = false;
    c.changed();
}

bool rail_button(Context& c, const Rect& rect, const Destination& d)
{
    const NodeId node = c.id(c.say(d.name));
    const bool on = c.state.place == d.place;
    if (on) {
        c.paint.shadow(rect.x, rect.y, rect.w, rect.h, 16, 1, 4, c.theme.shadow);
        c.paint.fill(rect.x, rect.y, rect.w, rect.h, c.theme.sidebar, 16);
        if (c.theme.high_contrast) c.paint.outline(rect.x, rect.y, rect.w, rect.h, 2, c.theme.accent, 16);
    } else if (c.input.hovered(node)) {
        c.paint.fill(rect.x, rect.y, rect.w, rect.h, gfx::with_alpha(c.theme.sidebar, 0.5f), 16);
    }
    c.icon(on ? d.active : d.icon, 24, rect, on ? c.theme.accent_text : c.theme.text_2);
    if (d.place == Place::chats && c.model.unread() > 0 && !on) {
        c.paint.circle(rect.right() - 13.5f, rect.y + 13.5f, 6.5f, c.theme.rail);
        c.paint.circle(rect.right() - 13.5f, rect.y + 13.5f, 4.5f, c.theme.wax);
    }
    c.focus_ring(node, rect, 16);
    MirrorNode& mirrored = c.mirror.add(node, Role::button, rect, name_with_unread(c, d));
    mirrored.actions = kClick | kFocus;
    if (on) mirrored.states |= kCurrent;
    c.hit(node, rect);
    return c.activated(node);
}

}  // namespace

void draw_rail(Context& c, const Rect& area)
{
    c.paint.fill(area.x, area.y, area.w, area.h, c.theme.rail);
    if (c.theme.high_contrast) c.paint.line({area.right(), area.y}, {area.right(), area.bottom()}, 1.5f, c.theme.border);
    draw_brand(c, {area.x + 12, area.y + 14, 44, 44});
    GroupScope navigation(c, "rail", Role::navigation, area, c.say(Say::navigation));
    float y = area.y + 80;
    for (const Destination& d : kDestinations) {
        Rect rect{area.x + 10, y, 48, 48};
        if (d.place == Place::settings) rect.y = std::max(y, area.bottom() - 16 - 42 - 10 - 48);
        if (rail_button(c, rect, d)) go(c, d.place);
        y += 54;
    }
    const float own = area.bottom() - 16 - 42;
    // Between the places and one's settings, where there is room for it.
    const Rect lock{area.x + 10, own - 10 - 48 - 6 - 48, 48, 48};
    if (!c.model.session.shared && lock.y >= area.y + 80 + 2 * 54 &&
        icon_button(c, "lock", lock, c.say(Say::lock_by_key), {.icon = icons::kLockSimple, .icon_size = 24, .radius = 16})) {
        lock_seal(c.state, c.model, c.host);
        c.changed();
    }
    if (const api::Person* me = c.model.person(c.model.session.me); me != nullptr && own > y) {
        const Rect rect{area.x + 13, own, 42, 42};
        const NodeId node = c.id("me");
        draw_person(c, rect, *me);
        c.focus_ring(node, rect, 21);
        c.mirror.add(node, Role::button, rect, c.say(Say::my_profile, {me->name})).actions = kClick | kFocus;
        c.hit(node, rect);
        if (c.activated(node)) go(c, Place::settings);
    }
}

void draw_tab_bar(Context& c, const Rect& area)
{
    c.paint.fill(area.x, area.y, area.w, area.h, c.theme.sidebar);
    c.paint.line({area.x, area.y}, {area.right(), area.y}, 1, c.theme.high_contrast ? c.theme.border : c.theme.line);
    GroupScope navigation(c, "rail", Role::navigation, area, c.say(Say::navigation));
    const float w = (area.w - 20) / 3;
    float x = area.x + 10;
    for (const Destination& d : kDestinations) {
        const Rect rect{x, area.y + 2, w, kTabBarHeight - 4};
        x += w;
        const NodeId node = c.id(c.say(d.name));
        const bool on = c.state.place == d.place;
        const Rect pill{rect.x + (rect.w - 56) / 2, area.y + 8, 56, 30};
        if (on) {
            c.paint.fill(pill.x, pill.y, pill.w, pill.h, c.theme.accent_tint, 15);
            if (c.theme.high_contrast) c.paint.outline(pill.x, pill.y, pill.w, pill.h, 1.5f, c.theme.accent, 15);
        }
        c.icon(on ? d.active : d.icon, 24, pill, on ? c.theme.accent_text : c.theme.text_2);
        if (d.place == Place::chats && c.model.unread() > 0 && !on) c.paint.circle(pill.right() - 14, pill.y + 5, 4.5f, c.theme.wax);
        const TextStyle& style = on ? kMetaStrong : kMetaMedium;
        c.ink_centred(style, c.say(d.name), {rect.x, pill.bottom() + 2, rect.w, 16}, on ? c.theme.accent_text : c.theme.text_2);
        c.focus_ring(node, rect.inset(4, 2), 16);
        MirrorNode& mirrored = c.mirror.add(node, Role::button, rect, name_with_unread(c, d));
        mirrored.actions = kClick | kFocus;
        if (on) mirrored.states |= kCurrent;
        c.hit(node, rect);
        if (c.activated(node)) go(c, d.place);
    }
}

}  // namespace sinetti::ui
