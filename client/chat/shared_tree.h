#pragma once
// The ratchet tree of an epoch, once on the board for everybody whom one commit let in: it is most of a Welcome and the same for all, and RFC 9420
// §12.4.3.3 leaves open how it comes. Its cells are found by a secret of that epoch, to which a Welcome leads before there is a tree.
//
//   invitations, each with a Welcome of its own ─► all are read back ─► the tree ─► read back: done          (SharedTree, who let them in)
//   an invitation whose Welcome lacks the tree ─► its cells are looked for ─► whole: join                    (AwaitedTree, a newcomer)

#include "chat/content.h"
#include "chat/outbox.h"
#include "chat/tag_table.h"
#include "mls/group.h"

namespace sinetti::chat {

inline constexpr std::size_t kTreeSharersMin = 2;     // newcomers of one commit for whom the tree goes apart
inline constexpr std::size_t kAwaitedTreesMax = 4;    // from one device: the one that waits longest makes way
inline constexpr std::string_view kSharedTreePrefix = "tree/";
inline constexpr std::string_view kAwaitedTreePrefix = "awaited-tree/";

// Whether the Welcome of a commit is to leave the tree out, and whether what newcomers get can be sent.
void choose_welcome_tree(mls::CommitRequest& request);
bool fits(const mls::CommitOutput& output);

SenderSecret tree_secret(const mls::Group& group);
mls::Result<SenderSecret> tree_secret(base::ByteView welcome, const mls::KeyPackagePrivate& key_package);   // Errors: Group::export_from_welcome()'s

struct SharedTree {
    SharedTree(SenderSecret&& secret, std::uint32_t board);
    static std::optional<SharedTree> parse(base::ByteView record);

    Channel channel;
    std::uint32_t board = 0;
    std::uint64_t counter = 0;     // the next cell; stored before it is used
    Lane lane;                     // one TreeIntent
    bool changed = true;

    const std::string& name() const { return channel.owner; }
    void take_counters(std::size_t count, std::vector<std::uint64_t>& counters);
    void persist(Effects& effects);
};

struct ReceivedInvitation {
    PublicKey device{};            // whose it is
    Invitation invitation;
    std::uint32_t board = 0;       // where it was read
    std::uint64_t position = 0;
};

struct AwaitedTree {
    AwaitedTree(SenderSecret&& secret, ReceivedInvitation&& received);
    static std::optional<AwaitedTree> parse(base::ByteView record);

    Channel channel;
    ReceivedInvitation received;
    bool changed = true;
    bool refusal_said = false;     // not stored

    const std::string& name() const { return channel.owner; }
    void persist(Effects& effects);
};

}  // namespace sinetti::chat
