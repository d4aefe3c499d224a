#include "ui/widgets/dialog.h"

#include "generated/icons.h"
#include "ui/widgets/button.h"

namespace sinetti::ui {

namespace {

constexpr float kMarginX = 34;
constexpr float kMarginTop = 30;
constexpr float kMarginBottom = 28;
constexpr float kMarginNarrow = 20;

}  // namespace

DialogScope::DialogScope(Context& context, std::string_view key, std::string_view title, std::string_view hint, float width, float height)
    : m_context(context), m_full_page(context.viewport.width < kMediumWidth)
{
    Context& c = m_context;
    const Rect screen{0, 0, c.viewport.width, c.viewport.height};
    c.paint.fill(0, 0, screen.w, screen.h, m_full_page ? c.theme.sidebar : c.theme.overlay);
    c.cover();
    const float margin = m_full_page ? kMarginNarrow : kMarginX;
    const float inner = (m_full_page ? screen.w : std::min(width, screen.w - 48)) - 2 * margin;
    const gfx::TextLayout title_layout = c.paint.texts().wrap(kLarge, title, inner - 52);
    const float hint_height = hint.empty() ? 0 : c.paragraph_height(kBody, hint, inner - 52) + 2;
    const float head = std::max(44.0f, title_layout.height + hint_height) + 22;
    const float top = m_full_page ? c.viewport.inset_top + 14 : kMarginTop;
    const float bottom = m_full_page ? c.viewport.inset_bottom + kMarginNarrow : kMarginBottom;
    m_total = top + head + height + bottom;
    if (m_full_page) {
        m_area = screen;
    } else {
        const float shown = std::min(m_total, screen.h - 32);
        m_area = {std::floor((screen.w - inner - 2 * margin) / 2), std::floor((screen.h - shown) / 2), inner + 2 * margin, shown};
        c.paint.shadow(m_area.x, m_area.y, m_area.w, m_area.h, 26, 18, 60, c.theme.shadow_strong);
        c.paint.fill(m_area.x, m_area.y, m_area.w, m_area.h, c.theme.sidebar, 26);
        if (c.theme.high_contrast) c.paint.outline(m_area.x, m_area.y, m_area.w, m_area.h, 1.5f, c.theme.border, 26);
    }
    m_id = c.id(key);
    MirrorNode& node = c.mirror.add(m_id, Role::dialog, m_area, title);
    node.actions = kDismiss;
    if (m_total > m_area.h) node.actions |= kScroll;
    node.description = hint;
    c.mirror.open(m_id);
    c.push(key);
    c.push_clip(m_area);
    m_scroll = m_id;
    ScrollState& scroll = c.input.scroll(m_scroll);
    scroll.area = m_area.h;
    scroll.content = m_total;
    scroll.offset = std::clamp(scroll.offset, 0.0f, scroll.maximum());
    c.input.scroll_area(m_scroll, m_area);
    const float y = m_area.y + top - c.paint.snap(scroll.offset);
    const float x = m_area.x + margin;
    c.paint.text(kLarge, title, title_layout, x, y, c.theme.text);
    c.mirror.add(c.id("dialog title"), Role::heading, {x, y, inner, title_layout.height}, title).level = 1;
    if (!hint.empty()) c.paragraph("dialog hint", kBody, hint, {x, y + title_layout.height + 2, inner - 52, 0}, c.theme.text_2);
    if (icon_button(c, "close dialog", {x + inner - 40, y, 44, 44}, c.say(Say::close), {.icon = icons::kX})) close_dialog(c);
    m_content = {x, y + head, inner, height};
}

DialogScope::~DialogScope()
{
    Context& c = m_context;
    c.pop_clip();
    c.pop();
    c.mirror.close();
    if (!c.state.dialog_opened) return;
    // The first field, or else the first control, gets the focus.
    c.state.dialog_opened = false;
    NodeId first = 0;
    NodeId fallback = 0;
    for (const MirrorNode& node : c.mirror.nodes()) {
        if ((node.states & kHidden) != 0 || (node.actions & kFocus) == 0) continue;
        if (node.field && first == 0) first = node.id;
        fallback = fallback == 0 ? node.id : fallback;
    }
    c.state.focus_next = first != 0 ? first : fallback;
}

void open_dialog(Context& c, Dialog dialog)
{
    if (c.state.dialog == Dialog::none) c.state.focus_before_dialog = c.input.focus();   // one dialog may lead to another
    c.state.dialog = dialog;
    c.state.dialog_opened = true;
    c.state.tried = false;
    c.state.asked = Asked::no;
    c.state.answer = api::Code::none;
    c.state.changing = false;
    c.state.chosen.clear();
    c.state.scanned.clear();
    c.state.new_board = api::kAnyBoard;
    c.state.continued.clear();
    c.changed();
}

void close_dialog(Context& c)
{
    c.state.dialog = Dialog::none;
    c.state.focus_next = c.state.focus_before_dialog;
    c.state.invite_waiting = false;
    c.changed();
}

}  // namespace sinetti::ui
