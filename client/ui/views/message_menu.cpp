#include "generated/icons.h"
#include "ui/views/timeline.h"
#include "ui/views/views.h"
#include "ui/widgets/dialog.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

constexpr float kWidth = 260;
constexpr float kWidthWithLinks = 340;
constexpr float kRow = 44;
constexpr float kRowTouch = 52;
constexpr float kFromBubble = 8;
constexpr float kFromEdge = 12;
constexpr std::size_t kLinksInMenu = 3;

// Below the bubble, or above it, or where there is room for neither, over it; never off the screen.
Rect place_of(const Context& c, const std::optional<Rect>& bubble, bool ours, float width, float height)
{
    const float highest = c.viewport.inset_top + kFromEdge;
    const float lowest = c.viewport.height - c.viewport.inset_bottom - kFromEdge - height;
    if (!bubble) return {std::floor((c.viewport.width - width) / 2), std::floor((c.viewport.height - height) / 2), width, height};
    float y = bubble->bottom() + kFromBubble;
    if (y > lowest) y = bubble->y - kFromBubble - height;
    if (y < highest) y = lowest;
    const float x = std::clamp(ours ? bubble->right() - width : bubble->x, kFromEdge, std::max(kFromEdge, c.viewport.width - kFromEdge - width));
    return {std::floor(x), std::floor(std::max(y, highest)), width, height};
}

bool menu_row(Context& c, std::string_view key, const Rect& row, std::string_view label, const char* icon)
{
    const NodeId node = c.id(key);
    if (c.input.hovered(node) || c.input.held(node)) c.paint.fill(row.x, row.y, row.w, row.h, c.theme.hover);
    const TextStyle& style = c.touch() ? kLead : kBody;
    c.ink_elided(style, label, row.x + 18, row.y + (row.h - style.line) / 2, row.w - 18 - 52, c.theme.text);
    c.icon(icon, 20, {row.right() - 44, row.y + (row.h - 28) / 2, 28, 28}, c.theme.text_2);
    c.focus_ring(node, row.inset(3), 14);
    c.mirror.add(node, Role::button, row, label).actions = kClick | kFocus;
    c.hit(node, row);
    return c.activated(node);
}

void copy(Context& c, std::string_view text, Toast said)
{
    c.host.set_clipboard(text);
    c.state.toasts.insert(c.state.toasts.begin(), std::move(said));
    close_dialog(c);
}

}  // namespace

void open_message_menu(Context& c, const api::MessageId& message)
{
    open_dialog(c, Dialog::message);
    c.state.message = message;
}

void draw_message_menu(Context& c)
{
    const auto& messages = c.model.timeline.messages;
    const auto message = std::ranges::find(messages, c.state.message, &api::Message::id);
    if (message == messages.end() || c.model.timeline.conversation != c.state.open) return close_dialog(c);

    c.paint.fill(0, 0, c.viewport.width, c.viewport.height, c.theme.overlay);
    const std::optional<Rect> bubble = c.timeline.paint_again(c, message->id);
    c.cover();
    std::vector<Link> links = links_of(message->text);
    links.resize(std::min(links.size(), kLinksInMenu));
    const float row_height = c.touch() ? kRowTouch : kRow;
    const float width = std::min(links.empty() ? kWidth : kWidthWithLinks, c.viewport.width - 2 * kFromEdge);
    const Rect menu = place_of(c, bubble, message->delivery != api::Delivery::received, width, row_height * static_cast<float>(1 + links.size()));

    const NodeId outside = c.id("outside");
    c.hit(outside, {0, 0, c.viewport.width, c.viewport.height}, Cursor::arrow);
    c.paint.shadow(menu.x, menu.y, menu.w, menu.h, 18, 10, 30, c.theme.shadow_strong);
    c.paint.fill(menu.x, menu.y, menu.w, menu.h, c.theme.surface, 18);
    {
        GroupScope dialog(c, "message menu", Role::dialog, menu, message_name(c, *message), kDismiss);
        GroupScope rows(c, "rows", Role::group, menu, c.say(Say::message_actions));
        ClipScope clip(c, menu);
        float y = menu.y;
        if (menu_row(c, "copy", {menu.x, y, menu.w, row_height}, c.say(Say::copy_message), icons::kCopy)) {
            copy(c, message->text, {.text = c.say(Say::message_copied), .severity = api::Severity::success});
        }
        for (const Link& link : links) {
            y += row_height;
            const std::string_view words = std::string_view(message->text).substr(link.begin, link.end - link.begin);
            c.paint.fill(menu.x, y, menu.w, 1, c.theme.line);
            if (menu_row(c, "link " + std::to_string(link.begin), {menu.x, y, menu.w, row_height}, c.say(Say::copy_link_to, {words}), icons::kLinkSimple)) {
                copy(c, address_of(words), {.code = api::Code::link_copied, .severity = api::Severity::success});
            }
        }
        if (std::exchange(c.state.dialog_opened, false)) c.state.focus_next = c.id("copy");
    }
    if (c.theme.high_contrast) c.paint.outline(menu.x, menu.y, menu.w, menu.h, 1.5f, c.theme.border, 18);
    if (c.activated(outside)) close_dialog(c);
}

}  // namespace sinetti::ui
