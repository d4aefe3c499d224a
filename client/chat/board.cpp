#include "chat/board.h"

#include "chat/effects.h"
#include "codec/reader.h"

namespace sinetti::chat {

namespace {

std::string record_name(std::uint32_t board) { return "board/" + std::to_string(board); }
std::string heads_name(std::uint32_t board, std::size_t part) { return record_name(board) + "/heads/" + std::to_string(part); }

}  // namespace

Board::Board(std::uint32_t number) : m_number(number), m_head(directory::initial_head(number)), m_heads{m_head} {}

const wire::Head* Board::head_at(std::uint64_t position) const
{
    if (position == m_position) return &m_head;
    const auto block = position / wire::kBlockEntries;
    if (position % wire::kBlockEntries != 0 || block >= m_heads.size()) return nullptr;
    return &m_heads[static_cast<std::size_t>(block)];
}

std::uint64_t Board::begin_stream(std::uint64_t earliest_needed)
{
    const auto wanted = std::min(earliest_needed, m_position);
    m_streaming = true;
    m_caught_up = false;
    m_stream_start = wanted - wanted % wire::kBlockEntries;
    m_stream_position = m_stream_start;
    m_stream_head = m_heads[static_cast<std::size_t>(m_stream_position / wire::kBlockEntries)];
    m_recent = {m_stream_position, {}};
    return m_stream_position;
}

void Board::end_stream()
{
    m_streaming = false;
    m_caught_up = false;
}

Board::Verdict Board::check(const wire::Entries& frame)
{
    if (!m_streaming) return Verdict::garbled;
    const auto end = frame.first_position + frame.entries.size();
    if (end < frame.first_position) return Verdict::garbled;
    if (!frame.entries.empty() && end <= m_stream_position) return Verdict::repeated;
    if (frame.first_position != m_stream_position) return Verdict::garbled;
    auto head = m_stream_head;
    for (auto position = m_stream_position; position < end; ++position) {
        head = directory::next_head(head, position, frame.entries[static_cast<std::size_t>(position - m_stream_position)]);
        const auto* known = head_at(position + 1);
        if (known != nullptr && *known != head) return Verdict::fork;
    }
    if (head != frame.head) return Verdict::garbled;
    if (frame.last && end < m_position) return Verdict::fork;   // the board is shorter than it was
    m_stream_head = head;
    m_stream_position = end;
    if (frame.last) m_caught_up = true;
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
    m_head = directory::next_head(m_head, m_position, entry);
    ++m_position;
    if (m_position % wire::kBlockEntries == 0) m_heads.push_back(m_head);
    m_changed = true;
}

void Board::persist(Effects& effects)
{
    if (!m_changed) return;
    m_changed = false;
    codec::SecretWriter writer;
    writer.u64(m_position).raw(m_head);
    effects.put(record_name(m_number), writer.view());
    for (auto part = m_heads_stored / kHeadsPerRecord; part * kHeadsPerRecord < m_heads.size() && m_heads_stored < m_heads.size(); ++part) {
        codec::SecretWriter heads;
        for (auto i = part * kHeadsPerRecord; i < std::min(m_heads.size(), (part + 1) * kHeadsPerRecord); ++i) heads.raw(m_heads[i]);
        effects.put(heads_name(m_number, part), heads.view());
    }
    m_heads_stored = m_heads.size();
}

std::optional<Board> Board::load(std::uint32_t number, const store::Records& records)
{
    Board board(number);
    const auto record = records.find(record_name(number));
    if (record == records.end()) return board;
    codec::Reader reader(record->second.view());
    const auto position = reader.u64();
    const auto head = reader.array<32>();
    if (!position || !head || !reader.empty()) return std::nullopt;
    board.m_position = *position;
    board.m_head = *head;
    board.m_heads.clear();
    const auto boundaries = *position / wire::kBlockEntries + 1;
    for (std::size_t part = 0; board.m_heads.size() < boundaries; ++part) {
        const auto heads = records.find(heads_name(number, part));
        if (heads == records.end()) return std::nullopt;
        codec::Reader heads_reader(heads->second.view());
        while (!heads_reader.empty()) {
            const auto boundary_head = heads_reader.array<32>();
            if (!boundary_head) return std::nullopt;
            board.m_heads.push_back(*boundary_head);
        }
        if (board.m_heads.size() < std::min<std::uint64_t>(boundaries, (part + 1) * kHeadsPerRecord)) return std::nullopt;
    }
    if (board.m_heads.size() != boundaries) return std::nullopt;
    board.m_heads_stored = board.m_heads.size();
    board.m_changed = false;
    return board;
}

}  // namespace sinetti::chat
