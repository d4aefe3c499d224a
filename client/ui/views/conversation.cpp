// The open conversation: header, timeline, composer.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/timeline.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialog.h"
#include "ui/widgets/toast.h"

namespace sinetti::ui {

namespace {

std::string subtitle_of(const Context& c, const api::ConversationSummary& s, bool with_names)
{
    if (s.kind == api::ConversationKind::direct) {
        const api::Person* other = c.model.person(s.other);
        return other != nullptr && !other->title.empty() ? other->title : std::string(c.say(Say::direct_chat));
    }
    std::string words = c.count(Say::member_one, Say::member_many, s.members.size());
    if (!with_names) return words;
    bool first = true;
    for (const auto& member : s.members) {
        if (member == c.model.session.me) continue;
        words += (first ? " · " : ", ") + first_name_of(name_of(c, member));
        first = false;
    }
    return words;
}

}  // namespace

float level_chip_width(Context& c, api::Level level, bool small)
{
    return std::ceil(c.measure(small ? kMetaMedium : kLabelMedium, c.say(level_name(level))) + (small ? 15 + 5 + 16 : 19 + 7 + 21));
}

void draw_level_chip(Context& c, const Rect& rect, api::Level level, bool small)
{
    const NodeId node = c.id("level");
    const float radius = rect.h / 2;
    c.paint.fill(rect.x, rect.y, rect.w, rect.h, c.theme.wax_tint, radius);
    if (c.theme.high_contrast) c.paint.outline(rect.x, rect.y, rect.w, rect.h, 1.5f, c.theme.border, radius);
    const float rings = small ? 15.0f : 19.0f;
    const float x = rect.x + (small ? 7.0f : 9.0f);
    draw_rings(c, {x, rect.y + (rect.h - rings) / 2, rings, rings}, level);
    const TextStyle& style = small ? kMetaMedium : kLabelMedium;
    c.ink(style, c.say(level_name(level)), x + rings + (small ? 5.0f : 7.0f), rect.y + (rect.h - style.line) / 2, c.theme.wax);
    const Rect target = rect.inset(0, small ? -6.0f : -4.0f);
    c.focus_ring(node, rect, radius);
    c.mirror.add(node, Role::button, target, c.say(Say::protection_level, {c.say(level_name(level))})).actions = kClick | kFocus;
    c.hit(node, target);
    if (c.activated(node)) open_dialog(c, Dialog::protection);
}

void draw_conversation(Context& c, const Rect& area, bool with_back, bool details_shown)
{
    const api::ConversationSummary* found = c.model.conversation(c.state.open);
    if (found == nullptr) return;
    const api::ConversationSummary& s = *found;
    const Theme& t = c.theme;
    c.paint.fill(area.x, area.y, area.w, area.h, t.canvas);
    GroupScope pane(c, "conversation", Role::main, area, s.title);
    Rect rest = area;
    const bool narrow = c.viewport.width < kMediumWidth;
    const bool low = c.viewport.height < 520;
    const bool chip_below = narrow;
    const float head_height = narrow ? kHeaderHeightTouch : low ? 56.0f : kHeaderHeight;

    const Rect head = rest.take_top(head_height);
    const Rect chips = chip_below ? rest.take_top(33) : Rect{};
    c.paint.fill(head.x, head.y, head.w, head.h + chips.h, t.sidebar);
    c.paint.line({head.x, rest.y - 0.5f}, {head.right(), rest.y - 0.5f}, 1, t.high_contrast ? t.border : t.line);
    float x = head.x + (with_back ? 4 : 20);
    if (with_back) {
        if (icon_button(c, "back", {x, head.y + (head.h - 44) / 2, 44, 44}, c.say(Say::back), {.icon = icons::kCaretLeft, .icon_size = 23})) leave_conversation(c);
        x += 54;
    }
    const float side = with_back ? (low ? 36.0f : 40.0f) : 42.0f;
    draw_conversation(c, {x, head.y + (head.h - side) / 2, side, side}, s);
    x += side + 12;
    float right = head.right() - 14;
    const float button_side = c.touch() ? 44.0f : 40.0f;
    right -= button_side;
    const Rect details_box{right, head.y + (head.h - button_side) / 2, button_side, button_side};
    right -= 12;
    const float level_width = chip_below ? 0 : level_chip_width(c, s.level, false);
    if (!chip_below) right -= level_width;
    const Rect level_box{right, head.y + (head.h - 32) / 2, level_width, 32};
    if (!chip_below) right -= 12;

    const TextStyle& title_style = with_back ? kTitleTouch : kTitle;
    const float block = title_style.line + (narrow ? 16.0f : 18.0f);
    const float title_y = head.y + (head.h - block) / 2;
    c.ink_elided(title_style, s.title, x, title_y, right - x, t.text);
    c.mirror.add(c.id("title"), Role::heading, {x, title_y, right - x, title_style.line}, s.title).level = 2;
    const bool offline = c.model.connection_known && c.model.connection.state != api::ConnectionState::connected;
    const TextStyle sub_style = narrow ? (offline ? kMetaMedium : kMeta) : (offline ? kLabelMedium : kLabel);
    const std::string sub = offline ? std::string(c.say(c.model.connection.state == api::ConnectionState::connecting ? Say::connecting : Say::offline))
                                    : subtitle_of(c, s, !narrow);
    c.ink_elided(sub_style, sub, x, title_y + title_style.line, right - x, offline ? t.warn : t.text_2);
    c.mirror.add(c.id("subtitle"), Role::text, {x, title_y + title_style.line, right - x, sub_style.line}, sub);
    if (!chip_below) draw_level_chip(c, level_box, s.level, false);
    IconButtonSpec details{.icon = narrow || with_back ? icons::kInfo : details_shown ? icons::kSidebarSimpleFill : icons::kSidebarSimple, .icon_size = 22,
                           .kind = details_shown ? IconButtonKind::on : IconButtonKind::plain, .mirrored = !(narrow || with_back)};
    details.states = kExpandable | (details_shown ? kExpanded : 0u);
    if (icon_button(c, "details", details_box, c.say(details_shown ? Say::hide_details : Say::show_details), details)) {
        if (c.viewport.width >= kWideWidth) {
            c.state.details_wide = !c.state.details_wide;
        } else {
            c.state.details_over = !c.state.details_over;
        }
    }
    if (chip_below) draw_level_chip(c, {chips.x + 14, chips.y, level_chip_width(c, s.level, true), 24}, s.level, true);

    if (const float height = banner_height(c, rest.w); height > 0) draw_banner(c, rest.take_top(height));
    const Rect foot = rest.take_bottom(std::min(composer_height(c, rest.w), rest.h * 0.7f));
    c.timeline.draw(c, rest, s);
    draw_composer(c, foot, s);
}

void draw_empty(Context& c, const Rect& area)
{
    const Theme& t = c.theme;
    c.paint.fill(area.x, area.y, area.w, area.h, t.canvas);
    GroupScope pane(c, "nothing open", Role::main, area, c.say(Say::choose_conversation));
    Rect rest = area;
    if (const float height = banner_height(c, rest.w); height > 0) draw_banner(c, rest.take_top(height));
    const ClipScope clip(c, rest);
    const float w = std::min(460.0f, rest.w - 48);
    const Point m{rest.x + rest.w / 2, rest.y + rest.h / 2};
    const bool roomy = rest.h > 560;
    const float side = roomy ? 190.0f : 120.0f;
    const std::string_view hint = c.say(Say::choose_conversation_hint);
    const float hint_height = c.paragraph_height(kLeadWide, hint, w);
    const float total = side + 18 + 34 + 8 + hint_height + 24 + 44 + 22 + 18;
    float y = std::floor(m.y - total / 2);
    draw_rosette(c, {m.x, y + side / 2 + 3}, 120, 17, 21, 10, 4, 0.6f, 0.35f, t.wax, 0.17f, 0.0083f);
    draw_brand_seal(c, {m.x - side / 2, y, side, side});
    y += side + 18;
    c.heading("title", 2, kLarge, c.say(Say::choose_conversation), m.x - c.measure(kLarge, c.say(Say::choose_conversation)) / 2, y, t.text);
    y += 34 + 8;
    y += c.paragraph("hint", kLeadWide, hint, {m.x - w / 2, y, w, 0}, t.text_2, 0.5f) + 24;
    const ButtonSpec start{.label = c.say(Say::new_conversation), .icon = icons::kPencilSimpleLine};
    const float bw = button_width(c, start);
    if (button(c, "start", {m.x - bw / 2, y, bw, 44}, start)) open_dialog(c, Dialog::new_conversation);
    y += 44 + 22;
    if (c.touch()) return;
    const float kbd = c.measure(kMeta, "Ctrl K") + 14;
    const std::string_view words = c.say(Say::jump_hint);
    const float row = kbd + 8 + c.measure(kLabel, words);
    c.paint.fill(m.x - row / 2, y - 1, kbd, 20, t.sunken, 7);
    c.ink(kMeta, "Ctrl K", m.x - row / 2 + 7, y + 1, t.text_3);
    c.ink(kLabel, words, m.x - row / 2 + kbd + 8, y, t.text_2);
    c.mirror.add(c.id("jump"), Role::text, {m.x - row / 2, y, row, 18}, "Ctrl K " + std::string(words));
}

}  // namespace sinetti::ui
