#include "ui/announcer.h"

#include "ui/preferences.h"

#include <algorithm>

namespace sinetti::ui {

void announce_messages(const State& state, const Model& model, Host& host, Language language, const api::MessagesEvent& event, const Timeline& before)
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
    }
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
