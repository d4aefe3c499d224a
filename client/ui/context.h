#pragma once
// What every widget and view is handed while a frame is drawn: where to paint, what the words are, who was activated, and the
// tree to register in. A widget call does all four things at once: paints, registers in the mirror, registers where it can be hit,
// and says whether it was activated.

#include "ui/host.h"
#include "ui/interaction.h"
#include "ui/mirror.h"
#include "ui/model.h"
#include "ui/state.h"
#include "ui/strings.h"
#include "ui/theme.h"

#include <cmath>
#include <string>
#include <string_view>

namespace sinetti::ui {

class TimelineView;

class Context {
public:
    gfx::Painter& paint;
    gfx::Device& device;
    const Theme& theme;
    Mirror& mirror;
    Interaction& input;
    const Model& model;
    State& state;
    Host& host;
    TimelineView& timeline;
    const Viewport& viewport;
    Language language = Language::english;
    double now_ms = 0;             // monotonic
    LocalTime now;                 // wall clock
    bool covered = false;          // what is drawn now belongs to a dialog
    bool animating = false;        // set by whoever wants the next display frame

    // Words.
    const char* say(Say what) const { return ui::say(language, what); }
    const char* say(api::Code code) const { return ui::say(language, code); }
    std::string say(Say what, std::initializer_list<std::string_view> values) const { return fill(say(what), values); }
    std::string count(Say one, Say many, std::uint64_t n) const { return n == 1 ? std::string(say(one)) : fill(say(many), {std::to_string(n)}); }

    // Ids: a hash of the scopes that are open and the key.
    NodeId id(std::string_view key) const;
    void push(std::string_view key);
    void pop();

    // Registering. `at` clips what can be hit and seen to the current clip.
    void push_clip(const Rect& rect);
    void pop_clip();
    const Rect& clip() const { return m_clips.back(); }
    bool visible(const Rect& rect) const { return !rect.intersected(clip()).empty(); }
    void hit(NodeId node, const Rect& rect, Cursor cursor = Cursor::pointer) { input.hit(node, rect.intersected(clip()), cursor); }
    bool activated(NodeId node);
    bool in_background() const { return state.dialog != Dialog::none && !covered; }
    void cover();                  // a modal dialog opens over everything registered so far

    // Text that is also in the mirror.
    void text(std::string_view key, const TextStyle& style, std::string_view words, float x, float top, Colour colour);
    float paragraph(std::string_view key, const TextStyle& style, std::string_view words, const Rect& area, Colour colour, float align = 0);   // height
    void heading(std::string_view key, int level, const TextStyle& style, std::string_view words, float x, float top, Colour colour);
    float measure(const TextStyle& style, std::string_view words) { return paint.texts().width(style, words); }
    float paragraph_height(const TextStyle& style, std::string_view words, float width) { return paint.texts().wrap(style, words, width).height; }
    // Paint only: for words another node already says.
    void ink(const TextStyle& style, std::string_view words, float x, float top, Colour colour) { paint.text(style, words, x, top, colour); }
    void ink_elided(const TextStyle& style, std::string_view words, float x, float top, float width, Colour colour);
    void ink_centred(const TextStyle& style, std::string_view words, const Rect& rect, Colour colour);
    void icon(const char* glyph, float size, const Rect& centred_in, Colour colour, bool mirrored = false);

    void focus_ring(NodeId node, const Rect& rect, float radius);   // drawn when the keyboard is there
    bool touch() const { return viewport.coarse_pointer || viewport.width < kMediumWidth; }
    bool reduced_motion() const { return viewport.reduced_motion; }
    double motion(double ms) const { return viewport.reduced_motion ? std::min(ms, kReducedMs) : ms; }
    std::uint32_t rgb(Colour colour) const { return colour; }

    void send(const api::Command& command, std::optional<NodeId> secret = std::nullopt) { host.send_command(command, secret); }
    void changed() { animating = true; }   // state was changed after part of the frame had been drawn: draw once more

    Context(gfx::Painter& painter, gfx::Device& gpu, const Theme& colours, Mirror& tree, Interaction& interaction, const Model& facts, State& own, Host& world,
            TimelineView& messages, const Viewport& view)
        : paint(painter), device(gpu), theme(colours), mirror(tree), input(interaction), model(facts), state(own), host(world), timeline(messages), viewport(view)
    {
        m_clips.push_back({0, 0, view.width, view.height});
    }

private:
    std::vector<Rect> m_clips;
    std::vector<NodeId> m_scopes;
};

// Scopes for ids and for the mirror, closed at the end of a block.
class IdScope {
public:
    IdScope(Context& context, std::string_view key) : m_context(context) { m_context.push(key); }
    ~IdScope() { m_context.pop(); }
    IdScope(const IdScope&) = delete;
    IdScope& operator=(const IdScope&) = delete;

private:
    Context& m_context;
};

class GroupScope {   // an id scope and a mirror node around what is registered inside
public:
    GroupScope(Context& context, std::string_view key, Role role, const Rect& rect, std::string_view name, std::uint8_t actions = 0);
    ~GroupScope();
    GroupScope(const GroupScope&) = delete;
    GroupScope& operator=(const GroupScope&) = delete;
    NodeId id() const { return m_id; }

private:
    Context& m_context;
    NodeId m_id;
};

class ClipScope {
public:
    ClipScope(Context& context, const Rect& rect) : m_context(context) { m_context.push_clip(rect); }
    ~ClipScope() { m_context.pop_clip(); }
    ClipScope(const ClipScope&) = delete;
    ClipScope& operator=(const ClipScope&) = delete;

private:
    Context& m_context;
};

}  // namespace sinetti::ui
