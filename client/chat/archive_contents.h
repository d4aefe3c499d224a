#pragma once
// What is in a segment of the archive: messages of conversations, as one device has them, for the others of the same person.
//
//   u8 version = 1 ‖ conversations<V> of { group id[32] ‖ u8 kind ‖ u32 board ‖ other[32] ‖ text title ‖ messages<V> }

#include "chat/timeline.h"
#include "codec/writer.h"
#include "directory/record.h"

#include <map>

namespace sinetti::chat {

struct ArchivedConversation {
    base::ByteArray<32> group_id{};
    api::ConversationKind kind = api::ConversationKind::group;
    std::uint32_t board = 0;
    directory::PublicKey other{};          // of a direct conversation
    std::string title;
    std::vector<api::Message> messages;
};

std::string archived_id(const api::Message& message, const directory::PublicKey& device);   // lines are numbered by each device on its own
bool is_archived(const api::Message& message);   // what another device cannot make anything of stays out, and what is not sent yet

// Adds conversations and messages for as long as all of them fit into `size_max` bytes.
class ArchiveWriter {
public:
    explicit ArchiveWriter(std::size_t size_max) : m_room(size_max - kOverhead) {}
    void begin(ArchivedConversation&& conversation);        // without messages; one that was begun before goes on
    bool add(const api::Message& message);                  // to the conversation begun last; false: it does not fit
    base::SecretBytes take() &&;

private:
    static constexpr std::size_t kOverhead = 1 + 4;         // bytes: version, and a length
    static constexpr std::size_t kConversationOverhead = 32 + 1 + 4 + 32 + 4 + 4 + 4;   // bytes at the most, without the title
    struct Begun {
        ArchivedConversation conversation;
        codec::SecretWriter messages;
    };

    std::size_t m_room;
    std::map<base::ByteArray<32>, Begun> m_begun;           // by group id
    Begun* m_last = nullptr;
};

std::optional<std::vector<ArchivedConversation>> parse_archive(base::ByteView contents);   // nullopt: damaged, or of a later version

}  // namespace sinetti::chat
