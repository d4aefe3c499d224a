#include "ui/views/timeline.h"

#include "generated/icons.h"
#include "ui/format.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"
#include "ui/widgets/button.h"
#include "ui/widgets/linked_text.h"
#include "ui/widgets/scroll.h"

#include <cmath>
#include <utility>

namespace sinetti::ui {

namespace {

constexpr std::int64_t kRunMs = 5 * 60 * 1000;   // messages of one sender closer than this belong together
constexpr float kRunGap = 3;
constexpr float kGap = 10;
constexpr float kPicture = 34;
constexpr float kPadX = 12;
constexpr float kPadTop = 8;
constexpr float kPadBottom = 7;
constexpr float kTimeGap = 10;
constexpr float kStateIcon = 20;                 // room for tick or clock after the time of our own messages
constexpr float kNear = 24;                      // this close to the end counts as being there
constexpr float kMenuButton = 32;
constexpr float kNameLine = 19;                  // of the sender, over what they say

struct Margins {
    float left;
    float right;
};

Margins margins_of(const Context& c) { return c.viewport.width < kMediumWidth ? Margins{10, 10} : Margins{24, 28}; }
const TextStyle& body_style(const Context& c) { return c.viewport.coarse_pointer ? kBodyTouch : kBody; }

bool is_bubble(const api::Message& m) { return m.kind == api::MessageKind::text; }

float bubble_limit(const Context& c, float width)
{
    const Margins m = margins_of(c);
    const float most = c.viewport.width < kMediumWidth ? std::max(kBubbleMaxTouch, width * 0.78f) : kBubbleMax;
    return std::min({most, width - m.left - m.right - kPicture - 8, kBubbleMax});
}

}  // namespace

std::string message_name(const Context& c, const api::Message& m)
{
    std::string name = c.say(Say::message_from, {name_of(c, m.sender), time_of_day(c.language, c.host.local_time(m.sent_ms))});
    const api::ConversationSummary* conversation = c.model.conversation(c.model.timeline.conversation);
    const Say waits = conversation != nullptr && conversation->closed ? Say::state_held : Say::state_waiting;
    if (m.delivery != api::Delivery::received) name += std::string(", ") + c.say(m.delivery == api::Delivery::waiting ? waits : Say::state_sent);
    if (m.id == c.model.timeline.target) name += std::string(", ") + c.say(Say::found_message);
    return name;
}

const MessageLayout& TimelineView::layout_of(Context& c, const api::Message& m, std::string_view name, float limit)
{
    MessageLayout& made = m_layouts[m.id];
    const bool ours = m.delivery != api::Delivery::received;
    if (made.width == limit && made.text == m.text && !made.lines.lines.empty()) return made;
    made.width = limit;
    made.text = m.text;
    const float inner = limit - 2 * kPadX;
    made.lines = c.paint.texts().wrap(body_style(c), m.text, inner);
    made.links = links_of(m.text);
    const std::string time = time_of_day(c.language, c.host.local_time(m.sent_ms));
    made.time_width = c.measure(kMeta, time) + (ours ? kStateIcon : 0);
    const float last = made.lines.lines.back().width;
    made.time_below = last + kTimeGap + made.time_width > inner;
    float content = std::max(made.lines.width, made.time_below ? made.time_width : last + kTimeGap + made.time_width);
    if (!name.empty()) content = std::max(content, std::min(inner, c.measure(kLabelStrong, name)));
    made.bubble_width = std::ceil(content) + 2 * kPadX;
    made.bubble_height = kPadTop + made.lines.height + (made.time_below ? 20.0f : 0.0f) + kPadBottom;
    return made;
}

void TimelineView::make(Context& c, float width, const api::ConversationSummary& conversation)
{
    const Timeline& timeline = c.model.timeline;
    const Made wanted{timeline.revision, timeline.conversation, width, c.paint.density(), c.language, day_number(c.now), c.viewport.coarse_pointer};
    if (wanted == m_made) return;
    const bool same_place = wanted.conversation == m_made.conversation;
    const bool same_shape = same_place && wanted.width == m_made.width && wanted.density == m_made.density && wanted.language == m_made.language &&
                            wanted.coarse == m_made.coarse;
    if (!same_shape) m_layouts.clear();
    ScrollState& scroll = c.input.scroll(c.id("log"));

    // What is at the top of the screen stays there when older messages come in above it.
    api::MessageId anchor;
    float anchor_offset = 0;
    if (same_place) {
        for (const TimelineItem& item : m_items) {
            if (item.kind != ItemKind::message && item.kind != ItemKind::system) continue;
            if (item.y + item.height < scroll.offset || item.message >= m_anchor_ids.size()) continue;
            anchor = m_anchor_ids[item.message];
            anchor_offset = item.y - scroll.offset;
            break;
        }
    }
    m_made = wanted;
    m_items.clear();
    m_anchor_ids.clear();
    m_colours = group_colours(conversation.members);
    const bool group = conversation.kind == api::ConversationKind::group;
    const float limit = bubble_limit(c, width);
    const auto& messages = timeline.messages;
    float y = 14;
    const auto add = [&](ItemKind kind, std::size_t index, float height) -> TimelineItem& {
        m_items.push_back({kind, index, y, height});
        y += height;
        return m_items.back();
    };
    if (timeline.has_older) {
        add(ItemKind::older, 0, 52);
    } else {
        add(ItemKind::start, 0, 8);
    }
    long day = -1;
    std::uint32_t waiting = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const api::Message& m = messages[i];
        m_anchor_ids.push_back(m.id);
        const long this_day = day_number(c.host.local_time(m.sent_ms));
        const bool new_day = this_day != day;
        if (new_day) add(ItemKind::day, i, 52);
        day = this_day;
        const bool line = !timeline.first_unread.empty() && m.id == timeline.first_unread;
        if (line) add(ItemKind::unread, i, 40);
        if (m.delivery == api::Delivery::waiting) ++waiting;
        if (!is_bubble(m)) {
            const float inner = std::min(width - 48, 520.0f);
            add(ItemKind::system, i, c.paragraph_height(kLabel, system_line(c, m, conversation.kind), inner) + 14);
            continue;
        }
        const auto continues = [&](const api::Message& a, const api::Message& b) {
            return is_bubble(a) && is_bubble(b) && a.sender == b.sender && b.sent_ms - a.sent_ms < kRunMs && a.sent_ms - b.sent_ms < kRunMs &&
                   day_number(c.host.local_time(a.sent_ms)) == day_number(c.host.local_time(b.sent_ms)) &&
                   (timeline.first_unread.empty() || b.id != timeline.first_unread);
        };
        const bool first = i == 0 || !continues(messages[i - 1], m);
        const bool last = i + 1 == messages.size() || !continues(m, messages[i + 1]);
        const bool named = group && first && m.delivery == api::Delivery::received;
        const MessageLayout& layout = layout_of(c, m, named ? first_name_of(name_of(c, m.sender)) : std::string(), limit);
        const float height = layout.bubble_height + (named ? kNameLine : 0.0f) + (last ? kGap : kRunGap);
        TimelineItem& item = add(ItemKind::message, i, height);
        item.first = first;
        item.last = last;
    }
    if (waiting > 0) add(ItemKind::waiting, waiting, 26);
    if (timeline.has_newer) add(ItemKind::newer, 0, 52);
    m_height = y;

    scroll.content = m_height;
    const bool had_newer = std::exchange(m_had_newer, timeline.has_newer);
    if (!same_place) {
        m_last_id = messages.empty() ? api::MessageId() : messages.back().id;
        c.state.stick_to_end = true;
        return;
    }
    if (had_newer || timeline.has_newer) {
        if (!messages.empty()) m_last_id = messages.back().id;   // what comes into sight now has not come just now
    } else if (!messages.empty() && messages.back().id != m_last_id) {
        std::uint32_t fresh = 0;
        for (auto m = messages.rbegin(); m != messages.rend() && m->id != m_last_id; ++m) {
            if (m->delivery == api::Delivery::received && is_bubble(*m)) ++fresh;
            if (m->delivery != api::Delivery::received) c.state.stick_to_end = true;   // what we write ourselves is always shown
        }
        m_last_id = messages.back().id;
        m_last_arrived_ms = c.now_ms;
        if (!c.state.stick_to_end) c.state.below += fresh;
    }
    if (c.state.stick_to_end || anchor.empty()) return;
    for (const TimelineItem& item : m_items) {
        if ((item.kind == ItemKind::message || item.kind == ItemKind::system) && m_anchor_ids[item.message] == anchor) {
            scroll.offset = item.y - anchor_offset;
            break;
        }
    }
}

// A message that was opened from a search stands in the middle, and is said.
void TimelineView::show_target(Context& c, ScrollState& state)
{
    const Timeline& timeline = c.model.timeline;
    if (timeline.target.empty() || m_target_shown == timeline.target_revision) return;
    m_target_shown = timeline.target_revision;
    for (const TimelineItem& item : m_items) {
        if (item.kind != ItemKind::message || timeline.messages[item.message].id != timeline.target) continue;
        const float middle = item.y - std::max(0.0f, state.area - item.height) / 2;
        state.offset = std::clamp(middle, 0.0f, std::max(0.0f, state.maximum()));
        c.state.stick_to_end = false;
        const api::Message& m = timeline.messages[item.message];
        c.host.announce(c.say(Say::message_from, {name_of(c, m.sender), time_of_day(c.language, c.host.local_time(m.sent_ms))}) + ": " + m.text, false);
        return;
    }
}

// The Tab key comes to one message, and the arrows go on from there: to the one they have reached, or else the lowest in sight.
void TimelineView::choose_tab_stop(Context& c, float from, float to)
{
    m_tab_stop.clear();
    for (auto item = m_items.rbegin(); item != m_items.rend() && item->y + item->height > from; ++item) {
        if (item->kind != ItemKind::message || item->y >= to) continue;
        const api::MessageId& id = m_anchor_ids[item->message];
        if (m_tab_stop.empty()) m_tab_stop = id;
        if (c.input.focused(c.id("message " + id))) m_tab_stop = id;
    }
}

void TimelineView::draw(Context& c, const Rect& area, const api::ConversationSummary& conversation)
{
    m_bubbles.clear();
    m_bubbles_ms = c.now_ms;
    const Timeline& timeline = c.model.timeline;
    if (!timeline.loaded || timeline.conversation != conversation.id) {
        GroupScope status(c, "opening", Role::status, area, "");
        const Margins m = margins_of(c);
        const auto bone = [&](float x, float y, float w, float h, bool ours) {
            if (y < area.y) return;
            c.paint.fill(x, y, w, h, ours ? gfx::with_alpha(c.theme.own, 0.75f) : c.theme.other, ours ? gfx::Corners(18, 18, 6, 18) : gfx::Corners(18, 18, 18, 6));
            c.paint.fill(x + 14, y + 13, w * 0.72f, 11, gfx::with_alpha(ours ? c.theme.own_quote : c.theme.line, 0.8f), 5.5f);
            if (h > 50) c.paint.fill(x + 14, y + 34, w * 0.5f, 11, gfx::with_alpha(ours ? c.theme.own_quote : c.theme.line, 0.6f), 5.5f);
        };
        const float room = area.w - m.left - m.right - kPicture - 8;
        float y = area.bottom() - 62;
        constexpr float kWidths[] = {240, 300, 360, 220, 280, 420, 300};
        constexpr bool kOurs[] = {true, false, true, false, true, false, false};
        for (std::size_t i = 0; i < 7 && y > area.y; ++i) {
            const float h = i % 2 == 0 ? 40.0f : 62.0f;
            const float w = std::min(kWidths[i], room * 0.8f);
            if (!kOurs[i]) c.paint.circle(area.x + m.left + 17, y + h - 17, 17, c.theme.line);
            bone(kOurs[i] ? area.right() - m.right - w : area.x + m.left + kPicture + 8, y, w, h, kOurs[i]);
            y -= h + 24;
        }
        c.mirror.add(c.id("text"), Role::text, area, c.say(Say::opening_seals)).states |= kBusy;
        return;
    }

    make(c, area.w, conversation);
    const NodeId log = c.id("log");
    ScrollState& state = c.input.scroll(log);
    state.area = area.h;
    state.content = m_height;
    show_target(c, state);
    const bool at_end = state.offset >= state.maximum() - kNear && !timeline.has_newer;
    if (at_end && !c.state.stick_to_end && state.maximum() > 0) c.state.stick_to_end = true;
    if (m_scrolled_to != state.offset && state.offset < state.maximum() - kNear) c.state.stick_to_end = false;
    if (c.state.stick_to_end) {
        state.offset = state.maximum();
        c.state.below = 0;
    }
    const float slack = std::max(0.0f, area.h - m_height);   // a short conversation stands at the bottom
    {
        ScrollScope scroll(c, "log", Role::log, area, c.say(Say::messages));
        scroll.set_content(m_height);
        if (!c.state.stick_to_end && timeline.has_older && !timeline.loading_older && state.offset < area.h && m_older_asked != timeline.revision) {
            m_older_asked = timeline.revision;
            c.send(api::LoadOlder{conversation.id});
        }
        if (!c.state.stick_to_end && timeline.has_newer && state.offset > state.maximum() - area.h && m_newer_asked != timeline.revision) {
            m_newer_asked = timeline.revision;
            c.send(api::LoadNewer{conversation.id});
        }
        // The first item in sight, then on until out of sight.
        const float from = state.offset - slack;
        auto item = std::partition_point(m_items.begin(), m_items.end(), [&](const TimelineItem& i) { return i.y + i.height < from - 40; });
        const TimelineItem* sticky = nullptr;
        for (const TimelineItem& i : m_items) {
            if (i.y > from + 10) break;
            if (i.kind == ItemKind::day) sticky = &i;
        }
        choose_tab_stop(c, from, from + area.h);
        for (; item != m_items.end() && item->y < from + area.h + 40; ++item) {
            if (&*item == sticky) continue;
            draw_item(c, area, scroll.top() + slack + item->y, *item, conversation);
        }
        if (sticky != nullptr) {
            const float natural = scroll.top() + slack + sticky->y;
            draw_item(c, area, std::max(natural, area.y - 4), *sticky, conversation);
        }
    }
    m_scrolled_to = state.offset;

    if (!timeline.first_unread.empty() && c.state.stick_to_end) {
        if (c.state.unread_seen_ms == 0) c.state.unread_seen_ms = c.now_ms;
    }
    if (!c.state.stick_to_end && (timeline.has_newer || state.maximum() - state.offset > area.h * 0.5f)) {
        const std::string label = c.state.below > 0 ? c.count(Say::unread_line_one, Say::unread_line_many, c.state.below) : std::string(c.say(Say::latest));
        const float w = c.measure(kLabelStrong, label) + 52;
        const Rect pill{std::floor(area.x + (area.w - w) / 2), area.bottom() - 52, w, 40};
        const NodeId node = c.id("latest");
        c.paint.shadow(pill.x, pill.y, pill.w, pill.h, 20, 2, 10, c.theme.shadow_strong);
        c.paint.fill(pill.x, pill.y, pill.w, pill.h, c.state.below > 0 ? c.theme.wax : c.theme.surface, 20);
        const Colour ink = c.state.below > 0 ? c.theme.on_wax : c.theme.text;
        if (c.theme.high_contrast) c.paint.outline(pill.x, pill.y, pill.w, pill.h, 1.5f, c.theme.border, 20);
        c.paint.icon(icons::kArrowDown, 17, pill.x + 15, pill.y + 11.5f, ink);
        c.ink(kLabelStrong, label, pill.x + 37, pill.y + 11, ink);
        c.focus_ring(node, pill, 20);
        c.mirror.add(node, Role::button, pill, label).actions = kClick | kFocus;
        c.hit(node, pill);
        if (c.activated(node)) {
            if (timeline.has_newer) open_conversation(c, conversation.id);
            c.state.stick_to_end = true;
            c.state.below = 0;
        }
    }
}

void TimelineView::draw_item(Context& c, const Rect& area, float top, const TimelineItem& item, const api::ConversationSummary& conversation)
{
    const Timeline& timeline = c.model.timeline;
    switch (item.kind) {
        case ItemKind::start: return;
        case ItemKind::older: {
            const ButtonSpec spec{.label = c.say(Say::load_older), .kind = ButtonKind::quiet, .small = true};
            const float w = button_width(c, spec);
            if (button(c, "older", {area.x + (area.w - w) / 2, top + 6, w, 36}, spec)) c.send(api::LoadOlder{conversation.id});
            return;
        }
        case ItemKind::newer: {
            const ButtonSpec spec{.label = c.say(Say::load_newer), .kind = ButtonKind::quiet, .small = true};
            const float w = button_width(c, spec);
            if (button(c, "newer", {area.x + (area.w - w) / 2, top + 6, w, 36}, spec)) c.send(api::LoadNewer{conversation.id});
            return;
        }
        case ItemKind::day: {
            const std::string words = day_heading(c.language, c.host.local_time(timeline.messages[item.message].sent_ms), c.now);
            const float w = std::ceil(c.measure(kMetaStrong, words)) + 28;
            const Rect pill{std::floor(area.x + (area.w - w) / 2), top + 14, w, 28};
            c.paint.shadow(pill.x, pill.y, pill.w, pill.h, 14, 1, 3, c.theme.shadow);
            c.paint.fill(pill.x, pill.y, pill.w, pill.h, c.theme.sidebar, 14);
            if (c.theme.high_contrast) c.paint.outline(pill.x, pill.y, pill.w, pill.h, 1.5f, c.theme.border, 14);
            c.ink_centred(kMetaStrong, words, pill, c.theme.text_2);
            c.mirror.add(c.id("day " + timeline.messages[item.message].id), Role::heading, pill, words).level = 3;
            return;
        }
        case ItemKind::unread: {
            const std::string words = c.count(Say::unread_line_one, Say::unread_line_many, timeline.unread);
            const Margins m = margins_of(c);
            const float w = c.measure(kMetaStrong, words);
            const float left = area.x + m.left - 4;
            const float right = area.right() - m.right + 4;
            const float x = (left + right - w) / 2;
            const float y = top + 20;
            const Colour rule = c.theme.high_contrast ? c.theme.wax : gfx::with_alpha(c.theme.wax, 0.45f);
            c.paint.line({left, y}, {x - 12, y}, 1, rule);
            c.paint.line({x + w + 12, y}, {right, y}, 1, rule);
            c.ink(kMetaStrong, words, x, y - 8, c.theme.wax);
            c.mirror.add(c.id("unread"), Role::separator, {left, top + 12, right - left, 16}, words);
            return;
        }
        case ItemKind::system: {
            const api::Message& m = timeline.messages[item.message];
            const float inner = std::min(area.w - 48, 520.0f);
            c.paragraph("system " + m.id, kLabel, system_line(c, m, conversation.kind), {area.x + (area.w - inner) / 2, top + 4, inner, 0}, c.theme.text_2, 0.5f);
            return;
        }
        case ItemKind::waiting: {
            const std::string words = conversation.closed ? c.count(Say::held_one, Say::held_many, item.message) : c.count(Say::waiting_one, Say::waiting_many, item.message);
            const float w = c.measure(kMeta, words);
            const Margins m = margins_of(c);
            c.text("waiting", kMeta, words, area.right() - m.right - w, top - 4, c.theme.text_2);
            return;
        }
        case ItemKind::message: draw_message(c, area, top, item, conversation); return;
    }
}

std::size_t TimelineView::palette_of(const api::PersonId& person) const
{
    const auto colour = m_colours.find(person);
    return colour != m_colours.end() ? colour->second : avatar_colour(person);
}

TimelineView::Bubble TimelineView::bubble_of(const Context& c, const Rect& area, float top, const TimelineItem& item, const api::ConversationSummary& conversation) const
{
    const api::Message& m = c.model.timeline.messages[item.message];
    const MessageLayout& layout = m_layouts.at(m.id);
    const bool ours = m.delivery != api::Delivery::received;
    const bool group = conversation.kind == api::ConversationKind::group;
    const bool named = group && item.first && !ours;
    const Margins margins = margins_of(c);
    const float x = ours ? area.right() - margins.right - layout.bubble_width : area.x + margins.left + (group && !ours ? kPicture + 8 : 0);
    gfx::Corners corners(18);
    if (ours) {
        corners.bottom_right = item.last ? 6.0f : 8.0f;
        if (!item.first) corners.top_right = 8;
    } else {
        corners.bottom_left = item.last ? 6.0f : 8.0f;
        if (!item.first) corners.top_left = 8;
    }
    return {&m, &layout, {std::floor(x), top, layout.bubble_width, layout.bubble_height + (named ? kNameLine : 0.0f)}, corners, named};
}

void TimelineView::paint_bubble(Context& c, const Bubble& bubble) const
{
    const Theme& t = c.theme;
    const api::Message& m = *bubble.message;
    const MessageLayout& layout = *bubble.layout;
    const Rect& place = bubble.place;
    const bool ours = m.delivery != api::Delivery::received;
    const bool waiting = m.delivery == api::Delivery::waiting;
    if (waiting) {
        c.paint.outline(place.x, place.y, place.w, place.h, 1.5f, t.accent_text, bubble.corners);
    } else {
        if (!ours) c.paint.shadow(place.x, place.y, place.w, place.h, 18, 1, 2, t.shadow);
        c.paint.fill(place.x, place.y, place.w, place.h, ours ? t.own : t.other, bubble.corners);
        if (t.high_contrast) c.paint.outline(place.x, place.y, place.w, place.h, 1.5f, ours ? t.accent : t.border, bubble.corners);
    }
    if (m.id == c.model.timeline.target) c.paint.outline(place.x - 3, place.y - 3, place.w + 6, place.h + 6, 2, t.wax, gfx::Corners(20));
    float y = place.y + kPadTop;
    if (bubble.named) {
        c.ink_elided(kLabelStrong, first_name_of(name_of(c, m.sender)), place.x + kPadX, y, place.w - 2 * kPadX, t.avatars[palette_of(m.sender)].name);
        y += kNameLine;
    }
    paint_linked_text(c, {body_style(c), m.text, layout.lines, layout.links, place.x + kPadX, y}, ours && !waiting ? t.own_text : t.text, t.accent_text);

    const Colour meta = ours && !waiting ? t.own_meta : waiting ? t.text_2 : t.other_meta;
    const float last_top = y + layout.lines.height - body_style(c).line;
    const float time_y = layout.time_below ? y + layout.lines.height + 5 : last_top + body_style(c).line - 14;
    const float time_x = place.right() - kPadX - layout.time_width;
    c.ink(kMeta, time_of_day(c.language, c.host.local_time(m.sent_ms)), time_x, time_y, meta);
    if (!ours) return;
    const float icon_x = time_x + layout.time_width - 16;
    if (waiting) {
        c.paint.icon(icons::kClock, 14, icon_x + 1, time_y + 1, meta);
    } else {
        draw_sent(c, icon_x, time_y, 16, meta);
    }
}

// What can be done with a message: a button beside it while a mouse is there. For everybody else the article itself is one.
void TimelineView::draw_menu_button(Context& c, const Bubble& bubble)
{
    const Rect& place = bubble.place;
    const bool ours = bubble.message->delivery != api::Delivery::received;
    const Rect button{ours ? place.x - kMenuButton - 4 : place.right() + 4, place.y + (place.h - kMenuButton) / 2, kMenuButton, kMenuButton};
    const NodeId area = c.id("area");
    const NodeId node = c.id("actions");
    const Rect reach{std::min(place.x, button.x), place.y, place.w + kMenuButton + 4, place.h};
    if (c.in_background()) return;
    c.input.menu_area(area, reach.intersected(c.clip()));
    const bool wanted = c.input.take_menu(area);
    if (c.input.menu_hovered(area) && !c.viewport.coarse_pointer) {
        if (c.input.hovered(node)) c.paint.circle(button.centre().x, button.centre().y, kMenuButton / 2, c.theme.surface);
        c.icon(icons::kDotsThreeBold, 20, button, c.theme.text_2);
        c.hit(node, button);
    }
    if (c.activated(node) || wanted) open_message_menu(c, bubble.message->id);
}

void TimelineView::draw_message(Context& c, const Rect& area, float top, const TimelineItem& item, const api::ConversationSummary& conversation)
{
    const api::Message& m = c.model.timeline.messages[item.message];
    const bool ours = m.delivery != api::Delivery::received;

    // A bubble that has just come rises into place.
    const double age = c.now_ms - m_last_arrived_ms;
    const double rise = c.motion(kQuickMs);
    float lift = 0;
    const float opacity_before = c.paint.opacity;
    if (m.id == m_last_id && m_last_arrived_ms > 0 && age < rise) {
        const auto share = static_cast<float>(age / rise);
        c.paint.opacity *= share;
        if (!c.reduced_motion()) lift = 8 * (1 - share);
        c.animating = true;
    }

    const Bubble& bubble = m_bubbles[m.id] = bubble_of(c, area, top + lift, item, conversation);
    const Rect& place = bubble.place;
    paint_bubble(c, bubble);
    if (conversation.kind == api::ConversationKind::group && !ours && item.last) {
        const Rect picture{area.x + margins_of(c).left, place.bottom() - kPicture, kPicture, kPicture};
        if (const api::Person* person = c.model.person(m.sender); person != nullptr) {
            draw_person(c, picture, *person, palette_of(m.sender));
        } else {
            draw_avatar(c, picture, "?", palette_of(m.sender), AvatarShape::person);
        }
    }
    c.paint.opacity = opacity_before;

    GroupScope article(c, "message " + m.id, Role::article, place, message_name(c, m), kClick | (m.id == m_tab_stop ? kFocus : kFocusOnly));
    c.focus_ring(article.id(), place, 18);
    draw_menu_button(c, bubble);
    if (c.activated(article.id())) open_message_menu(c, m.id);
    add_linked_text(c, {body_style(c), m.text, bubble.layout->lines, bubble.layout->links, place.x + kPadX, place.y + kPadTop + (bubble.named ? kNameLine : 0.0f)});
}

std::optional<Rect> TimelineView::paint_again(Context& c, const api::MessageId& message) const
{
    const auto bubble = m_bubbles.find(message);
    if (bubble == m_bubbles.end() || m_bubbles_ms != c.now_ms) return std::nullopt;
    const Rect& place = bubble->second.place;
    if (bubble->second.message->delivery == api::Delivery::waiting) c.paint.fill(place.x, place.y, place.w, place.h, c.theme.canvas, bubble->second.corners);
    paint_bubble(c, bubble->second);
    return place;
}

}  // namespace sinetti::ui
