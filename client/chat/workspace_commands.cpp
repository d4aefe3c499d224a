// What people ask for. Everything is decided and stored here and now, with or without a relay; what must go to the board
// joins a lane.

#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

bool is_title(const std::string& title) { return !title.empty() && title.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(title)); }

}  // namespace

void Workspace::execute(const api::Command& command)
{
    std::visit(
        [this](const auto& known) {
            if constexpr (requires { run(known); }) run(known);
        },
        command);
}

Conversation* Workspace::find(const api::ConversationId& id)
{
    const auto found = m_conversations.find(id);
    if (found != m_conversations.end()) return found->second.get();
    notice(api::Code::unknown_conversation, api::Severity::warning);
    return nullptr;
}

Conversation* Workspace::find_active(const api::ConversationId& id)
{
    auto* conversation = find(id);
    if (conversation == nullptr || (conversation->active && !is_closed(conversation->board))) return conversation;
    if (conversation->active)
        notice(api::Code::closed_board, api::Severity::warning, m_people.board_name(conversation->board), conversation);
    else
        notice(api::Code::removed_from_conversation, api::Severity::warning, conversation->title, conversation);
    return nullptr;
}

// Everybody named, without ourselves and each once; nullopt, with a notice, when somebody is not in the directory any more.
std::optional<std::vector<PublicKey>> Workspace::known_people(const std::vector<api::PersonId>& ids)
{
    std::vector<PublicKey> people;
    for (const auto& id : ids) {
        const auto key = key_from_hex(id);
        const auto* identity = key ? m_people.directory().identity(*key) : nullptr;
        if (identity == nullptr || identity->revoked) {
            notice(api::Code::unknown_person, api::Severity::warning);
            return std::nullopt;
        }
        if (*key != me() && std::ranges::find(people, *key) == people.end()) people.push_back(*key);
    }
    return people;
}

OutboxItem Workspace::make_item(Intent&& intent) { return {m_next_item++, std::move(intent), std::nullopt}; }

void Workspace::run(const api::CreateConversation& command)
{
    const bool direct = command.kind == api::ConversationKind::direct;
    if (!direct && !is_title(command.title)) return notice(api::Code::title_missing, api::Severity::warning);
    const auto people = known_people(command.members);
    if (!people) return;
    if (people->empty() || (direct && people->size() != 1)) return notice(api::Code::no_members, api::Severity::warning);
    if (direct) {
        for (const auto& [id, existing] : m_conversations)
            if (existing->kind == api::ConversationKind::direct && existing->active && !is_closed(existing->board) && existing->other == people->front())
                return m_effects.emit(api::ConversationReadyEvent{id});
    }
    const auto* info = cell_board(command.board);
    if (info == nullptr && command.board != api::kAnyBoard) return notice(api::Code::unknown_board, api::Severity::warning);
    if (info != nullptr && is_closed(info->board)) return notice(api::Code::closed_board, api::Severity::warning, m_people.board_name(info->board));
    // What a board is to be, the directory says: all of it that there was.
    if (info == nullptr || !m_boards.at(wire::kDirectoryBoard).has_begun()) return notice(api::Code::relay_unreachable, api::Severity::warning);
    const auto& board = m_boards.at(info->board);
    const auto suite = conversation_suite(info->cipher_suite);
    if (!suite) return notice(api::Code::suite_unsupported, api::Severity::error);

    mls::CommitRequest additions;
    std::vector<PublicKey> devices;
    additions.add = key_packages_of(me(), *suite, nullptr, devices);   // of our other devices
    for (const auto& identity : *people) {
        auto key_packages = key_packages_of(identity, *suite, nullptr, devices);
        if (key_packages.empty()) return notice(api::Code::no_key_package, api::Severity::warning, m_people.name(identity));
        std::ranges::move(key_packages, std::back_inserter(additions.add));
    }

    // Nobody else is in the group yet, so its first commit needs no board: it is applied at once.
    auto conversation = std::make_unique<Conversation>(m_environment.random.array<32>());
    auto group = mls::Group::create(*suite, conversation->group_id, leaf_identity_of(m_account), m_environment.random);
    if (!group) return notice(api::Code::internal, api::Severity::error);
    choose_welcome_tree(additions);
    const auto commit = group->commit(additions, m_environment.random);
    if (!commit || !commit->welcome || !group->merge_pending()) return notice(api::Code::internal, api::Severity::error);
    if (!fits(*commit)) return notice(api::Code::too_many_members, api::Severity::warning, command.title);

    conversation->kind = command.kind;
    conversation->board = board.number();
    conversation->title = direct ? std::string() : command.title;
    if (direct) conversation->other = people->front();
    conversation->changed_at = now();
    conversation->group.emplace(std::move(*group));
    conversation->enter_epoch(m_tags, m_effects);
    add_line(*conversation, api::MessageKind::created, me(), conversation->title, {}, board.position());
    invite(*conversation, devices, *commit->welcome, board.position());
    m_effects.emit(api::ConversationReadyEvent{conversation->id});
    m_conversations_changed = true;
    auto id = conversation->id;
    m_conversations.emplace(std::move(id), std::move(conversation));
}

void Workspace::show_timeline(Conversation& conversation, std::uint32_t unread, const api::MessageId& target)
{
    const auto& timeline = conversation.timeline;
    const auto end = m_shown_to ? timeline.end_of(*m_shown_to) : timeline.entries().size();
    const auto begin = end - std::min(end, m_shown);
    m_effects.emit(api::TimelineEvent{.conversation = conversation.id,
                                      .messages = timeline.messages(begin, end),
                                      .has_older = begin > 0,
                                      .unread = unread,
                                      .has_newer = m_shown_to.has_value(),
                                      .target = target});
    conversation.timeline.take_changed();
}

std::uint32_t Workspace::mark_read(Conversation& conversation)
{
    const auto unread = std::exchange(conversation.unread, 0);
    if (unread > 0) {
        conversation.changed = true;
        m_conversations_changed = true;
    }
    return unread;
}

void Workspace::run(const api::OpenConversation& command)
{
    m_open.clear();
    m_shown_to.reset();
    if (command.conversation.empty()) return;
    auto* conversation = find(command.conversation);
    if (conversation == nullptr) return;
    m_open = conversation->id;
    const auto unread = mark_read(*conversation);
    m_shown = std::max(kTimelinePage, static_cast<std::size_t>(unread) + kTimelinePage / 2);
    show_timeline(*conversation, unread);
}

void Workspace::run(const api::Look& command)
{
    m_looks = command.looks;
    const auto open = m_conversations.find(m_open);
    if (m_looks && !m_shown_to && open != m_conversations.end()) mark_read(*open->second);
}

void Workspace::run(const api::LoadOlder& command)
{
    auto* conversation = find(command.conversation);
    if (conversation == nullptr || conversation->id != m_open) return;
    m_shown += kTimelinePage;
    show_timeline(*conversation, 0);
}

void Workspace::run(const api::SendText& command)
{
    auto* conversation = find_active(command.conversation);
    if (conversation == nullptr || command.text.empty()) return;
    if (command.text.size() > api::kMessageTextMax || !base::is_valid_utf8(base::view_of(command.text)))
        return notice(api::Code::message_too_long, api::Severity::warning, {}, conversation);
    TextIntent intent{.id = m_environment.random.array<16>(), .text = command.text, .written = now()};
    conversation->timeline.add({.id = text_id(me(), intent.id),
                                .sender = person_id(me()),
                                .kind = api::MessageKind::text,
                                .delivery = api::Delivery::waiting,
                                .text = command.text,
                                .subject = {},
                                .sent_ms = now().value},
                               m_effects);
    conversation->lane.push(make_item(std::move(intent)), m_effects);
    if (conversation->id == m_open && m_shown_to) run(api::OpenConversation{m_open});   // what one says oneself is always shown
    conversation->draft.clear();
    conversation->changed_at = now();
    conversation->changed = true;
    m_conversations_changed = true;
}

void Workspace::run(const api::SaveDraft& command)
{
    auto* conversation = find(command.conversation);
    if (conversation == nullptr || conversation->draft == command.text || command.text.size() > api::kMessageTextMax) return;
    conversation->draft = command.text;
    conversation->changed = true;
    m_conversations_changed = true;
}

void Workspace::run(const api::AddMembers& command)
{
    auto* conversation = find_active(command.conversation);
    auto people = conversation == nullptr ? std::nullopt : known_people(command.members);
    if (!people) return;
    std::erase_if(*people, [&](const PublicKey& identity) { return conversation->has_member(identity); });
    if (people->empty()) return notice(api::Code::no_members, api::Severity::warning, conversation->title, conversation);
    if (conversation->kind == api::ConversationKind::direct) return notice(api::Code::not_a_member, api::Severity::warning, {}, conversation);
    conversation->lane.push(make_item(AddIntent{std::move(*people)}), m_effects);
}

void Workspace::run(const api::RemoveMember& command)
{
    auto* conversation = find_active(command.conversation);
    if (conversation == nullptr) return;
    const auto identity = key_from_hex(command.member);
    if (!identity || *identity == me() || conversation->kind == api::ConversationKind::direct || !conversation->has_member(*identity))
        return notice(api::Code::not_a_member, api::Severity::warning, {}, conversation);
    conversation->lane.push(make_item(RemoveIntent{*identity}), m_effects);
}

void Workspace::run(const api::RenameConversation& command)
{
    auto* conversation = find_active(command.conversation);
    if (conversation == nullptr) return;
    if (!is_title(command.title) || conversation->kind == api::ConversationKind::direct)
        return notice(api::Code::title_missing, api::Severity::warning, {}, conversation);
    if (command.title != conversation->title) conversation->lane.push(make_item(RenameIntent{command.title}), m_effects);
}

void Workspace::run(const api::SetVerified& command)
{
    const auto identity = key_from_hex(command.person);
    if (!identity || m_people.directory().identity(*identity) == nullptr) return notice(api::Code::unknown_person, api::Severity::warning);
    keep(kept_key(*identity), command.verified ? kVerified : kNotVerified);
}

void Workspace::run(const api::WatchConversations&) { m_watching = true; }

void Workspace::run(const api::ExportConversation& command)
{
    const auto* conversation = find(command.conversation);
    if (conversation == nullptr) return;
    m_effects.emit(api::ExportEvent{conversation->id, conversation->timeline.newest(conversation->timeline.entries().size())});
}

}  // namespace sinetti::chat
