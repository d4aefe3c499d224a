// Finding messages in all conversations, and showing what was said around one of them.

#include "chat/search.h"
#include "chat/workspace.h"

#include <algorithm>

namespace sinetti::chat {

namespace {

struct Candidate {
    const Conversation* conversation = nullptr;
    const Timeline::Entry* entry = nullptr;
};

bool is_newer(const Candidate& a, const Candidate& b)
{
    const auto key = [](const Candidate& c) { return std::tuple(c.entry->message.sent_ms, c.entry->message.order, c.entry->number); };
    return key(a) > key(b);
}

}  // namespace

void Workspace::run(const api::Search& command)
{
    api::SearchEvent event{.text = command.text, .found = {}, .total = 0};
    SearchWords words(command.text);
    if (words.empty()) return m_effects.emit(std::move(event));
    std::vector<Candidate> newest;   // a heap whose first is the oldest
    for (const auto& [id, conversation] : m_conversations) {
        for (const auto& entry : conversation->timeline.entries()) {
            if (entry.message.kind != api::MessageKind::text || !words.match(entry.message.text)) continue;
            ++event.total;
            const Candidate candidate{conversation.get(), &entry};
            if (newest.size() == api::kSearchFoundMax) {
                if (!is_newer(candidate, newest.front())) continue;
                std::ranges::pop_heap(newest, is_newer);
                newest.pop_back();
            }
            newest.push_back(candidate);
            std::ranges::push_heap(newest, is_newer);
        }
    }
    std::ranges::sort_heap(newest, is_newer);
    for (const auto& [conversation, entry] : newest) {
        event.found.push_back({.conversation = conversation->id,
                               .message = entry->message.id,
                               .sender = entry->message.sender,
                               .sent_ms = entry->message.sent_ms,
                               .snippet = words.snippet(entry->message.text)});
    }
    m_effects.emit(std::move(event));
}

void Workspace::run(const api::OpenMessage& command)
{
    m_open.clear();
    auto* conversation = find(command.conversation);
    if (conversation == nullptr) return;
    const auto index = conversation->timeline.find(command.message);
    if (!index) return run(api::OpenConversation{command.conversation});
    m_open = conversation->id;
    m_shown = kTimelinePage;
    show_to(*conversation, *index + 1 + kTimelinePage / 2);
    // What is unread is counted from the end, so it is marked where the end is in sight.
    const auto unread = m_shown_to ? 0 : mark_read(*conversation);
    show_timeline(*conversation, std::min<std::uint32_t>(unread, kTimelinePage), command.message);
}

void Workspace::run(const api::LoadNewer& command)
{
    auto* conversation = find(command.conversation);
    if (conversation == nullptr || conversation->id != m_open || !m_shown_to) return;
    const auto end = conversation->timeline.end_of(*m_shown_to);
    const auto more = std::min(kTimelinePage, conversation->timeline.entries().size() - end);
    m_shown += more;
    show_to(*conversation, end + more);
    show_timeline(*conversation, m_shown_to ? 0 : mark_read(*conversation));
}

void Workspace::show_to(const Conversation& conversation, std::size_t end)
{
    const auto& entries = conversation.timeline.entries();
    m_shown_to.reset();
    end = std::min(end, entries.size());
    // Messages of ours that wait move when they are sent, so they are shown together.
    if (end < entries.size() && entries[end - 1].message.order < kWaitingOrder)
        m_shown_to = Timeline::place_of(entries[end - 1]);
    else
        m_shown += entries.size() - end;
}

}  // namespace sinetti::chat
