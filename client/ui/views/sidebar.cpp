// The list of conversations with search and filters.

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/search.h"
#include "ui/views/found.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/dialog.h"
#include "ui/widgets/field.h"
#include "ui/widgets/scroll.h"
#include "ui/widgets/toast.h"

namespace sinetti::ui {

namespace {

constexpr float kReminderRoom = 240;   // that much of the list stays in sight beside a reminder

float row_height(const Context& c)
{
    if (c.touch()) return kRowHeightTouch;
    return c.model.setting("density") == "compact" ? kRowHeightCompact : kRowHeight;
}

bool filtered_in(const Context& c, const api::ConversationSummary& s)
{
    switch (c.state.filter) {
        case Filter::unread: return s.unread > 0 || s.id == c.state.open;
        case Filter::groups: return s.kind == api::ConversationKind::group;
        case Filter::all: break;
    }
    return true;
}

struct Preview {
    std::string lead;         // stronger: the sender, or "Draft:"
    std::string words;
    bool draft = false;
    bool sent = false;
    bool waiting = false;
};

Preview preview_of(const Context& c, const api::ConversationSummary& s)
{
    Preview p;
    const auto local = c.state.drafts.find(s.id);
    const std::string& draft = local != c.state.drafts.end() ? local->second : s.draft;
    if (!draft.empty() && s.id != c.state.open) {
        p.draft = true;
        p.lead = c.say(Say::draft);
        p.words = draft;
    } else if (s.has_last) {
        if (s.last.kind == api::MessageKind::text) {
            p.words = s.last.text;
            if (s.last.delivery == api::Delivery::received) {
                if (s.kind == api::ConversationKind::group) p.lead = first_name_of(name_of(c, s.last.sender)) + ":";
            } else {
                p.sent = s.last.delivery == api::Delivery::sent;
                p.waiting = s.last.delivery == api::Delivery::waiting;
            }
        } else {
            p.words = system_line(c, s.last, s.kind);
        }
    }
    for (char& ch : p.words) {
        if (ch == '\n' || ch == '\r' || ch == '\t') ch = ' ';
    }
    if (p.words.size() > 400) p.words.resize(400);
    return p;
}

void draw_row(Context& c, const Rect& row, const api::ConversationSummary& s)
{
    const Theme& t = c.theme;
    const bool compact = row.h < kRowHeight;
    const bool on = s.id == c.state.open && c.viewport.width >= kMediumWidth;
    const NodeId node = c.id(s.id);
    if (on || c.input.hovered(node)) c.paint.fill(row.x, row.y, row.w, row.h, on ? t.selected : t.hover, 16);
    if (on && t.high_contrast) c.paint.outline(row.x, row.y, row.w, row.h, 2, t.accent, 16);
    const float side = compact ? 40.0f : 48.0f;
    draw_conversation(c, {row.x + 10, row.y + (row.h - side) / 2, side, side}, s);
    const float x = row.x + 10 + side + 12;
    const float right = row.right() - 12;
    const TextStyle name_style = compact ? TextStyle{Face::semibold, 14, 19} : kBodyStrong;
    const TextStyle preview_style = compact ? kLabel : kPreview;
    const TextStyle lead_style = compact ? kLabelMedium : kPreviewMedium;
    const float block = name_style.line + (compact ? 1.0f : 2.0f) + (compact ? 18.0f : 22.0f);
    float y = row.y + (row.h - block) / 2;

    const std::string time = s.changed_ms > 0 ? list_time(c.language, c.host.local_time(s.changed_ms), c.now) : std::string();
    const TextStyle& time_style = s.unread > 0 ? kMetaStrong : kMeta;
    float time_w = c.measure(time_style, time);
    c.ink(time_style, time, right - time_w, y + (name_style.line - 16) / 2, s.unread > 0 ? t.accent_text : t.text_3);
    if (s.active && s.closed) {
        time_w += 20;
        c.paint.icon(icons::kLockSimple, 14, right - time_w, y + (name_style.line - 14) / 2, t.text_3);
    }
    const std::string& title = s.title.empty() ? std::string(c.say(Say::unknown_person)) : s.title;
    c.ink_elided(name_style, title, x, y, right - time_w - 8 - x, t.text);

    y += name_style.line + (compact ? 1.0f : 2.0f);
    const float line_h = compact ? 18.0f : 22.0f;
    float end = right;
    if (s.unread > 0) {
        const std::string n = s.unread > 999 ? "999+" : std::to_string(s.unread);
        const float w = std::max(22.0f, c.measure(kMetaStrong, n) + 14);
        const Rect badge{right - w, y + (line_h - 22) / 2, w, 22};
        c.paint.fill(badge.x, badge.y, badge.w, badge.h, t.accent, 11);
        c.ink_centred(kMetaStrong, n, badge, t.on_accent);
        end -= w + 8;
    }
    const Preview p = preview_of(c, s);
    float at = x;
    if (p.waiting) {
        c.paint.icon(icons::kClockBold, 14, at + 1, y + (line_h - 14) / 2, t.text_3);
        at += 22;
    } else if (p.sent) {
        draw_sent(c, at, y + (line_h - 16) / 2, 16, t.text_3);
        at += 22;
    }
    const float preview_y = y + (line_h - preview_style.line) / 2;
    if (!p.lead.empty()) {
        const std::string lead = c.paint.texts().elide(lead_style, p.lead, end - at);
        c.ink(lead_style, lead, at, preview_y, p.draft ? t.wax : t.text_2);
        at += c.measure(lead_style, lead) + 4;
    }
    c.ink_elided(preview_style, p.words, at, preview_y, end - at, t.text_2);
    c.focus_ring(node, row.inset(3), 14);

    std::string name = title;
    if (s.unread > 0) name += ", " + c.count(Say::unread_count_one, Say::unread_count_many, s.unread);
    MirrorNode& mirrored = c.mirror.add(node, Role::listitem, row, name);
    std::string description = p.lead.empty() ? p.words : p.lead + " " + p.words;
    if (p.waiting) description = std::string(c.say(s.closed ? Say::state_held : Say::state_waiting)) + ": " + description;
    if (s.active && s.closed) description += std::string(description.empty() ? "" : ", ") + c.say(Say::state_closed);
    if (!time.empty()) description += ", " + time;
    mirrored.description = description;
    mirrored.actions = kClick | kFocus;
    if (on) mirrored.states |= kCurrent;
    c.hit(node, row);
    if (c.activated(node)) open_conversation(c, s.id);
}

void draw_person_row(Context& c, const Rect& row, const api::Person& p)
{
    const NodeId node = c.id("person " + p.id);
    if (c.input.hovered(node)) c.paint.fill(row.x, row.y, row.w, row.h, c.theme.hover, 16);
    draw_person(c, {row.x + 10, row.y + (row.h - 40) / 2, 40, 40}, p);
    const float x = row.x + 62;
    c.ink_elided(kBodyStrong, p.name, x, row.y + row.h / 2 - (p.title.empty() ? 10.5f : 20), row.right() - 12 - x, c.theme.text);
    c.ink_elided(kLabel, p.title, x, row.y + row.h / 2 + 1, row.right() - 12 - x, c.theme.text_2);
    c.focus_ring(node, row.inset(3), 14);
    MirrorNode& mirrored = c.mirror.add(node, Role::listitem, row, c.say(Say::write_to, {p.name}));
    mirrored.description = p.title;
    mirrored.actions = kClick | kFocus;
    c.hit(node, row);
    if (c.activated(node)) start_direct(c, p.id);
}

void draw_bones(Context& c, const Rect& area)
{
    constexpr float kNames[] = {120, 96, 140, 110, 130, 150, 118, 128, 136};
    constexpr float kLines[] = {190, 150, 210, 170, 200, 130, 180, 160, 190};
    const float height = row_height(c);
    float y = area.y;
    for (std::size_t i = 0; i < 9 && y + height < area.bottom(); ++i, y += height) {
        const auto bone = [&](float x, float dy, float w, float h, float radius, float alpha) {
            c.paint.fill(x, y + dy, w, h, gfx::with_alpha(c.theme.line, alpha), radius);
        };
        bone(area.x + 18, (height - 48) / 2, 48, 48, i < 2 ? 15.0f : 24.0f, 1);
        bone(area.x + 78, height / 2 - 17, kNames[i], 13, 6.5f, 1);
        bone(area.right() - 54, height / 2 - 16, 34, 10, 5, 0.7f);
        bone(area.x + 78, height / 2 + 7, std::min(kLines[i], area.w - 110), 11, 5.5f, 0.65f);
    }
    c.mirror.add(c.id("opening"), Role::status, area, c.say(Say::opening_seals)).states |= kBusy;
}

void draw_foot(Context& c, const Rect& area)
{
    const api::Level level = c.model.connection.level;
    c.paint.line({area.x, area.y}, {area.right(), area.y}, 1, c.theme.high_contrast ? c.theme.border : c.theme.line);
    const NodeId node = c.id("level");
    const Rect rect = area.inset(8, 6);
    if (c.input.hovered(node)) c.paint.fill(rect.x, rect.y, rect.w, rect.h, c.theme.hover, 12);
    const float y = area.y + (area.h - 16) / 2;
    draw_rings(c, {area.x + 20, y, 16, 16}, level);
    const char* name = c.say(level_name(level));
    c.ink(kMetaMedium, name, area.x + 42, y, c.theme.text_2);
    const float name_end = area.x + 42 + c.measure(kMetaMedium, name) + 12;
    const char* words = c.say(connection_hint(c));
    const std::string hint = c.paint.texts().elide(kMeta, words, area.right() - 20 - name_end);
    c.ink(kMeta, hint, area.right() - 20 - c.measure(kMeta, hint), y, c.theme.text_3);
    c.focus_ring(node, rect, 12);
    MirrorNode& mirrored = c.mirror.add(node, Role::button, rect, c.say(Say::protection_level, {name}));
    mirrored.description = words;
    mirrored.actions = kClick | kFocus;
    c.hit(node, rect);
    if (c.activated(node)) open_dialog(c, Dialog::protection);
}

}  // namespace

void draw_sidebar(Context& c, const Rect& area)
{
    const Theme& t = c.theme;
    const bool narrow = c.viewport.width < kMediumWidth;
    c.paint.fill(area.x, area.y, area.w, area.h, t.sidebar);
    if (!narrow) c.paint.line({area.right() - 0.5f, area.y}, {area.right() - 0.5f, area.bottom()}, 1, t.high_contrast ? t.border : t.line);
    GroupScope pane(c, "sidebar", Role::region, area, c.say(Say::conversation_list));
    Rect rest = area;

    // Head.
    const api::Person* me = c.model.person(c.model.session.me);
    if (narrow) {
        Rect head = rest.take_top(58);
        c.heading("title", 1, kLarge, c.say(Say::chats), head.x + 20, head.y + 11, t.text);
        float right = head.right() - 14;
        if (me != nullptr) {
            const Rect picture{right - 40, head.y + 10, 36, 36};
            const NodeId node = c.id("me");
            draw_person(c, picture, *me);
            c.focus_ring(node, picture, 18);
            c.mirror.add(node, Role::button, picture.inset(-4), c.say(Say::my_profile, {me->name})).actions = kClick | kFocus;
            c.hit(node, picture.inset(-4));
            if (c.activated(node)) c.state.place = Place::settings;
            right -= 46;
        }
        const Rect rings{right - 44, head.y + 6, 44, 44};
        const NodeId node = c.id("level");
        draw_rings(c, {rings.x + 10, rings.y + 10, 24, 24}, c.model.connection.level);
        c.focus_ring(node, rings, 13);
        MirrorNode& mirrored = c.mirror.add(node, Role::button, rings, c.say(Say::protection_level, {c.say(level_name(c.model.connection.level))}));
        mirrored.description = c.say(connection_hint(c));
        mirrored.actions = kClick | kFocus;
        c.hit(node, rings);
        if (c.activated(node)) open_dialog(c, Dialog::protection);
    } else {
        const Rect head = rest.take_top(68);
        c.heading("title", 1, kHeading, c.say(Say::chats), head.x + 20, head.y + 22, t.text);
        const IconButtonSpec compose{.icon = icons::kPencilSimpleLine, .icon_size = 20, .kind = IconButtonKind::accent};
        if (icon_button(c, "new", {head.right() - 14 - 40, head.y + 16, 40, 40}, c.say(Say::new_conversation), compose)) open_dialog(c, Dialog::new_conversation);
    }
    {
        const float height = narrow ? 44.0f : 40.0f;
        const Rect strip = rest.take_top(height + 10);
        const FieldResult search = search_field(c, "search", {strip.x + 16, strip.y, strip.w - 32, height}, c.say(narrow ? Say::search : Say::search_chats), t.sunken, false);
        c.state.search = search.id;
    }
    const std::string_view query = trimmed(field_text(c, c.state.search));
    if (!narrow) {
        const float height = c.touch() ? 44.0f : 32.0f;
        const Rect strip = rest.take_top(height + 8);
        GroupScope tabs(c, "filters", Role::tablist, strip, c.say(Say::filter));
        std::uint32_t unread = 0;
        for (const auto& s : c.model.conversations) unread += s.unread > 0 ? 1 : 0;
        const std::string count = unread > 0 ? std::to_string(unread) : std::string();
        const Choice choices[] = {{"all", c.say(Say::filter_all)}, {"unread", c.say(Say::filter_unread), count}, {"groups", c.say(Say::filter_groups)}};
        float x = strip.x + 16;
        for (int i = 0; i < 3; ++i) {
            const float w = chip_width(c, choices[i]);
            if (filter_chip(c, {x, strip.y, w, height}, choices[i], static_cast<int>(c.state.filter) == i, t.sunken)) c.state.filter = static_cast<Filter>(i);
            x += w + 5;
        }
    }
    if (!narrow && area.h > 420) draw_foot(c, rest.take_bottom(46));
    if (narrow) {
        if (const float height = banner_height(c, rest.w); height > 0) draw_banner(c, rest.take_top(height));
    }

    if (!c.model.conversations_known) {
        draw_bones(c, rest);
        return;
    }
    if (const float height = reminder_height(c, rest.w - 24); height > 0 && query.empty() && rest.h - height > kReminderRoom) {
        const Rect strip = rest.take_top(height + 12);
        draw_reminder(c, {strip.x + 12, strip.y + 4, strip.w - 24, height});
    }
    // What matches: conversations, then people one has no two-person conversation with, then messages.
    const SearchWords words(query);
    search_messages(c, query, rest);
    std::vector<const api::ConversationSummary*> shown;
    for (const auto& s : c.model.conversations) {
        if (!words.empty()) {
            bool hit = words.match(s.title);
            for (const auto& member : s.members) {
                const api::Person* p = c.model.person(member);
                hit = hit || (s.kind == api::ConversationKind::group && p != nullptr && !p->me && words.match(p->name));
            }
            if (!hit) continue;
        } else if (!filtered_in(c, s)) {
            continue;
        }
        shown.push_back(&s);
    }
    std::vector<const api::Person*> people;
    if (!words.empty()) {
        for (const auto& p : c.model.people) {
            if (!p.me && !p.revoked && c.model.direct_with(p.id) == nullptr && (words.match(p.name) || words.match(p.title))) people.push_back(&p);
        }
    }
    if (shown.empty() && people.empty() && messages_asked(c) && found_messages(c) == 0) return;
    if (shown.empty() && people.empty() && found_messages(c) == 0) {
        const bool nothing = words.empty() && c.model.conversations.empty();
        const float x = rest.x + 32;
        const float w = rest.w - 64;
        float y = rest.y + std::max(16.0f, std::min(56.0f, rest.h * 0.12f));
        if (rest.h > 240) {
            const Point m{rest.x + rest.w / 2, y + 40};
            c.paint.dashed_ring(m.x, m.y, 39, 1.2f, 26, t.wax_faint);
            c.paint.dashed_ring(m.x, m.y, 27, 1.2f, 18, t.wax_faint);
            c.paint.ring(m.x, m.y, 14, 1.6f, t.wax_faint);
            c.paint.circle(m.x, m.y, 5, t.wax);
            y += 100;
        }
        y += c.paragraph("empty", kBodyStrong, c.say(nothing ? Say::list_empty : Say::nothing_found), {x, y, w, 0}, t.text, 0.5f) + 4;
        c.paragraph("empty hint", kLabel, c.say(nothing ? Say::list_empty_hint : Say::nothing_found_hint), {x, y, w, 0}, t.text_2, 0.5f);
    } else {
        ScrollScope list(c, "list", Role::list, rest, c.say(Say::chats));
        const float height = row_height(c);
        float y = list.top();
        for (const api::ConversationSummary* s : shown) {
            const Rect row{rest.x + 8, y, rest.w - 16, height};
            if (row.bottom() > rest.y - 2 * height && row.y < rest.bottom() + 2 * height) draw_row(c, row, *s);
            y += height;
        }
        if (!people.empty()) {
            c.text("people", kMetaStrong, c.say(Say::people), rest.x + 20, y + 10, t.text_3);
            y += 30;
            for (const api::Person* p : people) {
                const Rect row{rest.x + 8, y, rest.w - 16, 60};
                if (c.visible(row)) draw_person_row(c, row, *p);
                y += 60;
            }
        }
        if (found_messages(c) > 0) y += draw_found_messages(c, rest, y);
        list.set_content(y - list.top() + (narrow ? 84.0f : 8.0f));
    }
    if (narrow) {
        const Rect fab{area.right() - 18 - 56, area.bottom() - 16 - 56, 56, 56};
        c.paint.shadow(fab.x, fab.y, fab.w, fab.h, 20, 4, 16, t.shadow_strong);
        const IconButtonSpec compose{.icon = icons::kPencilSimpleLine, .icon_size = 24, .radius = 20, .kind = IconButtonKind::accent};
        if (icon_button(c, "new", fab, c.say(Say::new_conversation), compose)) open_dialog(c, Dialog::new_conversation);
    }
}

}  // namespace sinetti::ui
