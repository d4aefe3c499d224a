#pragma once
// One conversation as we hold it: its MLS group, the cell secrets of the epochs that can still be read, its timeline and
// what waits to be said. Plain state with its records; who does what with it is workspace_*.cpp's.
//
// Records: "conversation/<id>" (this), "mls/<id>/…" (the group's), "epoch/<id>/<n>" (cells), "message/<id>/<n>", "outbox/<n>".

#include "api/types.h"
#include "chat/outbox.h"
#include "chat/people.h"
#include "chat/tag_table.h"
#include "chat/timeline.h"
#include "mls/group.h"

#include <memory>
#include <set>

namespace sinetti::chat {

inline constexpr std::size_t kEpochsKept = mls::kPastEpochsMax + 1;
inline constexpr std::string_view kConversationPrefix = "conversation/";

// The cells of one epoch: a channel per member.
struct CellEpoch {
    std::uint64_t epoch = 0;
    CellSecret secret;
    mls::LeafIndex own_leaf;
    std::uint64_t own_counter = 0;                    // the next cell of ours; stored before it is used
    std::vector<std::unique_ptr<Channel>> channels;   // in leaf order
    bool changed = true;

    Channel& own_channel() const;
};

// Our commits add, remove and refresh members. One that ends the group (§11.2), changes what the group requires (§12.1.7) or lets somebody in
// from outside (§12.4.3.2) is no client's of ours.
bool changes_members_alone(const mls::Group& group, const mls::StagedCommit& staged);

struct Conversation {
    explicit Conversation(base::ByteView group_id);

    std::string id;
    base::Bytes group_id;
    api::ConversationKind kind = api::ConversationKind::group;
    std::uint32_t board = 0;
    std::string title;
    PublicKey other{};                                // of a direct conversation
    bool active = true;
    std::uint32_t unread = 0;
    std::string draft;
    base::UnixMilliseconds changed_at;
    bool uncertain = false;                           // a part of the board was missed: the others may be in a later epoch
    std::optional<std::uint64_t> replay_from;         // joined late: entries of the board from here on are still to be read
    std::vector<PublicKey> former_members;            // once it is not active any more
    std::vector<PublicKey> awaited;                   // people whose last device here was signed out: their next one is let in again

    std::optional<mls::Group> group;
    std::set<std::string, std::less<>> group_records;   // the names of those that are stored
    std::deque<CellEpoch> epochs;                     // oldest first
    Timeline timeline;
    Lane lane;
    bool changed = true;
    bool group_changed = false;

    // Of the group's upkeep (workspace_devices.cpp); found again after a restart.
    bool upkeep_unknown = true;                       // the group or the directory has changed since it was looked at
    bool upkeep_removes = false;                      // a revoked device is in the group: nothing is said before it is out
    std::optional<base::UnixMilliseconds> upkeep_at;  // when it is our turn; absent: there is nothing to do

    std::vector<PublicKey> member_identities() const;   // in leaf order, each once
    bool has_member(const PublicKey& identity) const;
    CellEpoch* epoch(std::uint64_t number);

    // The group has entered a new epoch, or was just joined: new channels are watched, those out of reach are not any more.
    void enter_epoch(TagTable& tags, Effects& effects);
    // A part of the board was missed, perhaps with commits in it. What is sent waits until somebody's message in our epoch
    // shows that we are still together, or until we are added again. The senders may have come far: they are looked for ahead.
    void become_uncertain(TagTable& tags);
    void become_certain();
    // We are being added again after all: what we held goes, but the texts that wait, which are for the caller to push again.
    std::vector<OutboxItem> start_over(TagTable& tags, Effects& effects);
    // We are out: keys, channels and what waited go; history stays.
    void leave(TagTable& tags, Effects& effects);

    void persist(Effects& effects);
    static std::unique_ptr<Conversation> load(std::string_view id, const store::Records& records, TagTable& tags);   // nullptr: damaged
};

}  // namespace sinetti::chat
