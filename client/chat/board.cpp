#include "chat/board.h"

#include "chat/effects.h"
#include "codec/reader.h"

namespace sinetti::chat {

namespace {

std::string board_record_name(std::uint32_t board) { return "board/" + std::to_string(board); }
std::string heads_name(std::uint32_t board, std::uint64_t part) { return board_record_name(board) + "/heads/" + std::to_string(part); }

}  // namespace

Board::Board(std::uint32_t number) : m_number(number), m_head(directory::initial_head(number)), m_boundaries{{m_head, {}}} {}

const wire::Head* Board::head_at(std::uint64_t position) const
{
    if (position == m_position) return &m_head;
    if (position <= m_stream_position && m_stream_position - position < m_stream_heads.size()) return &*(m_stream_heads.rbegin() + static_cast<std::ptrdiff_t>(m_stream_position - position));
    const auto block = position / wire::kBlockEntries;
    if (position % wire::kBlockEntries != 0 || !has_boundary(block)) return nullptr;
    return &boundary_of(block).head;
}

std::optional<wire::SignedHead> Board::signed_at(std::uint64_t position) const
{
    if (m_last_signed && m_last_signed->position == position) return m_last_signed;
    const auto block = position / wire::kBlockEntries;
    if (position % wire::kBlockEntries != 0 || !has_boundary(block) || !boundary_of(block).signature) return std::nullopt;
    return wire::SignedHead{m_number, position, boundary_of(block).head, *boundary_of(block).signature};
}

Board::Agreement Board::hold_to(const wire::SignedHead& statement)
{
    const auto position = statement.position;
    if (const auto* known = head_at(position)) {
        if (*known != statement.head) return {false, signed_at(position)};
        if (!m_last_signed || m_last_signed->position <= position) m_last_signed = statement;
        const auto block = position / wire::kBlockEntries;
        if (position % wire::kBlockEntries != 0 || position == 0 || boundary_of(block).signature) return {};
        boundary_of(block).signature = statement.signature;
        m_blocks_stored = std::min(m_blocks_stored, block);
        m_changed = true;
        return {};
    }
    if (position < m_position) return {};   // not kept: it cannot be compared any more
    const auto [claim, is_new] = m_claims.try_emplace(position, statement);
    if (!is_new && claim->second.head != statement.head) return {false, claim->second};
    if (m_claims.size() > kClaimsMax) m_claims.erase(std::prev(m_claims.end()));
    return {};
}

Board::Skipped Board::skip_to(const wire::SignedHead& cut)
{
    m_kept_from = cut.position;
    if (const auto* known = head_at(cut.position)) return {{*known == cut.head, signed_at(cut.position)}, false};
    if (const auto claim = m_claims.find(cut.position); claim != m_claims.end() && claim->second.head != cut.head) return {{false, claim->second}, false};
    const bool missed = cut.position > m_position;
    if (!missed) return {};   // we began behind it: there is nothing to compare
    m_position = cut.position;
    m_head = cut.head;
    m_first_block = cut.position / wire::kBlockEntries;
    m_boundaries = {{cut.head, {}}};
    m_checked.clear();
    m_blocks_stored = m_first_block;
    m_claims.erase(m_claims.begin(), m_claims.upper_bound(m_position));
    m_changed = true;
    return {{}, true};
}

std::uint64_t Board::begin_stream(std::uint64_t earliest_needed)
{
    const auto wanted = std::min(std::max({earliest_needed, m_first_block * wire::kBlockEntries, m_kept_from}), m_position);
    m_streaming = true;
    m_caught_up = false;
    m_stream_start = wanted - wanted % wire::kBlockEntries;
    m_stream_position = m_stream_start;
    m_stream_head = boundary_of(m_stream_position / wire::kBlockEntries).head;
    m_stream_heads.clear();
    m_checked.clear();
    m_recent = {m_stream_position, {}};
    return m_stream_position;
}

void Board::end_stream()
{
    m_streaming = false;
    m_caught_up = false;
    m_kept_from = 0;
}

Board::Verdict Board::check(const wire::Entries& frame)
{
    if (!m_streaming) return Verdict::garbled;
    const auto end = frame.first_position + frame.entries.size();
    if (end < frame.first_position) return Verdict::garbled;
    if (!frame.entries.empty() && end <= m_stream_position) return Verdict::repeated;
    if (frame.first_position != m_stream_position) return Verdict::garbled;
    auto head = m_stream_head;
    std::vector<wire::Head> heads;
    heads.reserve(frame.entries.size());
    for (auto position = m_stream_position; position < end; ++position) {
        head = directory::next_head(head, position, frame.entries[static_cast<std::size_t>(position - m_stream_position)]);
        heads.push_back(head);
        const auto* known = head_at(position + 1);
        if (known != nullptr && *known != head) return Verdict::fork;
        const auto claim = m_claims.find(position + 1);
        if (claim != m_claims.end() && claim->second.head != head) return Verdict::fork;
        if ((position + 1) % wire::kBlockEntries == 0 && known == nullptr && claim == m_claims.end()) return Verdict::garbled;   // not signed
    }
    if (head != frame.head) return Verdict::garbled;
    if (frame.last && end < m_position) return Verdict::fork;   // the board is shorter than it was
    const bool is_signed = m_claims.contains(end) || (m_last_signed && m_last_signed->position == end);
    if (frame.last && !m_caught_up && !is_signed) return Verdict::garbled;
    m_stream_head = head;
    m_checked_from = m_stream_position;
    m_stream_position = end;
    if (m_number == wire::kDirectoryBoard) m_stream_heads.insert(m_stream_heads.end(), heads.begin(), heads.end());
    while (m_stream_heads.size() > kStreamHeadsMax) m_stream_heads.pop_front();
    m_checked = std::move(heads);
    if (frame.last) {
        m_caught_up = true;
        m_changed = m_changed || !m_begun;
        m_begun = true;
    }
    return Verdict::good;
}

void Board::remember(std::uint64_t position, base::ByteView entry)
{
    CHECK_INVARIANT(position == m_recent.first_position + m_recent.entries.size());
    m_recent.entries.push_back(base::to_bytes(entry));
    if (m_recent.entries.size() > kRecentEntries) {
        m_recent.entries.pop_front();
        ++m_recent.first_position;
    }
}

void Board::advance(base::ByteView entry)
{
    // Most of what a cell of somebody else's costs is its hash: it was made when the frame was checked, on the same chain as ours.
    const bool is_checked = m_position >= m_checked_from && m_position - m_checked_from < m_checked.size();
    m_head = is_checked ? m_checked[static_cast<std::size_t>(m_position - m_checked_from)] : directory::next_head(m_head, m_position, entry);
    ++m_position;
    const auto claim = m_claims.find(m_position);
    if (m_position % wire::kBlockEntries == 0)
        m_boundaries.push_back({m_head, claim == m_claims.end() ? std::nullopt : std::optional(claim->second.signature)});
    if (claim != m_claims.end()) m_last_signed = claim->second;
    m_claims.erase(m_claims.begin(), m_claims.upper_bound(m_position));
    m_changed = true;
}

void Board::persist(Effects& effects)
{
    if (!m_changed) return;
    m_changed = false;
    m_position_stored = m_position;
    codec::SecretWriter writer;
    writer.u64(m_position).raw(m_head).u64(m_first_block).optional_marker(m_begun);
    effects.put(board_record_name(m_number), writer.view());
    const auto end = m_first_block + m_boundaries.size();
    for (auto part = m_blocks_stored / kHeadsPerRecord; part * kHeadsPerRecord < end && m_blocks_stored < end; ++part) {
        codec::SecretWriter heads;
        for (auto block = std::max<std::uint64_t>(part * kHeadsPerRecord, m_first_block); block < std::min<std::uint64_t>(end, (part + 1) * kHeadsPerRecord); ++block) {
            const auto& boundary = boundary_of(block);
            heads.raw(boundary.head).optional_marker(boundary.signature.has_value());
            if (boundary.signature) heads.raw(*boundary.signature);
        }
        effects.put(heads_name(m_number, part), heads.view());
    }
    m_blocks_stored = end;
}

std::optional<Board> Board::load(std::uint32_t number, const store::Records& records)
{
    Board board(number);
    const auto record = records.find(board_record_name(number));
    if (record == records.end()) return board;
    codec::Reader reader(record->second.view());
    const auto position = reader.u64();
    const auto head = reader.array<32>();
    const auto first_block = reader.u64();
    const auto begun = reader.optional_marker();
    if (!position || !head || !first_block || !begun || !reader.empty() || *first_block > *position / wire::kBlockEntries) return std::nullopt;
    board.m_position = board.m_position_stored = *position;
    board.m_head = *head;
    board.m_first_block = *first_block;
    board.m_begun = *begun;
    board.m_boundaries.clear();
    const auto end = *position / wire::kBlockEntries + 1;
    for (auto part = *first_block / kHeadsPerRecord; part * kHeadsPerRecord < end; ++part) {
        const auto heads = records.find(heads_name(number, part));
        if (heads == records.end()) return std::nullopt;
        codec::Reader heads_reader(heads->second.view());
        while (!heads_reader.empty()) {
            const auto boundary_head = heads_reader.array<32>();
            const auto is_signed = heads_reader.optional_marker();
            if (!boundary_head || !is_signed) return std::nullopt;
            Boundary boundary{*boundary_head, {}};
            if (*is_signed) {
                const auto signature = heads_reader.array<64>();
                if (!signature) return std::nullopt;
                boundary.signature = *signature;
            }
            board.m_boundaries.push_back(boundary);
        }
        if (board.m_boundaries.size() != std::min<std::uint64_t>(end, (part + 1) * kHeadsPerRecord) - *first_block) return std::nullopt;
    }
    board.m_blocks_stored = end;
    board.m_changed = false;
    return board;
}

}  // namespace sinetti::chat
