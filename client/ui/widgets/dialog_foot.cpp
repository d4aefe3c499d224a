#include "ui/widgets/dialog_foot.h"

#include "generated/icons.h"

namespace sinetti::ui {

DialogFoot::DialogFoot(Context& c, const DialogScope& dialog) : m_context(c), m_stacked(dialog.full_page()), m_area(dialog.content())
{
    m_x = m_area.right();
    m_y = m_area.bottom();
}

bool DialogFoot::add(std::string_view key, ButtonSpec spec)
{
    if (m_stacked) {
        spec.large = true;
        if (m_first) m_y -= m_total;
        const bool pressed = button(m_context, key, {m_area.x, m_y, m_area.w, 52}, spec);
        m_y += 60;
        m_first = false;
        return pressed;
    }
    const float w = button_width(m_context, spec);
    m_x -= w;
    const bool pressed = button(m_context, key, {m_x, m_area.bottom() - 44, w, 44}, spec);
    m_x -= 10;
    return pressed;
}

void draw_problem(Context& c, std::string_view key, const Rect& strip, std::string_view words)
{
    GroupScope alert(c, key, Role::alert, strip, "");
    if (words.empty()) return;
    c.paint.icon(icons::kWarningCircleFill, 17, strip.x, strip.y + 0.5f, c.theme.danger);
    c.paragraph("text", kLabelMedium, words, {strip.x + 24, strip.y, strip.w - 24, 0}, c.theme.danger);
}

Answer draw_question(Context& c, std::string_view key, const Question& q)
{
    const bool narrow = stacked(c);
    const float width = narrow ? c.viewport.width - 40 : 412.0f;
    const float text = c.paragraph_height(kLead, q.words, width);
    DialogScope dialog(c, key, q.title, "", 480, text + 26 + DialogFoot::height(narrow, 2));
    const Rect& area = dialog.content();
    c.paragraph("words", kLead, q.words, {area.x, area.y, area.w, 0}, c.theme.text_2);
    DialogFoot foot(c, dialog);
    foot.expect(2);
    const bool yes = foot.add("yes", {.label = q.yes, .kind = q.kind});
    const bool no = foot.add("no", {.label = q.no.empty() ? c.say(Say::cancel) : q.no, .kind = ButtonKind::outline});
    if (no) close_dialog(c);
    return yes ? Answer::yes : no ? Answer::no : Answer::none;
}

}  // namespace sinetti::ui
