#pragma once
// Pictures of people and groups. The shape says who is verified: circle, seal edge for a verified person, rounded square for a group.

#include "ui/context.h"

#include <map>

namespace sinetti::ui {

enum class AvatarShape : std::uint8_t { person, verified, group };

std::size_t avatar_colour(std::string_view id);   // 0..7, the same everywhere
void draw_avatar(Context& c, const Rect& square, std::string_view initials, std::size_t colour, AvatarShape shape);
void draw_person(Context& c, const Rect& square, const api::Person& person);
void draw_person(Context& c, const Rect& square, const api::Person& person, std::size_t colour);
void draw_conversation(Context& c, const Rect& square, const api::ConversationSummary& conversation);
// Within one group everybody gets a colour of their own while there are enough.
std::map<api::PersonId, std::size_t, std::less<>> group_colours(const std::vector<api::PersonId>& members);

void draw_brand(Context& c, const Rect& square);
void draw_rings(Context& c, const Rect& square, api::Level level);
void draw_seal(Context& c, std::string_view key, const Rect& square, std::string_view fingerprint_hex);   // with a description in words
void draw_brand_seal(Context& c, const Rect& square);
void draw_rosette(Context& c, Point centre, float first, float spacing, int lines, int waves, float wander, float growth, float turn, Colour colour, float strongest,
                  float weakening);
void draw_sent(Context& c, float x, float y, float size, Colour colour);      // one tick

}  // namespace sinetti::ui
