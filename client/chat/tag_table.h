#pragma once
// Recognising our cells: one lookup per cell of the board. A Channel is one sender's direction, of an epoch of a
// conversation, of first contact, or of a tree for newcomers; the table holds the tags of every counter its window looks for.

#include "chat/cell_window.h"
#include "chat/fragments.h"

#include <string>
#include <unordered_map>

namespace sinetti::chat {

enum class ChannelKind : std::uint8_t { conversation = 1, contact_incoming = 2, contact_outgoing = 3, tree_incoming = 4, tree_outgoing = 5 };

struct Channel {
    ChannelKind kind = ChannelKind::conversation;
    std::string owner;        // hex: the conversation, the other device, or the tree
    std::uint64_t epoch = 0;  // of a conversation
    mls::LeafIndex leaf;      // of the sender in it
    SenderSecret secret;
    CellWindow window;
    Reassembler parts;

    std::string name() const;   // unique; for the records of its unfinished messages
};

class TagTable {
public:
    struct Hit {
        Channel* channel = nullptr;
        std::uint64_t counter = 0;
    };
    // Channels stay where they are in memory for as long as they are watched.
    void watch(Channel& channel);
    void unwatch(const Channel& channel);
    std::optional<Hit> find(base::ByteView cell) const;
    void mark_seen(const Hit& hit);
    void widen(Channel& channel, std::uint64_t width);   // of a channel that is watched

private:
    void apply(Channel& channel, const CellWindow::Change& change);

    struct TagHash {
        std::size_t operator()(const wire::Tag& tag) const;   // tags are pseudorandom already
    };
    std::unordered_map<wire::Tag, Hit, TagHash> m_tags;
};

}  // namespace sinetti::chat
