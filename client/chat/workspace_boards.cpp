// What boards there are, and how their cells are sent: as administrators have signed it on board 0; of a board about which nobody has
// signed anything, as the relay says in Accepted. What the relay says against a signature is not done, and said to be so.
//
//   Accepted ── differs from what we have read? ── doubtful ── directory read to its end, and it never was so? ── notice
//
// The relay does what a record says as it writes it, so its word must be what the directory says at some position between the one we
// had read when the session began and the one where we have caught up.

#include "chat/board_infos.h"
#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

bool is_board_name(const std::string& name) { return !name.empty() && name.size() <= api::kNameMax && base::is_valid_utf8(base::view_of(name)); }

}  // namespace

bool Workspace::load_boards(const store::Records& records)
{
    auto directory = Board::load(wire::kDirectoryBoard, records);
    if (!directory) return false;
    m_boards.emplace(wire::kDirectoryBoard, std::move(*directory));
    std::vector<wire::BoardInfo> infos;
    if (const auto record = records.find(kBoardsRecord); record != records.end()) {
        auto stored = parse_board_infos(record->second.view());
        if (!stored) return false;
        infos = std::move(*stored);
    }
    for (const auto& [number, signed_board] : m_people.directory().boards()) infos.push_back(*signed_policy(number));   // the last word
    for (const auto& info : infos) {
        if (!m_boards.contains(info.board)) {
            auto board = Board::load(info.board, records);
            if (!board) return false;
            m_boards.emplace(info.board, std::move(*board));
        }
        take_up(info);
    }
    return true;
}

void Workspace::persist_boards() { m_effects.put(kBoardsRecord, serialize_board_infos(m_board_infos).view()); }

std::optional<wire::BoardInfo> Workspace::signed_policy(std::uint32_t board) const
{
    const auto* known = m_people.directory().board(board);
    if (known == nullptr) return std::nullopt;
    return wire::BoardInfo{.board = board,
                           .kind = wire::BoardKind::cells,
                           .level = wire::SendingLevel(std::uint8_t(known->level)),
                           .cipher_suite = std::uint16_t(known->suite),
                           .retention_days = known->retention_days};
}

const wire::BoardInfo* Workspace::board_info(std::uint32_t board) const
{
    const auto found = std::ranges::find(m_board_infos, board, &wire::BoardInfo::board);
    return found == m_board_infos.end() ? nullptr : &*found;
}

const wire::BoardInfo* Workspace::cell_board(std::uint32_t chosen) const
{
    const auto found = std::ranges::find_if(m_board_infos, [&](const wire::BoardInfo& info) {
        return info.kind == wire::BoardKind::cells && (chosen == api::kAnyBoard ? !is_closed(info.board) : info.board == chosen);
    });
    return found == m_board_infos.end() ? nullptr : &*found;
}

// What can be said of all conversations together in which something can be said: the weakest level of the boards they are on. Without any,
// where the first would go.
api::Level Workspace::level() const
{
    std::optional<api::Level> weakest;
    for (const auto& [id, conversation] : m_conversations)
        if (conversation->active && !is_closed(conversation->board)) weakest = std::min(weakest.value_or(api::Level::mixed), level_of(conversation->board));
    const auto* first = cell_board();
    return weakest.value_or(first == nullptr ? api::Level::prompt : static_cast<api::Level>(first->level));
}

api::Level Workspace::level_of(std::uint32_t board) const
{
    const auto* info = board_info(board);
    if (info == nullptr) info = cell_board();
    return info == nullptr ? api::Level::prompt : static_cast<api::Level>(info->level);
}

void Workspace::take_up(const wire::BoardInfo& info)
{
    const auto place = std::ranges::lower_bound(m_board_infos, info.board, {}, &wire::BoardInfo::board);
    const bool known = place != m_board_infos.end() && place->board == info.board;
    if (known && *place == info) return;
    m_conversations_changed = m_conversations_changed || !known || place->level != info.level;
    m_board_list_changed = true;
    if (!known) {
        m_board_infos.insert(place, info);
        return;
    }
    if (info.level == wire::SendingLevel::mixed)
        m_mixing_ended.erase(info.board);
    else if (place->level == wire::SendingLevel::mixed)
        m_mixing_ended.insert(info.board);
    place->level = info.level;
    place->cipher_suite = info.cipher_suite;
    place->retention_days = info.retention_days;
}

// What Accepted says.
void Workspace::remember_boards(const std::vector<wire::BoardInfo>& boards)
{
    m_doubtful.clear();
    for (const auto& [number, signed_board] : m_people.directory().boards()) m_doubtful[number] = {};   // unless it is among these
    for (auto info : boards) {
        if (info.level < wire::SendingLevel::prompt || info.level > wire::SendingLevel::mixed) info.level = wire::SendingLevel::prompt;   // of a later version
        if (const auto wanted = signed_policy(info.board)) {
            m_doubtful[info.board] = info;
            settle_doubt(info.board);
            info = *wanted;
        }
        take_up(info);
        m_boards.try_emplace(info.board, info.board);
    }
    persist_boards();
    set_token_supply();
}

void Workspace::set_token_supply() { m_wallet.set_supply(mixes() ? wire::kTokensPerDeviceMixed : 0); }

void Workspace::settle_doubt(std::uint32_t board)
{
    const auto doubt = m_doubtful.find(board);
    if (doubt == m_doubtful.end() || doubt->second != *signed_policy(board)) return;
    m_doubtful.erase(doubt);
    m_doubts_said.erase(board);
}

// The directory has been read as far as it goes: what was doubtful until now is wrong.
void Workspace::tell_of_doubts()
{
    for (const auto& [number, info] : std::exchange(m_doubtful, {}))
        if (m_doubts_said.insert(number).second) {
            const auto name = m_people.board_name(number);
            notice(api::Code::relay_policy, api::Severity::error, name.empty() ? std::to_string(number) : name);
        }
}

// The relay alone, sealed, or an administrator can say so: an ingress cannot. People should know all the same.
void Workspace::tell_of_mixing()
{
    if (!std::exchange(m_mixing_ended, {}).empty()) notice(api::Code::mixing_ended, api::Severity::warning);
}

void Workspace::on_board_set(const directory::BoardSet& set)
{
    const bool was_mixed = is_mixed(set.board);
    settle_doubt(set.board);
    take_up(*signed_policy(set.board));
    m_board_list_changed = true;   // its name, perhaps
    m_boards.try_emplace(set.board, set.board);
    persist_boards();
    set_token_supply();
    if (set.turned) on_closed_or_opened(set.board);
    if (was_mixed == is_mixed(set.board) || !m_session_ready || m_on_errands) return;
    // From here on the cells that wait, and those that nobody has read back yet, go the other way.
    stop_mixing();
    restart_all_flights();
    start_mixing();
}

// What is for a closed board stays where it is, stored, and goes out when it is open again. First contacts go on about other boards: what
// was in the air there takes off anew, since nobody looks for old counters for ever.
void Workspace::on_closed_or_opened(std::uint32_t board)
{
    const bool closed = is_closed(board);
    bool concerns_us = false;
    for (auto& [id, conversation] : m_conversations) {
        if (conversation->board != board) continue;
        concerns_us = concerns_us || conversation->active;
        conversation->lane.restart_flights();
        conversation->upkeep_at.reset();   // everybody's turn is reckoned from when it is open
        conversation->upkeep_unknown = true;
    }
    for (auto& [device, contact] : m_contacts) {
        auto& lane = contact->lane;
        if (!closed || lane.items.empty() || !lane.items.front().flight || lane.items.front().flight->board != board) continue;
        lane.items.front().flight.reset();
        lane.persist_front(m_effects);
    }
    for (auto& [name, tree] : m_shared_trees)
        if (tree.board == board) tree.lane.restart_flights();
    m_conversations_changed = true;
    if (concerns_us) notice(closed ? api::Code::conversations_closed : api::Code::conversations_opened, api::Severity::information, m_people.board_name(board));
}

bool Workspace::is_held(const OutboxItem& item) const
{
    if (item.flight) return is_closed(item.flight->board);
    const auto* invitation = std::get_if<InviteIntent>(&item.intent);
    return invitation != nullptr && is_closed(invitation->board);
}

void Workspace::restart_all_flights()
{
    for (auto& [id, conversation] : m_conversations) conversation->lane.restart_flights();
    for (auto& [device, contact] : m_contacts) contact->lane.restart_flights();
    for (auto& [name, tree] : m_shared_trees) tree.lane.restart_flights();
}

// --- administering ---------------------------------------------------------------------------------------------------

// What was decided counts, whatever the relay has of it yet: the numbers follow one another.
std::map<std::uint32_t, Workspace::WantedBoard> Workspace::wanted_boards() const
{
    std::map<std::uint32_t, WantedBoard> wanted;
    for (const auto& [number, known] : m_people.directory().boards())
        wanted[number] = {{.administrator = {}, .board = number, .number = known.records, .level = known.level, .suite = known.suite, .retention_days = known.retention_days,
                           .sealed_name = known.sealed_name, .closed = known.closed, .signature = {}}, false};
    for (const auto& pending : m_revocations) {
        auto record = directory::decode_record(pending.record);
        auto* board = record ? std::get_if<directory::BoardRecord>(&*record) : nullptr;
        if (board == nullptr) continue;
        auto& entry = wanted[board->board];
        if (board->number < entry.record.number) continue;   // read back already
        ++board->number;
        entry = {std::move(*board), true};
    }
    return wanted;
}

void Workspace::run(const api::SetBoard& command)
{
    if (!is_administrator()) return notice(api::Code::not_administrator, api::Severity::warning);
    if (!is_board_name(command.name)) return notice(api::Code::name_missing, api::Severity::warning);
    if (command.level != api::Level::prompt && command.level != api::Level::mixed) return notice(api::Code::internal, api::Severity::error);   // not built
    const auto wanted = wanted_boards();
    auto number = command.board;
    if (number == api::kAnyBoard) {
        if (!m_board_infos.empty()) number = m_board_infos.back().board;
        if (!wanted.empty()) number = std::max(number, wanted.rbegin()->first);
        ++number;
    }
    const auto known = wanted.find(number);
    const bool is_new = known == wanted.end() && cell_board(number) == nullptr;
    if (is_new && (command.board != api::kAnyBoard || command.closed)) return notice(api::Code::unknown_board, api::Severity::warning);
    if (number > directory::kBoardNumberMax || (known == wanted.end() && wanted.size() >= directory::kSignedBoardsMax))
        return notice(api::Code::too_many_boards, api::Severity::warning);

    directory::BoardRecord record{.administrator = {},
                                  .board = number,
                                  .number = known == wanted.end() ? 0 : known->second.record.number,
                                  .level = command.level == api::Level::mixed ? directory::BoardLevel::mixed : directory::BoardLevel::prompt,
                                  .suite = command.post_quantum ? directory::BoardSuite::post_quantum : directory::BoardSuite::classical,
                                  .retention_days = command.retention_days,
                                  .sealed_name = {},
                                  .closed = command.closed,
                                  .signature = {}};
    const bool was_closed = known != wanted.end() && known->second.record.closed;
    if (known != wanted.end() && m_people.open_board_name(known->second.record.sealed_name) == command.name) {
        const auto& now_is = known->second.record;
        record.sealed_name = now_is.sealed_name;
        if (record.level == now_is.level && record.suite == now_is.suite && record.retention_days == now_is.retention_days && record.closed == was_closed) return;   // it is so
    } else {
        auto sealed = directory::seal_name(m_account.directory_key, directory::NameOf::board, {command.name, ""}, m_environment.random);
        if (!sealed) return notice(api::Code::name_missing, api::Severity::warning);
        record.sealed_name = std::move(*sealed);
    }
    const auto is_open = [&](const auto& other) { return other.first != number && !other.second.record.closed; };
    if (command.closed && std::ranges::none_of(wanted, is_open)) return notice(api::Code::last_open_board, api::Severity::warning, command.name);
    auto deed = is_new ? api::Code::board_added : api::Code::board_changed;
    if (command.closed != was_closed) deed = command.closed ? api::Code::board_closed : api::Code::board_opened;
    const auto& key = m_account.root ? *m_account.root : m_account.identity;
    append(m_account.root ? directory::sign_board(key, std::move(record)) : directory::sign_board_as_administrator(key, std::move(record)),
           deed, command.name);
    m_board_list_changed = true;
    if (!m_session_ready) notice(api::Code::board_waiting, api::Severity::information, command.name);
}

std::vector<api::Board> Workspace::board_list() const
{
    std::map<std::uint32_t, api::Board> boards;
    for (const auto& info : m_board_infos) {
        if (info.kind != wire::BoardKind::cells) continue;
        const auto suite = conversation_suite(info.cipher_suite);
        boards[info.board] = {.number = info.board,
                              .name = {},
                              .level = api::Level(std::uint8_t(info.level)),
                              .post_quantum = suite && is_post_quantum(*suite),
                              .retention_days = info.retention_days,
                              .is_signed = m_people.directory().board(info.board) != nullptr,
                              .waiting = false,
                              .closed = is_closed(info.board)};
    }
    for (const auto& [number, wanted] : wanted_boards()) {
        auto& board = boards[number];
        board.number = number;
        board.name = m_people.open_board_name(wanted.record.sealed_name);
        board.level = api::Level(std::uint8_t(wanted.record.level));
        board.post_quantum = wanted.record.suite == directory::BoardSuite::post_quantum;
        board.retention_days = wanted.record.retention_days;
        board.waiting = wanted.waits;
        board.closed = wanted.record.closed;
    }
    std::vector<api::Board> list;
    for (auto& [number, board] : boards) list.push_back(std::move(board));
    return list;
}

}  // namespace sinetti::chat
