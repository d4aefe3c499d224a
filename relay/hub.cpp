#include "relay/hub.h"

#include "directory/board_statement.h"
#include "directory/chain.h"
#include "relay/auth.h"
#include "relay/limits.h"
#include "relay/log.h"
#include "relay/signed_policy.h"
#include "wire/block.h"

#include <algorithm>

namespace sinetti::relay {

using base::Unexpected;
using wire::Refusal;

namespace {

wire::SignedHead signed_statement(const crypto::SignaturePrivateKey& key, directory::StatementKind kind, std::uint32_t board, std::uint64_t position,
                                  const wire::Head& head)
{
    return {board, position, head, directory::sign_board_statement(key, kind, board, position, head)};
}

SharedBytes encoded(const wire::RelayFrame& frame, wire::Seal seal = wire::Seal::session)
{
    return std::make_shared<const base::Bytes>(wire::encode(frame, seal));
}

SharedBytes encoded_block(std::uint32_t number, std::uint64_t block, const wire::Head& before, std::span<StoredEntry> entries,
                          const crypto::SignaturePrivateKey& key)
{
    wire::Block content{.board = number, .block = block, .before = before};
    for (auto& entry : entries) content.cells.push_back(std::move(entry.entry));
    const auto end = signed_statement(key, directory::StatementKind::head, number, (block + 1) * wire::kBlockEntries, entries.back().head);
    content.after = end.head;
    content.signature = end.signature;
    return std::make_shared<const base::Bytes>(wire::encode(content));
}

// How many of the entries, all of one block, the next frame takes: as many as it holds, but no size class that it would fill to
// less than two thirds. Five cells are four and one, and not the class of sixteen.
std::size_t count_for_frame(std::span<const EntryWithHead> entries, wire::Seal seal)
{
    const auto room = [&](std::size_t frame_size) {
        return std::min(frame_size - wire::seal_size(seal) - wire::kEntriesOverheadMax, wire::kEntriesSizeMax);
    };
    auto frame_size = wire::kFrameSizes.begin();
    std::size_t count = 0, size = 0, smaller_count = 0;   // smaller_count: what the class below holds
    for (; count < entries.size(); ++count) {
        size += wire::encoded_entry_size(entries[count].entry->size());
        while (frame_size != wire::kFrameSizes.end() && size > room(*frame_size)) {
            smaller_count = count;
            ++frame_size;
        }
        if (frame_size == wire::kFrameSizes.end()) return count;   // the largest is full
    }
    return smaller_count > 0 && size < room(*frame_size) * 2 / 3 ? smaller_count : count;
}

}  // namespace

std::vector<EntriesFrame> frames_of(std::uint32_t request_id, std::uint32_t board, std::uint64_t first, std::span<const EntryWithHead> entries,
                                    bool every_last, bool final_last, wire::Seal seal, const crypto::SignaturePrivateKey* signing_key)
{
    std::vector<EntriesFrame> frames;
    std::vector<base::ByteView> views;
    while (!entries.empty()) {
        wire::Entries frame{.request_id = request_id, .board = board, .first_position = first};
        const auto block_rest = wire::kBlockEntries - first % wire::kBlockEntries;
        const auto count = count_for_frame(entries.first(static_cast<std::size_t>(std::min<std::uint64_t>(entries.size(), block_rest))), seal);
        views.clear();
        for (const auto& next : entries.first(count)) views.push_back(*next.entry);
        frame.head = entries[count - 1].head;
        entries = entries.subspan(count);
        frame.last = every_last || (final_last && entries.empty());
        const auto end = first + count;
        if (signing_key != nullptr && end % wire::kBlockEntries == 0)
            frames.push_back({first, encoded(signed_statement(*signing_key, directory::StatementKind::head, board, end, frame.head), seal)});
        frames.push_back({first, std::make_shared<const base::Bytes>(wire::encode_entries(frame, views, seal))});
        first = end;
    }
    return frames;
}

namespace {

SharedBytes sealed(channel::SharedKey& key, const base::Bytes& frame) { return std::make_shared<const base::Bytes>(key.seal(frame)); }

}  // namespace

Hub::Hub(Store& store, Post post, const base::Clock& clock, base::Random& random, const crypto::SignaturePrivateKey& signing_key)
    : m_store(store), m_post(std::move(post)), m_clock(clock), m_random(random), m_signing_key(signing_key)
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
    (void)m_store.take_written();   // it is in what follows
    for (const auto& state : TRY(m_store.boards())) m_boards[state.info.board] = {.state = state, .stored_cut = state.cut};
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
    TRY(reconcile_policies());
    m_writer = std::make_unique<StoreWriter>(
        m_store, m_post, [this](std::vector<Written>&& written, std::vector<FinishedAppend>&& finished) { on_batch(std::move(written), std::move(finished)); });
    m_reader = std::make_unique<StoreReader>(m_store);
    return {};
}

// The store does what a record says as it writes it. A database that was changed by hand, or comes from elsewhere, may have it otherwise.
StoreResult<void> Hub::reconcile_policies()
{
    bool changed = false;
    for (const auto& [number, signed_board] : m_directory.boards()) {
        const auto policy = policy_of(number, signed_board);
        const auto known = m_boards.find(number);
        if (known != m_boards.end() && is_as_signed(known->second.state, policy)) continue;
        TRY(m_store.set_signed_policy(policy));
        log_line("board " + std::to_string(number) + " was not what its administrators have signed, and is again");
        changed = true;
    }
    if (!changed) return {};
    for (const auto& state : TRY(m_store.boards())) m_boards[state.info.board] = {.state = state, .stored_cut = state.cut};
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
    AppendJob job{.entry = {board, tag, std::make_shared<const base::Bytes>(std::move(cell)), day_of(m_clock.now()), {}}, .done = done};
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
        AppendJob job{.entry = {wire::kDirectoryBoard, tag, std::make_shared<const base::Bytes>(pending.bytes), day_of(m_clock.now()),
                                m_boards.at(wire::kDirectoryBoard).state.length},
                      .done = [this](const AppendAnswer& answer) {
                          m_record_in_flight = false;
                          if (!answer.moved) finish_record(answer);
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

// Records are handed to the writer one by one.
void Hub::when_flushed(std::function<void()> done)
{
    m_writer->when_flushed([this, done = std::move(done)]() mutable { m_pending_records.empty() ? done() : when_flushed(std::move(done)); });
}

void Hub::on_batch(std::vector<Written>&& written, std::vector<FinishedAppend>&& finished)
{
    // The directory first: what comes after it may be on a board that it makes.
    std::vector<const Written*> records;
    for (const auto& entry : written)
        if (entry.board == wire::kDirectoryBoard) records.push_back(&entry);
    if (!records.empty()) publish(wire::kDirectoryBoard, records);
    std::map<std::uint32_t, std::vector<const Written*>> by_board;
    for (const auto& entry : written) {
        if (entry.board == wire::kDirectoryBoard) continue;
        // Of a board that another relay has added and tend() has not seen yet: it will count these then.
        if (m_boards.contains(entry.board)) by_board[entry.board].push_back(&entry);
    }
    for (const auto& [board, entries] : by_board) publish(board, entries);
    for (auto& one : finished) one.job.done(one.answer);
}

void Hub::publish(std::uint32_t number, std::span<const Written* const> written)
{
    auto& board = m_boards.at(number);
    std::vector<EntryWithHead> entries;
    entries.reserve(written.size());
    for (const auto* entry : written) entries.push_back({entry->entry, entry->head});

    const auto first = board.state.length;
    CHECK_INVARIANT(written.front()->position == first && written.back()->position == first + written.size() - 1);
    board.state.length += entries.size();
    board.state.head = entries.back().head;
    if (!board.followers.empty()) {
        for (const auto& frame : frames_of(wire::kNoRequest, number, first, entries, true, true, wire::Seal::shared, &m_signing_key)) {
            if (renew_stream_key(number, board)) {
                for (auto* follower : board.followers) follower->on_stream_key(board.stream_key->frame());
            }
            const auto message = sealed(*board.stream_key, *frame.bytes);
            std::erase_if(board.followers, [&](Follower* follower) { return !follower->on_live(number, frame.position, message); });
        }
    }
    if (number != wire::kDirectoryBoard) return;
    for (const auto* entry : written) apply_record(*entry);
}

void Hub::apply_record(const Written& written)
{
    m_records.emplace(written.tag, written.position);
    const auto record = directory::decode_record(*written.entry);
    CHECK_INVARIANT(record.has_value());
    // Without a clock: what was in time when it was checked stays so, here as after a restart.
    const auto applied = m_directory.apply(written.position, *record);
    CHECK_INVARIANT(applied.has_value());
    if (const auto* set = std::get_if<directory::BoardSet>(&*applied)) take_up_policy(set->board, written.makes_board);
    if (m_on_directory_change) m_on_directory_change(*applied);
    // Whoever has just been shut out knows the keys of before.
    if (std::holds_alternative<directory::Revoked>(*applied)) {
        for (auto& [other, followed] : m_boards) followed.stream_key.reset();
    }
}

void Hub::take_up_policy(std::uint32_t number, bool is_new)
{
    const auto policy = policy_of(number, *m_directory.board(number));
    const auto head = directory::initial_head(number);
    if (is_new) m_boards.try_emplace(number, Board{.state = {.info = policy.info, .head = head, .cut_head = head}});
    const auto known = m_boards.find(number);
    if (known == m_boards.end()) return tend();   // it was added beside this relay, and has not been seen yet
    known->second.state.info = policy.info;
    known->second.state.is_signed = true;
    known->second.state.closed = policy.closed;
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
    CHECK_INVARIANT(first >= state.cut && first <= state.length);
    const auto block = first / wire::kBlockEntries;
    const auto end = std::min(state.length, (block + 1) * wire::kBlockEntries);
    const bool is_read = request_id != wire::kNoRequest;
    const bool cacheable = !is_read && first % wire::kBlockEntries == 0 && end - first == wire::kBlockEntries;

    if (cacheable) {
        if (const auto* frames = cached({number, block})) return done(*frames);
    }
    if (first == end) {
        wire::Entries nothing{.request_id = request_id, .board = number, .first_position = first, .last = true, .head = state.head};
        return done(Frames{{encoded(nothing)}, end, {}});
    }
    // A block that many will read is read and sealed once, like what they follow, under a key of its own.
    std::shared_ptr<channel::SharedKey> key;
    if (cacheable) {
        auto& waiting = m_block_readers[{number, block}];
        waiting.push_back(std::move(done));
        if (waiting.size() > 1) return;
        key = std::make_shared<channel::SharedKey>(channel::SharedKey::generate(number, m_random));
    }
    m_reader->submit([this, request_id, number, first, end, block, is_read, key, done = std::move(done)](Store& store) mutable {
        auto result = [&]() -> FramesResult {
            auto stored = TRY(store.read(number, first, end - first));
            if (stored.size() != end - first) return Unexpected(StoreError::broken);
            std::vector<EntryWithHead> entries;
            entries.reserve(stored.size());
            for (auto& entry : stored) entries.push_back({std::make_shared<const base::Bytes>(std::move(entry.entry)), entry.head});
            Frames read{.frames = {}, .end = end, .key = {}};
            if (key) read.key = key->frame();
            const auto frames = frames_of(request_id, number, first, entries, false, is_read, key ? wire::Seal::shared : wire::Seal::session,
                                          is_read ? nullptr : &m_signing_key);
            for (const auto& frame : frames) read.frames.push_back(key ? sealed(*key, *frame.bytes) : frame.bytes);
            return read;
        }();
        m_post([this, number, block, shared = key != nullptr, done = std::move(done), result = std::move(result)]() mutable {
            if (!shared) return done(std::move(result));
            if (result) cache({number, block}, *result);
            const auto waiting = m_block_readers.extract({number, block});
            for (const auto& one : waiting.mapped()) one(result);
        });
    });
}

wire::Entries Hub::caught_up_frame(std::uint32_t board) const
{
    const auto& state = m_boards.at(board).state;
    return {.board = board, .first_position = state.length, .last = true, .head = state.head};
}

const wire::SignedHead& Hub::signed_head(std::uint32_t number)
{
    auto& board = m_boards.at(number);
    if (!board.signed_head || board.signed_head->position != board.state.length)
        board.signed_head = signed_statement(m_signing_key, directory::StatementKind::head, number, board.state.length, board.state.head);
    return *board.signed_head;
}

// Signed once: whoever asks for what has gone may do so as often as they like.
wire::Gone Hub::gone(std::uint32_t request_id, std::uint32_t number)
{
    auto& board = m_boards.at(number);
    if (!board.signed_cut || board.signed_cut->position != board.state.cut)
        board.signed_cut = signed_statement(m_signing_key, directory::StatementKind::cut, number, board.state.cut, board.state.cut_head);
    return {request_id, *board.signed_cut};
}

void Hub::block(std::uint32_t number, std::uint64_t block, std::function<void(SharedBytes)> done)
{
    const auto* state = board(number);
    if (state == nullptr || state->info.kind != wire::BoardKind::cells || block < state->cut / wire::kBlockEntries ||
        block >= state->length / wire::kBlockEntries)
        return done(nullptr);
    const auto start = block * wire::kBlockEntries;
    // The head before the block stands with the entry before it, unless that is cut off.
    const bool at_cut = start == state->cut;
    m_reader->submit([this, number, block, start, at_cut, cut_head = state->cut_head, done = std::move(done)](Store& store) mutable {
        SharedBytes bytes;
        const auto first = at_cut ? start : start - 1;
        auto entries = store.read(number, first, start + wire::kBlockEntries - first);
        if (entries && entries->size() == start + wire::kBlockEntries - first) {
            const auto before = at_cut ? cut_head : entries->front().head;
            bytes = encoded_block(number, block, before, std::span(*entries).subspan(start - first), m_signing_key);
        }
        m_post([this, number, block, start, at_cut, bytes = std::move(bytes), done = std::move(done)]() mutable {
            if (bytes == nullptr && !at_cut && board(number)->cut == start) return this->block(number, block, std::move(done));   // the one before has just gone
            done(std::move(bytes));
        });
    });
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

// --- policies and retention ----------------------------------------------------------------------------------------

StoreResult<Hub::Tended> Hub::survey(Store& store, Day today)
{
    Tended tended{.boards = TRY(store.boards()), .cuts = {}};
    for (const auto& state : tended.boards) {
        if (state.info.kind != wire::BoardKind::cells || state.info.retention_days == 0) continue;
        tended.cuts[state.info.board] = TRY(store.first_since(state.info.board, {today.value - state.info.retention_days}));
    }
    return tended;
}

void Hub::tend()
{
    if (m_tending) return;
    m_tending = true;
    m_writer->submit_chore([this, today = day_of(m_clock.now())](Store& store) {
        auto tended = survey(store, today);
        m_post([this, tended = std::move(tended)] {
            m_tending = false;
            if (tended) on_tended(*tended);
        });
    });
}

void Hub::on_tended(const Tended& tended)
{
    for (const auto& state : tended.boards) {
        const auto [board, added] = m_boards.try_emplace(state.info.board, Board{.state = state, .stored_cut = state.cut});
        if (added) log_line("board " + std::to_string(state.info.board) + " is new");
        board->second.state.info = state.info;
        board->second.state.is_signed = state.is_signed;
        board->second.state.closed = state.closed;
        if (!board->second.dropping) board->second.stored_cut = std::max(board->second.stored_cut, state.cut);
        move_cut(board->second, {state.cut, state.cut_head});
    }
    for (const auto& [number, cut] : tended.cuts) {
        auto& board = m_boards.at(number);
        const auto& state = board.state;
        if (cut.position > state.cut) {
            log_line("board " + std::to_string(number) + ": what is older than " + std::to_string(state.info.retention_days) + " days goes, " +
                     std::to_string((cut.position - state.cut) / wire::kBlockEntries) + " blocks");
        }
        move_cut(board, cut);
        drop_old_blocks(number);
    }
}

void Hub::move_cut(Board& board, const Boundary& cut)
{
    auto& state = board.state;
    if (cut.position <= state.cut) return;
    state.cut = cut.position;
    state.cut_head = cut.head;
    for (auto cached = m_recency.begin(); cached != m_recency.end();) {
        const auto key = *cached++;
        if (key.first == state.info.board && key.second < cut.position / wire::kBlockEntries) {
            m_recency.erase(m_blocks.at(key).recency);
            m_blocks.erase(key);
        }
    }
}

// One block at a time, so that appends wait for one at the most. A failure, as of a full disk, is tried again with the next
// tend().
void Hub::drop_old_blocks(std::uint32_t number)
{
    auto& board = m_boards.at(number);
    if (board.dropping || board.stored_cut >= board.state.cut) return;
    board.dropping = true;
    m_writer->submit_chore([this, number, end = board.state.cut](Store& store) {
        const auto dropped = store.drop_oldest_block(number, end);
        m_post([this, number, dropped] {
            auto& tended = m_boards.at(number);
            tended.dropping = false;
            if (!dropped) return;
            tended.stored_cut = *dropped;
            drop_old_blocks(number);
        });
    });
}

}  // namespace sinetti::relay
