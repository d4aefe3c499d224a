// The history that this person's devices leave for each other at the relay (docs/protocol.md §13), so that a new one can read what was
// said before it came. It is written and fetched in a session of its own, opened with a token: what is there, and when it is fetched,
// is nobody's in particular.

#include "chat/archive_contents.h"
#include "chat/workspace.h"

#include <algorithm>
#include <limits>

namespace sinetti::chat {

namespace {

constexpr std::size_t kReadsMax = 8;                 // under way at once
constexpr std::uint32_t kWritesMax = 8;
constexpr std::uint8_t kSizeClass = 0;
constexpr std::uint32_t kChunks = wire::blob_chunks(kSizeClass);
constexpr std::uint32_t kSegmentsPerRun = 8;         // what is more waits for the next time
constexpr base::UnixMilliseconds kNever{std::numeric_limits<std::int64_t>::max()};

static_assert(archive::kSegmentSize == std::size_t{kChunks} * wire::kBlobChunkSize);

bool is_same_line(const api::Message& a, const api::Message& b)
{
    return a.kind == b.kind && a.order == b.order && a.subject == b.subject && a.text == b.text;
}

}  // namespace

std::optional<base::UnixMilliseconds> Workspace::archive_wake() const
{
    if (m_archive_run || m_environment.errands == nullptr || m_archive.write_at.value == 0 || archive_due() == kNever) return {};
    return archive_due();
}

bool Workspace::is_archive_due() const { return !m_archive_run && m_archive.write_at.value != 0 && archive_due() <= now(); }

base::UnixMilliseconds Workspace::archive_due() const
{
    auto due = m_archive.write_at;
    if (m_archive.fetches_left > 0 || m_long_history.looks_left > 0) due = std::min(due, m_archive.fetch_at);
    if (!m_long_history.leaving.empty()) due = std::min(due, m_long_history.leave_at);
    return due;
}

// At moments that have nothing to do with when anything was said.
base::UnixMilliseconds Workspace::archive_moment(std::int64_t least, std::int64_t most)
{
    return {now().value + least + static_cast<std::int64_t>(m_environment.random.below(static_cast<std::uint64_t>(most - least)))};
}

// Once we know who is enrolled. A device that is its person's first has nothing to fetch; one on a shared machine goes away, and leaves
// nothing that the others would look for.
void Workspace::plan_archive()
{
    if (m_archive.write_at.value != 0 || m_environment.errands == nullptr || !is_caught_up()) return;
    m_archive.write_at = m_people.is_shared(m_account.device.public_key()) ? kNever : archive_moment(kArchiveDelayMin, kArchiveDelayMax);
    m_archive.fetch_at = now();
    m_long_history.looks_left = kLongLooks;
    if (other_devices().empty()) m_archive.fetches_left = m_long_history.looks_left = 0;
    m_archive.persist(m_effects);
    m_long_history.persist(m_effects);
}

bool Workspace::writes_archive() const { return m_archive.write_at.value != 0 && m_archive.write_at != kNever; }

void Workspace::hurry_archive()
{
    if (!writes_archive()) return;
    m_archive.write_at = std::min(m_archive.write_at, archive_moment(0, kArchiveHurryMax));
    m_archive.persist(m_effects);
}

void Workspace::postpone_archive()
{
    const base::UnixMilliseconds later{now().value + kArchiveRetry};
    m_archive.write_at = std::max(m_archive.write_at, later);
    m_archive.fetch_at = std::max(m_archive.fetch_at, later);
    m_long_history.leave_at = std::max(m_long_history.leave_at, later);
    m_archive.persist(m_effects);
    m_long_history.persist(m_effects);
}

// Of this person, also those that were signed out; those on shared machines have written nothing.
std::vector<PublicKey> Workspace::other_devices() const
{
    const auto* person = m_people.directory().identity(me());
    std::vector<PublicKey> devices;
    if (person == nullptr) return devices;
    for (const auto& device : person->devices)
        if (device != m_account.device.public_key() && !m_people.is_shared(device)) devices.push_back(device);
    return devices;
}

// --- a run -------------------------------------------------------------------------------------------------------------

void Workspace::on_archive_accepted()
{
    m_archive_run.emplace(ArchiveRun{.key = archive::history_key_of(m_account.identity)});
    auto& run = *m_archive_run;
    run.fetches = (m_archive.fetches_left > 0 || m_long_history.looks_left > 0) && m_archive.fetch_at <= now();
    if (run.fetches && m_archive.fetches_left > 0) {
        const auto today = archive_day(now());
        for (std::uint32_t ago = 0; ago <= kArchiveDays; ++ago)   // from tomorrow on, where clocks differ
            for (const auto& device : other_devices()) {
                const auto day = today + 1 - ago;
                if (day + 1 < archive_day(m_people.directory().device(device)->created)) continue;   // it was not there yet
                const auto known = m_archive.fetched.find({device, day});
                run.wanted.push_back(archive::SegmentName{device, day, known == m_archive.fetched.end() ? std::uint16_t{0} : known->second});
            }
    }
    if (run.fetches) want_long_history();
    continue_archive();
}

void Workspace::continue_archive()
{
    auto& run = *m_archive_run;
    while (run.requests.size() < kReadsMax && !run.wanted.empty()) {
        const auto name = run.wanted.front();
        run.wanted.pop_front();
        read_segment({name, {}});
    }
    if (!run.requests.empty()) return;
    if (std::exchange(run.fetches, false)) finish_fetching();
    if (!run.writing && m_archive.write_at <= now() && run.written < kSegmentsPerRun) return begin_segment();
    if (!run.writing && m_long_history.leave_at <= now() && begin_long_part()) return;
    if (!run.writing) m_environment.host.on_archive_done();
}

template<typename T>
void Workspace::archive_request(T&& frame, ArchiveRequest&& about)
{
    frame.request_id = m_archive_run->next_request++;
    m_archive_run->requests.emplace(frame.request_id, std::move(about));
    m_effects.send(*m_environment.errands, std::forward<T>(frame));
}

void Workspace::read_segment(SegmentRead&& read)
{
    const auto chunk = static_cast<std::uint32_t>(read.blob.size() / wire::kBlobChunkSize);
    archive_request(wire::BlobRead{.request_id = 0, .address = archive::address(m_archive_run->key, read.name), .chunk = chunk}, std::move(read));
}

void Workspace::on_blob_data(wire::BlobData&& data)
{
    if (!m_archive_run) return m_environment.host.on_errands_garbled();
    auto& run = *m_archive_run;
    const auto found = run.requests.find(data.request_id);
    auto* known = found == run.requests.end() ? nullptr : std::get_if<SegmentRead>(&found->second);
    if (known == nullptr || data.data.size() != wire::kBlobChunksRead * wire::kBlobChunkSize) return m_environment.host.on_errands_garbled();
    auto read = std::move(*known);
    run.requests.erase(found);
    read.blob.insert(read.blob.end(), data.data.begin(), data.data.end());
    if (read.blob.size() < archive::kSegmentSize) return read_segment(std::move(read));

    const auto contents = archive::open_segment(run.key, read.name, read.blob);
    auto conversations = contents ? parse_archive(contents->view()) : std::nullopt;
    const auto device = std::visit([](const auto& name) { return name.device; }, read.name);
    if (conversations)
        for (auto& conversation : *conversations) {
            if (std::holds_alternative<archive::LongName>(read.name)) std::ranges::reverse(conversation.messages);   // the newest comes first
            run.restored += restore(std::move(conversation), device);
        }
    else
        run.damaged = true;
    finish_read(read.name);
    continue_archive();
}

// What is damaged today will be tomorrow.
void Workspace::finish_read(const archive::Name& name)
{
    auto next = name;
    const std::uint16_t part = std::visit([](auto& known) { return ++known.part; }, next);
    bool may_go_on = part != 0;
    if (const auto* segment = std::get_if<archive::SegmentName>(&name)) {
        m_archive.fetched[{segment->device, segment->day}] = part;
        m_archive.persist(m_effects);
    } else {
        m_long_history.found[std::get<archive::LongName>(name).device] = part;
        m_long_history.persist(m_effects);
        may_go_on = part < kLongPartsMax;
    }
    if (may_go_on) m_archive_run->wanted.push_front(next);
}

void Workspace::finish_fetching()
{
    auto& run = *m_archive_run;
    --(m_archive.fetches_left > 0 ? m_archive.fetches_left : m_long_history.looks_left);
    if (m_archive.fetches_left > 0)
        m_archive.fetch_at = {now().value + kFetchDelays[m_archive.fetches_done()]};
    else if (!keeps_long())
        m_long_history.looks_left = 0;
    else
        m_archive.fetch_at = archive_moment(kLongLookDelayMin, kLongLookDelayMax);
    m_archive.persist(m_effects);
    m_long_history.persist(m_effects);
    if (run.restored > 0) notice(api::Code::history_restored, api::Severity::information);
    if (run.damaged) notice(api::Code::archive_damaged, api::Severity::warning);
}

// Everything, of a board that we do not know.
std::int64_t Workspace::oldest_kept(std::uint32_t board) const
{
    const auto* info = board_info(board);
    return info == nullptr || info->retention_days == 0 ? 0 : now().value - info->retention_days * kArchiveDay;
}

// What we have not got, or have got from another device of ours. What is older than its board keeps messages stays away.
std::size_t Workspace::restore(ArchivedConversation&& archived, const PublicKey& device)
{
    const auto oldest = oldest_kept(archived.board);
    auto& slot = m_conversations[base::to_hex(archived.group_id)];
    if (slot && slot->kind != archived.kind) return 0;
    if (!slot) {   // we shall be let in, or are not in it any more
        slot = std::make_unique<Conversation>(archived.group_id);
        slot->kind = archived.kind;
        slot->board = archived.board;
        slot->title = std::move(archived.title);
        slot->other = archived.other;
        slot->active = false;
    }
    auto& conversation = *slot;
    const auto before = conversation.timeline.entries().size();
    std::vector<api::Message> texts;
    for (auto& message : archived.messages) {
        message.id = archived_id(message, device);
        if (message.sent_ms < oldest || conversation.timeline.contains(message.id)) continue;
        conversation.changed_at = std::max(conversation.changed_at, base::UnixMilliseconds{message.sent_ms});
        if (message.kind == api::MessageKind::text) {
            texts.push_back(std::move(message));
            continue;
        }
        const auto is_there = [&](const Timeline::Entry& entry) { return is_same_line(entry.message, message); };
        if (std::ranges::none_of(conversation.timeline.entries(), is_there)) conversation.timeline.add(std::move(message), m_effects);
    }
    conversation.timeline.add_all(std::move(texts), m_effects);
    conversation.changed = true;
    m_conversations_changed = true;
    const auto added = conversation.timeline.entries().size() - before;
    if (added > 0 && conversation.id == m_open && !m_watching) show_timeline(conversation, 0);   // without a gap to what is far above
    return added;
}

// --- writing -------------------------------------------------------------------------------------------------------------

ArchivedConversation Workspace::archived(const Conversation& conversation)
{
    ArchivedConversation archived{.group_id = {}, .kind = conversation.kind, .board = conversation.board, .other = conversation.other, .title = conversation.title, .messages = {}};
    std::ranges::copy(conversation.group_id, archived.group_id.begin());
    return archived;
}

// What was said longer ago is the long history's; it may have come from there.
base::SecretBytes Workspace::gather_archive(ArchiveState::Reached& reached) const
{
    const auto oldest = now().value - kArchiveDays * kArchiveDay;
    ArchiveWriter writer(archive::kContentsMax);
    for (const auto& [id, conversation] : m_conversations) {
        std::vector<const Timeline::Entry*> entries;
        const auto from = reached.contains(id) ? reached.at(id) : 0;
        for (const auto& entry : conversation->timeline.entries())
            if (entry.number >= from) entries.push_back(&entry);
        if (entries.empty()) continue;
        std::ranges::sort(entries, {}, [](const auto* entry) { return entry->number; });
        writer.begin(archived(*conversation));
        for (const auto* entry : entries) {
            if (entry->message.delivery == api::Delivery::waiting) break;   // and what came after it waits with it
            auto message = entry->message;
            message.id = archived_id(message, m_account.device.public_key());
            if (is_archived(message) && message.sent_ms >= oldest && !writer.add(message)) return std::move(writer).take();
            reached[id] = entry->number + 1;
        }
    }
    return std::move(writer).take();
}

// Also when nothing has been said: whether somebody was spoken to is not the relay's to see.
void Workspace::begin_segment()
{
    auto& run = *m_archive_run;
    run.writing = true;
    if (const auto today = archive_day(now()); m_archive.day != today) {
        m_archive.day = today;
        m_archive.next_part = 0;
        m_archive.writing = false;
    }
    run.name = archive::SegmentName{m_account.device.public_key(), m_archive.day, m_archive.next_part};
    run.reached = m_archive.reached;
    run.blob = archive::seal_segment(run.key, run.name, gather_archive(run.reached).view(), m_environment.random);
    put_segment(std::exchange(m_archive.writing, true));
    m_archive.persist(m_effects);
}

// Under its name there may be the beginning of another one, from a run that was cut off.
void Workspace::put_segment(bool may_be_there)
{
    const auto& run = *m_archive_run;
    if (!may_be_there) return create_segment();
    archive_request(wire::BlobDelete{.request_id = 0, .upload_key = archive::upload_key(run.key, run.name)}, SegmentDelete{});
}

void Workspace::create_segment()
{
    const auto& run = *m_archive_run;
    const std::uint16_t days = std::holds_alternative<archive::LongName>(run.name) ? kLongDaysKept : kArchiveDays;
    archive_request(wire::BlobCreate{.request_id = 0, .upload_key = archive::upload_key(run.key, run.name), .size_class = kSizeClass, .days = days}, SegmentCreate{});
}

void Workspace::on_blob_state(const wire::BlobState& state)
{
    if (!m_archive_run) return m_environment.host.on_errands_garbled();
    auto& run = *m_archive_run;
    const auto found = run.requests.find(state.request_id);
    if (found == run.requests.end() || std::holds_alternative<SegmentRead>(found->second)) return m_environment.host.on_errands_garbled();
    const auto about = std::move(found->second);
    run.requests.erase(found);
    if (std::holds_alternative<SegmentDelete>(about)) return create_segment();
    const auto* write = std::get_if<SegmentWrite>(&about);
    if (state.size_class != kSizeClass || state.chunks != (write == nullptr ? 0 : write->chunk + 1)) return m_environment.host.on_errands_garbled();
    if (state.chunks == kChunks) return finish_segment();
    for (; run.next_chunk < std::min(kChunks, state.chunks + kWritesMax); ++run.next_chunk) {
        const auto data = base::ByteView(run.blob).subspan(run.next_chunk * wire::kBlobChunkSize, wire::kBlobChunkSize);
        archive_request(wire::BlobWrite{.request_id = 0, .upload_key = archive::upload_key(run.key, run.name), .chunk = run.next_chunk, .data = base::to_bytes(data)},
                        SegmentWrite{run.next_chunk});
    }
}

void Workspace::finish_segment()
{
    auto& run = *m_archive_run;
    run.writing = false;
    run.next_chunk = 0;
    if (const auto* part = std::get_if<archive::LongName>(&run.name)) return finish_long_part(*part);
    const bool was_more = run.reached != m_archive.reached;
    m_archive.reached = std::move(run.reached);
    m_archive.writing = false;
    ++m_archive.next_part;
    ++run.written;
    // The next one holds what did not fit into this one.
    auto ahead = m_archive.reached;
    if (was_more) (void)gather_archive(ahead);
    if (ahead == m_archive.reached) m_archive.write_at = archive_moment(kArchiveDelayMin, kArchiveDelayMax);
    m_archive.persist(m_effects);
    continue_archive();
}

void Workspace::on_archive_refused(const wire::Refused& refused)
{
    if (!m_archive_run) return m_environment.host.on_errands_garbled();
    auto& run = *m_archive_run;
    const auto found = run.requests.find(refused.request_id);
    if (found == run.requests.end()) return m_environment.host.on_errands_garbled();
    const auto about = std::move(found->second);
    run.requests.erase(found);
    if (refused.code == wire::Refusal::unknown_blob && std::holds_alternative<SegmentRead>(about)) return continue_archive();
    if (refused.code == wire::Refusal::unknown_blob && std::holds_alternative<SegmentDelete>(about)) return create_segment();
    postpone_archive();   // full, busy, or without blobs
    m_environment.host.on_archive_done();
}

void Workspace::on_archive_closed()
{
    m_archive_run.reset();
    if (m_archive.write_at.value != 0 && archive_due() <= now()) postpone_archive();   // it was cut off
}

}  // namespace sinetti::chat
