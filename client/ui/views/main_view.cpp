// The open seal: what stands beside what at which width.

#include "ui/views/views.h"

#include "generated/icons.h"
#include "ui/widgets/button.h"

namespace sinetti::ui {

void draw_main(Context& c)
{
    const float w = c.viewport.width;
    Rect rest{0, c.viewport.inset_top, w, c.viewport.height - c.viewport.inset_top};
    if (c.viewport.inset_top > 0) c.paint.fill(0, 0, w, c.viewport.inset_top, c.theme.sidebar);
    if (c.model.session.shared) draw_shared_strip(c, rest.take_top(kSharedStripHeight));
    const api::ConversationSummary* open = c.state.open.empty() ? nullptr : c.model.conversation(c.state.open);
    const bool conversing = c.state.place == Place::chats && open != nullptr;
    const bool narrow = w < kMediumWidth;

    if (w >= kExpandedWidth) {
        draw_rail(c, rest.take_left(kRailWidth));
        if (c.state.place == Place::people) {
            draw_people(c, rest);
        } else if (c.state.place == Place::settings) {
            draw_settings(c, rest);
        } else {
            draw_sidebar(c, rest.take_left(kSidebarWidth));
            const bool wide = w >= kWideWidth;
            const bool beside = conversing && wide && c.state.details_wide;
            const bool over = conversing && !wide && c.state.details_over;
            const Rect details = beside ? rest.take_right(kDetailsWidth) : Rect{rest.right() - kDetailsWidth, rest.y, kDetailsWidth, rest.h};
            if (conversing) {
                draw_conversation(c, over ? Rect{rest.x, rest.y, rest.w - kDetailsWidth, rest.h} : rest, false, beside || over);
            } else {
                draw_empty(c, rest);
            }
            if (over) c.paint.shadow(details.x, details.y, details.w, details.h, 0, 0, 30, c.theme.shadow_strong);
            if (beside || over) draw_details(c, details, false);
        }
        return;
    }

    // One pane at a time.
    if (conversing && c.state.details_over) {
        draw_details(c, rest, true);
        return;
    }
    if (conversing) {
        draw_conversation(c, rest, true, false);
        return;
    }
    if (narrow) {
        const Rect tabs = rest.take_bottom(kTabBarHeight + c.viewport.inset_bottom);
        if (c.state.place == Place::people) {
            draw_people(c, rest);
        } else if (c.state.place == Place::settings) {
            draw_settings(c, rest);
        } else {
            draw_sidebar(c, rest);
        }
        draw_tab_bar(c, tabs);
        return;
    }
    draw_rail(c, rest.take_left(kRailWidth));
    if (c.state.place == Place::people) {
        draw_people(c, rest);
    } else if (c.state.place == Place::settings) {
        draw_settings(c, rest);
    } else {
        draw_sidebar(c, rest);
    }
}

}  // namespace sinetti::ui
