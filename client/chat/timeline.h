#pragma once
// What was said in one conversation, in the order of the board; our own waiting messages stand after everything. Each
// message is one record, written when it changes.

#include "api/types.h"
#include "store/record_sealer.h"

#include <set>
#include <unordered_set>

namespace sinetti::chat {

class Effects;

inline constexpr std::uint64_t kWaitingOrder = std::uint64_t{1} << 62;

class Timeline {
public:
    struct Entry {
        std::uint64_t number = 0;   // of the record, in order of arrival: breaks ties of order
        api::Message message;
    };

    explicit Timeline(std::string conversation) : m_conversation(std::move(conversation)) {}
    bool load_entry(base::ByteView record);   // false: damaged
    static std::string record_prefix(std::string_view conversation);

    const std::vector<Entry>& entries() const { return m_entries; }
    bool contains(const api::MessageId& id) const { return m_ids.contains(id); }
    void add(api::Message&& message, Effects& effects);          // an id that is not there yet; waiting ones get their order here
    void add_all(std::vector<api::Message>&& messages, Effects& effects);   // the same of many at once, none of them waiting; those whose id is there are left out
    void mark_sent(const api::MessageId& id, std::uint64_t order, Effects& effects);
    const api::Message* last() const { return m_entries.empty() ? nullptr : &m_entries.back().message; }

    // Where a message stands, whatever comes before or after it.
    using Place = std::pair<std::uint64_t, std::uint64_t>;       // order and number
    static Place place_of(const Entry& entry) { return {entry.message.order, entry.number}; }
    std::optional<std::size_t> find(const api::MessageId& id) const;
    std::size_t end_of(const Place& place) const;                // how many entries stand at it or before

    std::vector<api::Message> newest(std::size_t count) const;   // oldest first
    std::vector<api::Message> messages(std::size_t from, std::size_t to) const;
    std::vector<api::Message> take_changed();                    // since the last call, in order
    std::string next_line_id() const { return "line" + std::to_string(m_next_number); }

private:
    void insert(Entry&& entry);
    void persist(const Entry& entry, Effects& effects) const;

    std::string m_conversation;
    std::vector<Entry> m_entries;
    std::unordered_set<api::MessageId> m_ids;
    std::set<api::MessageId> m_changed;
    std::uint64_t m_next_number = 0;
};

}  // namespace sinetti::chat
