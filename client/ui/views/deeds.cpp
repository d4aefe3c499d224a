// What several views do or say in the same way.

#include "ui/format.h"
#include "ui/views/timeline.h"
#include "ui/views/views.h"
#include "ui/widgets/dialog.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

void enter(Context& c, const api::ConversationId& id, const api::Command& command)
{
    flush_draft(c);
    c.state.place = Place::chats;
    c.state.open = id;
    c.state.details_over = false;
    c.state.below = 0;
    c.state.stick_to_end = true;
    c.state.unread_seen_ms = 0;
    c.send(command);
    if (!c.touch()) c.state.focus_next = composer_id(c, id);
    c.changed();
}

}  // namespace

void open_conversation(Context& c, const api::ConversationId& id) { enter(c, id, api::OpenConversation{id}); }

void open_message(Context& c, const api::ConversationId& conversation, const api::MessageId& message)
{
    enter(c, conversation, api::OpenMessage{conversation, message});
}

void leave_conversation(Context& c)
{
    flush_draft(c);
    c.state.open.clear();
    c.state.details_over = false;
    c.send(api::OpenConversation{});
    c.changed();
}

void start_direct(Context& c, const api::PersonId& person, std::uint32_t board)
{
    if (const api::ConversationSummary* known = c.model.direct_with(person); known != nullptr) {
        open_conversation(c, known->id);
        return;
    }
    c.state.creating = true;
    c.send(api::CreateConversation{api::ConversationKind::direct, {}, {person}, board});
}

void go_on_elsewhere(Context& c, const api::ConversationSummary& closed)
{
    open_dialog(c, Dialog::new_conversation);
    c.state.continued = closed.id;
    c.state.direct = closed.kind == api::ConversationKind::direct;
    for (const auto& member : closed.members) {
        const api::Person* person = c.model.person(member);
        if (person != nullptr && !person->me && !person->revoked) c.state.chosen.insert(member);
    }
}

std::string invitation_link(const Context& c, const api::Invitation& invitation)
{
    return c.host.page_origin() + invitation.fragment;
}

std::string name_of(const Context& c, const api::PersonId& id)
{
    if (id == c.model.session.me) return c.say(Say::you_sentence);
    const api::Person* person = c.model.person(id);
    return person != nullptr && !person->name.empty() ? person->name : c.say(Say::unknown_person);
}

std::string system_line(const Context& c, const api::Message& m, api::ConversationKind kind)
{
    const bool ours = m.sender == c.model.session.me;
    const bool direct = kind == api::ConversationKind::direct;
    switch (m.kind) {
        case api::MessageKind::created:
            if (ours) return c.say(direct ? Say::system_started_by_us : Say::system_created_by_us);
            return c.say(direct ? Say::system_started : Say::system_created, {name_of(c, m.sender)});
        case api::MessageKind::member_added: {
            if (m.subject == c.model.session.me) return c.say(Say::system_added_us);
            const api::Person* person = c.model.person(m.subject);
            return c.say(person != nullptr && person->new_key ? Say::system_added_new_key : Say::system_added, {name_of(c, m.subject)});
        }
        case api::MessageKind::member_removed: return c.say(Say::system_removed, {name_of(c, m.subject)});
        case api::MessageKind::renamed: return c.say(ours ? Say::system_renamed_by_us : Say::system_renamed, {name_of(c, m.sender), m.text});
        case api::MessageKind::removed_us: return c.say(Say::system_removed_us);
        case api::MessageKind::unreadable: return c.say(Say::system_unreadable);
        case api::MessageKind::messages_gone: return c.say(Say::system_messages_gone);
        case api::MessageKind::device_joined:
            if (m.subject == c.model.session.me) return c.say(Say::system_joined_here);
            return c.say(Say::system_device_joined, {name_of(c, m.subject)});
        case api::MessageKind::device_signed_out:
            if (m.subject == c.model.session.me) return c.say(Say::system_own_device_signed_out);
            return c.say(Say::system_device_signed_out, {name_of(c, m.subject)});
        case api::MessageKind::member_revoked: return c.say(Say::system_revoked, {name_of(c, m.subject)});
        case api::MessageKind::text: break;
    }
    return m.text;
}

Say level_name(api::Level level)
{
    switch (level) {
        case api::Level::shielded: return Say::level_shielded;
        case api::Level::silent: return Say::level_silent;
        case api::Level::mixed: return Say::level_mixed;
        case api::Level::prompt: break;
    }
    return Say::level_prompt;
}

Say level_hint(api::Level level)
{
    switch (level) {
        case api::Level::shielded: return Say::level_shielded_hint;
        case api::Level::silent: return Say::level_silent_hint;
        case api::Level::mixed: return Say::level_mixed_hint;
        case api::Level::prompt: break;
    }
    return Say::level_prompt_hint;
}

Say connection_hint(const Context& c)
{
    const api::Level level = c.model.connection.level;
    const bool differs = std::ranges::any_of(c.model.conversations, [level](const auto& s) { return can_write(s) && s.level != level; });
    return differs ? Say::levels_differ : level_hint(level);
}

}  // namespace sinetti::ui
