#pragma once
// The messages of the open conversation, and the composer below them. Only what is in sight is drawn; heights are kept.

#include "ui/context.h"
#include "ui/links.h"

#include <map>
#include <optional>
#include <unordered_map>

namespace sinetti::ui {

enum class ItemKind : std::uint8_t { start, older, day, unread, system, message, waiting, newer };

struct TimelineItem {
    ItemKind kind = ItemKind::message;
    std::size_t message = 0;       // index, where there is one
    float y = 0;                   // of the content
    float height = 0;
    bool first = false;            // of a run by one sender
    bool last = false;
};

struct MessageLayout {
    float width = 0;               // limit it was made for
    std::string text;
    gfx::TextLayout lines;
    std::vector<Link> links;
    float time_width = 0;
    bool time_below = false;       // the time has a line of its own
    float bubble_width = 0;
    float bubble_height = 0;
};

class TimelineView {
public:
    void draw(Context& c, const Rect& area, const api::ConversationSummary& conversation);
    // The bubble of a message that this frame has drawn, once more on top of what is there now, and where it is; nullopt: it was not.
    std::optional<Rect> paint_again(Context& c, const api::MessageId& message) const;

private:
    struct Made {
        std::uint64_t revision = 0;
        api::ConversationId conversation;
        float width = 0;
        float density = 0;
        Language language = Language::english;
        long day = 0;
        bool coarse = false;
        bool operator==(const Made&) const = default;
    };

    void make(Context& c, float width, const api::ConversationSummary& conversation);
    void choose_tab_stop(Context& c, float from, float to);   // content's y
    void show_target(Context& c, ScrollState& state);
    void draw_item(Context& c, const Rect& area, float top, const TimelineItem& item, const api::ConversationSummary& conversation);
    void draw_message(Context& c, const Rect& area, float top, const TimelineItem& item, const api::ConversationSummary& conversation);
    struct Bubble {
        const api::Message* message = nullptr;
        const MessageLayout* layout = nullptr;
        Rect place;
        gfx::Corners corners;
        bool named = false;        // the sender stands at its top
    };
    Bubble bubble_of(const Context& c, const Rect& area, float top, const TimelineItem& item, const api::ConversationSummary& conversation) const;
    void paint_bubble(Context& c, const Bubble& bubble) const;
    void draw_menu_button(Context& c, const Bubble& bubble);
    std::size_t palette_of(const api::PersonId& person) const;
    const MessageLayout& layout_of(Context& c, const api::Message& message, std::string_view name, float limit);

    Made m_made;
    std::vector<TimelineItem> m_items;
    std::unordered_map<api::MessageId, MessageLayout> m_layouts;
    std::map<api::PersonId, std::size_t, std::less<>> m_colours;
    std::unordered_map<api::MessageId, Bubble> m_bubbles;   // of the frame at m_bubbles_ms, and into the model of then
    double m_bubbles_ms = 0;
    api::MessageId m_tab_stop;                    // of the messages in sight, the one the Tab key comes to
    float m_height = 0;
    api::MessageId m_last_id;
    double m_last_arrived_ms = 0;
    std::vector<api::MessageId> m_anchor_ids;     // of the messages the items were made from
    float m_scrolled_to = 0;
    std::uint64_t m_older_asked = ~std::uint64_t{0};
    std::uint64_t m_newer_asked = ~std::uint64_t{0};
    bool m_had_newer = false;                     // what the items were made from did not reach to the newest message
    std::uint64_t m_target_shown = 0;             // revision of the target that was brought into sight
};

// A message in words: whose, when, and what came of it.
std::string message_name(const Context& c, const api::Message& message);

// The composer.
inline constexpr float kComposerLines = 6;
float composer_height(Context& c, float width);    // with its margins
void draw_composer(Context& c, const Rect& area, const api::ConversationSummary& conversation);
NodeId composer_id(const Context& c, const api::ConversationId& conversation);
bool send_composed(State& state, const Model& model, Host& host, NodeId composer);   // false: nothing to send
void flush_draft(Context& c);
void save_draft(State& state, Host& host);

}  // namespace sinetti::ui
