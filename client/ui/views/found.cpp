#include "ui/views/found.h"

#include "base/utf8.h"
#include "ui/format.h"
#include "ui/views/views.h"
#include "ui/widgets/avatar.h"

namespace sinetti::ui {

namespace {

constexpr float kRow = 64;
constexpr float kHead = 30;
constexpr float kLead = 0.4f;   // of a row's width at most stand before the first place that was found
constexpr std::string_view kEllipsis = "…";

bool is_long_enough(std::string_view query)
{
    std::size_t letters = 0;
    for (std::size_t at = 0; at < query.size() && letters < kSearchLettersMin; ++letters) at += base::code_point_at(query, at).size;
    return letters >= kSearchLettersMin;
}

std::string count_of(const Context& c)
{
    const auto& search = c.model.search;
    if (search.total == 0) return c.say(Say::found_none);
    if (search.found.size() < search.total) return c.say(Say::found_newest, {std::to_string(search.found.size()), std::to_string(search.total)});
    return c.count(Say::found_one, Say::found_many, search.total);
}

// One line of the snippet, beginning where the first place is in sight; places are marked by more than colour alone.
void draw_snippet(Context& c, const api::Snippet& snippet, const std::string& lead, float x, float y, float width)
{
    std::string text = snippet.text;
    for (char& ch : text)
        if (ch == '\n' || ch == '\r' || ch == '\t') ch = ' ';
    const float right = x + width;
    if (!lead.empty()) {
        const std::string shown = c.paint.texts().elide(kPreviewMedium, lead, width * kLead);
        c.ink(kPreviewMedium, shown, x, y, c.theme.text_2);
        x += c.measure(kPreviewMedium, shown) + 4;
    }
    const std::string_view words = text;
    std::size_t from = 0;
    const std::size_t first = snippet.places.empty() ? 0 : snippet.places.front().begin;
    while (from < first && c.measure(kPreview, words.substr(from, first - from)) > (right - x) * kLead) {
        const auto space = words.find(' ', from);
        if (space == std::string_view::npos || space >= first) break;
        from = space + 1;
    }
    const auto run = [&](const TextStyle& style, std::string_view part, Colour colour, bool marked) {
        if (part.empty() || right - x < 8) return;
        const std::string shown = c.paint.texts().elide(style, part, right - x);
        const float w = c.measure(style, shown);
        if (marked) {
            c.paint.fill(x - 1, y, w + 2, style.line, c.theme.wax_tint, 4);
            c.paint.line({x, y + style.line - 1}, {x + w, y + style.line - 1}, 1.5f, c.theme.wax);
        }
        c.ink(style, shown, x, y, colour);
        x = shown == part ? x + w : right;
    };
    if (from > 0 || snippet.cut_before) run(kPreview, kEllipsis, c.theme.text_2, false);
    std::size_t at = from;
    for (const auto& place : snippet.places) {
        if (place.begin < at) continue;
        run(kPreview, words.substr(at, place.begin - at), c.theme.text_2, false);
        run(kPreviewMedium, words.substr(place.begin, place.end - place.begin), c.theme.text, true);
        at = place.end;
    }
    run(kPreview, std::string(words.substr(at)) + std::string(snippet.cut_after ? kEllipsis : ""), c.theme.text_2, false);
}

void draw_found(Context& c, const Rect& row, const api::FoundMessage& found)
{
    const api::ConversationSummary* conversation = c.model.conversation(found.conversation);
    if (conversation == nullptr) return;
    const NodeId node = c.id("found " + found.conversation + found.message);
    const bool on = c.model.timeline.target == found.message && c.state.open == found.conversation && c.viewport.width >= kMediumWidth;
    if (on || c.input.hovered(node)) c.paint.fill(row.x, row.y, row.w, row.h, on ? c.theme.selected : c.theme.hover, 16);
    if (on && c.theme.high_contrast) c.paint.outline(row.x, row.y, row.w, row.h, 2, c.theme.accent, 16);
    draw_conversation(c, {row.x + 10, row.y + (row.h - 40) / 2, 40, 40}, *conversation);
    const float x = row.x + 62;
    const float right = row.right() - 12;
    float y = row.y + (row.h - kBodyStrong.line - kPreview.line - 2) / 2;
    const std::string time = list_time(c.language, c.host.local_time(found.sent_ms), c.now);
    const float time_w = c.measure(kMeta, time);
    c.ink(kMeta, time, right - time_w, y + (kBodyStrong.line - 16) / 2, c.theme.text_3);
    const std::string title = conversation->title.empty() ? std::string(c.say(Say::unknown_person)) : conversation->title;
    c.ink_elided(kBodyStrong, title, x, y, right - time_w - 8 - x, c.theme.text);
    y += kBodyStrong.line + 2;
    const bool ours = found.sender == c.model.session.me;
    std::string lead;
    if (ours)
        lead = std::string(c.say(Say::you)) + ":";
    else if (conversation->kind == api::ConversationKind::group)
        lead = first_name_of(name_of(c, found.sender)) + ":";
    draw_snippet(c, found.snippet, lead, x, y, right - x);
    c.focus_ring(node, row.inset(3), 14);
    MirrorNode& mirrored = c.mirror.add(node, Role::listitem, row, (ours ? std::string(c.say(Say::you)) : name_of(c, found.sender)) + ": " + found.snippet.text);
    mirrored.description = title + ", " + time;
    mirrored.actions = kClick | kFocus;
    if (on) mirrored.states |= kCurrent;
    c.hit(node, row);
    if (c.activated(node)) open_message(c, found.conversation, found.message);
}

}  // namespace

void search_messages(Context& c, std::string_view query, const Rect& list)
{
    const bool asks = is_long_enough(query);
    const std::string_view wanted = asks ? query : std::string_view();
    if (c.state.searched != wanted || (asks && c.state.searched_revision != c.model.conversations_revision)) {
        c.state.searched = wanted;
        c.state.searched_revision = c.model.conversations_revision;
        if (asks) c.send(api::Search{std::string(wanted)});
    }
    if (asks) c.mirror.add(c.id("found"), Role::status, {list.x, list.y, list.w, 1}, messages_asked(c) ? std::string() : count_of(c));
}

bool messages_asked(const Context& c) { return !c.state.searched.empty() && c.model.search.text != c.state.searched; }

std::size_t found_messages(const Context& c)
{
    // While the next answer is awaited the one before stays, so that nothing flickers from letter to letter.
    return c.state.searched.empty() ? 0 : c.model.search.found.size();
}

float draw_found_messages(Context& c, const Rect& area, float y)
{
    const float top = y;
    c.text("messages", kMetaStrong, c.say(Say::messages), area.x + 20, y + 10, c.theme.text_3);
    const std::string count = count_of(c);
    const float room = area.w - 56 - c.measure(kMetaStrong, c.say(Say::messages));
    const std::string shown = c.paint.texts().elide(kMeta, count, room);
    c.ink(kMeta, shown, area.right() - 20 - c.measure(kMeta, shown), y + 10, c.theme.text_3);
    y += kHead;
    for (const auto& found : c.model.search.found) {
        const Rect row{area.x + 8, y, area.w - 16, kRow};
        if (row.bottom() > area.y - 2 * kRow && row.y < area.bottom() + 2 * kRow) draw_found(c, row, found);
        y += kRow;
    }
    return y - top;
}

}  // namespace sinetti::ui
