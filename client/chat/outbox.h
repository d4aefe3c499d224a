#pragma once
// What waits to be sent. A lane (a conversation, first contact with one device, or a tree for newcomers) sends its items one after another: the
// next leaves when this one has been read back from the board. Until then an item stays stored.
//
// An item is an intent; it becomes a flight when there is a session: the payload it was sealed into and the counters of its
// cells, stored before they are used. The same flight always makes the same cells, so sending it again is harmless.

#include "base/clock.h"
#include "chat/account.h"
#include "chat/tag_table.h"

#include <deque>
#include <variant>

namespace sinetti::chat {

class Effects;

struct TextIntent {
    base::ByteArray<16> id{};
    std::string text;
    base::UnixMilliseconds written;
};
struct RenameIntent {
    std::string title;
};
struct AddIntent {
    std::vector<PublicKey> identities;
};
struct RemoveIntent {
    PublicKey identity{};
};
struct InviteIntent {
    base::Bytes payload;         // a sealed Invitation
    std::uint32_t board = 0;     // the conversation's, where it is sent as what is said there is; 0: stored by an older version, which did not say
    std::string tree;            // the name of the SharedTree that waits until this has been read back; empty: none does
};
struct TreeIntent {
    base::Bytes ratchet_tree;
};
// The group follows the devices of its people: those that are missing come in, those that were revoked go. What that is, is seen
// when it takes off. It stands before everything else that waits.
struct UpkeepIntent {};
using Intent = std::variant<TextIntent, RenameIntent, AddIntent, RemoveIntent, InviteIntent, UpkeepIntent, TreeIntent>;

// Of a conversation's intents, those that become commits.
bool is_commit(const Intent& intent);

struct Flight {
    MessageNumber message{};
    std::uint32_t board = 0;
    std::uint64_t epoch = 0;                 // of a conversation
    base::Bytes payload;
    std::vector<std::uint64_t> counters;     // one per fragment
    base::Bytes welcome;                     // of a commit that adds somebody
    std::vector<PublicKey> invited;          // devices the Welcome is for

    std::size_t sent = 0;                    // fragments handed to this session; not stored
};

struct OutboxItem {
    std::uint64_t number = 0;                // of the record; grows
    Intent intent;
    std::optional<Flight> flight;
};

enum class LaneKind : std::uint8_t { conversation = 1, contact = 2, tree = 3 };
struct LaneName {
    LaneKind kind = LaneKind::conversation;
    std::string owner;                       // hex: the conversation, the other device, or the tree
    friend auto operator<=>(const LaneName&, const LaneName&) = default;
};

LaneName lane_of(const Channel& channel);    // where what is sent on a channel of ours waits

struct Lane {
    LaneName name;
    std::deque<OutboxItem> items;            // an UpkeepIntent first, then by ascending numbers; of a contact, what is for a closed board last

    void push(OutboxItem&& item, Effects& effects);
    void push_front(OutboxItem&& item, Effects& effects);   // an UpkeepIntent, when nothing is in the air
    void pop(Effects& effects);
    void persist_front(Effects& effects) const;
    void clear(Effects& effects);
    void restart_flights();                  // a new session, or the relay had no room: everything is sent again
};

struct StoredOutboxItem {
    LaneName lane;
    OutboxItem item;
};
inline constexpr std::string_view kOutboxPrefix = "outbox/";
std::optional<StoredOutboxItem> parse_outbox_item(base::ByteView record);

}  // namespace sinetti::chat
