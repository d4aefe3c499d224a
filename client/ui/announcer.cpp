#include "ui/announcer.h"

#include "ui/preferences.h"

#include <algorithm>

namespace sinetti::ui {

void announce_messages(const State& state, const Model& model, Host& host, Language language, const api::MessagesEvent& event, const Timeline& before, Attention& attention)
{
    if (event.conversation != state.open) return;
    for (const api::Message& m : event.messages) {
        if (m.delivery != api::Delivery::received || m.kind != api::MessageKind::text) continue;
        const bool known = std::any_of(before.messages.begin(), before.messages.end(), [&](const api::Message& k) { return k.id == m.id; });
        if (known) continue;
        const api::Person* sender = model.person(m.sender);
        const std::string name = sender != nullptr ? sender->name : std::string(say(language, Say::unknown_person));
        host.announce(fill(say(language, Say::new_message_announcement), {name, m.text}), false);
        tell_machine(model, host, language);
        attention.note(event.conversation, m.id);
    }
}

void Attention::note(const api::ConversationId& conversation, const api::MessageId& message)
{
    if (m_told) return;
    if (m_count == 0 || m_conversation != conversation) {
        m_conversation = conversation;
        m_first = message;
        m_count = 0;
    }
    ++m_count;
}

void Attention::tell(State& state, Model& model, Host& host)
{
    const bool is_open = model.session.phase == api::Phase::open;
    const bool looks = !is_open || (state.page_seen && state.place == Place::chats);
    if (looks == m_told) return;
    m_told = looks;
    if (is_open) host.send_command(api::Look{looks}, std::nullopt);
    if (is_open && looks && m_count > 0 && model.timeline.conversation == m_conversation) {
        model.timeline.first_unread = m_first;
        model.timeline.unread = m_count;
        ++model.timeline.revision;
        state.unread_seen_ms = 0;
    }
    m_first.clear();
    m_count = 0;
}

void tell_machine(const Model& model, Host& host, Language language)
{
    if (model.session.phase == api::Phase::open && wants_notifications(model, host)) host.notify(say(language, Say::something_new));
}

void ToldPage::tell(const Context& c)
{
    const api::ConversationSummary* open = c.model.session.phase == api::Phase::open ? c.model.conversation(c.state.open) : nullptr;
    const std::string wish = open != nullptr ? open->title + " · " + c.say(Say::app) : std::string(c.say(Say::app));
    const std::uint32_t unread = c.model.unread();
    if (wish != m_title || unread != m_unread) c.host.set_title(m_title = wish, m_unread = unread);
    if (m_language == tag_of(c.language) && m_background == c.theme.sidebar) return;
    m_language = tag_of(c.language);
    m_background = c.theme.sidebar;
    c.host.set_page(m_language, m_background);
}

}  // namespace sinetti::ui
