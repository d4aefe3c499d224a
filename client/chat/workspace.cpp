#include "chat/workspace.h"

#include "codec/reader.h"
#include "codec/writer.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

constexpr std::string_view kPartPrefix = "part/";

}  // namespace

Workspace::Workspace(const WorkspaceEnvironment& environment, Account&& account, KeyPackages&& key_packages)
    : m_environment(environment),
      m_effects(environment.effects),
      m_account(std::move(account)),
      m_me(m_account.identity.public_key()),
      m_key_packages(std::move(key_packages)),
      m_people(m_account.directory_key, m_account.root_public_key, m_me, m_account.device.public_key())
{
}

std::unique_ptr<Workspace> Workspace::load(const WorkspaceEnvironment& environment, Account&& account, const store::Records& records)
{
    const auto key_packages_record = records.find(kKeyPackagesRecord);
    if (key_packages_record == records.end()) return nullptr;
    auto key_packages = KeyPackages::parse(key_packages_record->second.view());
    if (!key_packages) return nullptr;
    std::unique_ptr<Workspace> workspace(new Workspace(environment, std::move(account), std::move(*key_packages)));
    if (!workspace->m_people.load(records) || !workspace->m_invitations.load(records)) return nullptr;
    if (!workspace->load_boards(records) || !workspace->load_conversations(records)) return nullptr;
    for (const auto& identity : workspace->m_people.directory().identities())
        for (const auto& device : workspace->m_people.directory().identity(identity)->devices)
            workspace->ensure_contact(*workspace->m_people.directory().device(device));
    for (auto& [device, contact] : workspace->m_contacts)
        if (!contact->load(records, workspace->m_tags)) return nullptr;
    if (!workspace->load_trees(records)) return nullptr;
    if (!workspace->load_outbox(records) || !workspace->load_partial_messages(records) || !workspace->load_revocations(records)) return nullptr;
    auto wallet = TokenWallet::load(records);
    if (!wallet) return nullptr;
    workspace->m_wallet = std::move(*wallet);
    auto archive = ArchiveState::load(records);
    if (!archive) return nullptr;
    workspace->m_archive = std::move(*archive);
    auto long_history = LongHistory::load(records);
    if (!long_history) return nullptr;
    workspace->m_long_history = std::move(*long_history);
    auto releases = ReleaseLedger::load(records);
    if (!releases) return nullptr;
    workspace->m_releases = std::move(*releases);
    auto vault = VaultKeeper::load(records);
    if (!vault) return nullptr;
    workspace->m_vault = std::move(*vault);
    if (!workspace->take_over_verified(records)) return nullptr;
    workspace->take_up_vault();
    workspace->follow_issuers();
    workspace->set_token_supply();
    return workspace;
}

bool Workspace::load_conversations(const store::Records& records)
{
    for (auto record = records.lower_bound(kConversationPrefix); record != records.end() && record->first.starts_with(kConversationPrefix); ++record) {
        auto conversation = Conversation::load(std::string_view(record->first).substr(kConversationPrefix.size()), records, m_tags);
        if (!conversation) return false;
        auto id = conversation->id;
        m_conversations.emplace(std::move(id), std::move(conversation));
    }
    return true;
}

bool Workspace::load_outbox(const store::Records& records)
{
    std::vector<StoredOutboxItem> items;
    for (auto record = records.lower_bound(kOutboxPrefix); record != records.end() && record->first.starts_with(kOutboxPrefix); ++record) {
        auto item = parse_outbox_item(record->second.view());
        if (!item) return false;
        items.push_back(std::move(*item));
    }
    std::ranges::sort(items, {}, [](const StoredOutboxItem& stored) {
        return std::pair(!std::holds_alternative<UpkeepIntent>(stored.item.intent), stored.item.number);
    });
    for (auto& [name, item] : items) {
        m_next_item = std::max(m_next_item, item.number + 1);
        auto* lane = find_lane(name);
        if (lane == nullptr || (name.kind == LaneKind::tree) != std::holds_alternative<TreeIntent>(item.intent)) return false;
        lane->items.push_back(std::move(item));
    }
    return std::ranges::all_of(m_shared_trees, [](const auto& tree) { return tree.second.lane.items.size() == 1; });
}

bool Workspace::load_partial_messages(const store::Records& records)
{
    std::unordered_map<std::string, Channel*> channels;
    for (const auto& [id, conversation] : m_conversations)
        for (const auto& epoch : conversation->epochs)
            for (const auto& channel : epoch.channels) channels.emplace(channel->name(), channel.get());
    for (const auto& [device, contact] : m_contacts)
        for (auto* channel : {contact->incoming.get(), contact->outgoing.get()}) channels.emplace(channel->name(), channel);
    for (auto& [name, tree] : m_shared_trees) channels.emplace(tree.channel.name(), &tree.channel);
    for (auto& [name, tree] : m_awaited_trees) channels.emplace(tree.channel.name(), &tree.channel);

    for (auto record = records.lower_bound(kPartPrefix); record != records.end() && record->first.starts_with(kPartPrefix); ++record) {
        codec::Reader reader(record->second.view());
        const auto name = reader.text(store::kRecordNameMax);
        const auto message = reader.array<16>();
        const auto index = reader.u16();
        const auto count = reader.u16();
        auto data = reader.opaque(kFragmentDataMax);
        if (!name || !message || !index || !count || !data || !reader.empty()) return false;
        const auto channel = channels.find(*name);
        if (channel == channels.end())
            m_effects.erase(record->first);   // its epoch is over
        else
            channel->second->parts.add({*message, *index, *count, std::move(*data)});
    }
    return true;
}

void Workspace::ensure_contact(const directory::Device& device)
{
    if (device.public_key == m_account.device.public_key()) return;
    if (m_contacts.contains(base::to_hex(device.public_key))) return;
    if (auto contact = Contact::create(m_account, device, m_tags)) {
        auto name = contact->lane.name.owner;
        m_contacts.emplace(std::move(name), std::move(contact));
    }
}

// --- the session -----------------------------------------------------------------------------------------------------

bool Workspace::is_caught_up() const
{
    return m_session_ready && std::ranges::all_of(m_boards, [](const auto& board) { return board.second.is_caught_up(); });
}

void Workspace::on_accepted(const wire::Accepted& accepted)
{
    m_session_ready = true;
    m_on_errands = accepted.session_kind == wire::SessionKind::device;
    if (m_on_errands) m_errands_failed = false;
    m_errands_brief = m_on_errands && m_wallet.is_empty();
    remember_boards(accepted.boards);
    if (!m_on_errands) start_mixing();
    // The directory first: cells may come from people who have only just enrolled.
    follow(m_boards.at(wire::kDirectoryBoard));
}

void Workspace::follow(Board& board)
{
    auto earliest = board.position();
    for (const auto& [id, conversation] : m_conversations)
        if (conversation->board == board.number() && conversation->replay_from) earliest = std::min(earliest, *conversation->replay_from);
    const auto from = board.begin_stream(earliest);
    request(wire::Follow{.request_id = 0, .board = board.number(), .from_position = from}, FollowRequest{board.number()});
}

void Workspace::on_session_closed()
{
    m_session_ready = false;
    stop_mixing();
    m_requests.clear();
    m_next_request = 1;
    if (!m_errands_beside) forget_errands_sent();
    for (auto& [number, board] : m_boards) board.end_stream();
    restart_all_flights();
}

void Workspace::on_entries(wire::Entries&& entries)
{
    const auto found = m_boards.find(entries.board);
    if (!m_session_ready || found == m_boards.end() || entries.request_id != wire::kNoRequest) return m_environment.host.on_garbled();
    auto& board = found->second;
    const bool was_caught_up = board.is_caught_up();
    switch (board.check(entries)) {
    case Board::Verdict::good: break;
    case Board::Verdict::repeated: return;
    case Board::Verdict::garbled: return m_environment.host.on_garbled();
    case Board::Verdict::fork: return m_environment.host.on_fork();
    }
    if (board.number() == wire::kDirectoryBoard) {
        for (std::size_t i = 0; i < entries.entries.size(); ++i) {
            if (entries.first_position + i < board.position()) continue;
            apply_directory(entries.first_position + i, entries.entries[i]);
            board.advance(entries.entries[i]);
        }
        if (board.is_caught_up() && !was_caught_up) tell_of_doubts();
        if (board.is_caught_up()) tell_of_mixing();
        if (board.is_caught_up() && !m_on_errands)   // boards may be new
            for (auto& [number, other] : m_boards)
                if (!other.is_following()) follow(other);
    } else {
        read_cells(board, entries);
    }
    if (!was_caught_up)
        std::erase_if(m_requests, [&](const auto& pending) {
            const auto* request = std::get_if<FollowRequest>(&pending.second);
            return request != nullptr && request->board == board.number();
        });
    if (is_caught_up()) m_environment.session.mark_healthy();
}

void Workspace::read_cells(Board& board, const wire::Entries& entries)
{
    for (std::size_t i = 0; i < entries.entries.size(); ++i) {
        const auto position = entries.first_position + i;
        const auto& cell = entries.entries[i];
        board.remember(position, cell);
        if (position < board.position()) {
            process_cell(board, position, cell, Pass::again);
            continue;
        }
        finish_replays(board);
        process_cell(board, position, cell, Pass::live);
        board.advance(cell);
    }
    if (board.is_caught_up()) finish_replays(board);
}

// The stream has come to where the board was left: conversations that were catching up with it have done so.
void Workspace::finish_replays(const Board& board)
{
    for (const auto& [id, conversation] : m_conversations) {
        if (conversation->board != board.number() || !conversation->replay_from || *conversation->replay_from < board.stream_start()) continue;
        conversation->replay_from.reset();
        conversation->changed = true;
    }
}

void Workspace::apply_directory(std::uint64_t position, base::ByteView record)
{
    const auto applied = m_people.apply(position, record, m_effects);
    if (!applied) {
        // What a later version knows is passed over; the rest an honest relay would not have taken.
        if (applied.error() != directory::Error::unknown_version && !std::exchange(m_directory_refusal_said, true))
            notice(api::Code::directory_refused, api::Severity::warning);
        return;
    }
    if (std::holds_alternative<directory::TokenIssuerPublished>(*applied)) return follow_issuers();
    if (std::holds_alternative<directory::KeyPackageReplaced>(*applied)) return;   // nothing of it is shown
    m_conversations_changed = true;
    if (const auto* added = std::get_if<directory::DeviceEnrolled>(&*applied)) return on_device_enrolled(*added);
    if (const auto* revoked = std::get_if<directory::Revoked>(&*applied)) return on_revoked(*revoked);
    if (const auto* changed = std::get_if<directory::RoleChanged>(&*applied)) return on_role_changed(*changed);
    if (const auto* set = std::get_if<directory::BoardSet>(&*applied)) return on_board_set(*set);
    const auto* enrolled = std::get_if<directory::Enrolled>(&*applied);
    if (enrolled == nullptr) return;
    ensure_contact(*m_people.directory().device(enrolled->device_public_key));
    if (m_invitations.mark_used(enrolled->invite_public_key, m_effects)) {
        m_invitations_changed = true;
        notice(api::Code::enrolled, api::Severity::success, m_people.name(enrolled->identity_public_key));
    }
    // Who came later, or only learns of it all, sees it in the list of people; of oneself one knows it.
    const bool was_here = m_boards.at(wire::kDirectoryBoard).has_begun() && m_people.directory().identity(m_me) != nullptr;
    if (was_here && enrolled->identity_public_key != m_me && m_people.has_new_key(enrolled->identity_public_key))
        notice(api::Code::person_new_key, api::Severity::warning, m_people.name(enrolled->identity_public_key));
    read_recent_again();
}

void Workspace::read_recent_again()
{
    for (auto& [number, board] : m_boards) {
        if (number == wire::kDirectoryBoard) continue;
        const auto recent = board.recent();
        for (std::size_t i = 0; i < recent.entries.size(); ++i) process_cell(board, recent.first_position + i, recent.entries[i], Pass::again);
    }
}

// --- what the user interface hears ------------------------------------------------------------------------------------

void Workspace::notice(api::Code code, api::Severity severity, std::string subject, const Conversation* conversation)
{
    m_effects.emit(api::NoticeEvent{.code = code,
                                    .severity = severity,
                                    .subject = std::move(subject),
                                    .conversation = conversation == nullptr ? api::ConversationId() : conversation->id});
}

std::uint32_t Workspace::waiting_messages() const
{
    std::uint32_t waiting = 0;
    for (const auto& [id, conversation] : m_conversations)
        if (!is_closed(conversation->board)) waiting += static_cast<std::uint32_t>(std::ranges::count_if(conversation->lane.items, [](const OutboxItem& item) { return std::holds_alternative<TextIntent>(item.intent); }));
    return waiting;
}

std::uint32_t Workspace::unsent_items() const
{
    std::size_t items = 0;
    for (const auto& [id, conversation] : m_conversations) items += conversation->lane.items.size();
    for (const auto& [device, contact] : m_contacts) items += contact->lane.items.size();
    for (const auto& [name, tree] : m_shared_trees) items += tree.lane.items.size();
    return static_cast<std::uint32_t>(items);
}

std::uint32_t Workspace::held_items() const
{
    std::size_t items = 0;
    for (const auto& [id, conversation] : m_conversations)
        if (is_closed(conversation->board)) items += conversation->lane.items.size();
    for (const auto& [device, contact] : m_contacts)
        items += static_cast<std::size_t>(std::ranges::count_if(contact->lane.items, [this](const OutboxItem& item) { return is_held(item); }));
    for (const auto& [name, tree] : m_shared_trees)
        if (is_closed(tree.board)) items += tree.lane.items.size();
    return static_cast<std::uint32_t>(items);
}

void Workspace::announce()
{
    m_everybody_wanted = true;
    m_conversations_changed = true;
    m_invitations_changed = true;
    m_vault_changed = true;
    m_board_list_changed = true;
    m_releases.announce();
}

void Workspace::report()
{
    if (std::exchange(m_vault_changed, false))
        m_effects.emit_latest(api::VaultEvent{.state = m_vault.state(), .sign_in_name = m_vault.sign_in_name(), .code_shown = m_vault.code_shown(), .reason = m_vault.trouble()});
    if (std::exchange(m_board_list_changed, false)) m_effects.emit_latest(api::BoardsEvent{board_list()});
    if (std::exchange(m_everybody_wanted, false)) m_effects.emit(m_people.everybody());
    if (auto changed = m_people.changes()) m_effects.emit(std::move(*changed));
    if (std::exchange(m_invitations_changed, false)) m_effects.emit_latest(api::InvitationsEvent{m_invitations.list()});
    // While a board is being caught up with, the list would change with every frame: it waits for the end.
    const bool catching_up = m_session_ready && !m_on_errands && !is_caught_up();
    if (m_conversations_changed && !catching_up) {
        m_conversations_changed = false;
        api::ConversationsEvent event;
        for (const auto& [id, conversation] : m_conversations) {
            api::ConversationSummary summary{.id = id,
                                             .kind = conversation->kind,
                                             .title = conversation->title,
                                             .other = {},
                                             .fingerprint = base::to_hex(crypto::sha256(conversation->group_id)),
                                             .members = {},
                                             .level = level_of(conversation->board),
                                             .post_quantum = !conversation->group || is_post_quantum(conversation->group->suite()),
                                             .active = conversation->active,
                                             .board = conversation->board,
                                             .closed = is_closed(conversation->board),
                                             .unread = conversation->unread,
                                             .draft = conversation->draft,
                                             .has_last = false,
                                             .last = {},
                                             .changed_ms = conversation->changed_at.value};
            if (conversation->kind == api::ConversationKind::direct) {
                summary.other = person_id(conversation->other);
                summary.title = m_people.name(conversation->other);
            }
            for (const auto& identity : conversation->member_identities()) summary.members.push_back(person_id(identity));
            if (const auto* last = conversation->timeline.last()) {
                summary.has_last = true;
                summary.last = *last;
            }
            event.conversations.push_back(std::move(summary));
        }
        std::ranges::stable_sort(event.conversations, std::greater{}, &api::ConversationSummary::changed_ms);
        m_effects.emit_latest(std::move(event));
    }
    report_releases();
    for (const auto& [id, conversation] : m_conversations) {
        auto changed = conversation->timeline.take_changed();
        if (id == m_open && m_shown_to && !m_watching) std::erase_if(changed, [this](const api::Message& message) { return message.order > m_shown_to->first; });
        if ((m_watching || id == m_open) && !changed.empty()) m_effects.emit(api::MessagesEvent{id, std::move(changed)});
    }
}

void Workspace::end_turn()
{
    note_stored();
    plan_archive();
    if (m_signs_out_shared && is_caught_up()) sign_out_left_behind();
    pump();
    prepare_mixed();
    if (m_errands_beside) run_errands();
    for (auto& [id, conversation] : m_conversations) conversation->persist(m_effects);
    for (auto& [device, contact] : m_contacts) contact->persist(m_effects);
    for (auto& [name, tree] : m_shared_trees) tree.persist(m_effects);
    for (auto& [name, tree] : m_awaited_trees) tree.persist(m_effects);
    m_wallet.persist(m_effects);
    m_releases.persist(m_effects);
    // A transaction for each frame of other people's cells would take longer than the cells.
    for (auto& [number, board] : m_boards)
        if (m_effects.has_writes() || !board.may_wait()) board.persist(m_effects);
    report();
}

std::optional<base::UnixMilliseconds> Workspace::next_wake() const
{
    auto wake = m_paused_until;
    if (const auto tick = m_mix_clock.next(); tick && (!wake || *tick < *wake)) wake = tick;
    if (m_paused_until || !m_environment.session.is_ready() || !is_caught_up()) return wake;
    for (const auto& [id, conversation] : m_conversations)
        if (conversation->upkeep_at && takes_upkeep(*conversation) && (!wake || *conversation->upkeep_at < *wake)) wake = conversation->upkeep_at;
    return wake;
}

void Workspace::on_wake()
{
    if (m_paused_until && *m_paused_until <= now()) m_paused_until.reset();
    send_mixed();
}

}  // namespace sinetti::chat
