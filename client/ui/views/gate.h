#pragma once
// The frame around every screen before the seal is open: one column of content, and beside it, where there is room, an evening sky.

#include "ui/context.h"
#include "ui/widgets/field.h"
#include "ui/widgets/scroll.h"

#include <functional>

namespace sinetti::ui {

class GateScope {
public:
    GateScope(Context& context, std::string_view key, bool with_sky);
    ~GateScope();
    GateScope(const GateScope&) = delete;
    GateScope& operator=(const GateScope&) = delete;

    bool wide() const { return m_wide; }
    float x() const { return m_x; }
    float width() const { return m_width; }
    float align() const { return (m_wide && m_sky) || m_form ? 0.0f : 0.5f; }
    void form() { m_form = true; }    // titles stand above the fields, from the left
    // Draws at the head of the page: in the column where there is room, else in the strip above it, which does not scroll.
    void head(std::function<void(float x, float y)> draw);
    float y = 0;                      // the pen: content goes down from here
    void gap(float d) { y += d; }
    void paragraph(std::string_view key, const TextStyle& style, std::string_view words, Colour colour);
    void heading(std::string_view key, const TextStyle& style, std::string_view words);
    Rect take(float height);          // a strip of the column
    void foot(float height);          // on narrow screens: move the pen so that this much ends at the bottom

private:
    Context& m_context;
    bool m_sky;
    bool m_wide;
    bool m_form = false;
    std::function<void(float x, float y)> m_head;
    float m_x = 0;
    float m_width = 0;
    float m_begin = 0;
    float m_bottom = 0;
    float m_known = 0;    // content height of the frame before: centring needs it
    float m_start = 0;
    std::optional<ScrollScope> m_scroll;
};

void draw_gate_error(Context& c, GateScope& gate, std::string_view words);   // nothing when there are none
inline void draw_gate_error(Context& c, GateScope& gate, api::Code code) { draw_gate_error(c, gate, c.say(code)); }
void draw_notice_head(Context& c, GateScope& gate, std::string_view title, std::string_view words);   // a quiet page: seal, title, one paragraph
void draw_sign_in(Context& c);
void draw_join(Context& c);       // instead of it: by a code that another device shows
// Of the forms by which one comes in: what is wrong with the relay or with what it answered; whose machine this is; the way back.
std::string_view entry_problem(const Context& c);
void draw_whose_machine(Context& c, GateScope& gate);
void draw_way_back(Context& c, GateScope& gate);

// With a label above; and, when it is `missing`, what to do below.
FieldResult labelled_field(Context& c, GateScope& gate, std::string_view key, std::string_view label, const FieldOptions& base, bool missing);
FieldResult labelled_secret(Context& c, GateScope& gate, std::string_view key, SecretFieldOptions options);

}  // namespace sinetti::ui
