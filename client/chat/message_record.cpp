#include "chat/message_record.h"

#include "api/command.h"

namespace sinetti::chat {

namespace {
constexpr std::size_t kIdMax = 128;   // bytes
}

void write_message(codec::SecretWriter& writer, const api::Message& message)
{
    writer.text(message.id).text(message.sender);
    writer.u8(static_cast<std::uint8_t>(message.kind)).u8(static_cast<std::uint8_t>(message.delivery));
    writer.text(message.text).text(message.subject).u64(static_cast<std::uint64_t>(message.sent_ms)).u64(message.order);
}

codec::Result<api::Message> read_message(codec::Reader& reader)
{
    api::Message message;
    message.id = TRY(reader.text(kIdMax));
    message.sender = TRY(reader.text(kIdMax));
    const auto kind = TRY(reader.u8());
    const auto delivery = TRY(reader.u8());
    message.text = TRY(reader.text(api::kMessageTextMax));
    message.subject = TRY(reader.text(kIdMax));
    message.sent_ms = static_cast<std::int64_t>(TRY(reader.u64()));
    message.order = TRY(reader.u64());
    if (kind > static_cast<std::uint8_t>(api::MessageKind::member_revoked) || delivery > static_cast<std::uint8_t>(api::Delivery::sent))
        return base::Unexpected(codec::Error::bad_value);
    message.kind = static_cast<api::MessageKind>(kind);
    message.delivery = static_cast<api::Delivery>(delivery);
    return message;
}

}  // namespace sinetti::chat
