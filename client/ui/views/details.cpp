// About a conversation: its seal, its protection, its members.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialog.h"
#include "ui/widgets/scroll.h"

namespace sinetti::ui {

namespace {

constexpr float kMemberHeight = 42;

void draw_member(Context& c, const Rect& row, const api::Person& p, std::size_t colour, bool removable)
{
    GroupScope item(c, p.id, Role::listitem, row, p.name);
    draw_person(c, {row.x, row.y + (row.h - 32) / 2, 32, 32}, p, colour);
    float right = row.right();
    const float control = c.touch() ? 44.0f : 32.0f;
    // Controls from the right; in reading order they follow the name.
    const Rect remove{right - control, row.y + (row.h - control) / 2, control, control};
    if (removable) right -= control + 4;
    const ButtonSpec verify{.label = c.say(Say::verify), .kind = ButtonKind::quiet, .small = true, .name = {}};
    const bool verifiable = !p.me && !p.verified && !p.revoked;
    const float verify_width = verifiable ? c.measure(kLabelStrong, c.say(Say::verify)) + 22 : 0;
    if (verifiable) right -= verify_width;
    const Rect verify_box{right, row.y + (row.h - control) / 2, verify_width, control};
    const float x = row.x + 42;
    const float room = right - 6 - x;
    const float y = row.y + (row.h - (p.title.empty() ? 18.0f : 34.0f)) / 2;
    const std::string you = p.me ? std::string(" · ") + c.say(Say::you) : std::string();
    const float you_width = c.measure(kSmall, you);
    const std::string name = c.paint.texts().elide(kSmallMedium, p.name, room - you_width);
    c.ink(kSmallMedium, name, x, y, c.theme.text);
    if (p.me) c.ink(kSmall, you, x + c.measure(kSmallMedium, name), y, c.theme.text_3);
    c.ink_elided(kMeta, p.title, x, y + 18, room, c.theme.text_2);
    std::string words = p.name;
    if (p.me) words += you;
    if (!p.title.empty()) words += ", " + p.title;
    if (!p.me) words += std::string(", ") + c.say(trust_in(p));
    c.mirror.add(c.id("text"), Role::text, {x, row.y, room, row.h}, words);
    if (verifiable) {
        ButtonSpec named = verify;
        const std::string full = c.say(Say::verify_person, {p.name});
        named.name = full;
        if (button(c, "verify", verify_box, named)) {
            open_dialog(c, Dialog::verify);
            c.state.subject = p.id;
        }
    }
    if (removable && icon_button(c, "remove", remove, c.say(Say::remove_member, {p.name}), {.icon = icons::kUserMinus, .icon_size = 18, .radius = 11})) {
        open_dialog(c, Dialog::remove_member);
        c.state.subject = p.id;
    }
}

bool link_row(Context& c, std::string_view key, const Rect& row, const char* icon, std::string_view title, std::string_view hint)
{
    const NodeId node = c.id(key);
    if (c.input.hovered(node)) c.paint.fill(row.x - 6, row.y, row.w + 12, row.h, c.theme.hover, 12);
    c.paint.icon(icon, 20, row.x + 2, row.y + (row.h - 20) / 2, c.theme.text_2);
    const float block = hint.empty() ? 18.0f : 34.0f;
    const float y = row.y + (row.h - block) / 2;
    c.ink_elided(kSmallMedium, title, row.x + 33, y, row.w - 58, c.theme.text);
    c.ink_elided(kMeta, hint, row.x + 33, y + 18, row.w - 58, c.theme.text_2);
    c.paint.icon(icons::kCaretRightBold, 14, row.right() - 15, row.y + (row.h - 14) / 2, c.theme.text_3);
    c.focus_ring(node, row, 12);
    MirrorNode& mirrored = c.mirror.add(node, Role::button, row, title);
    mirrored.description = hint;
    mirrored.actions = kClick | kFocus;
    c.hit(node, row);
    return c.activated(node);
}

}  // namespace

void draw_details(Context& c, const Rect& area, bool full_page)
{
    const api::ConversationSummary* found = c.model.conversation(c.state.open);
    if (found == nullptr) return;
    const api::ConversationSummary& s = *found;
    const Theme& t = c.theme;
    const bool group = s.kind == api::ConversationKind::group;
    c.paint.fill(area.x, area.y, area.w, area.h, t.sidebar);
    if (!full_page) c.paint.line({area.x + 0.5f, area.y}, {area.x + 0.5f, area.bottom()}, 1, t.high_contrast ? t.border : t.line);
    GroupScope pane(c, "details", Role::complementary, area, c.say(Say::details));
    Rect rest = area;
    if (full_page) {
        const Rect head = rest.take_top(kHeaderHeightTouch);
        if (icon_button(c, "back", {head.x + 4, head.y + 8, 44, 44}, c.say(Say::back), {.icon = icons::kCaretLeft, .icon_size = 23})) c.state.details_over = false;
        c.ink(kTitle, c.say(Say::details), head.x + 56, head.y + 18, t.text);
    }
    const float width = std::min(rest.w, 560.0f);
    const float left = rest.x + (rest.w - width) / 2;
    const float x = left + 18;
    const float w = width - 36;
    ScrollScope scroll(c, "page", Role::group, rest, c.say(Say::details));
    float y = scroll.top() + 18;

    const api::Person* other = group ? nullptr : c.model.person(s.other);
    draw_seal(c, "seal", {left + (width - 112) / 2, y, 112, 112}, group ? s.fingerprint : other != nullptr ? other->fingerprint : s.fingerprint);
    y += 114;
    const gfx::TextLayout title = c.paint.texts().wrap(kTitle, s.title, w);
    float line_y = y;
    for (const gfx::TextLine& line : title.lines) {
        c.ink(kTitle, std::string_view(s.title).substr(line.begin, line.end - line.begin), x + (w - line.width) / 2, line_y, t.text);
        line_y += kTitle.line;
    }
    c.mirror.add(c.id("title"), Role::heading, {x, y, w, title.height}, s.title).level = 2;
    y += title.height;
    const std::string under = group ? std::string(c.say(Say::group_seal)) : other != nullptr ? other->title : std::string();
    if (!under.empty()) y += c.paragraph("under", kLabel, under, {x, y, w, 0}, t.text_2, 0.5f);
    y += 16;

    c.heading("protection", 3, kLabelStrong, c.say(Say::protection), x, y, t.text);
    y += 25;
    {
        const Rect row{x - 2, y, w + 4, 56};
        const NodeId node = c.id("level");
        c.paint.fill(row.x, row.y, row.w, row.h, c.input.hovered(node) ? t.hover : t.sunken, 14);
        if (t.high_contrast) c.paint.outline(row.x, row.y, row.w, row.h, 1.5f, t.border, 14);
        draw_rings(c, {row.x + 14, row.y + 16, 24, 24}, s.level);
        c.ink(kSmallMedium, c.say(level_name(s.level)), row.x + 50, row.y + 10, t.text);
        c.ink_elided(kMeta, c.say(level_hint(s.level)), row.x + 50, row.y + 29, row.w - 80, t.text_2);
        c.paint.icon(icons::kCaretRightBold, 14, row.right() - 26, row.y + 21, t.text_3);
        c.focus_ring(node, row, 14);
        MirrorNode& mirrored = c.mirror.add(node, Role::button, row, c.say(Say::protection_level, {c.say(level_name(s.level))}));
        mirrored.description = c.say(level_hint(s.level));
        mirrored.actions = kClick | kFocus;
        c.hit(node, row);
        if (c.activated(node)) open_dialog(c, Dialog::protection);
        y += 56 + 10;
        if (s.active) y += c.paragraph("keys", kMeta, c.say(s.post_quantum ? Say::keys_post_quantum : Say::keys_classical), {x, y, w, 0}, t.text_2);
        y += 14;
    }

    if (group) {
        std::size_t others = 0;
        std::size_t verified = 0;
        for (const auto& member : s.members) {
            const api::Person* p = c.model.person(member);
            if (p == nullptr || p->me) continue;
            ++others;
            verified += p->verified ? 1 : 0;
        }
        c.heading("members", 3, kLabelStrong, c.say(Say::members), x, y, t.text);
        if (others > 0) {
            const std::string count = c.say(Say::verified_of, {std::to_string(verified), std::to_string(others)});
            const float cw = c.measure(kMetaMedium, count);
            const Colour ink = verified == others ? t.ok : t.text_2;
            c.paint.icon(verified == others ? icons::kSealCheckFill : icons::kSealCheck, 15, x + w - cw - 19, y + 1, ink);
            c.text("verified", kMetaMedium, count, x + w - cw, y + 1, ink);
        }
        y += 22;
        const auto colours = group_colours(s.members);
        const float row_height = c.touch() ? 52.0f : kMemberHeight;
        {
            GroupScope list(c, "list", Role::list, {x, y, w, row_height * static_cast<float>(s.members.size())}, c.say(Say::members));
            for (const auto& member : s.members) {
                const Rect row{x - 2, y, w + 4, row_height};
                y += row_height;
                if (const api::Person* p = c.model.person(member); p != nullptr) {
                    draw_member(c, row, *p, colours.at(member), can_write(s) && !p->me);
                } else {
                    draw_member(c, row, {.id = member, .name = c.say(Say::unknown_person), .revoked = true}, colours.at(member), can_write(s));
                }
            }
        }
        y += 12;
        if (can_write(s)) {
            if (link_row(c, "add", {x, y, w, 46}, icons::kUserPlus, c.say(Say::add_members), {})) open_dialog(c, Dialog::add_members);
            y += 46;
            if (link_row(c, "rename", {x, y, w, 46}, icons::kPencilSimpleLine, c.say(Say::rename_group), {})) open_dialog(c, Dialog::rename);
            y += 46;
        }
    } else if (other != nullptr) {
        const std::string hint = c.say(trust_in(*other));
        if (link_row(c, "verify", {x, y, w, 46}, other->verified ? icons::kSealCheckFill : icons::kSealCheck, c.say(Say::verify_person, {first_name_of(other->name)}), hint)) {
            open_dialog(c, Dialog::verify);
            c.state.subject = other->id;
        }
        y += 46;
    }
    scroll.set_content(y - scroll.top() + 18);
}

}  // namespace sinetti::ui
