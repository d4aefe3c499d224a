#include "ui/widgets/avatar.h"

#include "base/bytes.h"
#include "gfx/seal.h"
#include "ui/format.h"

#include <array>
#include <cmath>
#include <numbers>

namespace sinetti::ui {

namespace {

constexpr int kSealLobes = 14;
constexpr float kSealDepth = 0.035f;
constexpr float kOneInitialBelow = 24;

Say wax_name(gfx::Wax wax)
{
    switch (wax) {
        case gfx::Wax::copper: return Say::wax_copper;
        case gfx::Wax::lingonberry: return Say::wax_lingonberry;
        case gfx::Wax::spruce: return Say::wax_spruce;
        case gfx::Wax::lake: return Say::wax_lake;
        case gfx::Wax::amber: return Say::wax_amber;
        case gfx::Wax::slate: return Say::wax_slate;
        case gfx::Wax::heather: return Say::wax_heather;
        case gfx::Wax::count: break;
    }
    return Say::wax_copper;
}

}  // namespace

std::size_t avatar_colour(std::string_view id)
{
    std::uint32_t h = 2166136261u;
    for (const char c : id) h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
    return (h ^ (h >> 15)) % 8;
}

void draw_avatar(Context& c, const Rect& square, std::string_view initials, std::size_t colour, AvatarShape shape)
{
    const AvatarColours& colours = c.theme.avatars[colour % 8];
    const Point m = square.centre();
    const float r = square.w / 2;
    const float outline = std::max(1.0f, square.w * 0.04f);
    switch (shape) {
        case AvatarShape::person:
            c.paint.circle(m.x, m.y, r * 0.96f, colours.background);
            if (c.theme.high_contrast) c.paint.ring(m.x, m.y, r * 0.92f, outline, c.theme.border);
            break;
        case AvatarShape::verified:
            c.paint.seal_edge(m.x, m.y, r, kSealLobes, kSealDepth, colours.background);
            if (c.theme.high_contrast) c.paint.seal_edge_outline(m.x, m.y, r, kSealLobes, kSealDepth, outline, c.theme.border);
            break;
        case AvatarShape::group: {
            const Rect inner = square.inset(square.w * 0.01f);
            c.paint.fill(inner.x, inner.y, inner.w, inner.h, colours.background, inner.w * 0.285f);
            if (c.theme.high_contrast) c.paint.outline(inner.x, inner.y, inner.w, inner.h, outline, c.theme.border, inner.w * 0.285f);
            break;
        }
    }
    std::string_view shown = initials;
    float size = square.w * 0.35f;
    if (square.w < kOneInitialBelow && !initials.empty()) {
        shown = initials.substr(0, gfx::cluster_at(initials, 0).end);
        size = square.w * 0.5f;
    }
    const TextStyle style{Face::semibold, size, size * 1.21f, size * 0.014f};
    const float width = c.measure(style, shown);
    // Capitals stand centred: their middle is 0.36 em above the baseline.
    c.paint.text(style, shown, m.x - width / 2, m.y - style.line * 0.5f, colours.ink);
}

void draw_person(Context& c, const Rect& square, const api::Person& person, std::size_t colour)
{
    draw_avatar(c, square, initials_of(person.name), colour, person.verified || person.me ? AvatarShape::verified : AvatarShape::person);
}

void draw_person(Context& c, const Rect& square, const api::Person& person)
{
    draw_person(c, square, person, avatar_colour(person.id));
}

void draw_conversation(Context& c, const Rect& square, const api::ConversationSummary& conversation)
{
    if (conversation.kind == api::ConversationKind::direct) {
        if (const api::Person* other = c.model.person(conversation.other); other != nullptr) {
            draw_person(c, square, *other);
            return;
        }
        draw_avatar(c, square, initials_of(conversation.title), avatar_colour(conversation.other), AvatarShape::person);
        return;
    }
    draw_avatar(c, square, initials_of(conversation.title), avatar_colour(conversation.id), AvatarShape::group);
}

std::map<api::PersonId, std::size_t, std::less<>> group_colours(const std::vector<api::PersonId>& members)
{
    std::map<api::PersonId, std::size_t, std::less<>> colours;
    std::array<bool, 8> taken{};
    for (const api::PersonId& member : members) {
        std::size_t colour = avatar_colour(member);
        if (colours.size() < taken.size()) {
            while (taken[colour]) colour = (colour + 1) % taken.size();
            taken[colour] = true;
        }
        colours.emplace(member, colour);
    }
    return colours;
}

void draw_brand(Context& c, const Rect& square)
{
    const Point m = square.centre();
    const float unit = square.w / 100;
    c.paint.seal_edge(m.x, m.y, square.w / 2, 16, 0.03f, c.theme.wax);
    c.paint.ring(m.x, m.y, 37.5f * unit, 2.6f * unit, gfx::with_alpha(c.theme.on_wax, 0.55f));
    // The letter: one stroke in three bends, with round ends.
    const auto at = [&](float x, float y) { return gfx::Vec{square.x + x * unit, square.y + y * unit}; };
    const float thick = 7.5f * unit;
    std::array<gfx::Vec, 49> points{};
    const gfx::Vec control[] = {at(63.5f, 38.5f), at(59, 30.5f), at(37.5f, 29.5f), at(37.5f, 41), at(37.5f, 53), at(63, 47.5f), at(63, 59.5f),
                                at(63, 71), at(41, 70.5f), at(36, 61.5f)};
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::size_t piece = std::min<std::size_t>(i / 16, 2);
        const float t = static_cast<float>(i - piece * 16) / 16;
        const float s = 1 - t;
        const gfx::Vec* p = control + piece * 3;
        points[i] = {s * s * s * p[0].x + 3 * s * s * t * p[1].x + 3 * s * t * t * p[2].x + t * t * t * p[3].x,
                     s * s * s * p[0].y + 3 * s * s * t * p[1].y + 3 * s * t * t * p[2].y + t * t * t * p[3].y};
    }
    c.paint.polyline(points, thick, c.theme.on_wax);
    c.paint.circle(points.front().x, points.front().y, thick / 2, c.theme.on_wax);
    c.paint.circle(points.back().x, points.back().y, thick / 2, c.theme.on_wax);
}

void draw_rings(Context& c, const Rect& square, api::Level level)
{
    const Point m = square.centre();
    const float unit = square.w / 24;
    constexpr float kRadii[] = {4.1f, 7.3f, 10.5f};
    for (int i = 0; i < 3; ++i) {
        const bool filled = i < static_cast<int>(level);
        c.paint.ring(m.x, m.y, kRadii[i] * unit, (filled ? 1.9f : 1.1f) * unit, filled ? c.theme.wax : c.theme.wax_faint);
    }
    c.paint.circle(m.x, m.y, 1.8f * unit, c.theme.wax);
}

void draw_seal(Context& c, std::string_view key, const Rect& square, std::string_view fingerprint_hex)
{
    const auto bytes = base::from_hex(fingerprint_hex);
    if (!bytes || bytes->size() < gfx::kSealBytes) return;
    c.paint.image(c.device.seal_texture(*bytes), square.x, square.y, square.w, square.h);
    const gfx::SealTraits traits = gfx::seal_traits(*bytes);
    c.mirror.add(c.id(key), Role::img, square,
                 c.say(Say::seal_picture, {c.say(wax_name(traits.wax)), std::to_string(traits.waves), std::to_string(traits.petals)}));
}

void draw_brand_seal(Context& c, const Rect& square)
{
    c.paint.image(c.device.seal_texture(gfx::brand_fingerprint()), square.x, square.y, square.w, square.h);
    c.mirror.add(c.id("brand seal"), Role::img, square, c.say(Say::brand_seal));
}

void draw_rosette(Context& c, Point centre, float first, float spacing, int lines, int waves, float wander, float growth, float turn, Colour colour, float strongest,
                  float weakening)
{
    if (c.theme.high_contrast) return;
    std::array<gfx::Vec, 216> points{};
    for (int k = 0; k < lines; ++k) {
        const float alpha = strongest - weakening * static_cast<float>(k);
        if (alpha <= 0) break;
        const float r0 = first + spacing * static_cast<float>(k);
        const float a = wander + growth * static_cast<float>(k);
        for (std::size_t i = 0; i < points.size(); ++i) {
            const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / static_cast<float>(points.size());
            const float r = r0 + a * std::sin(static_cast<float>(waves) * angle + turn * static_cast<float>(k));
            points[i] = {centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)};
        }
        c.paint.polyline(points, 1, gfx::with_alpha(colour, alpha), true);
    }
}

void draw_sent(Context& c, float x, float y, float size, Colour colour)
{
    const float unit = size / 16;
    const gfx::Vec points[] = {{x + 3 * unit, y + 8.6f * unit}, {x + 6.4f * unit, y + 11.8f * unit}, {x + 13 * unit, y + 5 * unit}};
    c.paint.polyline(points, 1.5f * unit, colour);
}

}  // namespace sinetti::ui
