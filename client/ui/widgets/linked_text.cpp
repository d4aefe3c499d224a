#include "ui/widgets/linked_text.h"

#include <optional>

namespace sinetti::ui {

namespace {

constexpr float kUnderline = 3;       // from the bottom of the line

// Words between links, and links, in turn.
struct Piece {
    Link bytes;
    bool is_link = false;
};

std::vector<Piece> pieces_of(const LinkedText& what)
{
    std::vector<Piece> pieces;
    std::size_t at = 0;
    for (const Link& link : what.links) {
        if (link.begin > at) pieces.push_back({{at, link.begin}, false});
        pieces.push_back({link, true});
        at = link.end;
    }
    if (at < what.text.size()) pieces.push_back({{at, what.text.size()}, false});
    return pieces;
}

// `each` gets every part of the piece that stands on one line, and where.
template<typename Each>
void for_each_part(Context& c, const LinkedText& what, const Piece& piece, const Each& each)
{
    float top = what.top;
    for (const gfx::TextLine& line : what.lines.lines) {
        const std::size_t begin = std::max(piece.bytes.begin, line.begin);
        const std::size_t end = std::min(piece.bytes.end, line.end);
        if (begin < end) {
            const std::string_view part = what.text.substr(begin, end - begin);
            const float before = c.measure(what.style, what.text.substr(line.begin, begin - line.begin));
            each(part, Rect{what.x + before, top, c.measure(what.style, part), what.style.line});
        }
        top += what.style.line;
    }
}

Rect around(const Rect& a, const Rect& b)
{
    const float x = std::min(a.x, b.x);
    const float y = std::min(a.y, b.y);
    return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

}  // namespace

void paint_linked_text(Context& c, const LinkedText& what, Colour ink, Colour link_ink)
{
    if (what.links.empty()) return c.paint.text(what.style, what.text, what.lines, what.x, what.top, ink);
    for (const Piece& piece : pieces_of(what)) {
        for_each_part(c, what, piece, [&](std::string_view part, const Rect& place) {
            c.paint.text(what.style, part, place.x, place.y, piece.is_link ? link_ink : ink);
            if (piece.is_link) c.paint.fill(place.x, place.bottom() - kUnderline, place.w, 1, link_ink);
        });
    }
}

void add_linked_text(Context& c, const LinkedText& what)
{
    if (what.links.empty()) {
        c.mirror.add(c.id("text"), Role::text, {what.x, what.top, what.lines.width, what.lines.height}, what.text);
        return;
    }
    std::size_t number = 0;
    for (const Piece& piece : pieces_of(what)) {
        const NodeId node = c.id("text " + std::to_string(number++));
        const std::string_view words = what.text.substr(piece.bytes.begin, piece.bytes.end - piece.bytes.begin);
        std::optional<Rect> place;
        for_each_part(c, what, piece, [&](std::string_view, const Rect& part) {
            place = place ? around(*place, part) : part;
            if (piece.is_link) c.hit(node, part);
        });
        if (!place) continue;
        if (piece.is_link) c.focus_ring(node, place->inset(-2), 4);
        MirrorNode& mirrored = c.mirror.add(node, piece.is_link ? Role::link : Role::text, *place, words);
        if (!piece.is_link) continue;
        mirrored.actions = kClick | kFocus;
        if (c.activated(node)) c.host.open_link(address_of(words));
    }
}

}  // namespace sinetti::ui
