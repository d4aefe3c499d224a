#include "mls/transcript.h"

#include "mls/encode.h"

namespace sinetti::mls {

Bytes confirmed_transcript_hash(CipherSuite suite, ByteView interim, const AuthenticatedContent& commit)
{
    return suite.hash(encode([&](auto& writer) {   // interim ‖ ConfirmedTranscriptHashInput
        writer.raw(interim).u16(static_cast<std::uint16_t>(commit.wire_format)).raw(commit.content.serialize().view());
        writer.opaque(commit.auth.signature);
    }));
}

Bytes interim_transcript_hash(CipherSuite suite, ByteView confirmed, ByteView tag)
{
    return suite.hash(encode([&](auto& writer) { writer.raw(confirmed).opaque(tag); }));
}

Bytes confirmation_tag(CipherSuite suite, const ConfirmationKey& key, ByteView confirmed)
{
    return base::to_bytes(suite.mac(key.view(), confirmed).view());
}

}  // namespace sinetti::mls
