#pragma once
// The buttons at the foot of a dialog, what is wrong above them, and the dialogs that are no more than a question.

#include "ui/widgets/button.h"
#include "ui/widgets/dialog.h"

namespace sinetti::ui {

inline bool stacked(const Context& c) { return c.viewport.width < kMediumWidth; }   // one above the other

// Side by side at the right, or full width one above the other.
class DialogFoot {
public:
    DialogFoot(Context& c, const DialogScope& dialog);
    static float height(bool stacked, int buttons) { return stacked ? 52.0f * static_cast<float>(buttons) + 8.0f * static_cast<float>(buttons - 1) : 44.0f; }
    void expect(int buttons) { m_total = height(true, buttons); }
    bool add(std::string_view key, ButtonSpec spec);   // the most important one first

private:
    Context& m_context;
    bool m_stacked;
    Rect m_area;
    float m_x = 0;
    float m_y = 0;
    float m_total = 52;
    bool m_first = true;
};

void draw_problem(Context& c, std::string_view key, const Rect& strip, std::string_view words);   // an alert; empty: nothing is wrong

// A question with two answers; `no` closes it.
enum class Answer : std::uint8_t { none, yes, no };
struct Question {
    std::string_view title;
    std::string_view words;
    std::string_view yes;
    std::string_view no = {};                      // "Cancel" unless said otherwise
    ButtonKind kind = ButtonKind::danger;
};
Answer draw_question(Context& c, std::string_view key, const Question& question);

}  // namespace sinetti::ui
