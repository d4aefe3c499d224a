// What is older than the archive reaches, for a new device of this person (docs/protocol.md §13): left for it by each other one that is or
// comes online within the week, in the sessions of the archive, and looked for in them. Where no board keeps messages for that long, none of
// it happens.

#include "chat/archive_contents.h"
#include "chat/workspace.h"

#include <algorithm>
#include <functional>

namespace sinetti::chat {

bool Workspace::keeps_long(std::uint32_t board) const
{
    const auto* info = board_info(board);
    return info != nullptr && info->kind == wire::BoardKind::cells && (info->retention_days == 0 || info->retention_days > kArchiveDays);
}

bool Workspace::keeps_long() const
{
    return std::ranges::any_of(m_board_infos, [this](const wire::BoardInfo& info) { return keeps_long(info.board); });
}

// Along with what the archive gets for it.
void Workspace::leave_long_history(const PublicKey& reader)
{
    const auto since = now().value - m_people.directory().device(reader)->created.value;
    if (!writes_archive() || !keeps_long() || since > kLongDays * kArchiveDay) return;
    m_long_history.leaving[reader].reached.sent_ms = now().value - kLongAge * kArchiveDay;
    m_long_history.leave_at = m_archive.write_at;
    m_long_history.persist(m_effects);
}

void Workspace::want_long_history()
{
    if (!keeps_long()) return;
    for (const auto& device : other_devices()) {
        const auto known = m_long_history.found.find(device);
        const auto part = known == m_long_history.found.end() ? std::uint16_t{0} : known->second;
        if (part < kLongPartsMax) m_archive_run->wanted.push_back(archive::LongName{device, m_account.device.public_key(), part});
    }
}

// The newest that are older than `reached`, as many as fit; and how far that is.
base::SecretBytes Workspace::gather_long_history(LongHistory::Place& reached, bool& is_all) const
{
    struct Old {
        std::string_view id;
        const Conversation* conversation;
        const Timeline::Entry* entry;
    };
    const auto place_of = [](const Old& old) { return std::tuple(old.entry->message.sent_ms, old.id, old.entry->number); };
    const auto from = std::tuple(reached.sent_ms, std::string_view(reached.conversation), reached.number);
    std::vector<Old> all;
    for (const auto& [id, conversation] : m_conversations) {
        if (!keeps_long(conversation->board)) continue;
        const auto oldest = oldest_kept(conversation->board);
        for (const auto& entry : conversation->timeline.entries()) {
            const Old old{id, conversation.get(), &entry};
            if (entry.message.sent_ms >= oldest && is_archived(entry.message) && place_of(old) < from) all.push_back(old);
        }
    }
    std::ranges::sort(all, std::greater{}, place_of);

    ArchiveWriter writer(archive::kContentsMax);
    const Conversation* begun = nullptr;
    const Old* last = nullptr;
    is_all = true;
    for (const auto& old : all) {
        if (std::exchange(begun, old.conversation) != old.conversation) writer.begin(archived(*old.conversation));
        auto message = old.entry->message;
        message.id = archived_id(message, m_account.device.public_key());
        is_all = writer.add(message);
        if (!is_all) break;
        last = &old;
    }
    if (last != nullptr) reached = {last->entry->message.sent_ms, std::string(last->id), last->entry->number};
    return std::move(writer).take();
}

bool Workspace::begin_long_part()
{
    auto& leaving = m_long_history.leaving;
    const auto is_in_vain = [this](const auto& one) {
        const auto* device = m_people.directory().device(one.first);
        return device == nullptr || device->revoked || now().value - device->created.value > (kLongDays + 1) * kArchiveDay;
    };
    if (std::erase_if(leaving, is_in_vain) > 0) m_long_history.persist(m_effects);
    if (leaving.empty()) return false;
    auto& [reader, one] = *leaving.begin();
    auto& run = *m_archive_run;
    run.writing = true;
    run.name = archive::LongName{m_account.device.public_key(), reader, one.parts};
    run.long_reached = one.reached;
    run.blob = archive::seal_segment(run.key, run.name, gather_long_history(run.long_reached, run.long_is_all).view(), m_environment.random);
    put_segment(std::exchange(one.writing, true));
    m_long_history.persist(m_effects);
    return true;
}

// Empty ones follow until there are as many as there may be.
void Workspace::finish_long_part(const archive::LongName& name)
{
    const auto& run = *m_archive_run;
    const auto found = m_long_history.leaving.find(name.reader);
    CHECK_INVARIANT(found != m_long_history.leaving.end());
    auto& one = found->second;
    one.reached = run.long_reached;
    one.writing = false;
    ++one.parts;
    const auto parts_max = m_people.is_shared(name.reader) ? kLongPartsMaxShared : kLongPartsMax;
    if (one.parts >= parts_max || (run.long_is_all && is_round_count(one.parts))) m_long_history.leaving.erase(found);
    m_long_history.persist(m_effects);
    continue_archive();
}

}  // namespace sinetti::chat
