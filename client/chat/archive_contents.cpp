#include "chat/archive_contents.h"

#include "api/command.h"
#include "chat/message_record.h"

namespace sinetti::chat {

namespace {

constexpr std::uint8_t kContentsVersion = 1;
constexpr std::size_t kLineIdDigits = 16;

codec::Result<ArchivedConversation> read_conversation(codec::Reader& reader)
{
    ArchivedConversation conversation;
    conversation.group_id = TRY(reader.array<32>());
    const auto kind = TRY(reader.u8());
    if (kind > static_cast<std::uint8_t>(api::ConversationKind::group)) return base::Unexpected(codec::Error::bad_value);
    conversation.kind = static_cast<api::ConversationKind>(kind);
    conversation.board = TRY(reader.u32());
    conversation.other = TRY(reader.array<32>());
    conversation.title = TRY(reader.text(api::kNameMax));
    auto messages = TRY(reader.vector());
    while (!messages.empty()) {
        conversation.messages.push_back(TRY(read_message(messages)));
        if (!is_archived(conversation.messages.back())) return base::Unexpected(codec::Error::bad_value);
    }
    return conversation;
}

codec::Result<std::vector<ArchivedConversation>> read_archive(base::ByteView contents)
{
    codec::Reader reader(contents);
    if (TRY(reader.u8()) != kContentsVersion) return base::Unexpected(codec::Error::bad_value);
    auto inner = TRY(reader.vector());
    TRY(reader.finish());
    std::vector<ArchivedConversation> conversations;
    while (!inner.empty()) conversations.push_back(TRY(read_conversation(inner)));
    return conversations;
}

}  // namespace

std::string archived_id(const api::Message& message, const directory::PublicKey& device)
{
    if (message.kind == api::MessageKind::text || message.id.find('@') != message.id.npos) return message.id;
    return message.id + "@" + base::to_hex(device).substr(0, kLineIdDigits);
}

bool is_archived(const api::Message& message)
{
    return message.delivery != api::Delivery::waiting && message.order < kWaitingOrder && message.kind != api::MessageKind::unreadable &&
           message.kind != api::MessageKind::messages_gone && message.kind != api::MessageKind::removed_us;
}

void ArchiveWriter::begin(ArchivedConversation&& conversation)
{
    const auto group_id = conversation.group_id;
    m_last = &m_begun.try_emplace(group_id, Begun{std::move(conversation), {}}).first->second;
}

bool ArchiveWriter::add(const api::Message& message)
{
    codec::SecretWriter writer;
    write_message(writer, message);
    const bool is_first = m_last->messages.view().empty();
    const auto size = writer.view().size() + (is_first ? kConversationOverhead + m_last->conversation.title.size() : 0);
    if (size > m_room) return false;
    m_room -= size;
    m_last->messages.raw(writer.view());
    return true;
}

base::SecretBytes ArchiveWriter::take() &&
{
    codec::SecretWriter writer;
    writer.u8(kContentsVersion).vector([&](codec::SecretWriter& inner) {
        for (const auto& [group_id, begun] : m_begun) {
            const auto& [conversation, messages] = begun;
            if (messages.view().empty()) continue;
            inner.raw(group_id).u8(static_cast<std::uint8_t>(conversation.kind)).u32(conversation.board).raw(conversation.other).text(conversation.title).opaque(messages.view());
        }
    });
    return std::move(writer).take();
}

std::optional<std::vector<ArchivedConversation>> parse_archive(base::ByteView contents)
{
    auto conversations = read_archive(contents);
    if (!conversations) return {};
    return std::move(*conversations);
}

}  // namespace sinetti::chat
