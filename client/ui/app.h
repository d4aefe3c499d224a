#pragma once
// The user interface: a model made of events, drawn on demand. Nothing here knows a browser, a key or the core's insides.
// Every on_… call takes effect at the next frame() and asks the host for it when something changed; frame() draws only then.
//
// Pointer, touch and wheel come raw for the whole page, whatever element is on top; the page must not report the click that
// follows them as a mirror action too. Mirror actions are for the keyboard (Enter and Space on a focused element) and for
// assistive technology. The page reports every change of the DOM focus.

#include "api/event.h"
#include "gfx/cluster.h"
#include "gfx/device.h"
#include "ui/host.h"
#include "ui/relay_document.h"
#include "ui/text_field.h"

#include <memory>
#include <string_view>

namespace sinetti::ui {

struct Fonts {                     // OpenType or TrueType; must outlive the App
    base::ByteView regular;        // Inter Regular, Medium, SemiBold; Inter Display SemiBold; Phosphor icons
    base::ByteView medium;
    base::ByteView semibold;
    base::ByteView display;
    base::ByteView icons;
};

struct AppEnvironment {
    Host& host;
    gfx::Device& device;
    gfx::ClusterRasteriser& clusters;
    Fonts fonts;
    std::string_view note = {};    // what the page before this one said when it started afresh
};

struct Viewport {
    float width = 0;               // logical pixels
    float height = 0;
    float density = 1;             // device pixels per logical pixel
    bool prefers_dark = false;
    bool prefers_contrast = false; // prefers-contrast: more
    bool forced_colours = false;
    bool reduced_motion = false;
    bool coarse_pointer = false;
    float inset_top = 0;           // safe area
    float inset_bottom = 0;
};

enum class ChosenFile : std::uint8_t { there = 0, too_large = 1, unreadable = 2 };
enum class PointerPhase : std::uint8_t { move = 0, down = 1, up = 2, cancel = 3, leave = 4 };
enum class PointerKind : std::uint8_t { mouse = 0, touch = 1, pen = 2 };

enum class Key : std::uint8_t {
    none = 0, up, down, left, right, home, end, page_up, page_down, enter, space, escape, tab, f6, k /* as in Ctrl+K */, l /* as in Ctrl+Shift+L */,
};
enum Modifier : std::uint8_t { kShift = 1, kControl = 2 /* or Command */, kAlt = 4 };

enum class MirrorAction : std::uint8_t { click = 0, scroll_up = 1, scroll_down = 2, dismiss = 3 };

class App {
public:
    explicit App(const AppEnvironment& environment);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    void on_event(const api::Event& event);
    void on_viewport(const Viewport& viewport);
    void on_pointer(PointerPhase phase, PointerKind kind, float x, float y);        // primary button only
    void on_wheel(float x, float y, float delta_x, float delta_y);                  // logical pixels
    bool on_menu(float x, float y);                                                 // the secondary button, or the menu key; true: there is a menu, prevent the browser's
    bool on_key(Key key, unsigned modifiers);                                       // true: used, prevent the browser's own answer
    void on_focus(NodeId node, bool visible);                                       // 0: nothing of ours; visible: as :focus-visible
    void on_text(NodeId field, std::string_view text);
    void on_password(NodeId field, std::uint32_t characters, std::uint32_t words, Strength strength);
    void on_submit(NodeId field);
    void on_field_height(NodeId field, float height);
    void on_mirror_action(NodeId node, MirrorAction action);
    void on_device_restored();                                                      // the graphics context is new: draw all again
    void on_attention(bool has_it);                                                 // the page is in sight and has the focus, which it is taken to have at first
    void on_languages_changed();
    void on_notifications_changed();                                                // answers Host::ask_for_notifications
    void on_relay_document(RelayDocument what, std::string_view body);              // answers Host::request_relay_document; `body` where it is `there`

    void on_file(ChosenFile what, std::string_view content);                        // answers Host::choose_file; `content` where it is `there`

    // Draws if anything changed. True: an animation is running, call again at the next display frame.
    bool frame(double monotonic_ms);
    std::uint64_t frames_drawn() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

}  // namespace sinetti::ui
