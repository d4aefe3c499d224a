#include "mls/group_context.h"

#include "mls/encode.h"

namespace sinetti::mls {

codec::Result<GroupContext> GroupContext::read(codec::Reader& reader)
{
    if (TRY(reader.u16()) != static_cast<std::uint16_t>(ProtocolVersion::mls10)) return base::Unexpected(codec::Error::bad_value);
    GroupContext context;
    context.cipher_suite = TRY(reader.u16());
    context.group_id = TRY(reader.opaque());
    context.epoch = Epoch(TRY(reader.u64()));
    context.tree_hash = TRY(reader.opaque());
    context.confirmed_transcript_hash = TRY(reader.opaque());
    context.extensions = TRY(read_extensions(reader));
    return context;
}

void GroupContext::write(codec::Writer& writer) const
{
    writer.u16(static_cast<std::uint16_t>(ProtocolVersion::mls10)).u16(cipher_suite).opaque(group_id).u64(epoch.value());
    writer.opaque(tree_hash).opaque(confirmed_transcript_hash);
    write_extensions(writer, extensions);
}

Bytes GroupContext::serialize() const
{
    return encode([&](auto& writer) { write(writer); });
}

}  // namespace sinetti::mls
