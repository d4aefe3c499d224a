#include "ui/model.h"

#include "api/people.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

template<typename... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};
template<typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

bool sorts_before(const api::Message& a, const api::Message& b)
{
    const bool a_waits = a.delivery == api::Delivery::waiting;
    const bool b_waits = b.delivery == api::Delivery::waiting;
    if (a_waits != b_waits) return b_waits;
    return a.order < b.order;
}

}  // namespace

void Model::apply(const api::Event& event)
{
    std::visit(Overloaded{
                   [&](const api::SessionEvent& e) {
                       if (e.phase != api::Phase::open) {   // nothing of an open seal stays in sight after it is closed
                           people.clear();
                           m_person_index.clear();
                           people_known = false;
                           conversations.clear();
                           conversations_known = false;
                           search = {};
                           timeline = {};
                           invitations.clear();
                           ready_invitation.reset();
                           ready_invitations.clear();
                           evidence.clear();
                           vault = {};
                           vault_known = false;
                           releases = {};
                       }
                       session = e;
                   },
                   [&](const api::ConnectionEvent& e) {
                       connection = e;
                       connection_known = true;
                   },
                   [&](const api::PeopleEvent& e) {
                       api::take_in(people, e);
                       people_known = true;
                       m_person_index.clear();
                       for (std::size_t i = 0; i < people.size(); ++i) m_person_index.emplace(people[i].id, i);
                   },
                   [&](const api::ConversationsEvent& e) {
                       conversations = e.conversations;
                       conversations_known = true;
                       ++conversations_revision;
                   },
                   [&](const api::TimelineEvent& e) {
                       const bool reopened = e.conversation != timeline.conversation || !timeline.loaded;
                       std::string keep = reopened ? std::string() : timeline.first_unread;
                       const std::uint64_t revision = timeline.revision + 1;
                       std::string target = reopened ? std::string() : timeline.target;
                       const std::uint64_t target_revision = e.target.empty() ? timeline.target_revision : revision;
                       if (!e.target.empty()) target = e.target;
                       timeline = {.conversation = e.conversation, .messages = e.messages, .has_older = e.has_older, .loaded = true, .unread = e.unread};
                       timeline.has_newer = e.has_newer;
                       timeline.target = std::move(target);
                       timeline.revision = revision;
                       timeline.target_revision = target_revision;
                       if (reopened && e.unread > 0 && e.unread <= e.messages.size()) {
                           keep = e.messages[e.messages.size() - e.unread].id;
                       }
                       timeline.first_unread = std::move(keep);
                   },
                   [&](const api::MessagesEvent& e) {
                       if (e.conversation != timeline.conversation) return;
                       for (const api::Message& message : e.messages) {
                           const auto known = std::find_if(timeline.messages.begin(), timeline.messages.end(),
                                                           [&](const api::Message& m) { return m.id == message.id; });
                           if (known != timeline.messages.end()) timeline.messages.erase(known);
                           const auto place = std::upper_bound(timeline.messages.begin(), timeline.messages.end(), message, sorts_before);
                           timeline.messages.insert(place, message);
                       }
                       ++timeline.revision;
                   },
                   [&](const api::SearchEvent& e) { search = e; },
                   [&](const api::InvitationsEvent& e) { invitations = e.invitations; },
                   [&](const api::InvitationReadyEvent& e) { ready_invitation = e.invitation; },
                   [&](const api::InvitationsReadyEvent& e) { ready_invitations = e.invitations; },
                   [&](const api::ConversationReadyEvent&) {},
                   [&](const api::SettingsEvent& e) {
                       settings.clear();
                       for (const auto& [key, value] : e.settings) settings.insert_or_assign(key, value);
                   },
                   [&](const api::EvidenceEvent& e) { evidence = e.text; },
                   [&](const api::NoticeEvent&) {},
                   [&](const api::ExportEvent&) {},
                   [&](const api::VaultEvent& e) {
                       vault = e;
                       vault_known = true;
                   },
                   [&](const api::PassphraseEvent&) {},
                   [&](const api::RecoveryCodeEvent&) {},   // not kept here: State::recovery_code
                   [&](const api::LinkEvent&) {},           // the same: State::link
                   [&](const api::RootSharesEvent&) {},     // the same: State::root_paper
                   [&](const api::RootRestoreEvent&) {},
                   [&](const api::BoardsEvent& e) { boards = e.boards; },
                   [&](const api::ReleasesEvent& e) { releases = e; },
                   [&](const api::ScannedEvent&) {},        // the same: State::scanned
                   [&](const api::StoreEvent& e) { store_trouble = e.trouble; },
               },
               event);
}

const api::Person* Model::person(std::string_view id) const
{
    const auto found = m_person_index.find(std::string(id));
    return found == m_person_index.end() ? nullptr : &people[found->second];
}

const api::ConversationSummary* Model::conversation(std::string_view id) const
{
    const auto found = std::find_if(conversations.begin(), conversations.end(), [&](const auto& c) { return c.id == id; });
    return found == conversations.end() ? nullptr : &*found;
}

const api::ConversationSummary* Model::direct_with(std::string_view person) const
{
    const auto found = std::find_if(conversations.begin(), conversations.end(),
                                    [&](const auto& c) { return c.kind == api::ConversationKind::direct && c.other == person && c.active && !c.closed; });
    return found == conversations.end() ? nullptr : &*found;
}

bool Model::has_ended() const
{
    return connection.state == api::ConnectionState::refused && (connection.reason == api::Code::device_revoked || connection.reason == api::Code::store_rolled_back);
}

std::uint32_t Model::unread() const
{
    std::uint32_t total = 0;
    for (const auto& conversation : conversations) total += conversation.unread;
    return total;
}

std::string_view Model::setting(std::string_view key) const
{
    const auto found = settings.find(key);
    return found == settings.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace sinetti::ui
