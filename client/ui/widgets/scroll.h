#pragma once
// A part of the screen whose content may be longer than it is.

#include "ui/context.h"

namespace sinetti::ui {

class ScrollScope {   // clips, scopes ids and opens a mirror node
public:
    ScrollScope(Context& context, std::string_view key, Role role, const Rect& area, std::string_view name);
    ~ScrollScope();
    ScrollScope(const ScrollScope&) = delete;
    ScrollScope& operator=(const ScrollScope&) = delete;

    float top() const { return m_area.y - m_offset; }           // where the content begins on the screen
    void set_content(float height) { m_content = height; }      // must be told before the scope ends
    NodeId id() const { return m_id; }

private:
    Context& m_context;
    NodeId m_id;
    Rect m_area;
    float m_offset = 0;
    float m_content = 0;
};

}  // namespace sinetti::ui
