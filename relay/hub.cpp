#include "relay/hub.h"

#include "directory/chain.h"
#include "relay/auth.h"
#include "relay/limits.h"
#include "relay/log.h"

#include <algorithm>

namespace sinetti::relay {

using base::Unexpected;
using wire::Refusal;

std::vector<SharedBytes> frames_of(std::uint32_t request_id, std::uint32_t board, std::uint64_t first, std::span<const EntryWithHead> entries,
                                   bool every_last, bool final_last, wire::Seal seal)
{
    std::vector<SharedBytes> frames;
    while (!entries.empty()) {
        wire::Entries frame{.request_id = request_id, .board = board, .first_position = first};
        std::size_t size = 0;
        const auto block_rest = wire::kBlockEntries - first % wire::kBlockEntries;
        while (frame.entries.size() < std::min<std::uint64_t>(entries.size(), block_rest)) {
            const auto& next = *entries[frame.entries.size()].entry;
            size += wire::encoded_entry_size(next.size());
            if (size > wire::kEntriesSizeMax) break;
            frame.entries.push_back(next);
        }
        const auto count = frame.entries.size();
        CHECK_INVARIANT(count > 0);
        frame.head = entries[count - 1].head;
        entries = entries.subspan(count);
        first += count;
        frame.last = every_last || (final_last && entries.empty());
        frames.push_back(std::make_shared<const base::Bytes>(wire::encode(frame, seal)));
    }
    return frames;
}

namespace {

SharedBytes sealed(channel::SharedKey& key, const base::Bytes& frame) { return std::make_shared<const base::Bytes>(key.seal(frame)); }

}  // namespace

Hub::Hub(Store& store, Post post, const base::Clock& clock, base::Random& random) : m_store(store), m_post(std::move(post)), m_clock(clock), m_random(random)
{
}

Hub::~Hub() = default;

void Hub::stop()
{
    m_writer.reset();
    m_reader.reset();
}

StoreResult<void> Hub::load()
{
    for (const auto& state : TRY(m_store.boards())) m_boards[state.info.board].state = state;
    const auto length = m_boards.at(wire::kDirectoryBoard).state.length;
    for (std::uint64_t position = 0; position < length;) {
        const auto entries = TRY(m_store.read(wire::kDirectoryBoard, position, wire::kBlockEntries));
        if (entries.empty()) return Unexpected(StoreError::broken);
        for (const auto& entry : entries) {
            const auto record = TRY_OR(directory::decode_record(entry.entry), StoreError::broken);
            TRY_OR(m_directory.apply(position, record), StoreError::broken);
            m_records.emplace(entry.tag, position);
            ++position;
        }
    }
    m_writer = std::make_unique<StoreWriter>(m_store, m_post, [this](std::vector<FinishedAppend>&& batch) { on_batch(std::move(batch)); });
    m_reader = std::make_unique<StoreReader>(m_store);
    return {};
}

const BoardState* Hub::board(std::uint32_t board) const
{
    const auto found = m_boards.find(board);
    return found == m_boards.end() ? nullptr : &found->second.state;
}

std::vector<wire::BoardInfo> Hub::board_infos() const
{
    std::vector<wire::BoardInfo> infos;
    for (const auto& [number, board] : m_boards) infos.push_back(board.state.info);
    return infos;
}

// --- appending -----------------------------------------------------------------------------------------------------

void Hub::append_cell(std::uint32_t board, base::Bytes&& cell, AppendCallback done)
{
    wire::Tag tag;
    std::copy_n(cell.begin(), tag.size(), tag.begin());
    AppendJob job{.entry = {board, tag, std::make_shared<const base::Bytes>(std::move(cell))}, .done = done};
    if (!m_writer->submit(std::move(job))) done({.refusal = Refusal::overloaded});
}

void Hub::append_record(base::Bytes&& bytes, directory::Record&& record, AppendCallback done)
{
    if (m_pending_records.size() >= kRecordQueueMax) return done({.refusal = Refusal::overloaded});
    m_pending_records.push_back({std::move(bytes), std::move(record), std::move(done)});
    check_next_record();
}

void Hub::check_next_record()
{
    while (!m_record_in_flight && !m_pending_records.empty()) {
        auto& pending = m_pending_records.front();
        const auto tag = directory::record_tag(pending.bytes);
        if (const auto known = m_records.find(tag); known != m_records.end()) {
            finish_record({.refusal = {}, .position = known->second});
            continue;
        }
        if (const auto allowed = m_directory.check(pending.record, m_clock.now()); !allowed) {
            finish_record({.refusal = refusal_of(allowed.error())});
            continue;
        }
        AppendJob job{.entry = {wire::kDirectoryBoard, tag, std::make_shared<const base::Bytes>(pending.bytes)},
                      .done = [this](const AppendAnswer& answer) {
                          m_record_in_flight = false;
                          finish_record(answer);
                          check_next_record();
                      }};
        m_record_in_flight = m_writer->submit(std::move(job));
        if (!m_record_in_flight) finish_record({.refusal = Refusal::overloaded});
    }
}

void Hub::finish_record(const AppendAnswer& answer)
{
    auto done = std::move(m_pending_records.front().done);
    m_pending_records.pop_front();
    done(answer);
}

void Hub::on_batch(std::vector<FinishedAppend>&& batch)
{
    std::map<std::uint32_t, std::vector<const FinishedAppend*>> appended;
    for (const auto& finished : batch) {
        if (finished.is_new) appended[finished.job.entry.board].push_back(&finished);
    }
    for (const auto& [board, entries] : appended) publish(board, entries);
    for (auto& finished : batch) finished.job.done(finished.answer);
}

void Hub::publish(std::uint32_t number, std::span<const FinishedAppend* const> appended)
{
    auto& board = m_boards.at(number);
    std::vector<EntryWithHead> entries;
    entries.reserve(appended.size());
    for (const auto* finished : appended) entries.push_back({finished->job.entry.entry, finished->head});

    const auto first = board.state.length;
    CHECK_INVARIANT(appended.front()->answer.position == first);
    board.state.length += entries.size();
    board.state.head = entries.back().head;
    if (!board.followers.empty()) {
        for (const auto& frame : frames_of(wire::kNoRequest, number, first, entries, true, true, wire::Seal::shared)) {
            if (renew_stream_key(number, board)) {
                for (auto* follower : board.followers) follower->on_stream_key(board.stream_key->frame());
            }
            const auto message = sealed(*board.stream_key, *frame);
            for (auto* follower : board.followers) follower->on_live(message);
        }
    }
    if (number != wire::kDirectoryBoard) return;

    for (std::size_t i = 0; i < appended.size(); ++i) {
        m_records.emplace(appended[i]->job.entry.tag, first + i);
        const auto record = directory::decode_record(*appended[i]->job.entry.entry);
        CHECK_INVARIANT(record.has_value());
        // Without a clock: what was in time when it was checked stays so, here as after a restart.
        const auto applied = m_directory.apply(first + i, *record);
        CHECK_INVARIANT(applied.has_value());
        if (m_on_directory_change) m_on_directory_change(*applied);
        // Whoever has just been shut out knows the keys of before.
        if (std::holds_alternative<directory::Revoked>(*applied)) {
            for (auto& [other, followed] : m_boards) followed.stream_key.reset();
        }
    }
}

bool Hub::renew_stream_key(std::uint32_t number, Board& board)
{
    const auto now = m_clock.now();
    const auto lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(kStreamKeyLifetime).count();
    if (board.stream_key && !board.stream_key->is_spent() && now.value - board.stream_key_made.value < lifetime) return false;
    board.stream_key.emplace(channel::SharedKey::generate(number, m_random));
    board.stream_key_made = now;
    return true;
}

// --- reading -------------------------------------------------------------------------------------------------------

const Frames* Hub::cached(const BlockKey& key)
{
    const auto found = m_blocks.find(key);
    if (found == m_blocks.end()) return nullptr;
    m_recency.splice(m_recency.begin(), m_recency, found->second.recency);
    return &found->second.frames;
}

void Hub::cache(const BlockKey& key, const Frames& frames)
{
    if (m_blocks.contains(key)) return;
    m_recency.push_front(key);
    m_blocks.emplace(key, CachedBlock{frames, m_recency.begin()});
    if (m_blocks.size() <= kCachedBlocksMax) return;
    m_blocks.erase(m_recency.back());
    m_recency.pop_back();
}

void Hub::read(std::uint32_t request_id, std::uint32_t number, std::uint64_t first, std::function<void(FramesResult)> done)
{
    const auto& state = m_boards.at(number).state;
    CHECK_INVARIANT(first <= state.length);
    const auto block = first / wire::kBlockEntries;
    const auto end = std::min(state.length, (block + 1) * wire::kBlockEntries);
    const bool is_read = request_id != wire::kNoRequest;
    const bool cacheable = !is_read && first % wire::kBlockEntries == 0 && end - first == wire::kBlockEntries;

    if (cacheable) {
        if (const auto* frames = cached({number, block})) return done(*frames);
    }
    if (first == end) {
        wire::Entries nothing{.request_id = request_id, .board = number, .first_position = first, .last = true, .head = state.head};
        return done(Frames{{std::make_shared<const base::Bytes>(wire::encode(nothing))}, end, {}});
    }
    // A block that many will read is sealed once, like what they follow, under a key of its own.
    std::shared_ptr<channel::SharedKey> key;
    if (cacheable) key = std::make_shared<channel::SharedKey>(channel::SharedKey::generate(number, m_random));
    m_reader->submit([this, request_id, number, first, end, block, is_read, key, done = std::move(done)](Store& store) mutable {
        auto result = [&]() -> FramesResult {
            auto stored = TRY(store.read(number, first, end - first));
            if (stored.size() != end - first) return Unexpected(StoreError::broken);
            std::vector<EntryWithHead> entries;
            entries.reserve(stored.size());
            for (auto& entry : stored) entries.push_back({std::make_shared<const base::Bytes>(std::move(entry.entry)), entry.head});
            Frames read{frames_of(request_id, number, first, entries, false, is_read, key ? wire::Seal::shared : wire::Seal::session), end, {}};
            if (!key) return read;
            read.key = key->frame();
            for (auto& frame : read.frames) frame = sealed(*key, *frame);
            return read;
        }();
        m_post([this, number, block, done = std::move(done), result = std::move(result)]() mutable {
            if (result && result->key) cache({number, block}, *result);
            done(std::move(result));
        });
    });
}

wire::Entries Hub::caught_up_frame(std::uint32_t board) const
{
    const auto& state = m_boards.at(board).state;
    return {.board = board, .first_position = state.length, .last = true, .head = state.head};
}

wire::SharedKey Hub::follow(std::uint32_t number, Follower& follower)
{
    auto& board = m_boards.at(number);
    if (renew_stream_key(number, board)) {
        for (auto* other : board.followers) other->on_stream_key(board.stream_key->frame());
    }
    board.followers.push_back(&follower);
    return board.stream_key->frame();
}

void Hub::unfollow(std::uint32_t board, Follower& follower)
{
    std::erase(m_boards.at(board).followers, &follower);
}

}  // namespace sinetti::relay
