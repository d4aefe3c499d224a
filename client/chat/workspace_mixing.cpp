// Cells of boards of the level mixed: they go out one a second through an ingress that batches, and in no other way. Nobody answers;
// a cell has arrived when it is read back from the board, as everybody else reads it.
//
//   pump() finds the flights ─► prepare_mixed() seals the next cell, its token leaves the wallet ─► durable ─► at the tick it is sent
//
// At a tick nothing is computed and nothing stored, whichever it is that leaves: a cell must not be later than cover.

#include "channel/mixed_message.h"
#include "chat/workspace.h"

#include <algorithm>
#include <tuple>

namespace sinetti::chat {

bool Workspace::is_mixed(std::uint32_t board) const
{
    const auto* info = board_info(board);
    return info != nullptr && info->kind == wire::BoardKind::cells && info->level == wire::SendingLevel::mixed;
}

bool Workspace::mixes() const
{
    return std::ranges::any_of(m_board_infos, [this](const wire::BoardInfo& info) { return is_mixed(info.board); });
}

void Workspace::start_mixing()
{
    m_mixing_refused = false;
    if (mixes()) m_mix_clock.start(now(), m_environment.random);
}

void Workspace::stop_mixing()
{
    m_mix_clock.stop();
    m_mixed_cells.clear();
    m_cover.clear();
    drop_ready_cell();
}

// It was never shown to anybody.
void Workspace::drop_ready_cell()
{
    if (m_ready_cell) m_wallet.put_back(std::move(std::exchange(m_ready_cell, std::nullopt)->token));
}

// No ingress that batches is before us: the relay has got a mixed message where it should not. Nothing is sent in another way.
void Workspace::on_not_mixed()
{
    stop_mixing();
    restart_all_flights();
    m_mixing_refused = true;
    if (!std::exchange(m_mixing_refused_said, true)) notice(api::Code::not_mixed, api::Severity::error);
}

bool Workspace::is_short_of_tokens() const { return m_wallet.is_empty() || m_cells_used_up; }

const SenderSecret* Workspace::secret_of(const Lane& lane) const
{
    const auto* channel = own_channel(lane);
    return channel == nullptr ? nullptr : &channel->secret;
}

const Channel* Workspace::own_channel(const Lane& lane) const
{
    if (lane.name.kind == LaneKind::contact) return m_contacts.at(lane.name.owner)->outgoing.get();
    if (lane.name.kind == LaneKind::tree) return &m_shared_trees.at(lane.name.owner).channel;
    const auto* epoch = m_conversations.at(lane.name.owner)->epoch(lane.items.front().flight->epoch);
    return epoch == nullptr ? nullptr : &epoch->own_channel();
}

// The lane whose first item still is this flight, and may be sent.
Lane* Workspace::lane_in_the_air(const CellPlace& place)
{
    const auto lane = std::ranges::find(m_mixable, place.lane, [](const Lane* known) { return known->name; });
    if (lane == m_mixable.end()) return nullptr;
    const auto& item = (*lane)->items.front();
    const bool same = item.number == place.item && item.flight && place.fragment < item.flight->counters.size() && item.flight->counters[place.fragment] == place.counter;
    return same ? *lane : nullptr;
}

// The next fragment that has neither left nor been read back: in an earlier session, perhaps.
std::optional<CellPlace> Workspace::next_fragment(Lane& lane) const
{
    auto& item = lane.items.front();
    auto& flight = *item.flight;
    const auto* channel = own_channel(lane);
    if (channel == nullptr) return std::nullopt;
    const auto& partials = channel->parts.partials();
    const auto partial = std::ranges::find(partials, flight.message, &Reassembler::Partial::message);
    for (; flight.sent < flight.counters.size(); ++flight.sent) {
        const auto counter = flight.counters[flight.sent];
        const bool is_read = partial != partials.end() && partial->parts.contains(static_cast<std::uint16_t>(flight.sent));
        if (!is_read && !m_mixed_cells.contains(lane.name, counter)) return CellPlace{lane.name, item.number, flight.sent, counter};
    }
    return std::nullopt;
}

// What waits longest for its echo goes first. Then conversations take turns, and all invitations with their trees are one more: of these the one that
// lacks least is next, so that each is whole as soon as it can be and none waits for all.
std::optional<CellPlace> Workspace::next_cell()
{
    m_mixed_cells.forget_unless([this](const CellPlace& place) { return lane_in_the_air(place) != nullptr; });
    while (const auto* overdue = m_mixed_cells.overdue(now())) {
        if (overdue->tries >= kMixedTriesUnheard && !std::exchange(m_unheard_said, true)) notice(api::Code::cells_unheard, api::Severity::warning);
        if (overdue->tries < kMixedTriesMax) return overdue->place;
        const auto place = overdue->place;
        m_mixed_cells.seen(place.lane, place.counter);
        replace_cell(place);
    }
    if (m_mixed_cells.is_full() || m_mixable.empty()) return std::nullopt;
    std::ranges::sort(m_mixable, {}, [](const Lane* lane) {
        const auto& flight = *lane->items.front().flight;
        return std::tuple(lane->name.kind, lane->name.kind == LaneKind::conversation ? 0 : flight.counters.size() - flight.sent, lane->name);
    });
    const auto after = std::ranges::find_if(m_mixable, [this](const Lane* lane) { return m_last_lane.kind == LaneKind::conversation && m_last_lane < lane->name; });
    std::rotate(m_mixable.begin(), after, m_mixable.end());
    for (auto* lane : m_mixable)
        if (auto place = next_fragment(*lane)) return place;
    return std::nullopt;
}

// Between two ticks: so that at the next one there is something to send, and it is the same work then whatever it is.
void Workspace::prepare_mixed()
{
    if (!m_mix_clock.is_running()) return;
    if (m_cover.empty()) {
        auto cover = channel::seal_cover(m_account.relay_keys, m_environment.random);
        if (!cover) return m_mix_clock.stop();
        m_cover = std::move(*cover);
    }
    if (m_ready_cell && lane_in_the_air(m_ready_cell->place) == nullptr) drop_ready_cell();
    if (m_ready_cell) return;
    const auto place = next_cell();
    if (!place) return;
    auto token = m_wallet.take_for_cell(now());
    if (!token) {
        if (!std::exchange(m_cells_used_up, true)) notice(api::Code::cells_used_up, api::Severity::warning);
        return;
    }
    m_cells_used_up = false;
    auto& lane = *lane_in_the_air(*place);
    const auto& flight = *lane.items.front().flight;
    const auto cell = seal_cell(*secret_of(lane), place->counter, flight.board, split(flight.message, flight.payload)[place->fragment]);
    channel::MixedCell content{token->clone(), flight.board, base::to_bytes(cell)};
    auto message = channel::seal_cell_to_mix(m_account.relay_keys, content, m_environment.random);
    if (!message) return m_wallet.put_back(std::move(*token));
    m_last_lane = lane.name;
    m_ready_cell = ReadyCell{*place, std::move(*token), std::move(*message)};
}

// That the token is gone is durable, and so is the flight: stored before it is sent.
void Workspace::note_stored()
{
    if (m_ready_cell && m_effects.is_stored()) m_ready_cell->stored = true;
}

void Workspace::send_mixed()
{
    note_stored();
    if (!m_mix_clock.take(now())) return;
    auto& session = m_environment.session;
    if (m_ready_cell && m_ready_cell->stored) {
        session.send_mixed(session.connection(), m_ready_cell->message);
        m_mixed_cells.note_sent(m_ready_cell->place, now());
        m_ready_cell.reset();
    } else if (!m_cover.empty()) {
        session.send_mixed(session.connection(), m_cover);
        m_cover.clear();
    }
}

// A cell of our own channel was read. If it is not what goes out there, somebody squats on the tag: nobody will tell us otherwise.
void Workspace::on_own_cell(const Channel& channel, std::uint64_t counter, std::uint32_t board, base::ByteView cell)
{
    if (!is_mixed(board)) return;
    const auto name = lane_of(channel);
    if (m_mixed_cells.seen(name, counter)) m_unheard_said = m_mixing_refused_said = false;
    auto* lane = find_lane(name);
    if (lane == nullptr || lane->items.empty() || !lane->items.front().flight) return;
    const auto& item = lane->items.front();
    const auto& flight = *item.flight;
    if (channel.kind == ChannelKind::conversation && channel.epoch != flight.epoch) return;
    const auto found = std::ranges::find(flight.counters, counter);
    if (found == flight.counters.end()) return;
    const auto fragment = static_cast<std::size_t>(found - flight.counters.begin());
    const auto ours = seal_cell(channel.secret, counter, flight.board, split(flight.message, flight.payload)[fragment]);
    if (!base::equal(ours, cell)) replace_cell({name, item.number, fragment, counter});
}

}  // namespace sinetti::chat
