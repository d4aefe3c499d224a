// Writing to the board. Each lane has one flight in the air; it lands when it is read back from the board, which is also how
// everybody else learns of it.

#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

template<typename T>
void Workspace::request(T&& frame, Request&& about)
{
    frame.request_id = m_next_request++;
    m_requests.emplace(frame.request_id, std::move(about));
    m_effects.send(std::move(frame));
}
template void Workspace::request(wire::Follow&&, Request&&);
template void Workspace::request(wire::Append&&, Request&&);
template void Workspace::request(wire::TokenRequest&&, Request&&);
template void Workspace::request(wire::VaultEvaluate&&, Request&&);
template void Workspace::request(wire::VaultFetch&&, Request&&);
template void Workspace::request(wire::VaultStore&&, Request&&);

Lane* Workspace::find_lane(const LaneName& name)
{
    if (name.kind == LaneKind::conversation) {
        const auto found = m_conversations.find(name.owner);
        return found == m_conversations.end() ? nullptr : &found->second->lane;
    }
    if (name.kind == LaneKind::tree) {
        const auto found = m_shared_trees.find(name.owner);
        return found == m_shared_trees.end() ? nullptr : &found->second.lane;
    }
    const auto found = m_contacts.find(name.owner);
    return found == m_contacts.end() ? nullptr : &found->second->lane;
}

void Workspace::pump()
{
    m_mixable.clear();
    if (!m_environment.session.is_ready() || m_paused_until || is_revoked()) return;
    if (m_on_errands) return run_errands();
    if (!is_caught_up()) return;
    for (auto& [device, contact] : m_contacts) take_off(*contact);
    for (auto& [name, tree] : m_shared_trees) take_off(tree);
    for (auto& [id, conversation] : m_conversations) {
        while (conversation->active && !conversation->uncertain && !conversation->replay_from && !is_closed(conversation->board)) {
            look_after(*conversation);
            if (conversation->lane.items.empty() || take_off(*conversation)) break;
        }
    }
}

// True when the first item is in the air; false when it turned out to be pointless and was dropped.
bool Workspace::take_off(Conversation& conversation)
{
    auto& lane = conversation.lane;
    auto& item = lane.items.front();
    if (!item.flight) {
        auto flight = make_flight(conversation, item.intent);
        conversation.group_changed = true;
        if (!flight) {
            lane.pop(m_effects);
            return false;
        }
        auto& epoch = conversation.epochs.back();
        m_environment.random.fill(flight->message);
        flight->board = conversation.board;
        flight->epoch = epoch.epoch;
        for (std::size_t sent = 0; sent < flight->payload.size(); sent += kFragmentDataMax) flight->counters.push_back(epoch.own_counter++);
        epoch.changed = true;
        item.flight = std::move(flight);
        lane.persist_front(m_effects);
    }
    send_flight(lane, conversation.epoch(item.flight->epoch)->own_channel().secret);
    return true;
}

void Workspace::take_off(Contact& contact)
{
    auto& lane = contact.lane;
    if (m_people.directory().device(contact.device)->revoked) lane.clear(m_effects);
    // What is for a board that was closed waits behind the rest.
    auto next = std::ranges::find_if(lane.items, [this](const OutboxItem& item) { return item.flight && !is_held(item); });
    if (next == lane.items.end()) next = std::ranges::find_if(lane.items, [this](const OutboxItem& item) { return !is_held(item); });
    if (next == lane.items.end()) return;
    std::rotate(lane.items.begin(), next, std::next(next));
    auto& item = lane.items.front();
    if (!item.flight) {
        const auto* invitation = std::get_if<InviteIntent>(&item.intent);
        const auto* board = invitation == nullptr ? nullptr : cell_board(invitation->board);
        if (board == nullptr) return;
        Flight flight{.message = m_environment.random.array<16>(), .board = board->board, .payload = invitation->payload};
        contact.take_counters((flight.payload.size() + kFragmentDataMax - 1) / kFragmentDataMax, flight.counters, m_tags);
        item.flight = std::move(flight);
        lane.persist_front(m_effects);
    }
    send_flight(lane, contact.outgoing->secret);
}

void Workspace::send_flight(Lane& lane, const SenderSecret& secret)
{
    auto& item = lane.items.front();
    auto& flight = *item.flight;
    if (is_mixed(flight.board)) {
        if (!m_mixing_refused) m_mixable.push_back(&lane);
        return;
    }
    if (flight.sent == flight.counters.size()) return;
    const auto fragments = split(flight.message, flight.payload);
    for (; flight.sent < fragments.size() && m_requests.size() < kAppendsInFlightMax; ++flight.sent) {
        const auto counter = flight.counters[flight.sent];
        const auto cell = seal_cell(secret, counter, flight.board, fragments[flight.sent]);
        request(wire::Append{.request_id = 0, .board = flight.board, .entry = base::to_bytes(cell)},
                CellRequest{.lane = lane.name, .item = item.number, .fragment = flight.sent, .counter = counter});
    }
}

std::optional<Flight> Workspace::make_flight(Conversation& conversation, const Intent& intent)
{
    if (const auto* addition = std::get_if<AddIntent>(&intent)) {
        mls::CommitRequest commit;
        std::vector<PublicKey> devices;
        for (const auto& identity : addition->identities) {
            auto key_packages = key_packages_of(identity, conversation.group->suite(), &conversation, devices);
            if (key_packages.empty() && !conversation.has_member(identity))
                notice(api::Code::no_key_package, api::Severity::warning, m_people.name(identity), &conversation);
            std::ranges::move(key_packages, std::back_inserter(commit.add));
        }
        if (commit.add.empty()) return std::nullopt;
        auto flight = make_commit(conversation, commit);
        if (flight) flight->invited = std::move(devices);
        return flight;
    }
    if (const auto* removal = std::get_if<RemoveIntent>(&intent)) {
        mls::CommitRequest commit;
        for (const auto& member : conversation.group->members()) {
            const auto claimed = claimed_identity(member.credential);
            if (claimed && claimed->identity == removal->identity) commit.remove.push_back(member.leaf);
        }
        if (commit.remove.empty()) return std::nullopt;
        return make_commit(conversation, commit);
    }

    if (std::holds_alternative<UpkeepIntent>(intent)) return make_upkeep(conversation);

    const auto& board = m_boards.at(conversation.board);
    Content content{.sent_ms = now().value,
                    .seen = {board.number(), board.boundary(), board.boundary_head(), board.boundary_signature()},
                    .directory = m_boards.at(wire::kDirectoryBoard).furthest_signed(),
                    .releases = releases_to_say(conversation),
                    .body = {}};
    if (const auto* text = std::get_if<TextIntent>(&intent)) {
        content.sent_ms = text->written.value;
        content.body = TextBody{text->id, text->text};
    } else if (const auto* rename = std::get_if<RenameIntent>(&intent)) {
        content.body = ProfileBody{rename->title};
    } else {
        return std::nullopt;
    }
    auto encrypted = conversation.group->encrypt(content.serialize().view(), {}, m_environment.random);
    if (!encrypted || encrypted->size() > kPayloadMax) {
        notice(api::Code::conversation_damaged, api::Severity::error, conversation.title, &conversation);
        return std::nullopt;
    }
    return Flight{.payload = std::move(*encrypted)};
}

std::optional<Flight> Workspace::make_commit(Conversation& conversation, mls::CommitRequest& request)
{
    choose_welcome_tree(request);
    auto output = conversation.group->commit(request, m_environment.random);
    const bool too_large = output && (output->commit.size() > kPayloadMax || !fits(*output));
    if (!output || too_large) {
        conversation.group->clear_pending_commit();
        notice(too_large ? api::Code::too_many_members : api::Code::conversation_damaged, api::Severity::error, conversation.title, &conversation);
        return std::nullopt;
    }
    return Flight{.payload = std::move(output->commit), .welcome = std::move(output->welcome).value_or(base::Bytes())};
}

// One key package of this suite for each of a person's devices that is not ours, not revoked, and not in the conversation already.
std::vector<mls::KeyPackage> Workspace::key_packages_of(const PublicKey& identity, mls::CipherSuite suite, const Conversation* already_in,
                                                        std::vector<PublicKey>& devices) const
{
    std::vector<mls::KeyPackage> key_packages;
    const auto* person = m_people.directory().identity(identity);
    if (person == nullptr || person->revoked) return key_packages;
    const auto members = already_in == nullptr ? std::vector<mls::Member>() : already_in->group->members();
    const mls::UnixSeconds today{static_cast<std::uint64_t>(std::max<std::int64_t>(now().value, 0)) / 1000};
    for (const auto& key : person->devices) {
        const auto& device = *m_people.directory().device(key);
        const auto credential = credential_of(identity, key);
        const bool is_member = std::ranges::find(members, credential, &mls::Member::credential) != members.end();
        if (device.revoked || is_member || key == m_account.device.public_key()) continue;
        auto key_package = published_key_package(device.key_packages, suite);
        if (!key_package || !key_package->validate(today)) continue;
        if (key_package->leaf_node.credential != credential || !base::equal(key_package->leaf_node.signature_key, key)) continue;
        key_packages.push_back(std::move(*key_package));
        devices.push_back(key);
    }
    return key_packages;
}

// --- landing -----------------------------------------------------------------------------------------------------------

void Workspace::land_in_conversation(Conversation& conversation, const MessageNumber& message, base::ByteView payload, std::uint64_t position)
{
    auto& lane = conversation.lane;
    if (lane.items.empty() || !lane.items.front().flight || lane.items.front().flight->message != message) {
        if (conversation.group->is_of_later_self(payload)) m_environment.host.on_later_self();
        return;
    }
    auto& item = lane.items.front();
    if (!base::equal(item.flight->payload, payload)) {   // another member has forged a part of it: nobody could read that
        item.flight.reset();
        lane.persist_front(m_effects);
        return;
    }
    m_conversations_changed = true;
    auto intent = std::move(item.intent);
    auto flight = std::move(*item.flight);
    lane.pop(m_effects);
    if (const auto* text = std::get_if<TextIntent>(&intent))
        conversation.timeline.mark_sent(text_id(me(), text->id), position, m_effects);
    else if (auto* rename = std::get_if<RenameIntent>(&intent))
        receive_title(conversation, me(), std::move(rename->title), now(), position);
    else
        land_commit(conversation, intent, std::move(flight), position);
}

void Workspace::land_commit(Conversation& conversation, const Intent& intent, Flight&& flight, std::uint64_t position)
{
    CHECK_INVARIANT(flight.epoch == conversation.group->epoch().value());   // receive_commit grounds the flights that have lost
    const auto before = conversation.group->members();
    const auto merged = conversation.group->merge_pending();
    CHECK_INVARIANT(merged.has_value());
    conversation.enter_epoch(m_tags, m_effects);
    conversation.changed_at = now();
    add_membership_lines(conversation, before, me(), position);
    invite(conversation, flight.invited, flight.welcome, position + 1);
    if (std::holds_alternative<UpkeepIntent>(intent)) return;   // nobody asked for it
    notice(flight.invited.empty() ? api::Code::member_removed : api::Code::member_added, api::Severity::success, conversation.title, &conversation);
}

void Workspace::invite(const Conversation& conversation, const std::vector<PublicKey>& devices, const base::Bytes& welcome, std::uint64_t from_position)
{
    if (devices.empty()) return;
    const auto tree = devices.size() < kTreeSharersMin ? std::string() : share_tree(conversation);
    // Everybody gets what they open and not what the others do: it would be as much again.
    const auto parts = mls::split_welcome(welcome);
    const bool one_for_each = parts && parts->size() == devices.size();
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const auto& device = devices[i];
        const auto contact = m_contacts.find(base::to_hex(device));
        if (contact == m_contacts.end()) continue;
        const Invitation invitation{.kind = conversation.kind,
                                    .board = conversation.board,
                                    .from_position = from_position,
                                    .title = conversation.title,
                                    .welcome = one_for_each ? (*parts)[i] : welcome};
        auto payload = seal_invitation(invitation, contact->second->contact_public_key, m_account.device.public_key(), device, m_environment.random);
        if (!payload) {
            notice(api::Code::conversation_damaged, api::Severity::error, conversation.title, &conversation);
            continue;
        }
        contact->second->lane.push(make_item(InviteIntent{std::move(*payload), conversation.board, tree}), m_effects);
    }
}

// --- answers -----------------------------------------------------------------------------------------------------------

void Workspace::on_appended(const wire::Appended& appended)
{
    // Nothing has landed before it is read back; this makes room for the next request.
    const auto found = m_requests.find(appended.request_id);
    if (found == m_requests.end()) return m_environment.host.on_garbled();
    const auto about = std::move(found->second);
    m_requests.erase(found);
    if (const auto* revocation = std::get_if<RevocationRequest>(&about)) finish_revocation(*revocation, std::nullopt);
    m_pause.reset();
}

void Workspace::on_refused(const wire::Refused& refused)
{
    const auto found = m_requests.find(refused.request_id);
    if (found == m_requests.end()) return m_environment.host.on_garbled();
    const auto about = std::move(found->second);
    m_requests.erase(found);
    if (std::holds_alternative<FollowRequest>(about)) {
        // A board that ends before what we have read of it was rolled back.
        if (refused.code == wire::Refusal::bad_position) return m_environment.host.on_fork();
        return m_environment.host.on_follow_refused();
    }
    if (const auto* tokens = std::get_if<TokenRequestFor>(&about)) return on_token_request_refused(tokens->issuer, refused.code);
    if (const auto* revocation = std::get_if<RevocationRequest>(&about)) finish_revocation(*revocation, refused.code);
    if (std::holds_alternative<VaultRequest>(about)) {
        if (!take_vault_step(m_vault.on_refused(m_account, refused.code, m_environment.random))) m_environment.host.on_garbled();
        return;
    }
    switch (refused.code) {
    case wire::Refusal::tag_taken:
        if (const auto* cell = std::get_if<CellRequest>(&about)) replace_cell(*cell);
        return;
    case wire::Refusal::not_mixed:   // its policy is another than when this session began: the next one is told
        pause(api::Code::none);
        return m_environment.host.on_follow_again();
    case wire::Refusal::board_closed:   // what was on its way stays here; where board 0 does not say so, it is tried again in a while
        if (const auto* cell = std::get_if<CellRequest>(&about); cell != nullptr && !waits_for_opening(*cell)) pause(api::Code::relay_refused);
        return;
    case wire::Refusal::storage_full: return pause(api::Code::relay_full);
    case wire::Refusal::too_many_requests: return pause(api::Code::rate_limited);
    case wire::Refusal::overloaded:
    case wire::Refusal::internal: return pause(api::Code::none);
    default:
        // A key package the directory does not take is no reason to stop talking.
        if (std::holds_alternative<CellRequest>(about)) pause(api::Code::relay_refused);
    }
}

// Somebody has put other bytes under this tag: the fragment goes out under the next counter.
void Workspace::replace_cell(const CellRequest& request)
{
    auto* lane = find_lane(request.lane);
    if (lane == nullptr || lane->items.empty() || lane->items.front().number != request.item || !lane->items.front().flight) return;
    auto& flight = *lane->items.front().flight;
    if (request.fragment >= flight.counters.size() || flight.counters[request.fragment] != request.counter) return;
    if (request.lane.kind == LaneKind::conversation) {
        auto& epoch = *m_conversations.at(request.lane.owner)->epoch(flight.epoch);
        flight.counters[request.fragment] = epoch.own_counter++;
        epoch.changed = true;
    } else {
        std::vector<std::uint64_t> counters;
        if (request.lane.kind == LaneKind::tree)
            m_shared_trees.at(request.lane.owner).take_counters(1, counters);
        else
            m_contacts.at(request.lane.owner)->take_counters(1, counters, m_tags);
        flight.counters[request.fragment] = counters.front();
    }
    flight.sent = std::min(flight.sent, request.fragment);   // what was already accepted is answered with its old position
    lane->persist_front(m_effects);
}

// What this cell is of is held back, or was grounded.
bool Workspace::waits_for_opening(const CellRequest& request)
{
    const auto* lane = find_lane(request.lane);
    if (lane == nullptr || lane->items.empty() || lane->items.front().number != request.item || !lane->items.front().flight) return true;
    return is_closed(lane->items.front().flight->board);
}

void Workspace::pause(api::Code reason)
{
    if (m_paused_until) return;
    const bool first = m_pause.is_fresh();
    m_paused_until = base::UnixMilliseconds{now().value + m_pause.next(m_environment.random)};
    m_mixed_cells.clear();
    drop_ready_cell();
    restart_all_flights();
    if (!m_errands_beside) forget_errands_sent();
    if (first && reason != api::Code::none) notice(reason, api::Severity::warning);
}

}  // namespace sinetti::chat
