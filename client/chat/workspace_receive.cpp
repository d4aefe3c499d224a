// Reading the board. Every member processes the same cells in the same order and decides the same: what is garbage is passed
// over by all, the first valid commit of an epoch wins with all.

#include "chat/workspace.h"

#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

std::string part_name(const Channel& channel, const MessageNumber& message, std::uint16_t index)
{
    return "part/" + channel.name() + "/" + base::to_hex(message) + "/" + std::to_string(index);
}

bool is_member(const Conversation& conversation, const mls::Credential& credential)
{
    const auto members = conversation.group->members();
    return std::ranges::find(members, credential, &mls::Member::credential) != members.end();
}

}  // namespace

void Workspace::process_cell(const Board& board, std::uint64_t position, base::ByteView cell, Pass pass, const Conversation* only)
{
    const auto hit = m_tags.find(cell);
    if (!hit) return;
    auto& channel = *hit->channel;
    const bool in_conversation = channel.kind == ChannelKind::conversation;
    auto* conversation = in_conversation ? m_conversations.at(channel.owner).get() : nullptr;
    if (only != nullptr && conversation != only) return;
    if (in_conversation) {
        if (conversation->board != board.number()) return;
        if (conversation->replay_from && (position < *conversation->replay_from || (only == nullptr && pass == Pass::live))) return;
        if (!conversation->replay_from && pass == Pass::again && only == nullptr) return;
    }

    auto fragment = open_cell(channel.secret, hit->counter, board.number(), cell);
    mark_seen(*hit);
    if (is_own(channel)) on_own_cell(channel, hit->counter, board.number(), cell);
    if (!fragment) return;   // somebody took this tag for something else
    const auto message = fragment->message;
    auto payload = reassemble(channel, std::move(*fragment));
    if (!payload) return;
    switch (channel.kind) {
    case ChannelKind::conversation:
        return receive_in_conversation(*conversation, channel.leaf, channel.epoch, message, std::move(*payload), position);
    case ChannelKind::contact_incoming: return receive_invitation(*m_contacts.at(channel.owner), *payload, board.number(), position);
    case ChannelKind::contact_outgoing: {
        auto& lane = m_contacts.at(channel.owner)->lane;
        if (!lane.items.empty() && lane.items.front().flight && lane.items.front().flight->message == message) lane.pop(m_effects);
        return;
    }
    case ChannelKind::tree_incoming: return receive_tree(m_awaited_trees.at(channel.owner), *payload);
    case ChannelKind::tree_outgoing: return land_tree(m_shared_trees.at(channel.owner), message, *payload);
    }
}

bool Workspace::is_own(const Channel& channel) const
{
    if (channel.kind != ChannelKind::conversation) return channel.kind == ChannelKind::contact_outgoing || channel.kind == ChannelKind::tree_outgoing;
    return channel.leaf == m_conversations.at(channel.owner)->epoch(channel.epoch)->own_leaf;
}

void Workspace::mark_seen(const TagTable::Hit& hit)
{
    auto& channel = *hit.channel;
    m_tags.mark_seen(hit);
    // A counter of ours that somebody else has used up is never used again.
    const auto use_up = [&hit](std::uint64_t& counter) { counter = std::max(counter, hit.counter + 1); };
    switch (channel.kind) {
    case ChannelKind::conversation: {
        auto& epoch = *m_conversations.at(channel.owner)->epoch(channel.epoch);
        if (channel.leaf == epoch.own_leaf) use_up(epoch.own_counter);
        epoch.changed = true;
        return;
    }
    case ChannelKind::contact_outgoing: use_up(m_contacts.at(channel.owner)->outgoing_counter); [[fallthrough]];
    case ChannelKind::contact_incoming: m_contacts.at(channel.owner)->changed = true; return;
    case ChannelKind::tree_incoming: m_awaited_trees.at(channel.owner).changed = true; return;
    case ChannelKind::tree_outgoing: {
        auto& tree = m_shared_trees.at(channel.owner);
        use_up(tree.counter);
        tree.changed = true;
        return;
    }
    }
}

std::optional<base::Bytes> Workspace::reassemble(Channel& channel, Fragment&& fragment)
{
    codec::SecretWriter record;
    record.text(channel.name()).raw(fragment.message).u16(fragment.index).u16(fragment.count).opaque(fragment.data);
    const auto name = part_name(channel, fragment.message, fragment.index);
    auto added = channel.parts.add(std::move(fragment));
    if (added.gone)
        for (const auto index : added.gone->indexes) m_effects.erase(part_name(channel, added.gone->message, index));
    if (added.kept) m_effects.put(name, record.view());
    return std::move(added.complete);
}

// `leaf` and `epoch` are the channel's; who really speaks, MLS says.
void Workspace::receive_in_conversation(Conversation& conversation, mls::LeafIndex leaf, std::uint64_t epoch, const MessageNumber& message,
                                        base::Bytes&& payload, std::uint64_t position)
{
    if (leaf == conversation.epoch(epoch)->own_leaf) return land_in_conversation(conversation, message, payload, position);
    const auto header = mls::peek(payload);
    if (!header || header->wire_format != mls::WireFormat::private_message || !base::equal(header->group_id, conversation.group_id)) return;
    if (header->content_type == mls::ContentType::proposal) return;   // we make none and follow none
    if (header->content_type == mls::ContentType::commit && header->epoch != conversation.group->epoch()) return;   // it lost the race

    auto processed = conversation.group->process(payload);
    if (!processed) {
        // Garbage that nobody can open is nobody's loss. A commit that is authentic and still does not fit may be one that
        // the others could apply.
        if (header->content_type == mls::ContentType::commit && processed.error() != mls::Error::decryption_failed &&
            processed.error() != mls::Error::malformed && processed.error() != mls::Error::replayed)
            notice(api::Code::conversation_damaged, api::Severity::warning, conversation.title, &conversation);
        return;
    }
    conversation.group_changed = true;
    if (header->epoch == conversation.group->epoch()) conversation.become_certain();   // a commit is not merged yet
    if (auto* staged = std::get_if<mls::StagedCommit>(&*processed)) return receive_commit(conversation, std::move(*staged), position);
    if (const auto* content = std::get_if<mls::ApplicationMessage>(&*processed)) return receive_content(conversation, *content, position);
}

// What the directory and our own rules say; the same for every member, so it must not depend on what we alone know. That is
// why a device only has to be certified: whether its revocation has reached us yet differs from member to member.
bool Workspace::is_acceptable(const Conversation& conversation, const mls::StagedCommit& staged) const
{
    if (!changes_members_alone(*conversation.group, staged)) return false;
    const auto before = conversation.group->members();
    for (const auto& member : staged.added()) {
        const auto* device = m_people.certified(member);
        if (device == nullptr) return false;
        const auto& identity = device->identity_public_key;
        if (conversation.kind == api::ConversationKind::direct && identity != me() && identity != conversation.other) return false;
    }
    for (const auto& member : staged.updated()) {
        const auto* device = m_people.certified(member);
        if (device == nullptr) return false;
        const auto was = std::ranges::find(before, member.leaf, &mls::Member::leaf);
        if (was != before.end() && was->credential != member.credential) return false;
    }
    return true;
}

void Workspace::receive_commit(Conversation& conversation, mls::StagedCommit&& staged, std::uint64_t position)
{
    const auto committer = claimed_identity(staged.committer().credential);
    if (!committer || !is_acceptable(conversation, staged)) return notice(api::Code::conversation_damaged, api::Severity::warning, conversation.title, &conversation);
    const auto before = conversation.group->members();
    const bool removes_us = staged.removes_us();
    const auto merged = conversation.group->merge(std::move(staged));
    m_conversations_changed = true;
    conversation.changed_at = now();
    if (removes_us) {
        conversation.former_members = identities_of(before);
        std::erase(conversation.former_members, me());
        add_line(conversation, api::MessageKind::removed_us, committer->identity, {}, person_id(me()), position);
        return conversation.leave(m_tags, m_effects);
    }
    CHECK_INVARIANT(merged.has_value());
    // Our own commit for that epoch has lost; what it was to do is tried again.
    auto& items = conversation.lane.items;
    if (!items.empty() && items.front().flight && is_commit(items.front().intent)) {
        items.front().flight.reset();
        conversation.lane.persist_front(m_effects);
    }
    conversation.enter_epoch(m_tags, m_effects);
    add_membership_lines(conversation, before, committer->identity, position);
}

void Workspace::add_line(Conversation& conversation, api::MessageKind kind, const PublicKey& sender, const std::string& text, const std::string& subject,
                         std::uint64_t order)
{
    conversation.timeline.add({.id = conversation.timeline.next_line_id(),
                               .sender = person_id(sender),
                               .kind = kind,
                               .delivery = api::Delivery::received,
                               .text = text,
                               .subject = subject,
                               .sent_ms = now().value,
                               .order = order},
                              m_effects);
}

void Workspace::receive_content(Conversation& conversation, const mls::ApplicationMessage& message, std::uint64_t position)
{
    const auto sender = claimed_identity(message.sender_credential);
    // A message of an earlier epoch may land after its sender was removed: then it came too late, with everybody.
    if (!sender || !is_member(conversation, message.sender_credential)) return;
    auto content = Content::parse(message.plaintext.view());
    if (!content) return;
    compare_head(content->seen, conversation);
    if (content->directory) compare_directory(*content->directory);
    m_releases.hear(sender->identity, content->releases, now());
    const base::UnixMilliseconds sent{std::min(content->sent_ms, now().value)};
    m_people.note_written(*sender, sent, m_effects);
    if (auto* profile = std::get_if<ProfileBody>(&content->body)) return receive_title(conversation, sender->identity, std::move(profile->title), sent, position);
    auto* text = std::get_if<TextBody>(&content->body);
    if (text == nullptr) return;
    auto id = text_id(sender->identity, text->id);
    if (conversation.timeline.contains(id)) return;
    const bool ours = sender->identity == me();
    conversation.timeline.add({.id = std::move(id),
                               .sender = person_id(sender->identity),
                               .kind = api::MessageKind::text,
                               .delivery = ours ? api::Delivery::sent : api::Delivery::received,
                               .text = std::move(text->text),
                               .subject = {},
                               .sent_ms = sent.value,
                               .order = position},
                              m_effects);
    if (!ours && !reads_newest(conversation)) ++conversation.unread;
    conversation.changed_at = std::max(conversation.changed_at, sent);
    conversation.changed = true;
    m_conversations_changed = true;
}

void Workspace::receive_title(Conversation& conversation, const PublicKey& sender, std::string&& title, base::UnixMilliseconds sent, std::uint64_t position)
{
    if (conversation.kind == api::ConversationKind::direct || title.empty() || title == conversation.title) return;
    conversation.title = std::move(title);
    add_line(conversation, api::MessageKind::renamed, sender, conversation.title, {}, position);
    conversation.changed_at = std::max(conversation.changed_at, sent);
    conversation.changed = true;
    m_conversations_changed = true;
}

void Workspace::receive_invitation(Contact& contact, base::ByteView payload, std::uint32_t came_on, std::uint64_t position)
{
    auto invitation = open_invitation(payload, m_account.contact, contact.device, m_account.device.public_key());
    if (invitation && !join({contact.device, std::move(*invitation), came_on, position}, std::nullopt))
        notice(api::Code::conversation_damaged, api::Severity::warning, m_people.name(contact.identity));
}

bool Workspace::join(const ReceivedInvitation& received, const std::optional<base::Bytes>& ratchet_tree)
{
    const auto& invitation = received.invitation;
    const auto* inviter = m_people.directory().device(received.device);
    if (inviter == nullptr || !m_boards.contains(invitation.board) || invitation.board == wire::kDirectoryBoard) return true;
    // Who holds a device that was stolen from somebody shall not begin to talk with it. Our own old one may have let us in before it went.
    if (inviter->revoked && inviter->identity_public_key != me()) return true;

    std::optional<mls::Group> group;
    bool used_newest = false;
    for (const auto* key_package : m_key_packages.all()) {
        auto joined = mls::Group::join(invitation.welcome, *key_package, m_environment.random, {.ratchet_tree = ratchet_tree});
        if (joined) {
            group.emplace(std::move(*joined));
            used_newest = std::ranges::any_of(m_key_packages.newest(), [&](const auto& newest) { return &newest == key_package; });
            break;
        }
        if (joined.error() == mls::Error::missing_ratchet_tree) return await_tree(received, *key_package);
        if (joined.error() != mls::Error::no_matching_key_package) return false;
    }
    if (!group || group->group_id().size() != 32) return true;
    if (used_newest) {
        m_key_packages.renew(leaf_identity_of(m_account), now(), m_environment.random);
        m_effects.put(kKeyPackagesRecord, m_key_packages.serialize().view());
    }
    enter(received, std::move(*group));
    return true;
}

void Workspace::enter(const ReceivedInvitation& received, mls::Group&& group)
{
    const auto& invitation = received.invitation;
    const auto& inviter = m_people.directory().device(received.device)->identity_public_key;
    const auto refuse = [&] { notice(api::Code::conversation_damaged, api::Severity::warning, m_people.name(inviter)); };
    std::vector<PublicKey> identities;
    bool has_inviter = false;
    bool on_another_device = false;   // of ours
    for (const auto& member : group.members()) {
        const auto* device = m_people.certified(member);
        if (device == nullptr) return refuse();
        if (!contains(identities, device->identity_public_key)) identities.push_back(device->identity_public_key);
        has_inviter = has_inviter || device->public_key == received.device;
        on_another_device = on_another_device || (device->identity_public_key == me() && device->public_key != m_account.device.public_key());
    }
    const bool direct = invitation.kind == api::ConversationKind::direct;
    if (!has_inviter || (direct && identities.size() != 2)) return refuse();

    auto& slot = m_conversations[base::to_hex(group.group_id())];
    if (slot && slot->active && !slot->uncertain) return;   // we are in it already
    if (slot && slot->kind != invitation.kind) return;
    const bool first_time = !slot;
    if (first_time) slot = std::make_unique<Conversation>(group.group_id());
    auto& conversation = *slot;
    auto texts = conversation.uncertain ? conversation.start_over(m_tags, m_effects) : std::vector<OutboxItem>();
    conversation.kind = invitation.kind;
    conversation.board = invitation.board;
    conversation.title = direct ? std::string() : invitation.title;
    if (direct) conversation.other = identities.front() == me() ? identities.back() : identities.front();
    conversation.active = true;
    conversation.former_members.clear();
    conversation.changed_at = now();
    conversation.changed = true;
    conversation.group.emplace(std::move(group));
    conversation.enter_epoch(m_tags, m_effects);
    for (auto& text : texts) conversation.lane.push(std::move(text), m_effects);
    const auto from = received.board == invitation.board ? std::min(invitation.from_position, received.position) : invitation.from_position;
    if (first_time && conversation.group->epoch().value() == 1)
        add_line(conversation, api::MessageKind::created, inviter, conversation.title, {}, from);
    else
        add_line(conversation, on_another_device ? api::MessageKind::device_joined : api::MessageKind::member_added,
                 on_another_device ? me() : inviter, {}, person_id(me()), from == 0 ? 0 : from - 1);
    m_conversations_changed = true;

    // Others may have been talking since the epoch we join began.
    const auto begin = m_boards.at(invitation.board).begin();
    conversation.replay_from = std::max(from, begin);
    if (from < begin) miss(conversation, received.position);
    replay_recent(conversation);
}

void Workspace::replay_recent(Conversation& conversation)
{
    const auto& board = m_boards.at(conversation.board);
    const auto recent = board.recent();
    const auto end = recent.first_position + recent.entries.size();
    if (*conversation.replay_from < recent.first_position || recent.entries.empty()) {
        // It goes further back than what we have at hand.
        if (*conversation.replay_from < board.stream_start() || recent.first_position > board.stream_start()) return m_environment.host.on_follow_again();
        return;
    }
    for (auto position = *conversation.replay_from; position < end; ++position)
        process_cell(board, position, recent.entries[static_cast<std::size_t>(position - recent.first_position)], Pass::again, &conversation);
    if (!conversation.active) return;
    if (end >= board.position())
        conversation.replay_from.reset();
    else
        conversation.replay_from = end;
}

}  // namespace sinetti::chat
