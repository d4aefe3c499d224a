#pragma once
// What the core has told us, kept so that views can look things up. Made of events only.

#include "api/event.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sinetti::ui {

struct Timeline {
    api::ConversationId conversation;
    std::vector<api::Message> messages;    // oldest first
    bool has_older = false;
    bool loading_older = false;
    bool loaded = false;
    std::uint32_t unread = 0;              // of the last messages, when it was opened
    api::MessageId first_unread;           // the unread line stands before this one; empty: none
    bool has_newer = false;                // the newest messages are not among these
    api::MessageId target;                 // the message that was opened, from a search; empty: none
    std::uint64_t revision = 0;            // counts every change
    std::uint64_t target_revision = 0;     // of the change that brought the target
};

struct Model {
    api::SessionEvent session;
    api::ConnectionEvent connection;
    bool connection_known = false;
    api::Code store_trouble = api::Code::none;   // why nothing can be stored
    std::vector<api::Person> people;
    bool people_known = false;
    std::vector<api::ConversationSummary> conversations;
    bool conversations_known = false;
    std::uint64_t conversations_revision = 0;
    api::SearchEvent search;
    Timeline timeline;
    std::vector<api::Board> boards;        // of cells, by number
    std::vector<api::Invitation> invitations;
    std::optional<api::Invitation> ready_invitation;
    std::vector<api::Invitation> ready_invitations;   // made at once
    std::map<std::string, std::string, std::less<>> settings;
    std::string evidence;                  // against the relay; empty: there is none
    api::VaultEvent vault;                 // what of this person is kept at the relay
    bool vault_known = false;
    api::ReleasesEvent releases;           // of the app

    void apply(const api::Event& event);
    const api::Person* person(std::string_view id) const;
    const api::ConversationSummary* conversation(std::string_view id) const;
    const api::ConversationSummary* direct_with(std::string_view person) const;
    bool has_ended() const;                // what this device was: it was signed out, or what is stored here is an older copy
    std::uint32_t unread() const;          // conversations' unread messages in all
    std::string_view setting(std::string_view key) const;

private:
    std::unordered_map<std::string, std::size_t> m_person_index;
};

}  // namespace sinetti::ui
