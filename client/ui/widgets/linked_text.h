#pragma once
// What somebody wrote, with the addresses in it (links.h) as links.

#include "ui/context.h"
#include "ui/links.h"

namespace sinetti::ui {

struct LinkedText {
    const TextStyle& style;
    std::string_view text;
    const gfx::TextLayout& lines;
    const std::vector<Link>& links;
    float x = 0;
    float top = 0;
};

void paint_linked_text(Context& c, const LinkedText& what, Colour ink, Colour link_ink);
void add_linked_text(Context& c, const LinkedText& what);   // to the mirror, and to what can be hit; opens what is pressed

}  // namespace sinetti::ui
