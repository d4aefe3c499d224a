#include "ui/widgets/card.h"

namespace sinetti::ui {

namespace {

constexpr float kCardRadius = 18;

}  // namespace

void draw_card(Context& c, const Rect& card)
{
    const Theme& t = c.theme;
    c.paint.shadow(card.x, card.y, card.w, card.h, kCardRadius, 1, 3, t.shadow);
    c.paint.fill(card.x, card.y, card.w, card.h, t.surface, kCardRadius);
    if (t.high_contrast) c.paint.outline(card.x, card.y, card.w, card.h, 1.5f, t.border, kCardRadius);
}

}  // namespace sinetti::ui
