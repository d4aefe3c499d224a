#pragma once
// What is said beside the canvas: new messages to assistive technology, that there are some to the machine, and the page's own title,
// language and colour.

#include "ui/context.h"

namespace sinetti::ui {

// Whether anybody looks at the conversation that is open. What comes while nobody does is unread, and has a line above it when they look again.
class Attention {
public:
    void note(const api::ConversationId& conversation, const api::MessageId& message);   // that is new, and from somebody else
    void tell(State& state, Model& model, Host& host);   // the core, when it has changed

private:
    bool m_told = true;                    // as a core begins
    api::ConversationId m_conversation;
    api::MessageId m_first;
    std::uint32_t m_count = 0;
};

// Those of the conversation on the screen that are new and from somebody else; `before` is its timeline before the event.
void announce_messages(const State& state, const Model& model, Host& host, Language language, const api::MessagesEvent& event, const Timeline& before, Attention& attention);

// For whoever does not look at the page. Nothing of what is new, or from whom.
void tell_machine(const Model& model, Host& host, Language language);

class ToldPage {
public:
    void tell(const Context& c);           // what has changed since it was told last

private:
    std::string m_title;
    std::uint32_t m_unread = 0;
    std::string m_language;
    std::uint32_t m_background = 0;
};

}  // namespace sinetti::ui
