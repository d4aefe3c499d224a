#pragma once
// A modal dialog: a sheet over a scrim on wide screens, the whole screen on narrow ones. Draw it last, outside every other scope.

#include "ui/context.h"

namespace sinetti::ui {

class DialogScope {
public:
    // `height` is of the content below the title, without margins; a dialog that does not fit scrolls.
    DialogScope(Context& context, std::string_view key, std::string_view title, std::string_view hint, float width, float height);
    ~DialogScope();
    DialogScope(const DialogScope&) = delete;
    DialogScope& operator=(const DialogScope&) = delete;

    const Rect& content() const { return m_content; }
    bool full_page() const { return m_full_page; }

private:
    Context& m_context;
    Rect m_content;
    Rect m_area;
    NodeId m_id;
    NodeId m_scroll = 0;
    float m_total = 0;
    bool m_full_page;
};

void open_dialog(Context& c, Dialog dialog);
void close_dialog(Context& c);

}  // namespace sinetti::ui
